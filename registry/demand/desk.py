"""What waits at the desk about wishes: needs to read, needs near one's offers, one's own."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry.database import db
from registry.demand import needs
from registry.demand.models import Interest
from registry.demand.need_models import Need
from registry.demand.need_rules import LIVE, NeedState
from registry.demand.rules import InterestState
from registry.parties.desk import Card, cards
from registry.parties.permissions import may
from registry.parties.rules import PARTY_ROLES, Actor


@cards
def of_wishes(actor: Actor) -> Iterable[Card]:
    """Few counts, each one query; a card only where there is something."""
    if may(actor, "need.review"):
        waiting = _count(Need.state == NeedState.WAITING)
        if waiting:
            yield Card(title=_l("待审需求"), url="/venue/needs", count=waiting, due=True, place=12)
    mine = _interests(actor)
    if mine:
        yield Card(title=_l("我登记的意向"), url="/interests", count=mine, place=41)
    if actor.organisation_id is not None and actor.role in PARTY_ROLES:
        yield from _of_party(actor)


def _of_party(actor: Actor) -> Iterable[Card]:
    own = _count(Need.organisation_id == actor.organisation_id, Need.state.in_(LIVE))
    near = _count(needs.near(actor))
    if own:
        yield Card(title=_l("我们的需求"), url="/needs/mine", count=own, place=42)
    if near:
        yield Card(title=_l("与我们的许可同行业的需求"), url="/needs/mine", count=near, place=43)


def _interests(actor: Actor) -> int:
    query = select(func.count(Interest.id)).where(Interest.account_id == actor.account_id)
    return db.session.scalar(query.where(Interest.state == InterestState.OPEN)) or 0


def _count(*conditions: object) -> int:
    return db.session.scalar(select(func.count(Need.id)).where(*conditions)) or 0  # type: ignore[arg-type]
