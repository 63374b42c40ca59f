"""How each contract stands towards a registrar, kept beside it so that a hundred thousand can be listed,
counted and summed without looking at every one: who has moved since the last look is looked at again.

A standing only shows what to choose; a batch looks at every contract itself before it takes it in.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update

from registry import clock
from registry.contracts import cases, registration
from registry.contracts.models import Acceptance, Contract, Payment
from registry.contracts.readiness import Severity, is_ready
from registry.contracts.registration_form import payment_ways
from registry.contracts.registration_models import Registrar, RegistrationCase
from registry.contracts.rules import AcceptanceState, RegistrationState
from registry.database import db
from registry.errors import Refused
from registry.exports import frozen
from registry.exports.models import Standing, StandingMark
from registry.exports.rules import Chosen
from registry.history import History
from registry.licenses.fee_fields import from_fields
from registry.licenses.models import Declaration
from registry.licenses.schedule import Basis
from registry.money import cents

CHOOSABLE = (RegistrationState.DRAFT, RegistrationState.READY)
STRAGGLERS = timedelta(seconds=5)
"""A move carries the instant at which it was made, and is seen when its transaction has committed."""
AT_ONCE = 100  # contracts looked at in one transaction
CHUNK = 500


def stale(venue_id: UUID) -> list[UUID]:
    """The venue's contracts that moved since they were looked at, and those that never were."""
    mark = db.session.get(StandingMark, venue_id)
    if mark is None:
        return never(venue_id)
    last = _last_moves(mark.looked_to - STRAGGLERS)
    found = []
    for chunk in _chunks(sorted(last)):
        query = select(Contract.id, Contract.registration, Standing.looked_at)
        query = query.outerjoin(Standing, Standing.contract_id == Contract.id)
        of_venue = Contract.id.in_(chunk), Contract.venue_id == venue_id
        for contract_id, registration_state, looked_at in db.session.execute(query.where(*of_venue)):
            if looked_at is None and registration_state not in CHOOSABLE:
                continue
            if looked_at is None or looked_at <= last[contract_id] + STRAGGLERS:
                found.append(contract_id)
    return found


def never(venue_id: UUID) -> list[UUID]:
    """Contracts with a license in force that no look has seen."""
    effective = select(Acceptance.contract_id).where(Acceptance.state == AcceptanceState.EFFECTIVE)
    query = select(Contract.id).outerjoin(Standing, Standing.contract_id == Contract.id)
    query = query.where(
        Contract.venue_id == venue_id,
        Contract.registration.in_(CHOOSABLE),
        Contract.erased_at.is_(None),
        Contract.id.in_(effective),
        Standing.contract_id.is_(None),
    )
    return list(db.session.scalars(query.order_by(Contract.id)))


def not_today(venue_id: UUID) -> list[UUID]:
    """Contracts looked at on an earlier day: what is in order may have run out overnight."""
    today = clock.day_start(clock.today())
    query = select(Standing.contract_id).where(Standing.venue_id == venue_id, Standing.looked_at < today)
    return list(db.session.scalars(query.order_by(Standing.looked_at).limit(AT_ONCE)))


def look(contract_ids: Iterable[UUID]) -> None:
    """Look at contracts and keep what was found; nothing of one that may not go into a batch."""
    for contract_id in contract_ids:
        contract = db.session.get_one(Contract, contract_id)
        known = db.session.get(Standing, contract_id)
        if not _may_go(contract):
            if known is not None:
                db.session.delete(known)
            continue
        standing = known or Standing(contract_id=contract_id, venue_id=contract.venue_id)
        for name, value in _seen(contract).items():
            setattr(standing, name, value)
        db.session.add(standing)
    db.session.flush()


def looked_to(venue_id: UUID, instant: datetime) -> None:
    """Every move up to this instant has been looked at."""
    mark = db.session.get(StandingMark, venue_id) or StandingMark(venue_id=venue_id)
    mark.looked_to = instant
    db.session.add(mark)


def mark_of(venue_id: UUID) -> datetime | None:
    mark = db.session.get(StandingMark, venue_id)
    return mark.looked_to if mark else None


def wait_for(contract_ids: Sequence[UUID], batch: str) -> None:
    """These contracts wait for a batch: shown as such, and offered to no other."""
    for chunk in _chunks(contract_ids):
        db.session.execute(update(Standing).where(Standing.contract_id.in_(chunk)).values(batch=batch))


def _last_moves(since: datetime) -> dict[UUID, datetime]:
    """The last move of everything a contract's standing may depend on, by contract."""
    moves = select(History.subject_id, func.max(History.at).label("at"))
    moved = moves.where(History.at >= since).group_by(History.subject_id).subquery()
    patent = Declaration.patent_id
    paths: list[Select[UUID, datetime]] = [
        select(Contract.id, moved.c.at).join(moved, moved.c.subject_id == one)
        for one in (Contract.id, Contract.holder_id, Contract.licensee_id, Contract.venue_id)
    ]
    registrar, case = Registrar, RegistrationCase
    paths += [
        select(Contract.id, moved.c.at)
        .join(registrar, registrar.venue_id == Contract.venue_id)
        .join(moved, moved.c.subject_id == registrar.id),
        select(case.contract_id, moved.c.at).join(moved, moved.c.subject_id == case.id),
    ]
    of_license = select(Acceptance.contract_id, moved.c.at)
    paths += [
        of_license.join(moved, moved.c.subject_id == Acceptance.id),
        of_license.join(Payment).join(moved, moved.c.subject_id == Payment.id),
        of_license.join(moved, moved.c.subject_id == Acceptance.declaration_id),
        of_license.join(Declaration, Declaration.id == Acceptance.declaration_id).join(
            moved, moved.c.subject_id == patent
        ),
    ]
    found: dict[UUID, datetime] = {}
    for path in paths:
        for contract_id, at in db.session.execute(path):
            found[contract_id] = max(at, found.get(contract_id, at))
    return found


def _may_go(contract: Contract) -> bool:
    kept = contract.erased_at is None and contract.registration in CHOOSABLE
    return kept and bool(frozen.licenses_of(contract))


def _seen(contract: Contract) -> dict[str, Any]:
    at = clock.now()
    found = frozen.findings(contract, Chosen(number=contract.number, not_elsewhere=True))
    place = cases.standing(contract)
    total = registration.total_of(contract)
    licenses = frozen.licenses_of(contract)
    methods = [from_fields(one.record["fee"]).method for one in licenses]
    return {
        "ready": is_ready(found),
        "zero": total.basis is Basis.ZERO,
        "faults": [said(one.refused()) for one in found if one.severity is Severity.FAULT],
        "cents": cents(total.amount),
        "technology_cents": cents(total.amount),  # a fee and nothing else (form, row 18)
        "method": methods[0].value,
        "kind": payment_ways(methods),
        "region": contract.holder.region,
        "effective_on": max(one.effective_on for one in licenses if one.effective_on),
        "batch": "",
        "registrar": place.office.name if place.office else "",
        "applicant": place.applicant,
        "looked_at": at,
    }


def said(refused: Refused) -> dict[str, Any]:
    """A refusal as JSON: what lists and batches remember of it."""
    params = {name: str(value) for name, value in refused.params.items()}
    return {"code": refused.code, "field": refused.field, "article": refused.article, "params": params}


def refusal(kept: dict[str, Any]) -> Refused:
    """The inverse of `said`."""
    return Refused(kept["code"], kept["field"], kept["article"], **kept["params"])


def _chunks(ids: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
