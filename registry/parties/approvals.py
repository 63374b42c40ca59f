"""A second person's approval, where an organisation wants it: one member prepares an act and asks, another
who may sign reads the same text and signs it. That signature is the act's (docs/adr/0028).

What is asked about is fixed by its digest: a changed text is asked about anew. The rule itself is made
stricter by one owner and looser only by two persons, or it would bind nobody.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select

from registry import clock, history
from registry.database import db, locked, new_id, value_of
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger.canonical import jcs, sha256_hex
from registry.parties import mail
from registry.parties.approval_models import Approval, ApprovalPolicy
from registry.parties.models import Account, Membership, Organisation
from registry.parties.organisations import organisation_of
from registry.parties.permissions import SIGN, allow
from registry.parties.rules import CLOCK, Act, Actor, ApprovalState, may_loosen, needs_second

DAYS = 14
_RULED = select(ApprovalPolicy.organisation_id).where(ApprovalPolicy.organisation_id == bindparam("of"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A draft to be signed: whose it is, its digest, its page, which patents it is about, what it costs
    (None: nobody can tell).
    """

    organisation_id: UUID
    digest: str
    url: str
    patents: tuple[str, ...]
    amount: Decimal | None = None


SUBJECTS: dict[Act, Callable[[str], Subject]] = {}
"""By act: what a draft's number leads to. Declarations and contracts live above and register here."""


def subject(act: Act) -> Callable[[Callable[[str], Subject]], Callable[[str], Subject]]:
    """Register what finds the drafts of an act."""

    def register(function: Callable[[str], Subject]) -> Callable[[str], Subject]:
        SUBJECTS[act] = function
        return function

    return register


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How it stands with a draft, for the page where it is signed."""

    needed: bool
    asked: Approval | None = None
    own: bool = False  # asked by the reader: somebody else has to sign

    @property
    def may_sign(self) -> bool:
        return not self.needed or (self.asked is not None and not self.own)


# --- the rule ----------------------------------------------------------------------------------------


def policy_of(organisation_id: UUID) -> ApprovalPolicy | None:
    """What the organisation decided."""
    return db.session.get(ApprovalPolicy, organisation_id)


def change_policy(actor: Actor, wanted: Mapping[str, Any]) -> Approval | None:
    """Decide which acts a second person has to sign; answers the request where loosening waits for one.

    `wanted`: declare, withdraw, accept, accept_above (yuan or None). Raises Refused `approval_alone` where
    nobody could be the second.
    """
    organisation = organisation_of(actor)
    allow(actor, "approval.settings", organisation)
    policy = _locked(organisation.id)
    if any(wanted[name] for name in ("declare", "withdraw", "accept")) and _signers(organisation.id) < 2:
        raise Refused("approval_alone", article="[ours]")
    if may_loosen(_values(policy), wanted):
        told = _plain(wanted)
        return _ask(actor, organisation, Act.SETTINGS, number="", digest=sha256_hex(jcs(told)), wanted=told)
    _apply(actor, policy, wanted)
    return None


def approve_policy(actor: Actor, approval_id: UUID) -> Approval:
    """The second person lets the rule be loosened. Raises NotFound, Refused `second_signer`, Conflict."""
    row = _find(actor, approval_id)
    allow(actor, "approval.answer", row)
    policy = _locked(row.organisation_id)
    if row.act != Act.SETTINGS:
        raise NotFound("not_found")
    _answer(actor, row, ApprovalState.APPROVED)
    above = row.wanted["accept_above"]
    _apply(actor, policy, {**row.wanted, "accept_above": None if above is None else Decimal(above)})
    return row


# --- asking and answering ----------------------------------------------------------------------------


def ask(actor: Actor, act: Act, number: str) -> Approval:
    """Ask the others to sign a draft as it stands now; an earlier request about it is replaced.

    Raises NotFound, Conflict `approval_not_needed`.
    """
    found = _subject(act, number)
    organisation = db.session.get_one(Organisation, found.organisation_id)
    allow(actor, "approval.ask", organisation)
    check_reach(actor, found)
    policy = _locked(organisation.id)
    if not needs_second(act, _values(policy), found.amount):
        raise Conflict("approval_not_needed")
    return _ask(actor, organisation, act, number=number, digest=found.digest)


def check_reach(actor: Actor, found: Subject) -> None:
    """An agent for some patents asks about drafts over those alone. Raises NotAllowed `outside_power`."""
    power = actor.power
    if power is not None and power.patents is not None and not set(found.patents) <= power.patents:
        raise NotAllowed("outside_power", article="CC 165, 171", number=power.number)


def settle(actor: Actor, act: Act, number: str, *, of: UUID) -> None:
    """Ask whether this signature may stand, and note that it answered a request; nothing where the
    organisation (`of`) wants no second person. Called by the verb that files, in its transaction.

    Raises Conflict `approval_needed` when nobody asked about this very text, Refused `second_signer` for
    whoever asked.
    """
    if value_of(_RULED, of=of) is None:
        return
    found, policy = _subject(act, number), policy_of(of)
    if found.organisation_id != of:
        raise RuntimeError("whose rule is asked about is whose draft it is")
    if not needs_second(act, _values(policy), found.amount):
        return
    policy = _locked(of)
    row = _waiting(found.organisation_id, act, number)
    if row is None or row.digest != found.digest:
        raise Conflict("approval_needed", article="[ours]")
    _answer(actor, row, ApprovalState.APPROVED)


def refuse(actor: Actor, approval_id: UUID, *, reason: str) -> Approval:
    """Do not sign, and say why. Raises NotFound, Refused `required`, `second_signer`, Conflict."""
    row = _find(actor, approval_id)
    allow(actor, "approval.answer", row)
    if not reason.strip():
        raise Refused("required", "reason")
    _locked(row.organisation_id)
    _answer(actor, row, ApprovalState.REFUSED, reason=reason.strip())
    mail.write_to_account(row.asker, "approval_refused", approval=row, organisation=organisation_of(actor))
    return row


def drop(actor: Actor, approval_id: UUID) -> Approval:
    """Take one's own request back. Raises NotFound, Conflict `approval_settled`."""
    row = _find(actor, approval_id)
    allow(actor, "approval.ask", db.session.get_one(Organisation, row.organisation_id))
    if row.asked_by != actor.account_id:
        raise NotFound("not_found")
    _locked(row.organisation_id)
    _end(actor, row, ApprovalState.DROPPED)
    return row


