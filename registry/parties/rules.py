"""Roles and what an organisation must have shown before each act (design: journeys 2.1)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from registry.errors import Refused
from registry.parties.agency import Power, Unit
from registry.states import Machine, Move

CONFIRM_CODE_MINUTES = 30
CONFIRM_ADDRESS_HOURS, TAKE_BACK_DAYS = 24, 7
"""So long a new mail address can be confirmed from itself, and the former one taken back from itself."""
CONFIRM_TRIES = 6
PASSWORD_MIN = 10
PASSWORD_MAX = 200


class AddressState(StrEnum):
    """How far a change of an account's mail address is."""

    ASKED = "asked"
    CHANGED = "changed"
    RETURNED = "returned"  # taken back from the former address
    DROPPED = "dropped"  # asked anew meanwhile


ADDRESS: Machine[AddressState] = Machine(
    {
        (AddressState.ASKED, "change"): Move(AddressState.CHANGED, "[ours]"),
        (AddressState.ASKED, "drop"): Move(AddressState.DROPPED, "[ours]"),
        (AddressState.CHANGED, "take_back"): Move(AddressState.RETURNED, "[ours]"),
    },
    start=AddressState.ASKED,
)


class AuthorityKind(StrEnum):
    """What an organisation's written authority is for (design: journeys 2.1, 3.6)."""

    OFFICE = "office"
    REGISTRATION = "registration"
    UNIT = "unit"  # an internal unit acts within it, and without one not at all


class Role(StrEnum):
    """What a person is for an organisation, for a venue, or for the whole registry."""

    OWNER = "owner"  # all of the organisation's acts
    SIGNER = "signer"  # declares, accepts, withdraws
    PREPARER = "preparer"  # drafts, signs nothing
    FINANCE = "finance"  # claims and confirms money
    OPERATOR = "operator"  # a venue's reviewer and clerk
    AUDITOR = "auditor"  # reads everything, changes nothing
    ADMINISTRATOR = "administrator"  # runs the system: jobs, mail, settings, code tables; files nothing
    SECURITY = "security"  # accounts, roles, suspensions; neither runs the system nor files anything
    GUEST = "guest"  # signed in, acts for nobody yet
    CLOCK = "clock"  # the worker, when time itself moves a thing


PARTY_ROLES = (Role.OWNER, Role.SIGNER, Role.PREPARER, Role.FINANCE)
SIGNERS = (Role.OWNER, Role.SIGNER)
STAFF = (Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR, Role.SECURITY)
APART = (Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR)
"""Who runs the system, who gives roles and who looks at both: three persons, unless a setting allows less."""
BY_TWO = (Role.ADMINISTRATOR, Role.SECURITY)
"""Roles for which a second security administrator has to approve an invitation."""


class OrganisationKind(StrEnum):
    ORGANISATION = "organisation"
    PERSON = "person"


class IdentityKind(StrEnum):
    """What a natural person shows: kept apart, never filed or published."""

    RESIDENT_ID = "resident_id"
    PASSPORT = "passport"
    HONG_KONG_MACAU = "hong_kong_macau_permit"
    TAIWAN = "taiwan_permit"
    PERMANENT_RESIDENT = "permanent_resident_card"


class Ground(StrEnum):
    """Why an organisation is suspended; the words of the case stand in its history."""

    FALSE_DOCUMENTS = "false_documents"
    DISSOLVED = "dissolved"
    ACCOUNT_TAKEN = "account_taken"  # somebody else acts in its name
    ORDER = "order"  # of a court or an authority
    OTHER = "other"


HELD = ("declaration.sign", "acceptance.send", "account.change", "key.enroll", "power.grant")
"""What a suspended organisation may not do: bind itself anew. Withdrawing, paying, confirming, answering and
reading go on, for others rely on them."""


class Level(StrEnum):
    """How a party's signature was made; printed on every paper with what it means."""

    ACCOUNT = "account"  # key sealed under the person's password: not sole control
    EXTERNAL = "external"  # key the organisation enrolled and keeps itself
    PASSKEY = "passkey"  # key in the person's own device, which asked for a PIN, finger or face


class KeyEnd(StrEnum):
    """Why a key is ended before its time; filed openly."""

    STOLEN = "stolen"
    LOST = "lost"
    REPLACED = "replaced"
    LEFT = "left"  # the person who held it is with the organisation no more


class Act(StrEnum):
    """What an organisation may want a second person to sign."""

    DECLARE = "declare"
    WITHDRAW = "withdraw"
    ACCEPT = "accept"
    LIST = "list"  # several licenses accepted in one act
    SETTINGS = "settings"  # that less should need a second person


class ApprovalState(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"  # by signing
    REFUSED = "refused"
    DROPPED = "dropped"  # taken back, or asked anew
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts, for whom, as what: never a bare account."""

    account_id: UUID | None
    organisation_id: UUID | None = None
    venue_id: UUID | None = None
    role: Role = Role.GUEST
    name: str = ""
    email: str = ""
    confirmed: bool = False
    api_kid: str = ""
    session_id: UUID | None = None
    scopes: frozenset[str] | None = None  # of a machine's key; None for a person
    proved_at: datetime | None = None  # when this browser last showed that it is still the person
    owes_second: bool = False  # acts for nobody until a second factor was shown
    power: Power | None = None  # acts for the organisation as its agent, under this
    unit: Unit | None = None  # acts for the organisation within a unit's written authority
    power_over: str = ""  # the number of a power that has ended: acts for nobody until another is chosen


PROOF_LASTS = timedelta(minutes=10)

CLOCK = Actor(account_id=None, role=Role.CLOCK, name="clock", confirmed=True)


def needs_second(act: Act, policy: Mapping[str, Any], amount: Decimal | None) -> bool:
    """Whether a second person has to sign. An amount that cannot be told is above every limit."""
    if act in (Act.DECLARE, Act.WITHDRAW):
        return bool(policy[act])
    limit = policy["accept_above"]
    return bool(policy["accept"]) and (limit is None or amount is None or amount > limit)


def may_loosen(before: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether something that needs a second person today might not under the wanted rule."""
    if any(before[name] and not wanted[name] for name in ("declare", "withdraw", "accept")):
        return True
    limit, wished = before["accept_above"], wanted["accept_above"]
    return bool(before["accept"]) and wished is not None and (limit is None or wished > limit)


def check_password(password: str, *, field: str = "password") -> None:
    """Long enough for a key to hang on; `passwords` asks how soon it is guessed. Raises Refused."""
    if len(password) < PASSWORD_MIN:
        raise Refused("password_short", field, min=PASSWORD_MIN)
    if len(password) > PASSWORD_MAX:
        raise Refused("too_long", field, max=PASSWORD_MAX)
    if len(set(password)) < 4:
        raise Refused("password_simple", field)


def may_declare(*, confirmed: bool, verified: bool) -> None:
    """Declaring, consenting and withdrawing need a confirmed account and a checked organisation (journeys
    2.1).
    """
    if not confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    if not verified:
        raise Refused("organisation_unverified", article="CC 143")
