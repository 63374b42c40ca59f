"""How often an offer's page was opened, for its holder and for the statistics; nobody's name is known here.

Openings are gathered in memory and written together, so that reading a page does not wait for the one
writer the register has. A process that dies loses the openings of its last minute: they prove nothing.
"""

import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select

from registry import clock
from registry.catalogue.visit_models import OfferVisits
from registry.database import db, locked
from registry.licenses.models import Declaration
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SECONDS, MOST = 60, 500
RECENT = timedelta(days=30)
Gathered = Mapping[tuple[str, date], int]


class Openings:
    """What one process has counted and not written yet; safe to use from several threads."""

    def __init__(self) -> None:
        self._counted: Counter[tuple[str, date]] = Counter()
        self._since = time.monotonic()
        self._lock = threading.Lock()

    def note(self, number: str, day: date) -> bool:
        """Count one opening of an offer's page; true when it is time to write."""
        with self._lock:
            self._counted[number, day] += 1
            late = time.monotonic() - self._since >= SECONDS
            return late or self._counted.total() >= MOST

    def take(self) -> Gathered:
        """All that was counted, to be written by whoever takes it."""
        with self._lock:
            taken, self._counted = self._counted, Counter()
            self._since = time.monotonic()
            return taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """How often one offer's page was opened: in all, in the last thirty days, and by month, newest first."""

    total: int
    recent: int
    months: Mapping[str, int]


def keep(gathered: Gathered) -> None:
    """Add what was counted to each offer's day."""
    numbers = {number for number, _ in gathered}
    found = select(Declaration.number, Declaration.id).where(Declaration.number.in_(numbers))
    ids = {row.number: row.id for row in db.session.execute(found)}
    for (number, day), count in sorted(gathered.items()):
        if number not in ids:
            continue
        _add(ids[number], day, count)


def _add(declaration_id: UUID, day: date, count: int) -> None:
    fresh = OfferVisits(declaration_id=declaration_id, day=day, count=count)
    row = locked(OfferVisits, (declaration_id, day), lambda: fresh)
    if row is not fresh:
        row.count += count


def of_offer(actor: Actor, declaration: Declaration) -> Opened:
    """What the holder reads about its own offer."""
    allow(actor, "interest.view", declaration)
    query = select(OfferVisits.day, OfferVisits.count).where(OfferVisits.declaration_id == declaration.id)
    since, months, total, recent = clock.today() - RECENT, Counter[str](), 0, 0
    for day, count in db.session.execute(query.order_by(OfferVisits.day.desc())):
        months[f"{day:%Y-%m}"] += count
        total += count
        recent += count if day > since else 0
    return Opened(total=total, recent=recent, months=months)


def total_of(first: date, last: date) -> int:
    """Openings of all offers' pages in these days, both included."""
    inside = OfferVisits.day.between(first, last)
    return db.session.scalar(select(func.sum(OfferVisits.count)).where(inside)) or 0
