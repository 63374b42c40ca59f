"""Taking several licenses at once: prepared, signed in one act over their ordered list, and sent together.

All or nothing: one offer that has changed, closed or been taken meanwhile refuses the whole, and nothing is
written. What comes out are as many notices as offers, each filed by itself, and one contract for each set of
licensors (docs/adr).
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import delete, select

from registry import clock, history
from registry.contracts import joint_payments, notices, register, sending
from registry.contracts import record as records
from registry.contracts import service as contracts
from registry.contracts.allocation import MOST_LINES, grouped
from registry.contracts.basket_models import BasketLine, Checkout
from registry.contracts.models import Acceptance, Contract
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.canonical import jcs, sha256_hex
from registry.ledger.filings import Statement
from registry.ledger.statement_lists import StatementList
from registry.licenses import register as offers
from registry.licenses.models import Declaration
from registry.parties import approvals
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Act, Actor

LICENSOR_SET, SINGLE = "licensor_set", "single"
Wanted = tuple[Declaration, Mapping[str, Any]]
"""An offer, and who takes it for what, as `contracts.draft` takes it."""


def find(number: str) -> Checkout:
    """A list by its public number. Raises NotFound."""
    found = db.session.scalar(select(Checkout).where(Checkout.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


# --- drafting ----------------------------------------------------------------------------------------


def draft(actor: Actor, wanted: Sequence[Wanted]) -> Checkout:
    """Prepare the notices of a list, in its order. A list of the same licensee that was not sent is dropped.

    Raises Refused `list_empty`, `list_too_long`, `list_twice`; the refusal of an offer that cannot be taken,
    whose field is its place, `lines.2`.
    """
    _check_length([declaration for declaration, _ in wanted])
    licensee = parties.organisation_of(actor)
    tracks = [
        _line(n, lambda one=one: contracts.check_open(actor, one))  # type: ignore[misc]
        for n, (one, _) in enumerate(wanted, start=1)
    ]
    _drop_unsent(actor, licensee.id)
    found = Checkout(
        id=new_id(),
        number=register.fresh_number("G"),
        licensee_id=licensee.id,
        licensee=licensee,
        created_by=actor.account_id,
        created_at=clock.now(),
    )
    with db.session.no_autoflush:
        db.session.add(found)
        for place, (declaration, answers) in enumerate(wanted, start=1):
            one = contracts.blank(actor, declaration, answers)
            one.place, one.created_at, one.checkout = place, found.created_at, found
            db.session.add(one)
        _prepare(actor, found, tracks)
    db.session.flush()
    for acceptance in found.acceptances:
        history.record(actor, "draft", acceptance, after=acceptance.state, changes={"list": found.number})
    history.record(actor, "draft", found, changes={"size": len(wanted)})
    return found


def redraft(actor: Actor, found: Checkout, figures: Mapping[str, Any] | None = None) -> Checkout:
    """Prepare an unsent list anew over the offers' present texts. Raises as `draft`.

    `figures` are what is expected of all licenses together; the first notice states them, lest they be added.
    """
    allow(actor, "acceptance.draft", found)
    found = _lock(found)
    _unsent(found)
    found.acceptances[0].answers = {**found.acceptances[0].answers, **(figures or {})}
    tracks = [
        _line(one.place, lambda one=one: contracts.check_open(actor, one.declaration))  # type: ignore[misc]
        for one in found.acceptances
    ]
    for acceptance in found.acceptances:
        current = acceptance.declaration.current
        assert current is not None
        acceptance.version = current
    former = [one.contract for one in found.acceptances]
    with db.session.no_autoflush:
        _prepare(actor, found, tracks)
    db.session.flush()
    _forget(former)
    return found


def _prepare(actor: Actor, found: Checkout, tracks: Sequence[str]) -> None:
    """Contracts first: each record names the number of its own."""
    settings = register.settings()
    single = settings.contract_grouping == SINGLE
    keyed = [
        (one, (place if single else _set_of(one), track))
        for place, (one, track) in enumerate(zip(found.acceptances, tracks, strict=True))
    ]
    for together in grouped(keyed):
        contract = notices.new_contract(together[0], register.fresh_number("C"))
        db.session.add(contract)
        for one in together:
            one.contract, one.contract_id = contract, contract.id
    for one, track in zip(found.acceptances, tracks, strict=True):
        one.record = {}  # its contract's number is taken from the contract
        notices.prepare(
            one, track=track, signer=actor.name, settings=settings, **contracts.signing_for(actor)
        )


def _set_of(acceptance: Acceptance) -> Hashable:
    """Who stands on the licensor's side, at which venue, who files and where disputes go: one contract has
    one answer to each. The track comes beside it: what is announced and what is not is never one contract.
    """
    answers, holder = acceptance.version.answers, acceptance.declaration.holder
    filing = answers.get("filing", {})
    own = holder.uscc or holder.name  # it consents too where an agency declares
    owners = {one.get("uscc") or one.get("name") for one in answers.get("consents", ())} - {own}
    settled = ("recordal_by", "registration_by", "dispute", "dispute_body")
    return (
        acceptance.holder_id,
        acceptance.venue_id,
        frozenset(owners),
        tuple(str(filing.get(name) or "") for name in settled),
    )


# --- sending -----------------------------------------------------------------------------------------


def check_current(found: Checkout) -> None:
    """Whether what was prepared would be filed now. Raises the first line's refusal, with its place."""
    for one in found.acceptances:
        _line(one.place, lambda one=one: contracts.check_current(one))  # type: ignore[misc]


