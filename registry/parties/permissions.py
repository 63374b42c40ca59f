"""Who may do what to which object: one table, one function, asked inside services by pages and API alike.

An object says whose it is by its attributes: `holder_id`, `licensee_id` (organisations), `venue_id`,
`account_id`. Somebody without any relation to an object learns only that there is no such thing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from registry import clock
from registry.database import db
from registry.errors import NotAllowed, NotFound, NotProved, NotSignedIn
from registry.parties import agents
from registry.parties.models import Organisation
from registry.parties.rules import HELD, PARTY_ROLES, PROOF_LASTS, SIGNERS, Actor, Role

Relation = Callable[[Actor, Any], bool]


def _holder(actor: Actor, thing: Any) -> bool:
    return actor.organisation_id is not None and getattr(thing, "holder_id", None) == actor.organisation_id


def _licensee(actor: Actor, thing: Any) -> bool:
    return actor.organisation_id is not None and getattr(thing, "licensee_id", None) == actor.organisation_id


def _venue(actor: Actor, thing: Any) -> bool:
    return actor.venue_id is not None and getattr(thing, "venue_id", None) == actor.venue_id


def _agent(actor: Actor, thing: Any) -> bool:
    return actor.organisation_id is not None and getattr(thing, "agent_id", None) == actor.organisation_id


def _own(actor: Actor, thing: Any) -> bool:
    return actor.account_id is not None and getattr(thing, "account_id", None) == actor.account_id


def _any(actor: Actor, thing: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class OfAccount:
    """What stands for a thing of an account's own, where there is no row to ask about."""

    account_id: UUID


@dataclass(frozen=True, slots=True)
class Grant:
    """These roles, towards objects that stand in this relation to the actor."""

    roles: tuple[Role, ...]
    relation: Relation


SIGN = SIGNERS
DRAFT = (Role.OWNER, Role.SIGNER, Role.PREPARER)
MONEY = (Role.OWNER, Role.FINANCE)
STAFF = (Role.OPERATOR,)
SYSTEM = (Role.CLOCK,)
RUNNING = (Role.ADMINISTRATOR, Role.SECURITY)
READ_ALL = Grant((Role.AUDITOR,), _any)
BY_CLOCK = Grant(SYSTEM, _any)
EVERYBODY = tuple(role for role in Role if role != Role.CLOCK)

