"""What a licensee, the clock and a venue can do with an acceptance: draft, send, clear, refuse, lapse, end.

Money has its own file (payments), decisions another (decisions), the registration track a third
(registration).
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import clock, history
from registry.contracts import notices, refunds, register, rules, sending, splitting
from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import AcceptanceState
from registry.contracts.sending import is_abroad as is_abroad
from registry.database import db, new_id
from registry.errors import Conflict, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs, sha256_hex
from registry.ledger.filings import Statement
from registry.licenses import schedule
from registry.licenses.models import Declaration
from registry.licenses.offers import standing
from registry.parties import approvals
from registry.parties import service as parties
from registry.parties.models import Organisation
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Act, Actor

FIGURES = ("expected_input", "expected_output")

# --- drafting ----------------------------------------------------------------------------------------


def check_open(actor: Actor, declaration: Declaration) -> str:
    """The track a notice of today would get. A plain read, for the first page.

    Raises the offer's own refusal when it is not open, Conflict `already_licensed` while a live one exists.
    """
    licensee = parties.organisation_of(actor)
    allow(actor, "acceptance.draft", _Taker(licensee, declaration))
    track = open_track(declaration)
    _refuse_second(declaration, licensee)
    return track


def open_track(declaration: Declaration) -> str:
    """The track a notice of today gets, whoever sends it. Raises the offer's refusal when none is taken."""
    if declaration.published_seq is None:
        raise Conflict("offer_not_open", article="PL 50; GL 3.5")
    found = standing(declaration)
    if isinstance(found, Refused):
        raise found
    return str(found)


def draft(actor: Actor, declaration: Declaration, answers: Mapping[str, Any]) -> Acceptance:
    """Say who takes the license and for what, and prepare the notice. Binds nobody until it is signed and
    sent.

    `answers` is JSON: use, capacity, contact, abroad, related, product, region, contractor … Raises as
    `check_open`.
    """
    track, acceptance = check_open(actor, declaration), blank(actor, declaration, answers)
    acceptance.contract = notices.new_contract(acceptance, register.fresh_number("C"))
    with db.session.no_autoflush:
        db.session.add(acceptance)
        _prepare(actor, acceptance, track)
    db.session.flush()
    history.record(actor, "draft", acceptance, after=acceptance.state)
    return acceptance


def blank(actor: Actor, declaration: Declaration, answers: Mapping[str, Any]) -> Acceptance:
    """A notice of the actor's organisation before its contract and its record are known."""
    licensee = parties.organisation_of(actor)
    return Acceptance(
        id=new_id(),
        number=register.fresh_number("A"),
        declaration=declaration,
        version=declaration.current,
        venue_id=declaration.venue_id,
        holder_id=declaration.holder_id,
        licensee=licensee,
        licensee_id=licensee.id,
        state=AcceptanceState.DRAFTED,
        created_by=actor.account_id,
        created_at=clock.now(),
        answers=dict(answers),
        nonce="",
    )


def redraft(actor: Actor, acceptance: Acceptance, answers: Mapping[str, Any] | None = None) -> Acceptance:
    """Prepare an unsent notice anew: other answers, or the offer's present text after a stale one."""
    allow(actor, "acceptance.draft", acceptance)
    acceptance = register.lock(acceptance.id)
    _alone(acceptance)
    _unsent(acceptance)
    track = open_track(acceptance.declaration)
    acceptance.answers = dict(acceptance.answers if answers is None else answers)
    current = acceptance.declaration.current
    assert current is not None
    acceptance.version = current
    _prepare(actor, acceptance, track)
    return acceptance


def signing_for(actor: Actor) -> dict[str, Any]:
    """Under which power, or for which internal unit, somebody signs."""
    return {"power": actor.power, "unit": actor.unit.name if actor.unit else ""}


def _prepare(actor: Actor, acceptance: Acceptance, track: str) -> None:
    settings = register.settings()
    notices.prepare(acceptance, track=track, signer=actor.name, settings=settings, **signing_for(actor))


