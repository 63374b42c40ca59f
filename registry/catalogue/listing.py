"""One published declaration as its public page shows it: read from what was frozen, and from the day's rules.

What was signed is never said in other words here: the text, its digest and the fee's sentences come from
the frozen version. Plain words stand beside it. Of a licensee's own dates only today's are computed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select

from registry import clock, money
from registry.catalogue import rules
from registry.catalogue.labels import EVENTS
from registry.catalogue.rules import Tag
from registry.codes.tables import table
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.errors import Refused
from registry.history import History
from registry.licenses import assembly, offers, schedule, terms, wording
from registry.licenses.fee_fields import from_fields
from registry.licenses.fees import Fee
from registry.licenses.models import Declaration, DeclarationVersion
from registry.licenses.rules import Offer, Track
from registry.licenses.schedule import Due
from registry.parties.models import Upload
from registry.patents.models import PatentOwner

LICENSED = (AcceptanceState.EFFECTIVE, AcceptanceState.EXPIRED, AcceptanceState.TERMINATED)
DESCRIPTION = ("summary", "problem", "advantage", "application", "products", "industry", "field", "stage")

# Built once: composing a statement costs more than running it.
_OWNERS = (
    select(PatentOwner.name)
    .where(PatentOwner.patent_id == bindparam("patent"), PatentOwner.person.is_(False))
    .order_by(PatentOwner.position)
)
_GIVEN = (
    select(Acceptance.state, func.count())
    .where(Acceptance.declaration_id == bindparam("declaration"), Acceptance.state.in_(LICENSED))
    .group_by(Acceptance.state)
)
_MOVES = (
    select(History.verb, History.at, History.changes)
    .where(History.subject_id == bindparam("declaration"), History.verb.in_(list(EVENTS)))
    .order_by(History.at)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The price box. `amount` is the figure that can be named, None for a pure share or words."""

    fee: Fee
    line: str
    amount: Decimal | None
    capitals: str
    sentences: tuple[str, ...]
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What a licensee of today would get: own dates, what is due, and the hint about five years."""

    day: date
    term: terms.Term
    dues: tuple[Due, ...]
    total: schedule.Total
    five_years: bool
    full_until: date | None  # the last effective day with the whole duration, when there is one


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A public move of the declaration, with its place in the log where it is a filing."""

    verb: str
    at: datetime
    seq: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything the listing page, its JSON and its feeds show."""

    number: str
    fields: dict[str, Any]  # public_text.public_fields as frozen
    description: dict[str, str]
    drawing: bool  # whether the holder brought one to be shown
    tag: Tag
    track: Track | None  # what a notice of today would get
    refusal: Refused | None  # or why none is taken
    opens_on_announcement: bool
    price: Price
    today: Today | None
    offer: Offer
    cnipa_status: str
    cnipa_number: str
    withdrawal_filed_at: datetime | None
    paused_ground: str
    paused_since: date | None
    checked_at: datetime | None  # patent data last compared with the register
    venue: str
    owners_public: tuple[str, ...]  # None of them a natural person
    licensees: int
    in_force: int
    events: tuple[Event, ...]
    text_zh: str
    text_en: str
    digest: str
    envelope: str
    seq: int
    version: int
    terms_version: str
    published_at: datetime
    as_of: datetime

    @property
    def patent(self) -> dict[str, Any]:
        """The patent's facts as frozen."""
        found: dict[str, Any] = self.fields["patent"]
        return found

    @property
    def patentees(self) -> list[str]:
        return list(self.patent["patentees"])

    @property
    def life_months(self) -> int:
        """Whole months the patent still lasts, counted from today."""
        today = clock.legal_day(self.as_of)
        last = self.offer.patent_last_day
        return terms.length(today, last)[0] if today <= last else 0


