"""Credits of bank statements, and which due each might be: proposals alone, until a person confirms one.

Lines are somebody's own bookkeeping: kept for the holder's finance role or the venue that brought them, for
the set days, never in the log. Whoever brings the same statement twice gets no line twice.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select

from registry import clock, history
from registry.contracts import bank_rows, dues, joint_payments, money_rules, payment_requests, payments
from registry.contracts.basket_models import JointPayment
from registry.contracts.debts import PAYABLE, START, DueState
from registry.contracts.models import Acceptance, Payment
from registry.contracts.money_models import BankHeading, BankLine, PaymentRequest
from registry.contracts.money_rules import LineState
from registry.contracts.rules import AcceptanceState, PaymentState
from registry.database import db, new_id
from registry.documents.tables_in import TableRow
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Statement
from registry.parties.permissions import allow
from registry.parties.prepared import Act
from registry.parties.rules import Actor

MOST_TOGETHER = 20
"""How many proposals one press confirms: each is an act of its own, signed by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What became of a statement: new credits, known ones, rows passed over, rows nobody could read."""

    new: int
    known: int
    passed_over: int
    faults: tuple[tuple[int, Refused], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A line and the due it might pay. `by`: `reference` or `amount_payer`; `claim` waits for its answer."""

    line: BankLine
    acceptance: Acceptance
    due: str
    rest: Decimal
    by: str
    claim: Payment | None
    joint: JointPayment | None = None  # paid with others of its list: `rest` is that of all

    @property
    def plain(self) -> bool:
        """Whether it can be confirmed with others: nothing about it needs a word of explanation."""
        return self.rest == self.line.amount and bank_rows.same_name(
            self.line.payer, self.acceptance.licensee.name
        )


def owner(actor: Actor) -> UUID:
    """Whose lines the actor works with: its venue's, else its organisation's. Raises as `allow`."""
    found = actor.venue_id or actor.organisation_id
    allow(actor, "statement.work", _Own(actor))
    assert found is not None
    return found


# --- bringing a statement ----------------------------------------------------------------------------


def headings(actor: Actor) -> dict[str, list[str]]:
    """What the columns are called, with what this owner has said about its own bank."""
    query = select(BankHeading).where(BankHeading.owner_id == owner(actor))
    own: dict[str, list[str]] = {}
    for one in db.session.scalars(query):
        own.setdefault(one.field, []).append(one.heading)
    return bank_rows.names(own)


def remember(actor: Actor, named: Mapping[str, str]) -> None:
    """Note what this owner's bank calls its columns: our name → the heading. Raises Refused."""
    mine = owner(actor)
    taken = [heading for heading in named.values() if heading]
    if len(taken) != len(set(taken)):
        raise Refused("heading_twice", "file", name=max(taken, key=taken.count))
    if not (named.get("day") or named.get("time")) or not (named.get("credit") or named.get("amount")):
        raise Refused("bank_columns_needed", "day")
    db.session.execute(
        delete(BankHeading).where(BankHeading.owner_id == mine, BankHeading.heading.in_(taken))
    )
    for field, heading in named.items():
        if heading:
            db.session.add(BankHeading(id=new_id(), owner_id=mine, field=field, heading=heading[:100]))


def bring(actor: Actor, rows: Sequence[TableRow]) -> Brought:
    """Keep the credits of a statement that are not known yet. Raises Refused `headings_missing`."""
    mine = owner(actor)
    read = bank_rows.read(bank_rows.headed(rows, headings(actor)))
    known = _known(mine, [one.digest for one in read.credits])
    fresh = list({one.digest: one for one in read.credits if one.digest not in known}.values())
    for one in fresh:
        at = datetime.combine(one.day, one.at, clock.SHANGHAI) if one.at else None
        db.session.add(
            BankLine(
                id=new_id(),
                owner_id=mine,
                digest=one.digest,
                state=LineState.OPEN,
                day=one.day,
                at=at,
                amount=one.amount,
                payer=one.payer,
                payer_account=one.payer_account,
                remark=one.remark,
                serial=one.serial,
                imported_by=actor.account_id,
                imported_at=clock.now(),
            )
        )
    return Brought(
        new=len(fresh),
        known=len(read.credits) - len(fresh),
        passed_over=read.passed_over,
        faults=read.faults,
    )


def _known(mine: UUID, digests: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(digests), 500):
        part = digests[start : start + 500]
        query = select(BankLine.digest).where(BankLine.owner_id == mine, BankLine.digest.in_(part))
        found |= set(db.session.scalars(query))
    return found


# --- proposals ---------------------------------------------------------------------------------------


