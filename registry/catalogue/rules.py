"""What can be asked of the catalogue and how an offer is tagged in it: values and pure functions."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry.licenses.draft import OpenFrom
from registry.licenses.fees import Fee, Method
from registry.licenses.rules import OFFERED_STATES, CnipaStatus, DeclarationState, Offer

PAGE_SIZE = 20
COUNT_MAX = 10_000
"""Counted no further, shown as "10,000+": an exact count over a million rows costs more than the page."""

PAGE_MAX = COUNT_MAX // PAGE_SIZE
SORTED_PAGE_MAX = 25
"""Pages of more than COUNT_MAX offers in another order than the newest first: going deeper would cost more
than all the rest, and whoever wants a cheap one narrows the search."""

NO_PRICE = 10**16
"""Where an offer without a figure stands in the order of prices, in fen."""

TERM_MONTHS_MAX = LIFE_MONTHS_MAX = 240
COMPARED_MAX = 4


class Tag(StrEnum):
    """How an offer stands, in one word (design: journeys 1.2)."""

    ANNOUNCED = "announced"
    LOCAL = "local"  # takes notices as an ordinary license, not announced by CNIPA
    WAITING = "waiting"  # opens when CNIPA has announced it
    WITHDRAWAL_FILED = "withdrawal_filed"
    PAUSED = "paused"
    ENDED = "ended"


STANDING = (Tag.ANNOUNCED, Tag.LOCAL, Tag.WAITING, Tag.WITHDRAWAL_FILED, Tag.PAUSED)


class Sort(StrEnum):
    """Orders of the result list."""

    NEWEST = "newest"
    PRICE = "price"
    ENDING = "ending"
    LIFE = "life"


class Standing(StrEnum):
    """Which offers a search looks at."""

    OPEN = "open"
    ALL = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchQuery:
    """Everything a search may ask; empty means any. Amounts in yuan, terms in months."""

    text: str = ""
    holder: str = ""
    ipc: str = ""
    section: str = ""
    kind: str = ""
    industry: str = ""
    technology_field: str = ""
    stage: str = ""
    region: str = ""
    method: str = ""
    tag: str = ""
    collection: str = ""
    amount_to: Decimal | None = None
    term_months: int | None = None
    life_months: int | None = None
    standing: Standing = Standing.OPEN
    sort: Sort = Sort.NEWEST
    page: int = 1


def tag(offer: Offer, today: date) -> Tag:
    """How an offer stands on a day (GL 2, 3.5, 4)."""
    announced = offer.announced_on is not None and offer.announced_on <= today
    over = today > min(offer.offer_last_day, offer.patent_last_day, offer.license_last_day)
    gone = offer.state not in OFFERED_STATES
    if gone or over or offer.cnipa_status == CnipaStatus.WITHDRAWAL_ANNOUNCED:
        return Tag.ENDED
    if offer.state == DeclarationState.WITHDRAWAL_FILED:
        return Tag.WITHDRAWAL_FILED if announced else Tag.ENDED
    if offer.paused or offer.state == DeclarationState.PAUSED:
        return Tag.PAUSED
    if announced:
        return Tag.ANNOUNCED
    return Tag.LOCAL if offer.open_from == OpenFrom.NOW else Tag.WAITING


def comparable_amount(fee: Fee) -> Decimal | None:
    """The figure by which prices are sorted and bounded: zero when free, none for a pure share or words."""
    return Decimal("0.00") if fee.method is Method.FREE else fee.amount


def price_order(amount: Decimal | None) -> int:
    """Where a comparable amount stands in the order of prices: in fen, what has no figure last."""
    return NO_PRICE if amount is None else int(amount * 100)


def class_key(main_class: str) -> str:
    """A class, or the beginning of one, in the spelling that is compared: `g16h 10` is `G16H10`."""
    return "".join(main_class.upper().split())