def lapse_due() -> int:
    """Requests nobody answered in time end; whoever asked is told. Run again, it does nothing more."""
    query = select(Approval).where(Approval.state == ApprovalState.WAITING, Approval.until <= clock.now())
    rows = db.session.scalars(query.with_for_update()).all()
    for row in rows:
        row.state, row.answered_at = ApprovalState.LAPSED, clock.now()
        organisation = db.session.get_one(Organisation, row.organisation_id)
        _note(CLOCK, row, organisation)
        mail.write_to_account(row.asker, "approval_lapsed", approval=row, organisation=organisation)
    return len(rows)


# --- reading -----------------------------------------------------------------------------------------


def standing(actor: Actor, act: Act, number: str) -> Standing:
    """How it stands with a draft, for whoever looks at it."""
    found = _subject(act, number)
    if not needs_second(act, _values(policy_of(found.organisation_id)), found.amount):
        return Standing(needed=False)
    row = _waiting(found.organisation_id, act, number)
    if row is None or row.digest != found.digest:
        return Standing(needed=True)
    return Standing(needed=True, asked=row, own=row.asked_by == actor.account_id)


def find(actor: Actor, approval_id: UUID) -> Approval:
    """A request of the actor's organisation, open or settled; of an agent its own. Raises NotFound."""
    row = _find(actor, approval_id)
    if actor.power is None:
        allow(actor, "approval.view", row)
        return row
    if row.asked_by != actor.account_id:
        raise NotFound("not_found")
    allow(actor, "approval.ask", row)
    return row


def waiting(actor: Actor) -> Sequence[Approval]:
    """The organisation's open requests, oldest first; an agent's own."""
    organisation = organisation_of(actor)
    query = select(Approval).where(*_open(organisation.id)).order_by(Approval.asked_at)
    if actor.power is not None:
        allow(actor, "approval.ask", organisation)
        query = query.where(Approval.asked_by == actor.account_id)
    else:
        allow(actor, "approval.view", organisation)
    return db.session.scalars(query).all()


def to_answer(actor: Actor) -> int:
    """How many wait for this person; one query."""
    query = select(func.count(Approval.id)).where(
        Approval.organisation_id == actor.organisation_id,
        Approval.state == ApprovalState.WAITING,
        Approval.until > clock.now(),
        Approval.asked_by != actor.account_id,
    )
    return db.session.scalar(query) or 0


def url_of(row: Approval) -> str:
    """Where the draft is read and signed; empty for a change of the rule, or a draft that is gone."""
    if row.act == Act.SETTINGS:
        return ""
    try:
        return _subject(Act(row.act), row.number).url
    except NotFound:
        return ""


# --- inside ------------------------------------------------------------------------------------------


def _subject(act: Act, number: str) -> Subject:
    if act not in SUBJECTS:
        raise NotFound("not_found")
    return SUBJECTS[act](number)


