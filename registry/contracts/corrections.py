"""Corrections: a typing error mended by a new filing that names the old one, signed by whoever may mend it.

Both filings stay. The frozen record stays too; papers that say something else now are printed anew.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import corrigible, register, registration
from registry.contracts.models import Acceptance, Contract, Correction, RegistrationResult
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import enqueue
from registry.ledger.filings import Filing, Statement, salted
from registry.money import plain
from registry.parties.permissions import allow, may
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor

CORRECT = "contract.correct"
REPRINT = "papers.reprint"
_VALUE = "values."


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A filing that may be corrected: what it says today, and for which side this actor mends it."""

    seq: int
    kind: str
    side: str
    contract: Contract
    acceptance: Acceptance | None
    present: Mapping[str, str]

    @property
    def fields(self) -> dict[str, corrigible.Field]:
        return corrigible.of_side(self.kind, self.side)


def targets(actor: Actor, contract: Contract) -> list[Target]:
    """What of a contract this actor may correct, in the order of the log."""
    if contract.erased_at is not None:
        return []
    found = [*_notices(actor, contract), *_results(actor, contract), *_recordal(actor, contract)]
    return sorted(found, key=lambda one: one.seq)


def target(actor: Actor, contract: Contract, seq: int) -> Target:
    """One of them. Raises Gone after an erasure, NotAllowed or NotFound where the actor corrects nothing."""
    register.check_kept(contract)
    found = next((one for one in targets(actor, contract) if one.seq == seq), None)
    if found is None:
        allow(actor, "contract.correct", contract)
        raise NotFound("not_found")
    return found


def correct_act(actor: Actor, contract: Contract, seq: int, *, values: Mapping[str, Any], reason: str) -> Act:
    """The filing of a correction, to be signed. A plain read; raises as `correct`."""
    about = target(actor, contract, seq)
    return act_of(_filing(about, _changed(about, values), reason), role=about.side)


def correct(
    actor: Actor,
    contract: Contract,
    seq: int,
    *,
    values: Mapping[str, Any],
    reason: str,
    act: Act,
    statement: Statement,
) -> Correction:
    """Enter a correction. The statement signs which filing is mended and the commitments to the new values.

    Raises Refused or Invalid as `corrigible.changed`, Refused `required` without a reason, Conflict
    `stale_digest` when something else was signed than what is asked now.
    """
    contract = registration.lock(contract)
    about = target(actor, contract, seq)
    new = _changed(about, values)
    _same(act, _filing(about, new, reason, salts=act.filing.salts))
    row = Correction(
        id=new_id(),
        contract_id=contract.id,
        acceptance_id=about.acceptance.id if about.acceptance else None,
        corrects=seq,
        kind=about.kind,
        side=about.side,
        mended={path: [about.present.get(path, ""), value] for path, value in new.items()},
        reason=reason.strip(),
        made_by=actor.account_id,
        made_at=clock.now(),
        seq=register.enter(act.signed(statement))[0].seq,
    )
    db.session.add(row)
    if about.kind == corrigible.RECORDAL:
        _mend_recordal(contract, new)
    changes = {"corrects": seq, "seq": row.seq, "fields": sorted(new)}
    history.record(actor, "correct_filing", contract, changes=changes)
    register.tell(contract, "filing_corrected", *register.BOTH, correction=row.id)
    if about.acceptance is not None:
        enqueue(REPRINT, {"acceptance": str(about.acceptance.id)}, subject_id=about.acceptance.id)
    return row


# --- reading -----------------------------------------------------------------------------------------


def of(contract: Contract) -> Sequence[Correction]:
    """Every correction of a contract's filings, in the order of the log."""
    query = select(Correction).where(Correction.contract_id == contract.id).order_by(Correction.seq)
    return db.session.scalars(query).all()


def of_acceptance(acceptance_id: UUID, *, upto: int | None = None) -> list[Correction]:
    """Corrections of one frozen record, as far as a place in the log."""
    query = select(Correction).where(
        Correction.acceptance_id == acceptance_id, Correction.kind == corrigible.NOTICE
    )
    if upto is not None:
        query = query.where(Correction.seq <= upto)
    return list(db.session.scalars(query.order_by(Correction.seq)))


def new_values(row: Correction) -> dict[str, str]:
    """Path -> corrected value."""
    return {path: pair[1] for path, pair in row.mended.items()}