def check_current(acceptance: Acceptance) -> None:
    """Whether what was prepared is what would be filed now. Raises the offer's refusal, Conflict
    `stale_digest`.
    """
    if not notices.still_current(acceptance, open_track(acceptance.declaration)):
        raise Conflict("stale_digest", "digest", number=acceptance.number)


# --- sending -----------------------------------------------------------------------------------------


def accept(actor: Actor, acceptance: Acceptance, statement: Statement) -> Acceptance:
    """Send the signed notice: the contract is formed when it is entered (CC 137, 483; PL 51).

    Free: effective at once. Paid: waits for the money. A party outside the mainland: stops for manual
    review (GL 6).
    Raises Conflict `stale_digest` when the offer is no longer the one that was read, Conflict
    `already_licensed`.
    """
    allow(actor, "acceptance.send", acceptance)
    acceptance = register.lock(acceptance.id)
    _accept(actor, acceptance, statement)
    return acceptance


def accept_outside(
    actor: Actor, number: str, *, kid: str, signature: bytes
) -> tuple[Acceptance, ledger.Appended]:
    """`accept` a notice a machine signed elsewhere: locked before anything is asked, so that it is read once.
    With its place in the log. Raises NotFound, and as `accept`.
    """
    acceptance = register.lock_numbered(number)
    allow(actor, "acceptance.send", acceptance)
    statement = parties.external(actor, kid, signature, acceptance.statement_fields)
    return acceptance, _accept(actor, acceptance, statement)


def _accept(actor: Actor, acceptance: Acceptance, statement: Statement) -> ledger.Appended:
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    _alone(acceptance)
    check_sendable(acceptance)
    check_signed(acceptance, statement)
    check_role(actor, acceptance)
    approvals.settle(actor, Act.ACCEPT, acceptance.number, of=acceptance.licensee_id)
    return sending.enter(actor, [(acceptance, statement)])[0]


def check_sendable(acceptance: Acceptance) -> None:
    """Whether a locked notice may go out now, as it was prepared. Raises as `accept`."""
    _unsent(acceptance)
    _refuse_second(acceptance.declaration, acceptance.licensee)
    check_current(acceptance)


def check_signed(acceptance: Acceptance, statement: Statement) -> None:
    """Whether this very notice was signed. Raises Conflict `stale_digest`."""
    if dict(statement.fields) != acceptance.statement_fields:
        raise Conflict("stale_digest", "statement")


def prepared_for(actor: Actor, acceptance: Acceptance) -> bool:
    """Whether a notice was prepared for this signer, under the same power or unit, or none."""
    return _same_power(actor, acceptance) and bool(acceptance.record["signers"]["licensee"] == actor.name)


def check_role(actor: Actor, acceptance: Acceptance) -> None:
    """Whether it was prepared for whoever signs: an agent's notice names its power, the party's own none.

    Raises Conflict `stale_digest`.
    """
    if not _same_power(actor, acceptance):
        raise Conflict("stale_digest", "statement")


def clear(actor: Actor, acceptance: Acceptance, *, reason: str) -> None:
    """Let an acceptance go on that had stopped because a party is outside the mainland (GL 6; TIE)."""
    allow(actor, "acceptance.review", acceptance)
    parties.impartial(actor, acceptance.holder_id, acceptance.licensee_id)
    _say_why(reason)
    acceptance = register.lock(acceptance.id)
    fee = records.fee_of(acceptance.record)
    free = schedule.condition(fee).kind is schedule.Condition.ON_NOTICE
    register.move(actor, acceptance, "clear_free" if free else "clear_paid", reason=reason)
    if free:
        effective = rules.effective(clock.now())  # never by itself: the clearance is the last condition
        appended = register.enter(register.become_effective(acceptance, effective, ground="cleared"))
        register.after_effective(acceptance, appended[0].seq)
    else:
        register.ask_for_payment(acceptance, days=schedule.start_window(fee), from_day=clock.today())
        enqueue("papers.print", {"acceptance": str(acceptance.id), "set": "notice"}, subject_id=acceptance.id)
        register.tell(acceptance, "notice_received", *register.BOTH)


