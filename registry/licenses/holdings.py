"""A holder's declarations as a list: narrowed to a state or a group of states, in pages, in two queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import defer, joinedload

from registry.database import db
from registry.licenses import register
from registry.licenses.models import Consent, Declaration
from registry.licenses.rules import DeclarationState
from registry.licenses.words import GROUPS
from registry.parties.rules import Actor

PAGE = 50
CONSENTS = "consents"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One page of the list; `waiting` counts by declaration the co-owners who have not answered."""

    found: Sequence[Declaration]
    waiting: Mapping[UUID, int]
    total: int
    page: int
    pages: int


def of_holder(actor: Actor, *, shown: str = "", page: int = 1) -> Held:
    """The declarations of the actor's organisation, newest first. `shown` is a state, a group of them or
    `consents`; anything else asks for all.
    """
    mine = Declaration.holder_id == actor.organisation_id
    whose = [mine, *register.within(actor, Declaration.id), *_narrowed(shown)]
    total = db.session.scalar(select(func.count()).select_from(Declaration).where(*whose)) or 0
    pages = max(1, -(-total // PAGE))
    page = min(max(page, 1), pages)
    query = (
        select(Declaration)
        .where(*whose)
        .options(joinedload(Declaration.patent), defer(Declaration.draft))
        .order_by(Declaration.created_at.desc(), Declaration.number)
        .offset((page - 1) * PAGE)
        .limit(PAGE)
    )
    found = db.session.scalars(query).all()
    return Held(found=found, waiting=_waiting(found), total=total, page=page, pages=pages)


def _narrowed(shown: str) -> list[ColumnElement[bool]]:
    if shown == CONSENTS:
        asked = select(Consent.declaration_id).where(Consent.answer == "", Consent.void_at.is_(None))
        return [Declaration.id.in_(asked)]
    states = GROUPS.get(shown) or ((shown,) if shown in list(DeclarationState) else ())
    return [Declaration.state.in_(states)] if states else []


def _waiting(found: Sequence[Declaration]) -> dict[UUID, int]:
    query = (
        select(Consent.declaration_id, func.count())
        .where(
            Consent.declaration_id.in_([one.id for one in found]),
            Consent.answer == "",
            Consent.void_at.is_(None),
        )
        .group_by(Consent.declaration_id)
    )
    return dict(db.session.execute(query).all())
