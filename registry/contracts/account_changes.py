"""Changing where money is paid: two persons, two working days, and word to everybody who has to pay.

Nothing is filed before the new account is in force; a change that was stopped has changed nothing. The
account's number is committed, never open. A payment that was claimed keeps the account it was paid into.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.contracts import dues, money_rules, payment_requests, receiving_accounts, register
from registry.contracts.debts import PAYABLE, START
from registry.contracts.models import Acceptance
from registry.contracts.money_models import AccountChange
from registry.contracts.money_rules import ChangeState
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.ledger.filings import Filing, Statement, statement_fields
from registry.ledger.setup import ledger_setup
from registry.licenses.fees import Method
from registry.licenses.models import Declaration
from registry.licenses.statements import check_signature, decode_statement
from registry.parties import mail, prepared
from registry.parties import service as parties
from registry.parties.models import Membership
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import CLOCK, Actor, Role, may_declare

SECOND = (Role.OWNER, Role.SIGNER, Role.FINANCE)
"""Who of the holder may be the second person."""
_OWING = (AcceptanceState.AWAITING_PAYMENT, AcceptanceState.CLAIMED, AcceptanceState.IN_DECISION)
_AFTER = (AcceptanceState.EFFECTIVE, AcceptanceState.EXPIRED, AcceptanceState.TERMINATED)


def find(change_id: UUID) -> AccountChange:
    """Raises NotFound."""
    found = db.session.get(AccountChange, change_id)
    if found is None:
        raise NotFound("not_found")
    return found


# --- asking and approving ----------------------------------------------------------------------------


def ask_act(actor: Actor, declaration: Declaration, facts: Mapping[str, Any]) -> Act:
    """The filing that a change in force will be, for the first person to sign. `facts`: name, bank, number,
    reason. A plain read; raises as `ask`.
    """
    allow(actor, "account.change", declaration)
    _may_change(actor)
    _check(declaration, facts)
    filing = Filing(
        type="account.changed",
        subject=declaration.number,
        fields={"number": declaration.number, "asked_on": clock.today().isoformat()},
        secrets={
            "account": _account(declaration, facts),
            "former": receiving_accounts.of(declaration),
            "reason": facts["reason"].strip(),
        },
    )
    return act_of(filing, role="holder")


def ask(
    actor: Actor, declaration: Declaration, facts: Mapping[str, Any], act: Act, statement: Statement
) -> AccountChange:
    """Ask for another account, signed. Nothing changes yet; everybody who has to pay is told at once.

    Raises Refused `account_same`, `account_name` (payee is nobody the declaration names), Conflict
    `account_change_open`.
    """
    allow(actor, "account.change", declaration)
    _may_change(actor)
    _check(declaration, facts)
    act.signed(statement)
    check_signature(statement)
    wanted = {"account": _account(declaration, facts), "former": receiving_accounts.of(declaration)}
    if any(act.filing.secrets[name] != value for name, value in wanted.items()):
        raise Conflict("stale_digest", "statement")
    change = AccountChange(
        id=new_id(),
        declaration_id=declaration.id,
        declaration=declaration,
        state=ChangeState.ASKED,
        reason=act.filing.secrets["reason"],
        filing=prepared.encode(act.filing),
        first=statement.encode(),
        asked_by=actor.account_id,
        asked_at=clock.now(),
        **wanted,
    )
    db.session.add(change)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("account_change_open", article="[ours]") from error
    history.record(actor, "ask_account", declaration, after=change.state)
    _tell(change, "account_change_asked")
    return change


def second_statement(change: AccountChange) -> dict[str, Any]:
    """What the second person signs; the same however often it is read."""
    return statement_fields(
        prepared.decode(change.filing),
        origin=ledger_setup().origin,
        role="second_person",
        nonce=change.id.hex,
    )


def approve(actor: Actor, change: AccountChange, statement: Statement) -> AccountChange:
    """The second person, who is not the first, signs too; two working days run before it is in force.

    The venue is the second person only where the holder has nobody else who was there before the change was
    asked for. Raises Refused `same_person`, `second_in_house`, `second_too_new`, Conflict when the change
    does not wait.
    """
    check_second(actor, change)
    change = _fresh(change)
    if dict(statement.fields) != second_statement(change):
        raise Conflict("stale_digest", "statement")
    if decode_statement(change.first).kid == statement.kid:
        raise Refused("same_person", article="[ours]")
    check_signature(statement)
    _move(actor, change, "approve")
    change.second = statement.encode()
    change.approved_by, change.approved_at = actor.account_id, clock.now()
    change.in_force_on = money_rules.in_force_on(clock.today()).day
    _tell(change, "account_change_approved")
    return change


def check_second(actor: Actor, change: AccountChange) -> None:
    """Whether the actor may be the second person of a change. Raises as `approve`."""
    allow(actor, "account.approve", change.declaration)
    if actor.account_id == change.asked_by:
        raise Refused("same_person", article="[ours]")
    parties.impartial(actor, change.declaration.holder_id)
    others = set(db.session.scalars(_others(change)))
    if actor.venue_id is not None and others:
        raise Refused("second_in_house", article="[ours]")
    if actor.venue_id is None and actor.account_id not in others:
        raise Refused("second_too_new", article="[ours]")


def stop(actor: Actor, change: AccountChange, *, reason: str) -> AccountChange:
    """Take a change back, or object to it, before it is in force. Raises Refused, Conflict."""
    allow(actor, "account.stop", change.declaration)
    if not reason.strip():
        raise Refused("required", "reason")
    return _stop(actor, _fresh(change), reason.strip())


def _stop(actor: Actor, change: AccountChange, reason: str) -> AccountChange:
    _move(actor, change, "stop")
    change.stopped_by, change.stopped_at, change.stopped_reason = actor.account_id, clock.now(), reason
    change.filing, change.first, change.second = {}, {}, {}
    _tell(change, "account_change_stopped")
    return change


# --- the clock ---------------------------------------------------------------------------------------


def due_to_take_effect() -> list[UUID]:
    """Approved changes whose day has come."""
    query = select(AccountChange.id).where(
        AccountChange.state == ChangeState.APPROVED, AccountChange.in_force_on <= clock.today()
    )
    return list(db.session.scalars(query.order_by(AccountChange.in_force_on)))


def take_effect(change_id: UUID) -> bool:
    """Put one change in force, file it, and ask anew for what is open. Answers whether it did.

    A key that was revoked while the days ran signs nothing: the change stops, and everybody is told.
    """
    change = _fresh(find(change_id))
    if (
        change.state != ChangeState.APPROVED
        or change.in_force_on is None
        or change.in_force_on > clock.today()
    ):
        return False
    signed = [decode_statement(change.first), decode_statement(change.second)]
    try:
        for statement in signed:
            check_signature(statement)
    except Refused:
        _stop(CLOCK, change, "签署人的密钥在等待期内已经失效，变更不生效。")
        return False
    filing = prepared.decode(change.filing)
    filed = Filing(
        type=filing.type,
        subject=filing.subject,
        fields=filing.fields,
        secrets=filing.secrets,
        salts=filing.salts,
        statements=signed,
    )
    _move(CLOCK, change, "take_effect")
    change.in_force_at = clock.now()
    change.seq = register.enter(filed)[0].seq
    change.filing = {}  # salts stand with the filing now, where they can be erased
    for acceptance, due in owing(change.declaration):
        payment_requests.ask_again(acceptance, due)
    _tell(change, "account_change_in_force")
    return True


# --- reading -----------------------------------------------------------------------------------------


def open_of(declaration: Declaration) -> AccountChange | None:
    """The change that waits, if there is one."""
    found = receiving_accounts.changes(declaration, ChangeState.ASKED, ChangeState.APPROVED)
    return found[-1] if found else None


def waiting(actor: Actor) -> Sequence[AccountChange]:
    """Changes that wait, of the actor's offers or of the actor's venue, oldest first."""
    query = select(AccountChange).join(Declaration, Declaration.id == AccountChange.declaration_id)
    whose = (
        Declaration.venue_id == actor.venue_id
        if actor.venue_id is not None
        else Declaration.holder_id == actor.organisation_id
    )
    open_ = AccountChange.state.in_([ChangeState.ASKED, ChangeState.APPROVED])
    return db.session.scalars(query.where(whose, open_).order_by(AccountChange.asked_at)).all()


def owing(declaration: Declaration) -> list[tuple[Acceptance, str]]:
    """Who has something open to pay, and which due: not claimed yet, so it goes into the account in force."""
    query = select(Acceptance).where(
        Acceptance.declaration_id == declaration.id, Acceptance.state.in_([*_OWING, *_AFTER])
    )
    found = []
    for acceptance in db.session.scalars(query.order_by(Acceptance.number)):
        for debt in dues.of(acceptance):
            asked = debt.key == START or payment_requests.of(acceptance, debt.key) is not None
            if asked and debt.state in PAYABLE:
                found.append((acceptance, debt.key))
    return found


# --- inside ------------------------------------------------------------------------------------------


def _may_change(actor: Actor) -> None:
    """Where money goes weighs as much as a declaration: confirmed account, checked party (journeys 2.1)."""
    may_declare(confirmed=actor.confirmed, verified=parties.organisation_of(actor).verified_at is not None)


def _check(declaration: Declaration, facts: Mapping[str, Any]) -> None:
    if declaration.published_seq is None or declaration.erased_at is not None:
        raise Conflict("wrong_state", state=declaration.state, verb="ask_account")
    for name in ("name", "bank", "number", "reason"):
        if not str(facts.get(name) or "").strip():
            raise Refused("required", name)
    present = receiving_accounts.of(declaration)
    version = declaration.current
    if not present or version is None or version.answers["fee"]["method"] == Method.FREE:
        raise Refused("account_none", article="PL 50")
    if present.get("whose") == "venue":
        raise Refused("account_of_venue", article="[ours]")
    if facts["number"] == present.get("number"):
        raise Refused("account_same", "number")
    owners = {declaration.holder.name, *(owner.name for owner in declaration.patent.owners)}
    if facts["name"] not in owners:
        raise Refused("account_name", "name", "CC 509")
    if open_of(declaration) is not None:
        raise Conflict("account_change_open", article="[ours]")


def _account(declaration: Declaration, facts: Mapping[str, Any]) -> dict[str, Any]:
    kept = receiving_accounts.of(declaration)
    return {**kept, **{name: facts[name] for name in ("name", "bank", "number")}}


def _others(change: AccountChange) -> Select[UUID]:
    """The accounts of the holder that could be the second one: whoever was there before the change was asked
    for. A thief who holds one account could give himself another.
    """
    return select(Membership.account_id).where(
        Membership.organisation_id == change.declaration.holder_id,
        Membership.role.in_(SECOND),
        Membership.ended_at.is_(None),
        Membership.account_id != change.asked_by,
        Membership.created_at <= change.asked_at,
    )


def _fresh(change: AccountChange) -> AccountChange:
    query = select(AccountChange).where(AccountChange.id == change.id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def _move(actor: Actor, change: AccountChange, verb: str) -> None:
    found = money_rules.CHANGE.found(change.state, verb)
    before, change.state = change.state, found.to
    noted = {"article": found.article}
    history.record(actor, verb, change, before=before, after=change.state, changes=noted)


def _tell(change: AccountChange, letter: str) -> None:
    """A letter to the holder, to every licensee with something open, and to the venue. No account in it."""
    declaration = change.declaration
    facts = {"declaration": declaration, "change": change}
    licensees = {acceptance.licensee_id for acceptance, _ in owing(declaration)}
    mail.write_to_organisation(declaration.holder_id, letter, side="holder", **facts)
    for organisation_id in sorted(licensees, key=str):
        mail.write_to_organisation(organisation_id, letter, side="licensee", **facts)
    mail.write_to_venue(declaration.venue_id, letter, side="venue", **facts)