def refuse_review(actor: Actor, acceptance: Acceptance, *, reason: str) -> None:
    """Void an acceptance in manual review: the technology may not go where the party is (GL 6; TIE)."""
    allow(actor, "acceptance.review", acceptance)
    parties.impartial(actor, acceptance.holder_id, acceptance.licensee_id)
    _say_why(reason)
    acceptance = register.lock(acceptance.id)
    rules.ACCEPTANCE.move(acceptance.state, "clear_free")  # only from manual review
    register.move(actor, acceptance, "decide_void", reason=reason)
    splitting.split_off(actor, acceptance, ground="foreign_party")
    register.enter(register.ending(acceptance, ground="foreign_party", on=clock.today(), reason=reason))
    register.tell(acceptance, "decided", *register.BOTH)


# --- the clock ---------------------------------------------------------------------------------------


def due_to_lapse() -> list[UUID]:
    """Unpaid notices whose last payment day is over; a claimed payment never lapses."""
    query = select(Acceptance.id).where(
        Acceptance.state == AcceptanceState.AWAITING_PAYMENT, Acceptance.pay_by < clock.today()
    )
    return list(db.session.scalars(query.order_by(Acceptance.number)))


def lapse(acceptance_id: UUID) -> bool:
    """Let one unpaid notice lapse; what arrived short goes back. Answers whether it did."""
    acceptance = register.lock(acceptance_id)
    allow(CLOCK, "acceptance.lapse", acceptance)
    if acceptance.state != AcceptanceState.AWAITING_PAYMENT or not _over(acceptance):
        return False
    register.move(CLOCK, acceptance, "lapse")
    splitting.split_off(CLOCK, acceptance, ground="unpaid")
    refunds.owe_all(acceptance, reason="lapsed")
    register.enter(register.ending(acceptance, ground="unpaid", on=clock.today()))
    register.tell(acceptance, "acceptance_lapsed", *register.BOTH)
    return True


def lapse_due() -> int:
    """Let every unpaid notice lapse that is due. Returns how many."""
    return sum(lapse(acceptance_id) for acceptance_id in due_to_lapse())


def end_due() -> int:
    """End licenses whose term, or whose patent's, is over. Returns how many."""
    query = select(Acceptance.id).where(
        Acceptance.state == AcceptanceState.EFFECTIVE, Acceptance.last_day < clock.today()
    )
    found = list(db.session.scalars(query.order_by(Acceptance.number)))
    return sum(_end(acceptance_id) for acceptance_id in found)


def _end(acceptance_id: UUID) -> bool:
    acceptance = register.lock(acceptance_id)
    if acceptance.state != AcceptanceState.EFFECTIVE or acceptance.last_day is None:
        return False
    patent = records.patent_last_day(acceptance.declaration.patent)
    verb = "end_patent" if acceptance.last_day == patent else "end_term"
    register.move(CLOCK, acceptance, verb)
    ground = verb.removeprefix("end_")
    register.enter(register.ending(acceptance, ground=ground, on=acceptance.last_day))
    return True


# --- reading -----------------------------------------------------------------------------------------


def of_licensee(actor: Actor) -> Sequence[Acceptance]:
    """The actor's own licenses and notices, newest first."""
    query = select(Acceptance).where(Acceptance.licensee_id == parties.organisation_of(actor).id)
    return db.session.scalars(query.order_by(Acceptance.created_at.desc())).all()


def of_holder(actor: Actor) -> Sequence[Acceptance]:
    """What came in on the actor's offers, drafts of others left out, newest first."""
    query = select(Acceptance).where(
        Acceptance.holder_id == parties.organisation_of(actor).id,
        Acceptance.state != AcceptanceState.DRAFTED,
    )
    return db.session.scalars(query.order_by(Acceptance.created_at.desc())).all()


