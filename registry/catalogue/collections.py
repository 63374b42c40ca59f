"""Collections: make, change, retire and restore one, and read them.

A holder groups its own offers, an operator those of its venue. Only an offer that has not ended comes in; one
that ends later stays and is shown as ended.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.catalogue import search as searching
from registry.catalogue.collecting import COLLECTION, MEMBERS_MAX, CollectionState, refusals
from registry.catalogue.collection_models import Collection, CollectionMember
from registry.catalogue.models import OfferIndex
from registry.database import db, new_id
from registry.errors import NotFound, Refused, refuse_all
from registry.licenses import register
from registry.parties.permissions import allow
from registry.parties.rules import PARTY_ROLES, Actor

PAGE = 20
CHOOSABLE = 300
"""Offers a form lists to choose from, newest first; the API takes any of one's own."""
_OF_OFFER = (
    select(Collection)
    .join(CollectionMember, CollectionMember.collection_id == Collection.id)
    .join(OfferIndex, OfferIndex.declaration_id == CollectionMember.declaration_id)
    .where(OfferIndex.number == bindparam("number"), Collection.state == CollectionState.PUBLIC)
    .order_by(Collection.created_at, Collection.id)
)
"""Built once: every listing asks it."""


def make(actor: Actor, given: Mapping[str, Any]) -> Collection:
    """Make a collection public. `given`: title, words, offers (numbers in order).

    Raises Refused `no_organisation`, Invalid with what is wrong with words or offers.
    """
    whose = _whose(actor)
    now = clock.now()
    collection = Collection(
        id=new_id(),
        number=register.new_number("K"),
        created_by=actor.account_id,
        created_at=now,
        changed_at=now,
        state=CollectionState.PUBLIC,
        **whose,
    )
    allow(actor, "collection.edit", collection)
    members = _checked(collection, given, before=())
    collection.title, collection.words = given["title"], given["words"]
    db.session.add(collection)
    db.session.flush()
    _put(collection, members)
    history.record(actor, "make", collection, after=collection.state)
    return collection


def edit(actor: Actor, collection: Collection, given: Mapping[str, Any]) -> None:
    """Change words and offers. Raises as `make`; Conflict `wrong_state` for a retired one."""
    allow(actor, "collection.edit", collection)
    row = _locked(collection)
    members = _checked(row, given, before=[one.declaration_id for one in row.members])
    move(actor, row, "edit")
    row.title, row.words, row.changed_at = given["title"], given["words"], clock.now()
    _put(row, members)


def retire(actor: Actor, collection: Collection) -> None:
    """Show it no more; its link stays and says so."""
    allow(actor, "collection.edit", collection)
    move(actor, _locked(collection), "retire")


def restore(actor: Actor, collection: Collection) -> None:
    """Show it again."""
    allow(actor, "collection.edit", collection)
    move(actor, _locked(collection), "restore")


def move(actor: Actor, row: Collection, verb: str) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before, found = row.state, COLLECTION.found(row.state, verb)
    row.state = found.to
    changes = {"article": found.article}
    history.record(actor, verb, row, before=before, after=found.to, changes=changes)


# --- reading -----------------------------------------------------------------------------------------


def find(number: str) -> Collection:
    """A collection, retired or not. Raises NotFound."""
    query = select(Collection).where(Collection.number == number.strip().upper())
    found = db.session.scalar(query.options(joinedload(Collection.holder), joinedload(Collection.venue)))
    if found is None:
        raise NotFound("not_found")
    return found


def offers_of(collection: Collection) -> list[OfferIndex]:
    """Its offers in their order, ended ones too."""
    query = (
        select(OfferIndex)
        .join(CollectionMember, CollectionMember.declaration_id == OfferIndex.declaration_id)
        .where(CollectionMember.collection_id == collection.id)
    )
    return list(db.session.scalars(query.order_by(CollectionMember.position)))


def of_offer(number: str) -> Sequence[Collection]:
    """The public collections an offer stands in, oldest first."""
    return db.session.scalars(_OF_OFFER, {"number": number}).all()


