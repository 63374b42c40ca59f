"""Signed notices enter the log: one, or all of a list, in one step with their rows, or none of them."""

from collections.abc import Sequence

from sqlalchemy.exc import IntegrityError

from registry import clock
from registry.contracts import notices, register, rules
from registry.contracts import record as records
from registry.contracts.models import Acceptance
from registry.database import db, store, stored_once
from registry.errors import Conflict
from registry.jobs import enqueue, gathered
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, Statement
from registry.licenses import schedule
from registry.parties.rules import Actor


def enter(actor: Actor, sent: Sequence[tuple[Acceptance, Statement]]) -> list[ledger.Appended]:
    """Notice, and for a free license its effect, of each; everything else follows behind. Where each notice
    stands in the log.

    The rows must be locked. Raises Conflict `already_licensed` when another notice was faster.
    """
    at, notices_at = clock.now(), []
    with db.session.no_autoflush, gathered():  # the rows are written once, whole
        try:
            with stored_once([acceptance for acceptance, _ in sent]):
                made = [_made(actor, acceptance, statement) for acceptance, statement in sent]
                db.session.flush()
                appended = iter(ledger.append([filing for filings, _ in made for filing in filings], at=at))
                for (acceptance, _), (filings, verb) in zip(sent, made, strict=True):
                    placed = [next(appended) for _ in filings]
                    _follow(acceptance, verb, [one.seq for one in placed])
                    notices_at.append(placed[0])
        except IntegrityError as error:
            raise Conflict("already_licensed", article="PL 51", number=sent[0][0].number) from error
    return notices_at


def _made(actor: Actor, acceptance: Acceptance, statement: Statement) -> tuple[list[Filing], str]:
    """The row as it is after the notice, its filings, and the verb that was done."""
    verb, instant = _next(acceptance), clock.now()
    register.move(actor, acceptance, verb, at_once={"statement": statement.encode(), "noticed_at": instant})
    filings = [notices.filing_of(acceptance, statement)]
    if verb == "send_free":
        effective = rules.effective(instant)
        filings.append(register.become_effective(acceptance, effective, ground="notice"))
    if verb == "send_paid":
        days = schedule.start_window(records.fee_of(acceptance.record))
        register.ask_for_payment(acceptance, days=days, from_day=clock.legal_day(instant))
    return filings, verb


def _follow(acceptance: Acceptance, verb: str, seqs: Sequence[int]) -> None:
    """The salts stand with the filing now, where they can be erased."""
    store(acceptance, **dict(zip(("noticed_seq", "effective_seq"), seqs, strict=False)), salts={})
    enqueue("papers.print", {"acceptance": str(acceptance.id), "set": "notice"}, subject_id=acceptance.id)
    if verb == "send_free":
        register.follow_effect(acceptance)
        return
    register.publish()
    register.tell(acceptance, "notice_received", *register.BOTH)
    if verb == "stop_for_review":
        register.tell(acceptance, "review_needed", register.VENUE)


def _next(acceptance: Acceptance) -> str:
    if is_abroad(acceptance):
        return "stop_for_review"
    fee = records.fee_of(acceptance.record)
    return "send_free" if schedule.condition(fee).kind is schedule.Condition.ON_NOTICE else "send_paid"


def is_abroad(acceptance: Acceptance) -> bool:
    """Whether a party is outside the mainland, so that a person has to look first (GL 6; TIE)."""
    found = rules.needs_manual_review(
        licensor_abroad=acceptance.holder.outside_mainland,
        licensee_abroad=acceptance.licensee.outside_mainland or bool(acceptance.answers.get("abroad")),
    )
    return bool(found)