TABLE: dict[str, tuple[Grant, ...]] = {
    "account.use": (Grant(EVERYBODY, _own),),
    "webhook.view": (Grant((Role.OWNER,), _holder), Grant(STAFF, _venue)),
    "webhook.manage": (Grant((Role.OWNER,), _holder), Grant(STAFF, _venue)),
    "factor.manage": (Grant(EVERYBODY, _own),),
    "phone.manage": (Grant(EVERYBODY, _own),),
    "session.end": (Grant(EVERYBODY, _own),),
    "mail.change": (Grant(EVERYBODY, _own),),
    "machine.manage": (Grant(EVERYBODY, _own),),
    "organisation.create": (Grant(EVERYBODY, _any),),
    "organisation.edit": (Grant((Role.OWNER,), _holder),),
    "organisation.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _any), READ_ALL),
    "organisation.verify": (Grant(STAFF, _any),),
    "organisation.suspend": (Grant((Role.SECURITY,), _any),),
    "member.manage": (Grant((Role.OWNER,), _holder),),
    "member.view": (Grant(PARTY_ROLES, _holder),),
    "directory.view": (Grant((Role.SECURITY,), _any), READ_ALL),
    "staff.manage": (Grant((Role.SECURITY,), _any),),
    "staff.view": (Grant((Role.SECURITY,), _any), READ_ALL),
    "approval.settings": (Grant((Role.OWNER,), _holder),),
    "approval.ask": (Grant(DRAFT, _holder),),
    "approval.answer": (Grant(SIGN, _holder),),
    "approval.view": (Grant(PARTY_ROLES, _holder),),
    "power.grant": (Grant(SIGN, _holder),),
    "power.view": (Grant(PARTY_ROLES, _holder), Grant(PARTY_ROLES, _agent), READ_ALL),
    "power.answer": (Grant(SIGN, _agent),),
    "power.end": (Grant(SIGN, _holder), Grant(SIGN, _agent)),
    "leak.tell": (Grant((Role.SECURITY,), _any),),
    "key.enroll": (Grant((Role.OWNER,), _holder),),
    "key.revoke": (Grant((Role.OWNER,), _holder),),
    "upload.add": (Grant((*PARTY_ROLES, *STAFF, Role.GUEST), _any),),  # a co-owner may be nobody here yet
    "upload.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _venue), READ_ALL),
    "patent.add": (Grant(DRAFT, _any),),
    "patent.edit": (Grant(DRAFT, _holder), Grant(STAFF, _any)),
    "patent.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _any), READ_ALL),
    "patent.check": (Grant(STAFF, _any),),
    "declaration.draft": (Grant(DRAFT, _holder),),
    "declaration.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _venue), READ_ALL),
    "declaration.sign": (Grant(SIGN, _holder),),
    "declaration.withdraw": (Grant(SIGN, _holder),),
    "declaration.review": (Grant(STAFF, _venue),),
    "declaration.expire": (BY_CLOCK,),
    "declaration.announce": (Grant(STAFF, _venue),),
    "interest.register": (Grant(EVERYBODY, _any),),
    "interest.withdraw": (Grant(EVERYBODY, _own),),
    "need.post": (Grant(DRAFT, _any),),
    "need.edit": (Grant(DRAFT, _holder),),
    "need.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _any), READ_ALL),
    "need.review": (Grant(STAFF, _any),),
    "need.answer": (Grant(DRAFT, _any),),
    "collection.edit": (Grant(SIGN, _holder), Grant(STAFF, _venue)),
    "interest.view": (Grant(PARTY_ROLES, _holder), READ_ALL),
    "acceptance.draft": (Grant(DRAFT, _licensee),),
    "acceptance.send": (Grant(SIGN, _licensee),),
    "acceptance.view": (
        Grant(PARTY_ROLES, _licensee),
        Grant(PARTY_ROLES, _holder),
        Grant(STAFF, _venue),
        READ_ALL,
    ),
    "checkout.view": (Grant(PARTY_ROLES, _licensee), READ_ALL),
    "acceptance.correct": (Grant(SIGN, _licensee), Grant(SIGN, _holder)),
    "acceptance.review": (Grant(STAFF, _venue),),
    "acceptance.object": (Grant(SIGN, _holder),),
    "acceptance.meet": (Grant(SIGN, _holder),),
    "acceptance.ask": (Grant(SIGN, _licensee),),
    "acceptance.decide": (Grant(STAFF, _venue),),
    "acceptance.lapse": (BY_CLOCK,),
    "payment.claim": (Grant((*SIGN, Role.FINANCE), _licensee),),
    "payment.ask": (Grant((*SIGN, Role.FINANCE), _licensee), BY_CLOCK),
    "account.change": (Grant(SIGN, _holder),),
    "account.approve": (Grant((*SIGN, Role.FINANCE), _holder), Grant(STAFF, _venue)),
    "account.stop": (Grant((*SIGN, Role.FINANCE), _holder), Grant(STAFF, _venue)),
    "account.view": (Grant(PARTY_ROLES, _holder), Grant(STAFF, _venue), READ_ALL),
    "statement.work": (Grant(MONEY, _holder), Grant(STAFF, _venue)),
    "invoice.ask": (Grant((*SIGN, Role.FINANCE), _licensee),),
    "invoice.issue": (Grant(MONEY, _holder), Grant(STAFF, _venue)),
    "payment.confirm": (Grant(MONEY, _holder), Grant(STAFF, _venue)),
    "payment.decide": (Grant(STAFF, _venue),),
    "refund.send": (Grant(MONEY, _holder), Grant(STAFF, _venue)),
    "contract.view": (
        Grant(PARTY_ROLES, _licensee),
        Grant(PARTY_ROLES, _holder),
        Grant(STAFF, _venue),
        READ_ALL,
    ),
    "contract.disclose": (Grant(PARTY_ROLES, _licensee), Grant(PARTY_ROLES, _holder)),
    "contract.reward": (Grant(PARTY_ROLES, _holder),),
    "contract.print": (BY_CLOCK, Grant(STAFF, _venue)),
    "contract.reissue": (Grant(STAFF, _venue),),
    "contract.attach": (Grant(PARTY_ROLES, _licensee), Grant(PARTY_ROLES, _holder), Grant(STAFF, _venue)),
    "contract.register": (Grant(STAFF, _venue),),
    "contract.correct": (Grant(SIGN, _licensee), Grant(SIGN, _holder), Grant(STAFF, _venue)),
    "royalty.report": (Grant(SIGN, _licensee),),
    "royalty.ask": (Grant((*SIGN, Role.FINANCE), _holder), Grant((*SIGN, Role.FINANCE), _licensee)),
    "royalty.answer": (Grant((*SIGN, Role.FINANCE), _holder),),
    "default.notice": (Grant(SIGN, _licensee), Grant(SIGN, _holder)),
    "ending.settle": (Grant(STAFF, _venue),),
    "handover.record": (Grant(SIGN, _holder),),
    "handover.answer": (Grant(SIGN, _licensee),),
    "bar.acknowledge": (Grant(SIGN, _licensee),),
    "recordal.record": (Grant(SIGN, _licensee), Grant(SIGN, _holder), Grant(STAFF, _venue)),
    "reconciliation.view": (Grant(STAFF, _venue), READ_ALL),
    "oversight.view": (READ_ALL,),
    "registrar.edit": (Grant(STAFF, _venue),),
    "batch.make": (Grant(STAFF, _venue),),
    "batch.view": (Grant(STAFF, _venue), READ_ALL),
    "erasure.manage": (Grant(RUNNING, _any),),
    "erasure.view": (Grant(RUNNING, _any), READ_ALL),
    "codes.change": (Grant((Role.ADMINISTRATOR,), _any),),
    "terms.schedule": (Grant((Role.ADMINISTRATOR,), _any),),
    "terms.view": (Grant((Role.ADMINISTRATOR,), _any), READ_ALL),
    "codes.view": (Grant((Role.ADMINISTRATOR,), _any), READ_ALL),
    "events.view": (READ_ALL,),
    "audits.view": (Grant((*RUNNING, Role.OPERATOR), _any), READ_ALL),
    "anchors.view": (Grant((*RUNNING, Role.OPERATOR), _any), READ_ALL),
    "mail.view": (Grant(STAFF, _venue), Grant((Role.ADMINISTRATOR,), _any), READ_ALL),
    "mail.open": (Grant(STAFF, _venue), Grant((Role.ADMINISTRATOR,), _any), READ_ALL),
    "mail.resend": (Grant(STAFF, _venue), Grant((Role.ADMINISTRATOR,), _any)),
    "system.view": (Grant((Role.ADMINISTRATOR, Role.OPERATOR), _any),),
    "jobs.view": (Grant((Role.ADMINISTRATOR,), _any), READ_ALL),
    "jobs.manage": (Grant((Role.ADMINISTRATOR,), _any),),
    "settings.view": (Grant(RUNNING, _any), READ_ALL),
    "job.view": (Grant((Role.ADMINISTRATOR, Role.OPERATOR), _any),),
}