def public(page: int = 1) -> tuple[Sequence[Collection], int]:
    """A page of public collections, newest first, and how many pages there are."""
    shown = Collection.state == CollectionState.PUBLIC
    count = db.session.scalar(select(func.count(Collection.id)).where(shown)) or 0
    query = select(Collection).where(shown).order_by(Collection.created_at.desc(), Collection.id)
    query = query.options(joinedload(Collection.holder), joinedload(Collection.venue))
    rows = db.session.scalars(query.limit(PAGE).offset((page - 1) * PAGE)).all()
    return rows, max(-(-count // PAGE), 1)


def own(actor: Actor) -> Sequence[Collection]:
    """The collections of the actor's organisation or venue, newest first."""
    query = select(Collection).where(_of(actor, Collection))
    return db.session.scalars(query.order_by(Collection.created_at.desc(), Collection.id)).all()


def counted(actor: Actor) -> tuple[int, int]:
    """How many collections the actor's organisation or venue has, and how many offers to group; one query."""
    made = select(func.count(Collection.id)).where(_of(actor, Collection)).scalar_subquery()
    mine = (_of(actor, OfferIndex), *searching.standing(clock.today()))
    offered = select(func.count(OfferIndex.id)).where(*mine).scalar_subquery()
    row = db.session.execute(select(made, offered)).one()
    return row[0], row[1]


def choosable(actor: Actor, collection: Collection | None = None) -> list[OfferIndex]:
    """What may stand in a collection: one's own offers that have not ended, and the members it has."""
    standing = searching.standing(clock.today())
    query = select(OfferIndex).where(_of(actor, OfferIndex), *standing)
    rows = list(db.session.scalars(query.order_by(OfferIndex.published_at.desc()).limit(CHOOSABLE)))
    members = offers_of(collection) if collection else []
    known = {one.id for one in members}
    return [*members, *(row for row in rows if row.id not in known)]


# --- inside ------------------------------------------------------------------------------------------


def _whose(actor: Actor) -> dict[str, UUID]:
    if actor.role in PARTY_ROLES and actor.organisation_id is not None:
        return {"holder_id": actor.organisation_id}
    if actor.venue_id is not None:
        return {"venue_id": actor.venue_id}
    raise Refused("no_organisation")


def _of(actor: Actor, table: Any) -> Any:
    (name, value), *_ = _whose(actor).items()
    return getattr(table, name) == value


def _checked(collection: Collection, given: Mapping[str, Any], *, before: Sequence[UUID]) -> list[UUID]:
    """The declarations meant, in order; each refusal beside its field."""
    numbers = list(given["offers"])
    found = _rows(collection, numbers[: MEMBERS_MAX + 1], before)
    strange = [
        Refused("collection_not_own", "offers", number=one)
        for one in numbers[: MEMBERS_MAX + 1]
        if one not in found
    ]
    refuse_all([*refusals(given["title"], given["words"], numbers, clock.today()), *strange])
    return [found[one] for one in numbers]


def _rows(collection: Collection, numbers: Sequence[str], before: Sequence[UUID]) -> dict[str, UUID]:
    mine = (
        OfferIndex.holder_id == collection.holder_id
        if collection.holder_id is not None
        else OfferIndex.venue_id == collection.venue_id
    )
    standing = searching.standing(clock.today())
    query = select(OfferIndex.number, OfferIndex.declaration_id).where(OfferIndex.number.in_(numbers), mine)
    query = query.where(or_(OfferIndex.declaration_id.in_(before), and_(*standing)))
    return {row.number: row.declaration_id for row in db.session.execute(query)}


def _put(collection: Collection, members: Sequence[UUID]) -> None:
    db.session.execute(delete(CollectionMember).where(CollectionMember.collection_id == collection.id))
    db.session.expire(collection, ["members"])
    rows = [
        CollectionMember(id=new_id(), collection_id=collection.id, declaration_id=one, position=place)
        for place, one in enumerate(members, start=1)
    ]
    db.session.add_all(rows)
    db.session.flush()


def _locked(collection: Collection) -> Collection:
    return db.session.get_one(Collection, collection.id, with_for_update=True, populate_existing=True)
