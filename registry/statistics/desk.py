"""A venue's own months on the desk of its operators, drawn as the public's figures are."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry import clock
from registry.contracts.models import Acceptance
from registry.database import db
from registry.parties.desk import Card, Line, Panel, cards
from registry.parties.permissions import may
from registry.parties.rules import Actor
from registry.statistics import rules
from registry.statistics.counting import GIVEN

MONTHS = 12


@cards
def of_venue(actor: Actor) -> Iterable[Card | Panel]:
    """Licenses obtained at the venue month by month (PL 51), in one query."""
    if not may(actor, "acceptance.decide", actor):
        return
    query = (
        select(Acceptance.effective_on, func.count())
        .where(Acceptance.venue_id == actor.venue_id, Acceptance.state.in_(GIVEN))
        .group_by(Acceptance.effective_on)
    )
    found = dict.fromkeys(rules.last_months(clock.today(), MONTHS), 0)
    for day, count in db.session.execute(query):
        if day is not None and rules.month_of(day) in found:
            found[rules.month_of(day)] += count
    if any(found.values()):
        yield Panel(
            title=_l("本场所逐月取得的许可"),
            kind="months",
            lines=[Line(words=month, count=count) for month, count in found.items()],
            url="/statistics",
            more=_l("全部统计"),
            place=30,
        )
