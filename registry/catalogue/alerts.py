"""Telling accounts what their saved searches and industries have found: at most one letter of each a day.

An offer is told of a search once: by the instant up to which everything was told, and, for what came into the
index late, by a row for each offer told in the last days. Both are written with the letter.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, or_, select

from registry import clock
from registry.catalogue import freshness, saved_searches, watching
from registry.catalogue.models import OfferIndex
from registry.catalogue.saved_models import SavedFind, SavedSearch
from registry.catalogue.watching import AT_ONCE, LISTED, OVERLAP, Every, Kind
from registry.database import db
from registry.parties import mail
from registry.parties.models import Account

LETTER: Mapping[Kind, str] = {Kind.SEARCH: "search_finds", Kind.INDUSTRY: "industry_finds"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finds:
    """What one search has found: the first of them, and how many more."""

    search: SavedSearch
    offers: Sequence[OfferIndex]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.offers)


def due() -> list[UUID]:
    """Accounts that watch something whose day has come."""
    query = select(SavedSearch.account_id).where(_is_due()).distinct().order_by(SavedSearch.account_id)
    return list(db.session.scalars(query))


def tell(account_id: UUID) -> int:
    """Look for everything this account watches and write what was found. Returns how many letters.

    A second worker waits at the account's row and then finds nothing due.
    """
    account = db.session.get_one(Account, account_id, with_for_update=True)
    query = select(SavedSearch).where(SavedSearch.account_id == account_id, _is_due())
    rows = db.session.scalars(query.order_by(SavedSearch.created_at, SavedSearch.id).with_for_update()).all()
    written = 0
    for kind, letter in LETTER.items():
        found = [one for row in rows if row.kind == kind and (one := _look(row)).count]
        if found and account.closed_at is None:
            total = sum(one.count for one in found)
            mail.write_to_account(account, letter, found=found, total=total)
            written += 1
    return written


def _look(row: SavedSearch) -> Finds:
    """The new finds of one search, noted as told."""
    instant, known = clock.now(), row.told_to - OVERLAP
    since = max(row.created_at, known)
    # what was told before that instant was published before it too: the watermark alone keeps it out
    db.session.execute(delete(SavedFind).where(SavedFind.search_id == row.id, SavedFind.told_at < known))
    told = select(SavedFind.declaration_id).where(SavedFind.search_id == row.id)
    fresh = freshness.published_since(
        saved_searches.meant(row), clock.today(), since=since, but=told, most=AT_ONCE
    )
    for offer in fresh:
        db.session.add(SavedFind(search_id=row.id, declaration_id=offer.declaration_id, told_at=instant))
    if len(fresh) < AT_ONCE:
        row.told_to = instant  # else the rest comes tomorrow, told apart by the rows
    row.told_on = clock.today()
    db.session.flush()
    return Finds(search=row, offers=fresh[:LISTED], count=len(fresh))


def _is_due() -> ColumnElement[bool]:
    today = clock.today()
    found = [
        and_(SavedSearch.every == str(every), SavedSearch.told_on <= day)
        for every in Every
        if (day := watching.last_told(every, today)) is not None
    ]
    return or_(*found)
