"""A second person's approval of many drafts at once: asked about in one act, signed in one, or refused.

Each draft has its own request, with its own digest: one that changes afterwards is asked about anew, alone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from registry.database import db
from registry.errors import Conflict, Refused
from registry.parties import mail
from registry.parties.approval_models import Approval
from registry.parties.approvals import (
    _answer,
    _ask,
    _locked,
    _open,
    _subject,
    _values,
    _waiting,
    check_reach,
    policy_of,
)
from registry.parties.models import Organisation
from registry.parties.organisations import organisation_of
from registry.parties.permissions import SIGN, allow, may
from registry.parties.rules import Act, Actor, ApprovalState, needs_second

TOGETHER: list[Callable[[Sequence[str]], Mapping[str, int]]] = []
"""Asked with numbers of drafts to be declared: which batches hold several, and how many. Declarations live
above and register here.
"""


def ask_all(actor: Actor, act: Act, numbers: Sequence[str], *, url: str) -> Sequence[Approval]:
    """Ask the others to sign many drafts at once, each as it stands now; one letter names the page of all.

    What somebody else asked about and is still the same text stays as it was asked. Raises as `ask`.
    """
    rows = []
    for number in numbers:
        found = _subject(act, number)
        organisation = db.session.get_one(Organisation, found.organisation_id)
        allow(actor, "approval.ask", organisation)
        check_reach(actor, found)
        policy = _locked(organisation.id)
        if not needs_second(act, _values(policy), found.amount):
            raise Conflict("approval_not_needed")
        before = _waiting(organisation.id, act, number)
        if before is not None and before.digest == found.digest:
            continue
        rows.append(_ask(actor, organisation, act, number=number, digest=found.digest, telling=False))
    if rows:
        _tell_all(actor, rows, url=url)
    return rows


def _tell_all(actor: Actor, rows: Sequence[Approval], *, url: str) -> None:
    organisation = db.session.get_one(Organisation, rows[0].organisation_id)
    for one in mail.members(organisation.id, SIGN):
        if one.account_id != actor.account_id:
            mail.write(
                one,
                "approvals_asked",
                approval=rows[0],
                organisation=organisation,
                asker=actor.name,
                count=len(rows),
                url=url,
            )


def refuse_all(actor: Actor, act: Act, numbers: Sequence[str], *, reason: str) -> Sequence[Approval]:
    """Sign none of these drafts, and say why, once for all. Raises Refused `required`, Conflict
    `approval_settled` where none waits for the actor.
    """
    if not reason.strip():
        raise Refused("required", "reason")
    organisation = organisation_of(actor)
    _locked(organisation.id)
    query = select(Approval).where(
        *_open(organisation.id),
        Approval.act == act,
        Approval.number.in_(list(numbers)),
        Approval.asked_by != actor.account_id,
    )
    rows = db.session.scalars(query.order_by(Approval.asked_at)).all()
    if not rows:
        raise Conflict("approval_settled")
    for row in rows:
        allow(actor, "approval.answer", row)
        _answer(actor, row, ApprovalState.REFUSED, reason=reason.strip())
    for asker in {row.asked_by: row for row in rows}.values():  # one letter to each who asked
        mail.write_to_account(asker.asker, "approval_refused", approval=asker, organisation=organisation)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """How it stands with many drafts: numbers by whether nobody, the reader or somebody else asked."""

    needed: bool
    unasked: Sequence[str] = ()
    own: Sequence[str] = ()
    asked: Sequence[str] = ()

    @property
    def may_sign(self) -> bool:
        return not self.needed or bool(self.asked)


def standing_of(actor: Actor, act: Act, digests: Mapping[str, str]) -> Many:
    """How it stands with drafts of the actor's own organisation, by number and digest of what is signed."""
    policy = policy_of(organisation_of(actor).id)
    if not needs_second(act, _values(policy), None):
        return Many(needed=False)
    query = select(Approval).where(*_open(organisation_of(actor).id), Approval.act == act)
    open_rows = {one.number: one for one in db.session.scalars(query.order_by(Approval.asked_at))}
    sorted_out: dict[str, list[str]] = {"unasked": [], "own": [], "asked": []}
    for number, digest in digests.items():
        row = open_rows.get(number)
        same = row is not None and row.digest == digest
        own = row is not None and row.asked_by == actor.account_id
        sorted_out["unasked" if not same else "own" if own else "asked"].append(number)
    return Many(needed=True, **sorted_out)


def batches(actor: Actor) -> list[tuple[str, int]]:
    """Batches of which several drafts wait for the actor's one signature, by their id."""
    query = select(Approval.number).where(
        *_open(organisation_of(actor).id), Approval.act == Act.DECLARE, Approval.asked_by != actor.account_id
    )
    numbers = db.session.scalars(query).all()
    if len(numbers) < 2 or not may(actor, "approval.answer", organisation_of(actor)):
        return []
    return [pair for asked in TOGETHER for pair in asked(numbers).items()]