def result_values(result: RegistrationResult) -> dict[str, str]:
    """What a registrar's answer says today: the row that was entered, with its corrections."""
    values = _result_values(result)
    query = select(Correction).where(
        Correction.corrects == result.seq, Correction.contract_id == result.contract_id
    )
    for row in db.session.scalars(query.order_by(Correction.seq)):
        values |= new_values(row)
    return values


# --- inside ------------------------------------------------------------------------------------------


def _notices(actor: Actor, contract: Contract) -> list[Target]:
    found = []
    for one in contract.acceptances:
        side = _side(actor, one)
        if one.noticed_seq is None or not side or not may(actor, "acceptance.correct", one):
            continue
        values = [new_values(row) for row in of_acceptance(one.id)]
        record = corrigible.applied(one.record, values)
        fields = corrigible.FIELDS[corrigible.NOTICE]
        found.append(
            Target(
                seq=one.noticed_seq,
                kind=corrigible.NOTICE,
                side=side,
                contract=contract,
                acceptance=one,
                present={path: corrigible.value_at(record, path) for path in fields},
            )
        )
    return found


def _side(actor: Actor, acceptance: Acceptance) -> str:
    """Each side mends what it said itself; nobody mends for the other."""
    if actor.organisation_id == acceptance.licensee_id:
        return corrigible.LICENSEE
    return corrigible.HOLDER if actor.organisation_id == acceptance.holder_id else ""


def _results(actor: Actor, contract: Contract) -> list[Target]:
    if not may(actor, "contract.register", contract):
        return []
    return [
        Target(
            seq=row.seq,
            kind=corrigible.REGISTRATION,
            side=corrigible.OFFICE,
            contract=contract,
            acceptance=None,
            present=result_values(row),
        )
        for row in contract.results
        if row.seq is not None
    ]


def _recordal(actor: Actor, contract: Contract) -> list[Target]:
    if contract.recordal_seq is None or not may(actor, "recordal.record", contract):
        return []
    day = contract.recordal_day.isoformat() if contract.recordal_day else ""
    return [
        Target(
            seq=contract.recordal_seq,
            kind=corrigible.RECORDAL,
            side=corrigible.OFFICE,
            contract=contract,
            acceptance=None,
            present={"number": contract.recordal_number, "day": day},
        )
    ]


def _result_values(row: RegistrationResult) -> dict[str, str]:
    return {
        "registration_number": row.registration_number,
        "day": row.day.isoformat(),
        "registrar": row.registrar,
        "total_amount": plain(row.total_amount) if row.total_amount is not None else "",
        "technology_amount": plain(row.technology_amount) if row.technology_amount is not None else "",
        "certificate_number": row.certificate_number,
        "words": row.words,
    }


def differing(about: Target, values: Mapping[str, Any]) -> dict[str, str]:
    """The values that would be corrected, for the page that shows them before they are signed."""
    return _changed(about, values)


def _changed(about: Target, values: Mapping[str, Any]) -> dict[str, str]:
    return corrigible.changed(about.kind, about.present, values, side=about.side, today=clock.today())


def _filing(
    about: Target, new: Mapping[str, str], reason: str, *, salts: Mapping[str, str] | None = None
) -> Filing:
    """`correction`: which filing, and for each field the commitment to its new value.

    The open part names the fields and never a value; whoever is shown a value can tell its field.
    """
    if not reason.strip():
        raise Refused("required", "reason")
    number = about.contract.number
    drawn = salted(
        Filing(
            type="correction",
            subject=number,
            fields={"subject": number, "corrects": about.seq, "values": {}},
            secrets={**{_VALUE + path: value for path, value in new.items()}, "reason": reason.strip()},
            salts=dict(salts or {}),
        )
    )
    sealed = drawn.commitments
    values = {path: sealed[_VALUE + path] for path in sorted(new)}
    return replace(drawn, fields={**drawn.fields, "values": values})


def _same(act: Act, filing: Filing) -> None:
    """What was prepared is what is asked now: same filing, same values, same commitments."""
    if act.filing.fields != filing.fields or act.filing.secrets != filing.secrets:
        raise Conflict("stale_digest", "values")


def _mend_recordal(contract: Contract, new: Mapping[str, str]) -> None:
    """The contract's own columns say what holds today; what was typed first stays in the log."""
    contract.recordal_number = new.get("number", contract.recordal_number)
    if "day" in new:
        contract.recordal_day = date.fromisoformat(new["day"])
