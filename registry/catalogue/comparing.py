"""Up to four offers side by side, and which of their terms differ. Nothing is weighed or recommended here."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from registry.catalogue.listing import Listing
from registry.catalogue.rules import COMPARED_MAX
from registry.errors import Refused
from registry.licenses.estimates import Assumed, Estimate, over_term


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One offer. `estimate` is its cost for the reader's assumption, over the term of a license of today."""

    listing: Listing
    estimate: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The columns in the order they were asked for; `differs` names the rows whose values are not alike."""

    columns: tuple[Column, ...]
    assumed: Assumed
    differs: frozenset[str]

    @property
    def needs_sales(self) -> bool:
        return any(_share_of(one, "sales") for one in self.columns)

    @property
    def needs_profit(self) -> bool:
        return any(_share_of(one, "profit") for one in self.columns)


def of(listings: Sequence[Listing], assumed: Assumed) -> Comparison:
    """Compare published offers. Raises Refused `compare_too_many`."""
    check_count(len(listings))
    columns = tuple(Column(listing=one, estimate=_estimate(one, assumed)) for one in listings)
    unlike = {name for name, value in ROWS.items() if len({repr(value(one)) for one in columns}) > 1}
    return Comparison(columns=columns, assumed=assumed, differs=frozenset(unlike))


def check_count(count: int) -> None:
    """Four at most: a fifth column can be read on no screen."""
    if count > COMPARED_MAX:
        raise Refused("compare_too_many", "offers", max=COMPARED_MAX, count=count)


def _estimate(listing: Listing, assumed: Assumed) -> Estimate | None:
    if listing.today is None:
        return None
    term = listing.today.term
    return over_term(listing.price.fee, term.first_day, term.last_day, assumed)


def _share_of(column: Column, base: str) -> bool:
    royalty = column.listing.price.fee.royalty
    return royalty is not None and royalty.base == base


def _days(column: Column) -> Any:
    today = column.listing.today
    return (today.term.first_day, today.term.last_day) if today else None


ROWS: dict[str, Callable[[Column], Any]] = {
    "state": lambda one: one.listing.tag,
    "price": lambda one: one.listing.price.sentences,
    "total": lambda one: one.estimate.total if one.estimate else None,
    "today": _days,
    "acts": lambda one: (one.listing.fields["acts"], one.listing.fields["made_by_contractor"]),
    "handover": lambda one: [one.listing.fields[name] for name in ("handover", "handover_words")],
    "tax": lambda one: (one.listing.price.fee.tax_included, one.listing.price.fee.tax_rate),
    "filing": lambda one: [one.listing.fields[name] for name in ("recordal_by", "registration_by")],
    "marking": lambda one: one.listing.fields["marking"],
    "industry": lambda one: one.listing.description["industry"],
    "stage": lambda one: one.listing.description["stage"],
    "last_day": lambda one: one.listing.offer.offer_last_day,
    "patent_last_day": lambda one: one.listing.offer.patent_last_day,
    "licensees": lambda one: one.listing.licensees,
    "holder": lambda one: one.listing.patentees,
}
"""What is set side by side; a row that is alike everywhere is shown without a mark."""
