"""What waits for somebody at the desk about patents and declarations: few counts, each one query."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry.database import db
from registry.licenses.models import OPEN_STATES, Consent, Declaration
from registry.licenses.rules import DeclarationState
from registry.parties.desk import Card, cards
from registry.parties.rules import PARTY_ROLES, Actor, Role

_S = DeclarationState


@cards
def waiting(actor: Actor) -> Iterable[Card]:
    """A holder's drafts and offers, a venue's queue."""
    if actor.role in PARTY_ROLES:
        yield from _of_holder(actor)
    if actor.role == Role.OPERATOR:
        count = _count(Declaration.venue_id == actor.venue_id, states=(_S.SUBMITTED, _S.UNDER_REVIEW))
        yield Card(title=_l("待审声明"), url="/venue/reviews", count=count, due=count > 0, place=10)


def _of_holder(actor: Actor) -> Iterable[Card]:
    mine = Declaration.holder_id == actor.organisation_id
    returned = _count(mine, states=(_S.RETURNED,))
    if returned:
        yield Card(title=_l("退回补正的声明"), url="/declarations", count=returned, due=True, place=5)
    asked = db.session.scalar(
        select(func.count(Consent.id))
        .join(Declaration, Consent.declaration_id == Declaration.id)
        .where(mine, Consent.answer == "", Consent.void_at.is_(None))
    )
    if asked:
        yield Card(title=_l("等待共有人答复"), url="/declarations", count=asked, place=20)
    yield Card(title=_l("声明草稿"), url="/declarations", count=_count(mine, states=(_S.DRAFT,)), place=21)
    yield Card(
        title=_l("在办和已发布的声明"), url="/declarations", count=_count(mine, states=OPEN_STATES), place=22
    )
    yield Card(title=_l("发布专利开放许可声明"), url="/declarations/new", place=60)


def _count(whose: object, *, states: Iterable[str]) -> int:
    query = select(func.count(Declaration.id)).where(whose, Declaration.state.in_(tuple(states)))  # type: ignore[arg-type]
    return db.session.scalar(query) or 0
