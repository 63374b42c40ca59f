"""What the public can do: search the offers, read one, see what is new and how much there is. Anybody may.

`index` makes an offer's row from its declaration, as often as one likes: all of it can be made again.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from registry import clock
from registry.catalogue import comparing, dumps, freshness, instants, rules, verification, words
from registry.catalogue import listing as listings
from registry.catalogue import search as searching
from registry.catalogue.comparing import Comparison
from registry.catalogue.dump_models import Dump
from registry.catalogue.instants import AtInstant
from registry.catalogue.listing import Listing
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import SearchQuery, Sort, Tag
from registry.catalogue.search import Found
from registry.catalogue.verification import Verified
from registry.codes.tables import table
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.documents import store
from registry.errors import NotFound, Refused
from registry.history import History
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.licenses import offers, wording
from registry.licenses.estimates import Assumed
from registry.licenses.fee_fields import from_fields
from registry.licenses.models import Declaration
from registry.numbers import is_public_number
from registry.parties.models import Organisation
from registry.patents import numbers
from registry.patents.models import Patent

RECENT = 6
LICENSED = AcceptanceState.EFFECTIVE
_LICENSES = (
    select(func.count())
    .where(Acceptance.declaration_id == Declaration.id, Acceptance.state.in_(listings.LICENSED))
    .scalar_subquery()
)
_IN_FORCE = (
    select(func.count())
    .where(Acceptance.declaration_id == Declaration.id, Acceptance.state == LICENSED)
    .scalar_subquery()
)
_MOVES = (
    select(func.count())
    .select_from(History)
    .where(History.subject_id == Declaration.id)
    .correlate(Declaration)
    .scalar_subquery()
)
_STAMP = (
    select(
        *(Declaration.version, Declaration.state, Declaration.cnipa_status, Declaration.paused_since),
        *(Declaration.withdrawal_filed_at, Declaration.withdrawn_at, Patent.checked_at),
        *(_MOVES, _LICENSES, _IN_FORCE),
    )
    .join(Patent, Patent.id == Declaration.patent_id)
    .where(Declaration.number == bindparam("number"))
)
"""Built once, as the next: composing it takes longer than running it."""
_FIGURES = select(
    searching.counted(*searching.standing(bindparam("today"))),
    searching.counted(*searching.standing(bindparam("today")), OfferIndex.fee_method == "FREE"),
    searching.counted(*searching.standing(bindparam("today")), OfferIndex.tag == Tag.ANNOUNCED),
    select(func.count()).select_from(Acceptance).where(Acceptance.state == LICENSED).scalar_subquery(),
)
_PUBLISHED = (
    select(Declaration)
    .where(Declaration.number == bindparam("number"), Declaration.published_at.is_not(None))
    .options(
        joinedload(Declaration.patent, innerjoin=True),
        joinedload(Declaration.venue, innerjoin=True),
        joinedload(Declaration.versions),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Live counts for the home page; offers stop at COUNT_MAX + 1."""

    offers: int
    free: int
    announced: int
    in_force: int
    filings: int
    as_of: datetime


def search(query: SearchQuery) -> Found:
    """One page of offers. Never raises for what was typed: no match is an empty page."""
    return searching.find(query, clock.today())


def newest(query: SearchQuery, *, most: int) -> Sequence[OfferIndex]:
    """What a query finds, the newest first."""
    return freshness.newest(query, clock.today(), most=most)


def recent() -> Sequence[OfferIndex]:
    """The newest offers that have not ended."""
    return searching.find(SearchQuery(sort=Sort.NEWEST), clock.today()).rows[:RECENT]


def figures() -> Figures:
    """How much there is at this moment."""
    offers, free, announced, in_force = db.session.execute(_FIGURES, {"today": clock.today()}).one()
    return Figures(
        offers=offers,
        free=free,
        announced=announced,
        in_force=in_force,
        filings=ledger.size(),
        as_of=clock.now(),
    )


def listing(number: str, lang: str = "zh") -> Listing:
    """A published declaration's page, for ever, ended or not. Raises NotFound."""
    return listings.of(_published(number), lang)


