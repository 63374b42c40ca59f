"""What a licensee, the clock and a venue can do with an acceptance: draft, send, clear, lapse, end, object, decide.

Money has its own file (payments), decisions another (decisions), the registration track a third (registration).
"""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.contracts import notices, register, rules
from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Statement
from registry.licenses import schedule
from registry.licenses.models import Declaration
from registry.licenses.offers import standing
from registry.licenses.register import lock as lock_declaration
from registry.numbers import public_number
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.models import Organisation
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor


def draft(actor: Actor, declaration: Declaration, answers: Mapping[str, Any]) -> Acceptance:
    """Say who takes the license and for what, and prepare the notice. Binds nobody until it is signed and sent.

    Raises the offer's own refusal when it is not open, Conflict `already_licensed` while a live one exists.
    """
    licensee = parties.organisation_of(actor)
    allow(actor, "acceptance.draft", _Taker(licensee))
    track = _open_track(declaration)
    _refuse_second(declaration, licensee)
    day, prefix = clock.today(), parties.settings().prefix
    acceptance = Acceptance(
        id=new_id(),
        number=public_number("A", day, prefix=prefix),
        declaration_id=declaration.id,
        declaration=declaration,
        version=declaration.current,
        venue_id=declaration.venue_id,
        holder_id=declaration.holder_id,
        licensee_id=licensee.id,
        licensee=licensee,
        created_by=actor.account_id,
        created_at=clock.now(),
        answers=dict(answers),
        nonce="",
    )
    acceptance.contract = notices.new_contract(acceptance, public_number("C", day, prefix=prefix))
    db.session.add(acceptance)
    notices.prepare(acceptance, track=track, signer=actor.name, settings=parties.settings())
    db.session.flush()
    history.record(actor, "draft", acceptance, after=acceptance.state)
    return acceptance


def redraft(actor: Actor, acceptance: Acceptance, answers: Mapping[str, Any] | None = None) -> Acceptance:
    """Prepare an unsent notice anew: other answers, or the offer's present text after a stale one."""
    allow(actor, "acceptance.draft", acceptance)
    acceptance = register.lock(acceptance.id)
    if acceptance.state != AcceptanceState.DRAFTED:
        raise Conflict("wrong_state", state=acceptance.state, verb="draft")
    track = _open_track(acceptance.declaration)
    acceptance.answers = dict(acceptance.answers if answers is None else answers)
    acceptance.version = acceptance.declaration.current
    notices.prepare(acceptance, track=track, signer=actor.name, settings=parties.settings())
    return acceptance


def accept(actor: Actor, acceptance: Acceptance, statement: Statement) -> Acceptance:
    """Send the signed notice: the contract is formed when it is entered (CC 137, 483; PL 51).

    Free: effective at once. Paid: waits for the money. A party outside the mainland: stops for manual review (GL 6).
    Raises Conflict `stale_digest` when the offer is no longer the one that was read, Conflict `already_licensed`.
    """
    allow(actor, "acceptance.send", acceptance)
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    lock_declaration(acceptance.declaration_id)
    acceptance = register.lock(acceptance.id)
    if acceptance.state != AcceptanceState.DRAFTED:
        raise Conflict("already_sent", number=acceptance.number)
    _refuse_second(acceptance.declaration, acceptance.licensee)
    if not notices.still_current(acceptance, _open_track(acceptance.declaration)):
        raise Conflict("stale_digest", "digest", number=acceptance.declaration.number)
    if dict(statement.fields) != acceptance.statement_fields:
        raise Conflict("stale_digest", "statement")
    acceptance.statement = statement.encode()
    acceptance.noticed_at = clock.now()
    verb = _next(acceptance)
    register.move(actor, acceptance, verb)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("already_licensed", article="PL 51") from error
    _file_notice(acceptance, statement, verb)
    acceptance.salts = {}  # they stand with the filing now, where they can be erased
    return acceptance


def clear(actor: Actor, acceptance: Acceptance, *, reason: str) -> None:
    """Let an acceptance go on that had stopped because a party is outside the mainland (GL 6; TIE)."""
    allow(actor, "acceptance.review", acceptance)
    acceptance = register.lock(acceptance.id)
    fee = records.fee_of(acceptance.record)
    free = schedule.condition(fee).kind is schedule.Condition.ON_NOTICE
    register.move(actor, acceptance, "clear_free" if free else "clear_paid", reason=reason)
    if free:
        effective = rules.effective(clock.now())
        appended = ledger.append([register.become_effective(acceptance, effective, ground="notice")])
        register.after_effective(acceptance, appended[0].seq)
    else:
        _ask_for_payment(acceptance, clock.today())


def lapse_due() -> int:
    """Let unpaid notices lapse after their last payment day; a claimed payment never lapses. Returns how many."""
    query = select(Acceptance.id).where(
        Acceptance.state == AcceptanceState.AWAITING_PAYMENT, Acceptance.pay_by < clock.today()
    )
    found = list(db.session.scalars(query))
    for acceptance_id in found:
        acceptance = register.lock(acceptance_id)
        allow(CLOCK, "acceptance.lapse", acceptance)
        register.move(CLOCK, acceptance, "lapse")
        register.ended(acceptance, ground="unpaid", on=clock.today())
        mail.write_to_organisation(acceptance.licensee_id, "acceptance_lapsed", acceptance=acceptance)
    return len(found)