def in_review(actor: Actor) -> Sequence[Acceptance]:
    """Acceptances of the actor's venue that stopped because a party is outside the mainland, oldest first."""
    query = select(Acceptance).where(
        Acceptance.venue_id == actor.venue_id, Acceptance.state == AcceptanceState.MANUAL_REVIEW
    )
    return db.session.scalars(query.order_by(Acceptance.noticed_at)).all()


def contracts_of_venue(actor: Actor) -> Sequence[Contract]:
    """The contracts of the actor's venue whose notice was sent, newest first."""
    sent = select(Acceptance.contract_id).where(Acceptance.state != AcceptanceState.DRAFTED)
    query = select(Contract).where(Contract.venue_id == actor.venue_id, Contract.id.in_(sent))
    query = query.options(selectinload(Contract.acceptances), selectinload(Contract.results))
    return db.session.scalars(query.order_by(Contract.created_at.desc())).all()


def licensee_count(declaration: Declaration) -> int:
    """How many licenses of an offer were ever given; the public page says the number and no names."""
    given = (Acceptance.declaration_id == declaration.id) & Acceptance.effective_seq.is_not(None)
    return db.session.scalar(select(func.count()).select_from(Acceptance).where(given)) or 0


def live_license(actor: Actor, declaration: Declaration) -> Acceptance | None:
    """The actor's own live acceptance of an offer, if there is one."""
    number = register.live_number(declaration, parties.organisation_of(actor))
    return None if number is None else register.find(number)


# --- inside ------------------------------------------------------------------------------------------


def _refuse_second(declaration: Declaration, licensee: Organisation) -> None:
    """One live license of an offer for each licensee; another one after it has ended (journeys 3.4)."""
    if declaration.holder_id == licensee.id:
        raise Refused("own_offer", article="CC 576")
    if live := register.live_number(declaration, licensee):
        raise Conflict("already_licensed", article="PL 51", number=live)


@approvals.subject(Act.ACCEPT)
def _drafted(number: str) -> approvals.Subject:
    """A notice that could be signed: the offer's text and the answers, whatever the day. Raises NotFound."""
    acceptance = register.find(number)
    total = records.amounts(acceptance, clock.today())
    return approvals.Subject(
        organisation_id=acceptance.licensee_id,
        digest=read_digest([acceptance]),
        url=f"/acceptances/{acceptance.number}/check",
        patents=acceptance.patent_numbers,
        amount=None if total.untold else total.amount,
    )


def read_digest(acceptances: Sequence[Acceptance]) -> str:
    """Of what a person reads before signing: offers and answers, without the day's dates. Figures for
    statistics may be added by whoever signs.
    """
    read = [
        {
            "text": one.version.digest,
            "answers": {name: value for name, value in one.answers.items() if name not in FIGURES},
        }
        for one in acceptances
    ]
    return sha256_hex(jcs(read))


def _alone(acceptance: Acceptance) -> None:
    """A notice of a list is prepared and sent with the list, or not at all."""
    if acceptance.checkout is not None:
        raise Conflict("sent_with_list", number=acceptance.checkout.number)


def _unsent(acceptance: Acceptance) -> None:
    if acceptance.state != AcceptanceState.DRAFTED:
        raise Conflict("already_sent", number=acceptance.number)


def _over(acceptance: Acceptance) -> bool:
    return acceptance.pay_by is not None and acceptance.pay_by < clock.today()


def _say_why(reason: str) -> None:
    if not reason.strip():
        raise Refused("required", "reason", "GL 6")


def _same_power(actor: Actor, acceptance: Acceptance) -> bool:
    agent = acceptance.record.get("agents", {}).get("licensee", {})
    unit = acceptance.record.get("units", {}).get("licensee", "")
    same = agent.get("number", "") == (actor.power.number if actor.power else "")
    return bool(same and unit == (actor.unit.name if actor.unit else ""))


class _Taker:
    """Stands for the acceptance that does not exist yet."""

    def __init__(self, licensee: Organisation, declaration: Declaration) -> None:
        self.licensee_id, self.holder_ids = licensee.id, (declaration.holder_id,)
        self.patent_numbers = declaration.patent_numbers
