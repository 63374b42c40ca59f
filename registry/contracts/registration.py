"""The registration track of a contract: what is missing, CNIPA's recordal, the registrar's answers."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import cases, register, rules, slots, snapshots, stamps
from registry.contracts.applicants import Office
from registry.contracts.models import Attachment, Contract, RegistrationResult
from registry.contracts.readiness import Finding, is_ready, readiness
from registry.contracts.result_rows import check_facts
from registry.contracts.rules import RegistrationState
from registry.contracts.snapshots import classification as classification
from registry.contracts.snapshots import recordal_due as recordal_due
from registry.contracts.snapshots import total_of as total_of
from registry.database import db, new_id
from registry.errors import Conflict, Refused, refuse_all
from registry.ledger.filings import Filing
from registry.money import plain
from registry.parties import agency
from registry.parties import service as parties
from registry.parties.models import Upload, Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor

snapshot = snapshots.of
"""Named here for those who change a snapshot before they look at it."""


def findings(contract: Contract) -> list[Finding]:
    """Everything a registrar would ask about, faults and warnings, each with its rule and where to mend it.

    Nothing of a contract whose data were erased: nobody can mend it any more.
    """
    if contract.erased_at is not None:
        return []
    return findings_of([contract])[contract.id]


def findings_of(contracts: Sequence[Contract]) -> dict[UUID, list[Finding]]:
    """The same for many contracts, by id, in as many statements as for one."""
    kept = [one for one in contracts if one.erased_at is None]
    seen = snapshots.of_all(kept)
    found = {one.id: readiness(seen[one.id], clock.today()) for one in kept}
    return {one.id: found.get(one.id, []) for one in contracts}


def refresh(actor: Actor, contract: Contract) -> list[Finding]:
    """Look again and move between draft and ready accordingly."""
    allow(actor, "contract.register", contract)
    contract = lock(contract)
    found = findings(contract)
    ready = is_ready(found)
    if ready and contract.registration == RegistrationState.DRAFT:
        move(actor, contract, "pass_checks")
    elif not ready and contract.registration == RegistrationState.READY:
        move(actor, contract, "fail_checks")
    return found


def move(actor: Actor, contract: Contract, verb: str, **changes: Any) -> None:
    """Make one move of the registration track. The only place that writes it."""
    before = contract.registration
    contract.registration = rules.REGISTRATION.move(before, verb)
    history.record(actor, verb, contract, before=before, after=contract.registration, changes=changes)


def attach(actor: Actor, contract: Contract, slot: str, upload: Upload, *, seats: Sequence[str] = ()) -> None:
    """Put a file into a slot of the package. A stamped scan (02b) without more is one of the whole
    contract.
    """
    allow(actor, "contract.attach", contract)
    register.check_kept(contract)
    if slot == stamps.SLOT:
        stamps.bring(actor, contract, upload, seats)
        return
    if slot not in slots.BROUGHT:
        raise Refused("not_a_choice", "slot")
    known = select(Attachment.id).where(
        Attachment.contract_id == contract.id, Attachment.slot == slot, Attachment.upload_id == upload.id
    )
    if db.session.scalar(known) is not None:
        raise Conflict("already_attached", "file")
    row = Attachment(
        id=new_id(),
        contract_id=contract.id,
        slot=slot,
        upload_id=upload.id,
        added_by=actor.account_id,
        added_at=clock.now(),
    )
    db.session.add(row)
    history.record(actor, "attach", contract, changes={"slot": slot, "file": upload.filename})


def classify(actor: Actor, contract: Contract, codes: Mapping[str, str]) -> None:
    """Set the registration form's codes where the proposed ones do not fit."""
    allow(actor, "contract.register", contract)
    contract.classification = {**contract.classification, **codes}
    history.record(actor, "classify", contract, changes=dict(codes))


def record_recordal(actor: Actor, contract: Contract, facts: Mapping[str, Any]) -> None:
    """Record what became of the filing with CNIPA (IR 15, 87). `facts`: verb file|record|refuse, day,
    number, reason.
    """
    allow(actor, "recordal.record", contract)
    contract = lock(contract)
    register.check_kept(contract)
    verb = facts["verb"]
    if verb == "refuse" and not (facts.get("ground") or facts.get("reason")):
        raise Refused("required", "ground")
    reason: dict[str, Any] = {name: facts[name] for name in ("ground", "reason") if facts.get(name)}
    if actor.power is not None:  # nobody states this filing: whose agent entered it is committed
        reason["agent"] = agency.named(actor.power)
    before = contract.recordal_state
    contract.recordal_state = rules.RECORDAL.move(before, verb)
    if verb == "file":
        contract.recordal_filed_on = facts["day"]
    else:
        contract.recordal_day, contract.recordal_number = facts["day"], facts.get("number", "")
        secrets = {"numbers": {"recordal": facts.get("number", "")}, "reason": reason}
        contract.recordal_seq = _file_result(
            "recordal.result", contract, contract.recordal_state, facts["day"], secrets
        )
    changes = {"ground": reason["ground"]} if "ground" in reason else {}
    history.record(
        actor, f"recordal_{verb}", contract, before=before, after=contract.recordal_state, changes=changes
    )