def _locked(organisation_id: UUID) -> ApprovalPolicy:
    """The rule, locked: of two persons who answer at one moment the later sees the earlier's answer."""
    none = {"declare": False, "withdraw": False, "accept": False}
    return locked(
        ApprovalPolicy,
        organisation_id,
        lambda: ApprovalPolicy(organisation_id=organisation_id, changed_at=clock.now(), **none),
    )


def _values(policy: ApprovalPolicy | None) -> dict[str, Any]:
    if policy is None:
        return {"declare": False, "withdraw": False, "accept": False, "accept_above": None}
    return {name: getattr(policy, name) for name in ("declare", "withdraw", "accept", "accept_above")}


def _plain(wanted: Mapping[str, Any]) -> dict[str, Any]:
    above = wanted["accept_above"]
    return {**wanted, "accept_above": None if above is None else str(above)}


def _apply(actor: Actor, policy: ApprovalPolicy, wanted: Mapping[str, Any]) -> None:
    before = _values(policy)
    for name, value in wanted.items():
        setattr(policy, name, value)
    policy.changed_at = clock.now()
    organisation = db.session.get_one(Organisation, policy.organisation_id)
    changes = {name: str(value) for name, value in wanted.items() if before[name] != value}
    history.record(actor, "change_approvals", organisation, changes=changes)


def _open(organisation_id: UUID) -> tuple[Any, ...]:
    return (
        Approval.organisation_id == organisation_id,
        Approval.state == ApprovalState.WAITING,
        Approval.until > clock.now(),
    )


def _waiting(organisation_id: UUID, act: Act, number: str) -> Approval | None:
    query = select(Approval).where(*_open(organisation_id), Approval.act == act, Approval.number == number)
    return db.session.scalar(query.order_by(Approval.asked_at.desc()).limit(1))


def _ask(
    actor: Actor,
    organisation: Organisation,
    act: Act,
    *,
    number: str,
    digest: str,
    wanted: Mapping[str, Any] | None = None,
    telling: bool = True,
) -> Approval:
    before = _waiting(organisation.id, act, number)
    if before is not None:
        _end(actor, before, ApprovalState.DROPPED)
    row = Approval(
        id=new_id(),
        organisation_id=organisation.id,
        act=act,
        number=number,
        digest=digest,
        wanted=dict(wanted or {}),
        asked_by=actor.account_id,
        asked_at=clock.now(),
        until=clock.now() + timedelta(days=DAYS),
        state=ApprovalState.WAITING,
    )
    db.session.add(row)
    db.session.flush()
    history.record(actor, "ask_approval", organisation, changes={"act": str(act), "number": number})
    for one in mail.members(organisation.id, SIGN) if telling else ():
        if one.account_id != actor.account_id:
            mail.write(one, "approval_asked", approval=row, organisation=organisation, asker=actor.name)
    return row


def _find(actor: Actor, approval_id: UUID) -> Approval:
    row = db.session.get(Approval, approval_id)  # unlocked: the rule is locked first, by everybody
    if row is None or row.organisation_id != actor.organisation_id:
        raise NotFound("not_found")
    return row


def _answer(actor: Actor, row: Approval, state: ApprovalState, *, reason: str = "") -> None:
    if row.asked_by == actor.account_id:
        raise Refused("second_signer", article="[ours]")
    _end(actor, row, state, reason=reason)


def _end(actor: Actor, row: Approval, state: ApprovalState, *, reason: str = "") -> None:
    db.session.refresh(row)
    if row.state != ApprovalState.WAITING or row.until <= clock.now():
        raise Conflict("approval_settled")
    row.state, row.answered_by, row.answered_at, row.reason = state, actor.account_id, clock.now(), reason
    _note(actor, row, db.session.get_one(Organisation, row.organisation_id))


def _note(actor: Actor, row: Approval, organisation: Organisation) -> None:
    changes = {"act": row.act, "number": row.number}
    history.record(actor, f"{row.state}_approval", organisation, changes=changes)


def _signers(organisation_id: UUID) -> int:
    query = (
        select(func.count(Membership.account_id.distinct()))
        .join(Account, Account.id == Membership.account_id)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.role.in_(SIGN),
            Membership.ended_at.is_(None),
            Account.closed_at.is_(None),
        )
    )
    return db.session.scalar(query) or 0


def settings_of(policy: ApprovalPolicy | None) -> dict[str, Any]:
    """The rule as its form shows it."""
    values = _values(policy)
    above = values["accept_above"]
    return {**values, "accept_above": "" if above is None else f"{above:.2f}"}