def of(declaration: Declaration, lang: str) -> Listing:
    """The listing of a published declaration. `lang` is `zh` or `en`; the legal text comes in both."""
    version = declaration.current
    assert version is not None
    assert declaration.published_at is not None
    assert declaration.published_seq is not None
    now = clock.now()
    today = clock.legal_day(now)
    offer = offers.offer_of(declaration)
    standing = offers.standing(declaration, today)
    refusal = standing if isinstance(standing, Refused) else None
    fields = version.public_fields
    fee = from_fields(fields["fee"])
    licensees, in_force = _licensees(declaration)
    return Listing(
        number=declaration.number,
        fields=fields,
        description=description_of(version),
        drawing=drawing_of(version) is not None,
        tag=rules.tag(offer, today),
        track=None if isinstance(standing, Refused) else standing,
        refusal=refusal,
        opens_on_announcement=refusal is not None and refusal.code == "offer_not_announced",
        price=_price(fee, lang),
        today=_today(fee, fields, offer, today),
        offer=offer,
        cnipa_status=declaration.cnipa_status,
        cnipa_number=declaration.cnipa_number,
        withdrawal_filed_at=declaration.withdrawal_filed_at,
        paused_ground=declaration.paused_ground,
        paused_since=declaration.paused_since,
        checked_at=declaration.patent.checked_at,
        venue=declaration.venue.name,
        owners_public=tuple(db.session.scalars(_OWNERS, {"patent": declaration.patent_id})),
        licensees=licensees,
        in_force=in_force,
        events=_events(declaration),
        text_zh=version.public_text,
        text_en=assembly.public_of(version).text_en,
        digest=version.digest,
        envelope=declaration.published_envelope,
        seq=declaration.published_seq,
        version=declaration.version,
        terms_version=version.terms_version,
        published_at=declaration.published_at,
        as_of=now,
    )


def description_of(version: DeclarationVersion) -> dict[str, str]:
    """The holder's own description, which is for search and is no term of the license."""
    given = version.answers.get("use") or {}
    return {name: str(given.get(name) or "") for name in DESCRIPTION}


def drawing_of(version: DeclarationVersion) -> Upload | None:
    """The drawing the holder brought for the listing page, unless it has been erased."""
    named = (version.answers.get("use") or {}).get("drawing_upload")
    upload = db.session.get(Upload, UUID(str(named))) if named else None
    return upload if upload is not None and upload.erased_at is None else None


def fee_methods(lang: str) -> dict[str, str]:
    return dict(table("fee_method").choices(lang))


def _price(fee: Fee, lang: str) -> Price:
    amount = rules.comparable_amount(fee)
    return Price(
        fee=fee,
        line=wording.price(fee, lang),
        amount=amount,
        capitals=money.capitals(amount) if amount else "",
        sentences=tuple(wording.describe(fee, lang).splitlines()),
        example=wording.worked_example(fee, lang),
    )


def _today(fee: Fee, fields: dict[str, Any], offer: Offer, today: date) -> Today | None:
    months = fields["duration_months"]
    ends = {"offered_last_day": offer.license_last_day, "patent_last_day": offer.patent_last_day}
    try:
        term = terms.term(today, months, **ends)
    except Refused:
        return None  # no time is left: the page says that the offer has ended
    dues = schedule.schedule(fee, today, effective_on=today, license_last_day=term.last_day)
    years = terms.years_in_term(today, term.last_day)
    return Today(
        day=today,
        term=term,
        dues=tuple(dues),
        total=schedule.contract_total(fee, years),
        five_years=terms.five_year_hint(today, term.last_day),
        full_until=terms.latest_full_start(months, **ends) if months else None,
    )


def _licensees(declaration: Declaration) -> tuple[int, int]:
    """How many licenses were ever obtained, and how many are in force."""
    rows = db.session.execute(_GIVEN, {"declaration": declaration.id})
    counts: dict[str, int] = {row.state: row[1] for row in rows}
    return sum(counts.values()), counts.get(AcceptanceState.EFFECTIVE, 0)


def _events(declaration: Declaration) -> tuple[Event, ...]:
    """The public moves, each with its place in the log as far as it was filed."""
    seqs = {
        "approve": declaration.published_seq,
        "withdraw_local": declaration.withdrawn_seq,
        "announce_withdrawal": declaration.withdrawn_seq,
    }
    moves = db.session.execute(_MOVES, {"declaration": declaration.id})
    return tuple(
        Event(verb=verb, at=at, seq=seqs[verb] if verb in seqs else _seq(changes))
        for verb, at, changes in moves
    )


def _seq(changes: dict[str, Any]) -> int | None:
    found = changes.get("seq")
    return found if isinstance(found, int) else None