def record_result(actor: Actor, contract: Contract, facts: Mapping[str, Any]) -> RegistrationResult:
    """Enter what the registrar answered; a filing, and a row that is never changed.

    `facts`: result (rules.RESULT_VERBS), day, registrar, registration_number, total_amount,
    technology_amount, certificate_number, certificate_upload, ground, words, due_on, expert_review.
    Raises Refused for what `result_rows.check_facts` finds, Conflict for a result the state does not allow.
    """
    allow(actor, "contract.register", contract)
    contract = lock(contract)
    register.check_kept(contract)
    parties.impartial(actor, contract.holder_id, contract.licensee_id)
    refuse_all(check_facts(facts, clock.today()))
    found = cases.standing(contract)
    move(actor, contract, rules.RESULT_VERBS[facts["result"]])
    said = {name: value for name, value in facts.items() if name != "expert_review"}
    row = RegistrationResult(
        id=new_id(),
        contract_id=contract.id,
        recorded_by=actor.account_id,
        recorded_at=clock.now(),
        working_days=_working_days(facts, found.office) if facts["result"] == "已受理" else None,
        **{**said, "registrar": facts.get("registrar") or (found.office.name if found.office else "")},
    )
    amounts = {
        name: plain(facts[name])
        for name in ("total_amount", "technology_amount")
        if facts.get(name) is not None
    }
    secrets = {
        "numbers": {"registration": facts.get("registration_number") or ""},
        "amounts": amounts,
        "office": row.registrar,
        "reason": facts.get("words") or "",
    }
    row.seq = _file_result("registration.result", contract, contract.registration, facts["day"], secrets)
    db.session.add(row)
    history.record(actor, "record_result", contract, after=row.result)
    register.tell(contract, "registration_result", *register.BOTH, result=row.id)
    return row


def _working_days(facts: Mapping[str, Any], office: Office | None) -> int:
    """How long the registrar has: its own figures where the venue has entered them."""
    if facts.get("expert_review"):
        return office.expert_days if office else rules.EXPERT_DAYS
    return office.working_days if office else rules.ANSWER_DAYS


def submit(actor: Actor, contract: Contract, day: date) -> None:
    """Note that the contract was handed to the registrar, for the first time or again after a correction."""
    allow(actor, "contract.register", contract)
    contract = lock(contract)
    register.check_kept(contract)
    if day > clock.today():
        raise Refused("day_in_future", "day")
    again = contract.registration == RegistrationState.CORRECTION
    move(actor, contract, "resubmit" if again else "submit", day=day.isoformat())
    cases.opened(contract).submitted_on = day


def mend(actor: Actor, contract: Contract) -> list[Finding]:
    """Take a contract sent back or refused to the track's beginning, to be mended for another batch."""
    allow(actor, "contract.register", contract)
    contract = lock(contract)
    register.check_kept(contract)
    move(actor, contract, "mend")
    return refresh(actor, contract)


def want_reports(actor: Actor, venue: Venue, wanted: bool) -> None:
    """Record whether the registrar asks for evaluation reports of utility models and designs."""
    allow(actor, "contract.register", _Own(venue))
    before, venue.report_wanted = venue.report_wanted, wanted
    history.record(actor, "want_reports", venue, changes={"before": before, "after": wanted})


def note_zero_fee_view(actor: Actor, venue: Venue, words: str) -> None:
    """Record what the registrar says about contracts without a price; until then they stay out of batches."""
    allow(actor, "contract.register", _Own(venue))
    before, venue.zero_fee_view = venue.zero_fee_view, words.strip()
    history.record(actor, "zero_fee_view", venue, changes={"before": before, "after": venue.zero_fee_view})


class _Own:
    """Stands for what belongs to a venue as such."""

    def __init__(self, venue: Venue) -> None:
        self.venue_id = venue.id


lock = stamps.lock


def _file_result(kind: str, contract: Contract, status: str, day: date, secrets: Mapping[str, Any]) -> int:
    fields = {"contract": contract.number, "status": str(status), "day": day.isoformat()}
    kept = {path: value for path, value in secrets.items() if value}
    filing = Filing(type=kind, subject=contract.number, fields=fields, secrets=kept)
    return register.enter(filing)[0].seq
