"""A declaration as a holder has filled it in: the value that is checked, shown and signed (GL 3.3).

The service builds it from the task list's answers. What of it becomes public, public_text.py lists.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry.licenses.bars import PatentFacts
from registry.licenses.fees import Fee
from registry.patents.numbers import Kind


class Act(StrEnum):
    """The acts of PL 11 a license allows."""

    MAKE = "make"
    USE = "use"
    OFFER = "offer"
    SELL = "sell"
    IMPORT = "import"
    USE_PROCESS = "use_process"


class Handover(StrEnum):
    """What is handed over (CC 866)."""

    PUBLISHED_ONLY = "published_only"
    DOCUMENTS = "documents"
    GUIDANCE = "guidance"


class Account(StrEnum):
    """Whose account receives the money; arrival there is what counts."""

    OWN = "own"
    VENUE = "venue"


class FiledBy(StrEnum):
    """Who files: the recordal with CNIPA, the technology contract."""

    HOLDER = "holder"
    VENUE = "venue"
    LICENSEE = "licensee"


class Dispute(StrEnum):
    """How disputes are settled; the codes of table `dispute`."""

    COURT = "court"
    ARBITRATION = "arbitration"


class OpenFrom(StrEnum):
    """From when notices are taken (design: journeys 1.2)."""

    ANNOUNCEMENT = "announcement"
    NOW = "now"  # as an ordinary license on the same terms


@dataclass(frozen=True, slots=True, kw_only=True)
class Patent:
    """What CC 845(3) asks of a contract, and the class."""

    number: str
    kind: Kind
    title: str
    filing_date: date
    grant_date: date
    main_class: str
    inventors: tuple[str, ...] = ()
    publication: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patentee:
    """One co-owner in the register's order. `consented_digest` is the text agreed to, empty when none."""

    name: str
    signs: bool = False  # the declarant, whose signature of the declaration is the consent
    consented_digest: str = ""
    fee_share: Decimal | None = None  # per cent, not public (PL 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """An agency that makes the declaration (GL 3.3)."""

    name: str
    code: str
    power_attached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Payee:
    """The one receiving account. Number and bank are not public: a licensee sees them after the notice."""

    name: str
    bank: str
    number: str
    whose: Account = Account.OWN
    venue_consents: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """The public contact (GL 3.3(5), GL 5); a relay form instead of an own number for natural persons."""

    unit: str
    phone: str = ""
    email: str = ""
    relay: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    """For search: not terms, so advertising words only warn here."""

    summary: str = ""
    problem: str = ""
    advantage: str = ""
    application: str = ""
    products: str = ""
    industry: str = ""
    technology_field: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A declaration before it is frozen. `internal_check` is the unit's own notice of the price (公示),
    where it owes one."""

    patent: Patent
    facts: PatentFacts
    patentees: tuple[Patentee, ...]
    fee: Fee
    fee_note: str
    offer_last_day: date
    license_last_day: date
    duration_months: int | None
    acts: tuple[Act, ...]
    contact: Contact
    payee: Payee | None = None
    agency: Agency | None = None
    co_owner_agreement: bool = False  # an agreement among co-owners on who acts is attached (GL 3.2)
    made_by_contractor: bool = False  # the licensee may have it made for itself
    marking: str = ""
    handover: Handover = Handover.PUBLISHED_ONLY
    handover_words: str = ""
    guidance_hours: int = 0
    additional_terms: str = ""
    description: Description = field(default_factory=Description)
    recordal_by: FiledBy = FiledBy.LICENSEE
    registration_by: FiledBy = FiledBy.HOLDER
    dispute: Dispute = Dispute.COURT
    dispute_body: str = ""
    open_from: OpenFrom = OpenFrom.ANNOUNCEMENT
    receives_here: bool = False  # designates the registry as the receiving system (CC 137)
    undertaking: bool = False
    standing_authorisation: bool = False
    internal_check_required: bool = False
    internal_check: bool = False