PROVED = frozenset(
    {
        "factor.manage", "key.enroll", "machine.manage", "mail.change", "member.manage", "organisation.edit",
        "phone.manage", "session.end", "staff.manage", "webhook.manage",
    }
)  # fmt: skip
"""Verbs that change an account, its keys or its people without signing: a browser has to have shown within
ten minutes that it is still the person (`proofs`). A test sorts every verb of these kinds."""


def allow(actor: Actor | None, verb: str, thing: Any = None) -> None:
    """Return when the actor may do the verb to the thing.

    Raises NotProved where a browser must first show that it is still the person, NotSignedIn for nobody,
    NotFound when the thing is none of the actor's business, NotAllowed when it is but the role does not carry
    the verb, or a suspended organisation would bind itself anew. An unknown verb is a programming error.
    """
    grants = TABLE[verb]
    if actor is None:
        raise NotSignedIn("not_signed_in")
    related = [grant for grant in grants if grant.relation(actor, thing)]
    if any(_carries(actor, grant) for grant in related):
        agents.check(actor, verb, thing, own=all(grant.relation is _own for grant in related))
        if verb in HELD:
            _refuse_suspended(actor)
        if verb in PROVED:
            _refuse_unproved(actor)
        return
    concerned = any(relation(actor, thing) for relation in (_holder, _licensee, _venue, _own, _agent))
    if thing is None or concerned:
        raise NotAllowed("not_allowed", verb=verb)
    raise NotFound("not_found")


def _carries(actor: Actor, grant: Grant) -> bool:
    """An agent stands for whomever of the principal's people may do it; its power says the rest."""
    if actor.power is not None and any(role in grant.roles for role in PARTY_ROLES):
        return True
    return actor.role in grant.roles


def _refuse_suspended(actor: Actor) -> None:
    """Asked of the few verbs that bind an organisation anew, so that no other request pays for it."""
    if actor.organisation_id is None:
        return
    organisation = db.session.get(Organisation, actor.organisation_id)
    if organisation is not None and organisation.suspended_at is not None:
        raise NotAllowed("organisation_suspended", article="[ours]")


def _refuse_unproved(actor: Actor) -> None:
    """Machines and commands have no session: their key, or the shell, is the proof."""
    late = actor.proved_at is None or actor.proved_at + PROOF_LASTS <= clock.now()
    if actor.session_id is not None and late:
        raise NotProved("proof_wanted")


def may(actor: Actor | None, verb: str, thing: Any = None) -> bool:
    """Whether `allow` would return; for pages that show or hide a button."""
    try:
        allow(actor, verb, thing)
    except NotProved:  # asked for when the button is pressed
        return True
    except (NotSignedIn, NotFound, NotAllowed):
        return False
    return True