def stops(found: Checkout) -> dict[int, Refused]:
    """What stands in the way of each line today, by its place; nothing is written."""
    seen: dict[int, Refused] = {}
    for one in found.acceptances:
        try:
            contracts.check_sendable(one)
        except Refused as refused:
            seen[one.place] = refused
    return seen


def text_digest(found: Checkout) -> str:
    """What a reader has read: the digests of all offers' texts in the order of the list."""
    return sha256_hex(jcs([one.version.digest for one in found.acceptances]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What is due at the start into one account, in yuan, for how many notices."""

    account: Mapping[str, Any]
    lines: int
    amount: Decimal


def sums(found: Checkout) -> list[Due]:
    """What is to be paid first, by receiving account, in the order of the list."""
    paying = [(one, records.due_now(one.record)) for one in found.acceptances]
    keyed = [((one, amount), jcs(one.record["account"])) for one, amount in paying if amount]
    return [
        Due(
            account=together[0][0].record["account"],
            lines=len(together),
            amount=sum((amount for _, amount in together), Decimal("0.00")),
        )
        for together in grouped(keyed)
    ]


def listed(found: Checkout) -> StatementList:
    """What is signed in one act: the statements of all notices, in the order of the list."""
    return StatementList(statements=tuple(one.statement_fields for one in found.acceptances))


def send(actor: Actor, found: Checkout, statements: Sequence[Statement]) -> Checkout:
    """Send every notice of the list with its signature, in the order of the list, or none of them.

    Raises Conflict `already_sent`; the refusal of the first line that cannot be sent, with its place.
    """
    allow(actor, "acceptance.send", found)
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    found = _lock(found)
    _unsent(found)
    places = [(one.place.index, one.place.size) if one.place else None for one in statements]
    size = len(found.acceptances)
    if places != [(n, size) for n in range(size)]:  # one act over this list in its order, not signed apart
        raise Conflict("stale_digest", "statement")
    pairs = list(zip(found.acceptances, statements, strict=True))
    for one, statement in pairs:
        _line(one.place, lambda one=one: contracts.check_sendable(one))  # type: ignore[misc]
        contracts.check_signed(one, statement)
        contracts.check_role(actor, one)
    approvals.settle(actor, Act.LIST, found.number, of=found.licensee_id)
    sending.enter(actor, pairs)
    found.sent_at = found.acceptances[0].noticed_at
    joint_payments.join(found)
    history.record(actor, "send", found, changes={"size": len(pairs)})
    taken = [one.declaration_id for one in found.acceptances]
    of_basket = BasketLine.licensee_id == found.licensee_id, BasketLine.declaration_id.in_(taken)
    db.session.execute(delete(BasketLine).where(*of_basket))
    return found


# --- reading -----------------------------------------------------------------------------------------


def contracts_of(found: Checkout) -> list[Contract]:
    """The contracts its notices stand in today, in the order of the list."""
    return list(dict.fromkeys(one.contract for one in found.acceptances))


def unsent_of(actor: Actor) -> Checkout | None:
    """The list the actor's organisation prepared and has not sent, if there is one."""
    query = select(Checkout).where(
        Checkout.licensee_id == parties.organisation_of(actor).id, Checkout.sent_at.is_(None)
    )
    return db.session.scalars(query.order_by(Checkout.created_at.desc())).first()


# --- inside ------------------------------------------------------------------------------------------


@approvals.subject(Act.LIST)
def _drafted(number: str) -> approvals.Subject:
    """A list that could be signed, as its licenses are read. Raises NotFound."""
    found = find(number)
    totals = [records.amounts(one, clock.today()) for one in found.acceptances]
    untold = any(one.untold for one in totals)
    return approvals.Subject(
        organisation_id=found.licensee_id,
        digest=contracts.read_digest(found.acceptances),
        url=f"/checkouts/{found.number}/check",
        patents=found.patent_numbers,
        amount=None if untold else sum((one.amount for one in totals), Decimal(0)),
    )


def _check_length(declarations: Sequence[Declaration]) -> None:
    if not declarations:
        raise Refused("list_empty", "lines")
    if len(declarations) > MOST_LINES:
        raise Refused("list_too_long", "lines", max=MOST_LINES)
    if len({one.id for one in declarations}) < len(declarations):
        raise Refused("list_twice", "lines")


def _line(place: int, work: Callable[[], object]) -> str:
    """What a line answers; its refusal says which line it is about."""
    try:
        return str(work())
    except Refused as refused:
        refused.field = refused.field or f"lines.{place}"
        raise


def _unsent(found: Checkout) -> None:
    if found.sent_at is not None:
        raise Conflict("already_sent", number=found.number)


def _lock(found: Checkout) -> Checkout:
    """The list, then its declarations in one order that everybody keeps, then its notices."""
    query = select(Checkout).where(Checkout.id == found.id).with_for_update()
    fresh = db.session.scalars(query.execution_options(populate_existing=True)).one()
    for declaration_id in sorted(one.declaration_id for one in fresh.acceptances):
        offers.lock(declaration_id)
    for acceptance in fresh.acceptances:
        register.lock(acceptance.id)
    return fresh


def _drop_unsent(actor: Actor, licensee_id: UUID) -> None:
    """What was prepared before and binds nobody: another list takes its place. An agent drops none that is
    beyond its power.
    """
    query = select(Checkout).where(Checkout.licensee_id == licensee_id, Checkout.sent_at.is_(None))
    for former in db.session.scalars(query.with_for_update()):
        drafts = list(former.acceptances)
        if any(one.state != AcceptanceState.DRAFTED for one in drafts):
            continue
        allow(actor, "acceptance.draft", former)
        held = [one.contract for one in drafts]
        for one in drafts:
            db.session.delete(one)
        db.session.flush()
        _forget(held)
        db.session.delete(former)
    db.session.flush()


def _forget(held: Iterable[Contract]) -> None:
    """Contracts of drafts that nothing stands in any more; their numbers are given to nobody else."""
    for contract in dict.fromkeys(held):
        left = select(Acceptance.id).where(Acceptance.contract_id == contract.id).limit(1)
        if db.session.scalar(left) is None:
            db.session.expire(contract, ["acceptances"])
            db.session.delete(contract)
    db.session.flush()