def lines(actor: Actor, *states: LineState) -> Sequence[BankLine]:
    """The actor's lines in these states, newest day first."""
    query = select(BankLine).where(BankLine.owner_id == owner(actor), BankLine.state.in_(states))
    return db.session.scalars(query.order_by(BankLine.day.desc(), BankLine.id)).all()


def find(actor: Actor, line_id: UUID) -> BankLine:
    """A line of the actor's own. Raises NotFound."""
    found = db.session.get(BankLine, line_id)
    if found is None or found.owner_id != owner(actor):
        raise NotFound("not_found")
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Open:
    """Something to be paid, as lines are held against it."""

    acceptance: Acceptance
    due: str
    reference: str
    rest: Decimal
    claim: Payment | None
    joint: JointPayment | None = None


def proposals(actor: Actor) -> tuple[list[Proposal], list[BankLine]]:
    """For each open line the due it might pay, and the lines nothing fits. Never confirmed by itself.

    By reference first; then by amount and payer, where exactly one due fits: two that fit are none.
    """
    waiting, drawn = _open_dues(actor), _drawn(actor)
    found, alone = [], []
    for line in lines(actor, LineState.OPEN):
        one = _propose(line, waiting, drawn)
        if one is None:
            alone.append(line)
        else:
            found.append(one)
    return found, alone


def proposal(actor: Actor, line: BankLine) -> Proposal:
    """The one due a line might pay. Raises Conflict `line_unmatched`."""
    found = _propose(line, _open_dues(actor), _drawn(actor))
    if found is None or line.state != LineState.OPEN:
        raise Conflict("line_unmatched")
    return found


def _propose(line: BankLine, waiting: Sequence[_Open], drawn: Set[str]) -> Proposal | None:
    by_reference = {one.reference: one for one in reversed(waiting) if one.reference}  # a list's first line
    named = bank_rows.references(line.remark, by_reference)
    if len(named) == 1:
        return _proposal(line, by_reference[named[0]], "reference")
    if named or bank_rows.names_one(line.remark, drawn):
        return None  # money for a due that is settled already is for no other
    fitting = {
        (one.reference or str(one.acceptance.id), one.due): one
        for one in reversed(waiting)
        if one.rest == line.amount and bank_rows.same_name(line.payer, one.acceptance.licensee.name)
    }
    found = list(fitting.values())
    return _proposal(line, found[0], "amount_payer") if len(found) == 1 else None


def _proposal(line: BankLine, one: _Open, by: str) -> Proposal:
    return Proposal(
        line=line,
        acceptance=one.acceptance,
        due=one.due,
        rest=one.rest,
        by=by,
        claim=one.claim,
        joint=one.joint,
    )


def _mine(actor: Actor) -> ColumnElement[bool]:
    """The licenses the actor may confirm money for."""
    if actor.venue_id is not None:
        return Acceptance.venue_id == actor.venue_id
    return Acceptance.holder_id == actor.organisation_id


def _drawn(actor: Actor) -> set[str]:
    """Every reference that was ever drawn for a due of these."""
    asked = select(PaymentRequest.reference).join(Acceptance, Acceptance.id == PaymentRequest.acceptance_id)
    started = select(Acceptance.reference).where(_mine(actor), Acceptance.reference.is_not(None))
    return {one for one in db.session.scalars(started.union(asked.where(_mine(actor)))) if one}


def _open_dues(actor: Actor) -> list[_Open]:
    """Everything the actor may confirm money for."""
    mine = _mine(actor)
    states = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED, AcceptanceState.LAPSED)
    started = db.session.scalars(select(Acceptance).where(mine, Acceptance.state.in_(states))).all()
    asked = db.session.scalars(
        select(PaymentRequest).join(Acceptance, Acceptance.id == PaymentRequest.acceptance_id).where(mine)
    ).all()
    pairs = [(one, START) for one in started]
    pairs += [(one.acceptance, one.due_key) for one in asked if one.due_key != START]
    return [found for one, due in dict.fromkeys(pairs) if (found := _open_due(one, due)) is not None]


def _open_due(acceptance: Acceptance, due: str) -> _Open | None:
    debt = next((one for one in dues.of(acceptance) if one.key == due), None)
    lapsed = acceptance.state == AcceptanceState.LAPSED and due == START
    if debt is None or not (debt.state in PAYABLE or debt.state is DueState.CLAIMED or lapsed):
        return None
    claims = (one for one in acceptance.payments if one.due_key == due and one.state == "claimed")
    claim = next(claims, None)
    if lapsed and claim is None:
        return None
    joint = joint_payments.of(acceptance) if due == START and not lapsed else None
    return _Open(
        acceptance=acceptance,
        due=due,
        reference=payment_requests.reference(acceptance, due),
        rest=payments.outstanding(acceptance, due) if joint is None else _together(joint),
        claim=claim,
        joint=joint,
    )