def compare(numbers: Sequence[str], assumed: Assumed, lang: str = "zh") -> Comparison:
    """Up to four published offers side by side. Raises NotFound, Refused `compare_too_many`."""
    comparing.check_count(len(numbers))
    return comparing.of([listing(one, lang) for one in numbers], assumed)


def number_meant(typed: str) -> str:
    """The offer a reader means: its number in any spelling, or its patent's newest; else what was typed."""
    number = _spelled(typed)
    if is_public_number(number):
        return number
    try:
        patent = str(numbers.parse(typed))
    except Refused:
        return number[:24]
    query = select(OfferIndex.number).where(OfferIndex.patent_number == patent)
    return db.session.scalar(query.order_by(OfferIndex.published_at.desc()).limit(1)) or number[:24]


def titles(numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Offers' numbers with their titles, which are empty where there is no such offer."""
    query = select(OfferIndex.number, OfferIndex.title).where(OfferIndex.number.in_(numbers))
    known = {row.number: row.title for row in db.session.execute(query)}
    return [(one, known.get(one, "")) for one in numbers]


def stamp(number: str) -> tuple[object, ...]:
    """What a listing's page rests on besides the day: as long as it stays, so does the page.

    One statement, built once; empty where there is no such declaration.
    """
    row = db.session.execute(_STAMP, {"number": _spelled(number)}).first()
    return tuple(row) if row is not None else ()


def published_seq(number: str) -> int:
    """Where the declaration's publication stands in the log. Raises NotFound."""
    seq = _published(number).published_seq
    assert seq is not None
    return seq


def bundle(number: str) -> bytes:
    """All that was filed about a published declaration, nothing confidential. Raises NotFound."""
    return jcs(ledger.bundle(_published(number).number))


def drawing(number: str) -> tuple[bytes, str]:
    """The drawing shown on a listing, and its media type. Raises NotFound, Gone."""
    version = _published(number).current
    assert version is not None
    upload = listings.drawing_of(version)
    if upload is None:
        raise NotFound("not_found")
    return store.get(upload.digest), upload.media_type


def title(number: str) -> str:
    """What a published declaration's patent is called. Raises NotFound."""
    version = _published(number).current
    assert version is not None
    return str(version.public_fields["patent"]["title"])


def at_instant(number: str, instant: datetime) -> AtInstant:
    """Whether an offer was open at an instant, on which terms. Raises NotFound, Refused instant_future."""
    return instants.of(_published(number), instant)


def instant_proof(number: str) -> bytes:
    """The bundle of the filings on which every answer about an instant rests. Raises NotFound."""
    return jcs(instants.proof(_published(number).number))


def verified(number: str) -> Verified:
    """What a number of ours, or the digest of a paper, stands for today. Raises NotFound."""
    if store.DIGEST.fullmatch(number.strip().lower()):
        return verification.paper(number.strip().lower())
    wanted = _spelled(number)
    if wanted.removeprefix("DEMO-").startswith("MX-D"):
        return Verified(number=wanted, today=clock.today(), listing=listing(wanted))
    return verification.contract(wanted)


def written_out() -> Sequence[Dump]:
    """The files of all published offers, the newest first."""
    return dumps.every()


def dump(name: str) -> Dump:
    """One of these files by its name. Raises NotFound."""
    found = dumps.find(name)
    if found is None:
        raise NotFound("not_found")
    return found


def write_out(base: str) -> None:
    """Write today's files of all published offers, unless they are there. Opens its own transactions."""
    dumps.write(clock.today(), base)


def offer_tag(row: OfferIndex) -> Tag:
    """A row's tag on this day: an offer whose last day has passed has ended before the index says so."""
    return Tag.ENDED if clock.today() > row.last_day else Tag(row.tag)


def index(declaration_id: UUID) -> None:
    """Make, renew or drop an offer's row. Idempotent; flushes."""
    declaration = db.session.get(Declaration, declaration_id)
    row = db.session.scalar(select(OfferIndex).where(OfferIndex.declaration_id == declaration_id))
    if declaration is None or declaration.published_at is None:
        if row is not None:
            searching.remove(row)
        return
    row = row or OfferIndex(declaration_id=declaration.id)
    values, tokens = _row(declaration)
    searching.put(row, values, tokens)


def index_all() -> int:
    """Make every published offer's row again; how many. For repairs and after a change of the tokens."""
    chosen = published_ids()
    for declaration_id in chosen:
        index(declaration_id)
    return len(chosen)


def published_ids() -> Sequence[UUID]:
    """All published declarations, the first published first: in this order their rows are made."""
    published = select(Declaration.id).where(Declaration.published_at.is_not(None))
    return db.session.scalars(published.order_by(Declaration.published_at, Declaration.number)).all()


def _published(number: str) -> Declaration:
    found = db.session.scalars(_PUBLISHED, {"number": _spelled(number)}).unique().one_or_none()
    if found is None:
        raise NotFound("not_found")
    return found


def _spelled(number: str) -> str:
    """The one spelling of a number, however it was typed: full width, small letters, spaces."""
    return "".join(unicodedata.normalize("NFKC", number).upper().split())


def _row(declaration: Declaration) -> tuple[dict[str, Any], str]:
    """The row's values and its tokens, from the frozen version."""
    version = declaration.current
    assert version is not None
    fields, described = version.public_fields, listings.description_of(version)
    patent, fee = fields["patent"], from_fields(fields["fee"])
    offer = offers.offer_of(declaration)
    holder = "、".join(patent["patentees"])
    values = {
        "number": declaration.number,
        "venue_id": declaration.venue_id,
        "holder_id": declaration.holder_id,
        "holder_name": holder,
        "patent_number": patent["number"],
        "patent_kind": patent["kind"],
        "title": patent["title"],
        "summary": described["summary"],
        "main_class": patent["main_class"],
        "class_key": rules.class_key(patent["main_class"]),
        "section": "" if patent["kind"] == numbers.Kind.DESIGN else patent["main_class"][:1],
        "industry": described["industry"],
        "industry_section": described["industry"][:1],
        "technology_field": described["field"],
        "stage": described["stage"],
        "region": _region(declaration),
        "fee_method": str(fee.method),
        "amount": rules.comparable_amount(fee),
        "price_order": rules.price_order(rules.comparable_amount(fee)),
        "price_zh": wording.price(fee, "zh"),
        "price_en": wording.price(fee, "en"),
        "duration_months": fields["duration_months"],
        "offer_last_day": offer.offer_last_day,
        "license_last_day": offer.license_last_day,
        "patent_last_day": offer.patent_last_day,
        "last_day": min(offer.offer_last_day, offer.license_last_day, offer.patent_last_day),
        "tag": str(rules.tag(offer, clock.today())),
        "announced_on": declaration.cnipa_announced_on,
        "published_at": declaration.published_at,
        "indexed_at": clock.now(),
    }
    return values, _tokens(declaration.number, fields, described)


def _region(declaration: Declaration) -> str:
    """Where the holder has its seat; where a person lives is nobody's business."""
    holder = db.session.get_one(Organisation, declaration.holder_id)
    return "" if holder.is_person else holder.region


def _tokens(number: str, fields: dict[str, Any], described: dict[str, str]) -> str:
    """What the words of a search are compared with: title first, names of codes in both languages."""
    patent = fields["patent"]
    codes = [
        one.name(lang)
        for name, code in (
            ("industry", described["industry"]),
            ("technology_field", described["field"]),
            ("stage", described["stage"]),
            ("fee_method", fields["fee"]["method"]),
            ("patent_kind", patent["kind"]),
        )
        if code in table(name)
        for one in (table(name).get(code),)
        for lang in ("zh", "en")
    ]
    return words.indexed(
        patent["title"],
        *patent["patentees"],
        patent["number"],
        number,
        number.replace("-", ""),
        patent["main_class"],
        rules.class_key(patent["main_class"]),
        patent["publication"],
        *patent["inventors"],
        *codes,
        *(described[name] for name in ("application", "products", "summary", "problem", "advantage")),
    )
