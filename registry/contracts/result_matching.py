"""What we hold of the contracts a list of results speaks about."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from registry.contracts import corrections, registration
from registry.contracts.models import Acceptance, Contract, RegistrationResult
from registry.contracts.result_rows import Judged, Known, Line, judge_all
from registry.contracts.schemas import ResultSchema
from registry.database import db
from registry.licenses.models import Declaration
from registry.money import plain
from registry.patents.models import Patent

CHUNK = 500


def judged(venue_id: UUID, lines: Sequence[Line], held: Mapping[str, Known]) -> list[Judged]:
    """Every line's verdict against what is held now."""
    return judge_all(lines, held, _numbers(lines))


def known(venue_id: UUID, lines: Sequence[Line]) -> dict[str, Known]:
    """What we hold of the contracts the lines name; a few hundred at a time, for records are long."""
    wanted = sorted({line.number for line in lines if line.number})
    amounts = {line.number for line in lines if "total_amount" in line.facts}
    found: dict[str, Known] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(Contract)
            .where(Contract.venue_id == venue_id, Contract.number.in_(wanted[start : start + CHUNK]))
            .options(selectinload(Contract.acceptances), selectinload(Contract.results))
        )
        for contract in db.session.scalars(query):
            total = _told(contract) if contract.number in amounts else ""
            found[contract.number] = Known(
                number=contract.number,
                id=contract.id,
                state=contract.registration,
                total=total,
                results=tuple(_recorded(one) for one in contract.results),
                erased=contract.erased_at is not None,
            )
    return found


def _told(contract: Contract) -> str:
    """Our own total, to be compared with the registrar's; none where no sum can be told."""
    total = registration.total_of(contract)
    return "" if total.untold else plain(total.amount)


def _recorded(row: RegistrationResult) -> Mapping[str, Any]:
    names = [name for name in ResultSchema().fields if hasattr(row, name)]
    facts = {name: getattr(row, name) for name in names if name != "certificate_upload"}
    mended = corrections.result_values(row)
    return {**facts, "registration_number": mended["registration_number"]}


def _numbers(lines: Sequence[Line]) -> dict[str, str]:
    """Registration numbers the lines bring that some contract already has."""
    wanted = sorted({str(line.facts.get("registration_number", "")) for line in lines} - {""})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(RegistrationResult.registration_number, Contract.number)
            .join(Contract, Contract.id == RegistrationResult.contract_id)
            .where(RegistrationResult.registration_number.in_(wanted[start : start + CHUNK]))
        )
        found |= {row.registration_number: row.number for row in db.session.execute(query)}
    return found


def proposals(venue_id: UUID, line: Line) -> list[str]:
    """Contracts the row may have meant, by its patent's number; a person decides."""
    if not line.patent:
        return []
    query = (
        select(Contract.number)
        .join(Acceptance, Acceptance.contract_id == Contract.id)
        .join(Declaration, Declaration.id == Acceptance.declaration_id)
        .join(Patent, Patent.id == Declaration.patent_id)
        .where(Contract.venue_id == venue_id, Patent.number == line.patent.strip().upper())
    )
    return sorted(set(db.session.scalars(query.limit(5))))
