"""Saved searches: kept, renamed, dropped, looked at; and what is new in each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from registry import clock, forms
from registry.catalogue import freshness, watching
from registry.catalogue.rules import SearchQuery
from registry.catalogue.saved_models import SavedFind, SavedSearch
from registry.catalogue.schemas import SearchSchema, in_order, query_of
from registry.catalogue.watching import Every, Kind
from registry.codes.tables import table
from registry.database import db, new_id
from registry.errors import NotFound, Refused
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import Actor

NEW_MOST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """A saved search with how much is new since its owner looked, counted up to NEW_MOST."""

    search: SavedSearch
    new: int

    @property
    def address(self) -> str:
        return watching.address(self.search.query)


def save(actor: Actor, parameters: Mapping[str, str], *, name: str, every: str) -> SavedSearch:
    """Keep a search; the same one again is renamed. Raises what the search's own schema raises, Refused
    `account_unconfirmed`, `search_empty`, `searches_many`.
    """
    query = checked(parameters)
    if not query:
        raise Refused("search_empty", "q")
    return _keep(actor, Kind.SEARCH, query, name=name, every=every)


def follow(actor: Actor, sections: Collection[str], *, every: str) -> None:
    """Be told of new offers in these industries and in no other. Raises Refused `not_a_choice`."""
    known = table("industry")
    for section in sections:
        if len(section) != 1 or section not in known:
            raise Refused("not_a_choice", "sections")
    for row in of_account(actor, Kind.INDUSTRY):
        if row.query.get("industry") not in sections:
            _remove(row)
    for section in sorted(set(sections)):
        _keep(actor, Kind.INDUSTRY, {"industry": section}, name=known.get(section).zh, every=every)


def change(actor: Actor, search_id: UUID, values: Mapping[str, Any]) -> SavedSearch:
    """Another name, or another rhythm. Raises NotFound."""
    row = find(actor, search_id, locked=True)
    if "name" in values:
        row.name = values["name"]
    if "every" in values:
        _set_rhythm(row, values["every"])
    return row


def drop(actor: Actor, search_id: UUID) -> None:
    """Raises NotFound."""
    _remove(find(actor, search_id, locked=True))


def look(actor: Actor, search_id: UUID) -> str:
    """Mark a search as looked at now; the address of its result. Raises NotFound."""
    row = find(actor, search_id, locked=True)
    row.seen_at = clock.now()
    return watching.address(row.query)


def of_account(actor: Actor, kind: Kind) -> Sequence[SavedSearch]:
    """The account's own, newest first."""
    query = select(SavedSearch).where(SavedSearch.account_id == actor.account_id, SavedSearch.kind == kind)
    return db.session.scalars(query.order_by(SavedSearch.created_at.desc(), SavedSearch.id)).all()


def watched(actor: Actor) -> list[Watched]:
    """The account's saved searches with what is new in each."""
    return [_watched(row) for row in of_account(actor, Kind.SEARCH)]


def one(actor: Actor, search_id: UUID) -> Watched:
    """Raises NotFound."""
    return _watched(find(actor, search_id))


def find(actor: Actor, search_id: UUID, *, locked: bool = False) -> SavedSearch:
    """Raises NotFound for another's."""
    row = db.session.get(SavedSearch, search_id, with_for_update=locked)
    if row is None or row.account_id != actor.account_id:
        raise NotFound("not_found")
    allow(actor, "account.use", row)
    return row


def checked(parameters: Mapping[str, str]) -> dict[str, str]:
    """The parameters a search has, read by its own schema. Raises Refused or Invalid."""
    names = SearchSchema().fields
    query = {name: value for name, value in watching.kept(parameters).items() if name in names}
    forms.load(SearchSchema(), query)
    return dict(in_order(query))


def meant(row: SavedSearch) -> SearchQuery:
    """What a saved search asks today. A code that has been taken out of its table since finds what it can."""
    try:
        return query_of(forms.load(SearchSchema(), dict(row.query)))
    except Refused:
        return SearchQuery(text=str(row.query.get("q", "")))


def _watched(row: SavedSearch) -> Watched:
    new = freshness.count_since(meant(row), clock.today(), since=row.seen_at, most=NEW_MOST)
    return Watched(search=row, new=new)


def _keep(actor: Actor, kind: Kind, query: dict[str, str], *, name: str, every: str) -> SavedSearch:
    if not actor.confirmed:
        raise Refused("account_unconfirmed")
    account = db.session.get_one(Account, actor.account_id, with_for_update=True)
    digest, instant = watching.digest(query), clock.now()
    same = select(SavedSearch).where(
        SavedSearch.account_id == account.id, SavedSearch.kind == kind, SavedSearch.digest == digest
    )
    row = db.session.scalar(same.with_for_update())
    if row is not None:
        row.name = name
        _set_rhythm(row, every)
        return row
    count = select(func.count()).select_from(SavedSearch)
    count = count.where(SavedSearch.account_id == account.id, SavedSearch.kind == kind)
    if (db.session.scalar(count) or 0) >= watching.MOST:
        raise Refused("searches_many", most=watching.MOST)
    row = SavedSearch(
        id=new_id(), account_id=account.id, kind=str(kind), name=name, query=query, digest=digest,
        every=str(every), created_at=instant, seen_at=instant, told_to=instant, told_on=clock.today(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row


def _set_rhythm(row: SavedSearch, every: str) -> None:
    """What was published while nobody wanted to hear of it is not told afterwards."""
    if row.every == Every.NONE and every != Every.NONE:
        row.told_to, row.told_on = clock.now(), clock.today()
    row.every = str(every)


def _remove(row: SavedSearch) -> None:
    for told in db.session.scalars(select(SavedFind).where(SavedFind.search_id == row.id)):
        db.session.delete(told)
    db.session.flush()
    db.session.delete(row)
    db.session.flush()