def _together(joint: JointPayment) -> Decimal:
    """What all licenses of a list that share a reference still wait for."""
    return sum((payments.outstanding(one) for one in joint_payments.open_lines(joint)), Decimal("0.00"))


# --- confirming --------------------------------------------------------------------------------------


def facts_of(line: BankLine) -> dict[str, Any]:
    """What the account shows, as `payments.confirm` takes it."""
    return {
        "result": "agrees",
        "amount": line.amount,
        "arrived_on": line.day,
        "arrived_at": line.at,
        "serial": line.serial,
        "note": "",
    }


def acts_for(actor: Actor, found: Proposal) -> list[Act]:
    """The filings that confirm a proposal, for the actor to sign: a claim answered, or an arrival stated; of
    a transfer for several licenses one for each.
    """
    facts = facts_of(found.line)
    if found.claim is not None:
        return [act for _, act in joint_payments.confirm_acts(actor, found.claim, facts)]
    if found.joint is not None:
        return [act for _, act in joint_payments.arrival_acts(actor, found.joint, facts)]
    return [payments.arrival_act(actor, found.acceptance, found.due, facts)]


def confirm(
    actor: Actor,
    line: BankLine,
    acts: Sequence[Act],
    statements: Sequence[Statement],
    *,
    together: bool = False,
) -> list[Payment]:
    """Confirm what a line was proposed for, as it stands now. `together`: only what needs no explanation.

    Raises Conflict `line_unmatched`, `line_not_plain`, and as `payments.confirm`.
    """
    line = _fresh(line)
    found = proposal(actor, line)
    if together and not found.plain:
        raise Conflict("line_not_plain")
    facts = facts_of(line)
    given = {**facts, "payer": line.payer or found.acceptance.licensee.name}
    if found.claim is not None:
        made = joint_payments.confirm(actor, found.claim, facts, acts, statements)
    elif found.joint is not None:
        made = joint_payments.arrive(actor, found.joint, given, acts, statements)
    else:
        made = [payments.arrive(actor, found.acceptance, found.due, given, acts[0], statements[0])]
    take(actor, line, *made)
    return made


def take(actor: Actor, line: BankLine, *made: Payment) -> None:
    """Note that a line was this payment, or these parts of one transfer; where it came from is where a refund
    goes. One line is taken once: whoever presses second finds it taken. Raises Conflict `line_differs` where
    the payments say otherwise.
    """
    line = _fresh(line)
    arrived = sum((one.arrived_amount or Decimal("0.00") for one in made), Decimal("0.00"))
    if any(one.state == PaymentState.NOT_ARRIVED for one in made) or line.amount != arrived:
        raise Conflict("line_differs", "amount")
    _move(actor, line, "confirm")
    line.payment_id = made[0].id
    for payment in made:
        if line.payer_account and not payment.payer_account:
            payment.payer_account = line.payer_account


def put_aside(actor: Actor, line: BankLine, verb: str) -> None:
    """Say that a line is none of ours (`set_aside`), or that it is after all (`take_up`)."""
    if verb not in ("set_aside", "take_up"):
        raise Refused("not_a_choice", "verb")
    _move(actor, _fresh(line), verb)


# --- the clock ---------------------------------------------------------------------------------------


def forget(days: int) -> int:
    """Delete lines older than the set days. Returns how many went."""
    before = clock.now() - timedelta(days=days)
    gone = db.session.execute(delete(BankLine).where(BankLine.imported_at < before))
    return int(getattr(gone, "rowcount", 0))


def of_payments(ids: Iterable[UUID]) -> Sequence[BankLine]:
    """The lines that were these payments."""
    query = select(BankLine).where(BankLine.payment_id.in_(list(ids)))
    return db.session.scalars(query.order_by(BankLine.id)).all()


def _fresh(line: BankLine) -> BankLine:
    query = select(BankLine).where(BankLine.id == line.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _move(actor: Actor, line: BankLine, verb: str) -> None:
    found = money_rules.LINE.found(line.state, verb)
    before, line.state = line.state, found.to
    history.record(actor, verb, line, before=before, after=line.state, changes={"article": found.article})


class _Own:
    """Stands for the actor's own statements, for `allow`."""

    def __init__(self, actor: Actor) -> None:
        self.holder_id, self.venue_id = actor.organisation_id, actor.venue_id