def end_due() -> int:
    """End licenses whose term, or whose patent's, is over. Returns how many."""
    query = select(Acceptance.id).where(
        Acceptance.state == AcceptanceState.EFFECTIVE, Acceptance.last_day < clock.today()
    )
    found = list(db.session.scalars(query))
    for acceptance_id in found:
        acceptance = register.lock(acceptance_id)
        patent = records.patent_last_day(acceptance.declaration.patent)
        verb = "end_patent" if acceptance.last_day == patent else "end_term"
        register.move(CLOCK, acceptance, verb)
        register.ended(acceptance, ground=verb.removeprefix("end_"), on=acceptance.last_day or clock.today())
    return len(found)


# --- reading -----------------------------------------------------------------------------------------


def of_licensee(actor: Actor) -> Sequence[Acceptance]:
    """The actor's own licenses and notices, newest first."""
    query = select(Acceptance).where(Acceptance.licensee_id == actor.organisation_id)
    return db.session.scalars(query.order_by(Acceptance.created_at.desc())).all()


def of_holder(actor: Actor) -> Sequence[Acceptance]:
    """What came in on the actor's offers, drafts of others left out, newest first."""
    query = select(Acceptance).where(
        Acceptance.holder_id == actor.organisation_id, Acceptance.state != AcceptanceState.DRAFTED
    )
    return db.session.scalars(query.order_by(Acceptance.created_at.desc())).all()


def contracts_of_venue(actor: Actor) -> Sequence[Contract]:
    query = select(Contract).where(Contract.venue_id == actor.venue_id)
    return db.session.scalars(query.order_by(Contract.created_at.desc())).all()


def licensee_count(declaration: Declaration) -> int:
    """How many licenses of an offer were ever given; the public page says the number and no names."""
    given = select(Acceptance.id).where(
        Acceptance.declaration_id == declaration.id, Acceptance.effective_seq.is_not(None)
    )
    return len(db.session.scalars(given).all())


# --- inside ------------------------------------------------------------------------------------------


def _open_track(declaration: Declaration) -> str:
    found = standing(declaration)
    if isinstance(found, Refused):
        raise found
    return str(found)


def _refuse_second(declaration: Declaration, licensee: Organisation) -> None:
    """One live license of an offer for each licensee; renewal opens 60 days before the end (journeys 3.4)."""
    query = select(Acceptance).where(
        Acceptance.declaration_id == declaration.id,
        Acceptance.licensee_id == licensee.id,
        Acceptance.state.in_(rules.LIVE_STATES),
    )
    live = db.session.scalars(query).first()
    if live is not None:
        raise Conflict("already_licensed", article="PL 51", number=live.number)
    if declaration.holder_id == licensee.id:
        raise Refused("own_offer", article="CC 576")


def _next(acceptance: Acceptance) -> str:
    abroad = rules.needs_manual_review(
        licensor_abroad=acceptance.holder.outside_mainland,
        licensee_abroad=acceptance.licensee.outside_mainland or bool(acceptance.answers.get("abroad")),
    )
    if abroad:
        return "stop_for_review"
    fee = records.fee_of(acceptance.record)
    return "send_free" if schedule.condition(fee).kind is schedule.Condition.ON_NOTICE else "send_paid"


def _file_notice(acceptance: Acceptance, statement: Statement, verb: str) -> None:
    """Notice, and for a free license its effect, enter the log in one step with the rows."""
    filings = [notices.filing_of(acceptance, statement)]
    assert acceptance.noticed_at is not None
    if verb == "send_free":
        effective = rules.effective(acceptance.noticed_at)
        filings.append(register.become_effective(acceptance, effective, ground="notice"))
    if verb == "send_paid":
        _ask_for_payment(acceptance, clock.legal_day(acceptance.noticed_at))
    appended = ledger.append(filings, at=acceptance.noticed_at)
    acceptance.noticed_seq = appended[0].seq
    enqueue("papers.print", {"acceptance": str(acceptance.id), "set": "notice"}, subject_id=acceptance.id)
    if verb == "send_free":
        register.after_effective(acceptance, appended[1].seq)
    else:
        enqueue("ledger.publish", {})
        for organisation_id in (acceptance.licensee_id, acceptance.holder_id):
            mail.write_to_organisation(organisation_id, "notice_received", acceptance=acceptance)
    if verb == "stop_for_review":
        mail.write_to_venue(acceptance.venue_id, "review_needed", acceptance=acceptance)


def _ask_for_payment(acceptance: Acceptance, from_day: date) -> None:
    fee = records.fee_of(acceptance.record)
    acceptance.amount_due = records.due_now(acceptance.record)
    acceptance.pay_by = schedule.pay_by(from_day, schedule.start_window(fee)).day
    acceptance.reference = rules.reference_code(secrets.token_bytes(8))


class _Taker:
    """Stands for the acceptance that does not exist yet."""

    def __init__(self, licensee: Organisation) -> None:
        self.licensee_id = licensee.id
