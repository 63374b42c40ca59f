"""What waits for a venue's reviewers: declarations handed in, and open offers to be looked at again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from registry import clock
from registry.codes.calendar import working_days_between
from registry.database import db
from registry.licenses import assembly, rules, service
from registry.licenses.models import Declaration
from registry.licenses.rules import OFFERED_STATES, DeclarationState
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents.models import Patent

RECHECK_DAYS = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """A declaration that waits for its reviewer. `age` is in working days."""

    declaration: Declaration
    age: int

    @property
    def flags(self) -> tuple[str, ...]:
        """What is remarkable about it: looked up when it is asked for, since hundreds may wait."""
        return _flags(self.declaration)


def queue(actor: Actor) -> list[Queued]:
    """What waits at the actor's venue, oldest first."""
    allow(actor, "declaration.review", _Venue(actor))
    query = select(Declaration).where(
        Declaration.venue_id == actor.venue_id,
        Declaration.state.in_((DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)),
    )
    query = query.options(selectinload(Declaration.patent), selectinload(Declaration.holder))
    found = db.session.scalars(query.order_by(Declaration.submitted_at))
    return [Queued(declaration=one, age=_age(one)) for one in found]


def due_for_recheck(actor: Actor) -> Sequence[Declaration]:
    """Open offers not compared with the register for 90 days, or whose annuity day has passed: B3 arises
    silently.
    """
    allow(actor, "declaration.review", _Venue(actor))
    old = clock.now() - timedelta(days=RECHECK_DAYS)
    stale = Patent.checked_at.is_(None) | (Patent.checked_at < old) | (Patent.annuity_paid_to < clock.today())
    query = select(Declaration).join(Patent, Declaration.patent_id == Patent.id)
    query = query.where(Declaration.venue_id == actor.venue_id, Declaration.state.in_(OFFERED_STATES), stale)
    return db.session.scalars(query.order_by(Declaration.published_at)).all()


# --- inside ------------------------------------------------------------------------------------------


class _Venue:
    """Stands for whatever belongs to the actor's venue, for `allow`."""

    def __init__(self, actor: Actor) -> None:
        self.venue_id = actor.venue_id


def _age(declaration: Declaration) -> int:
    assert declaration.submitted_at is not None
    return working_days_between(clock.legal_day(declaration.submitted_at), clock.today())


def _flags(declaration: Declaration) -> tuple[str, ...]:
    codes = {refusal.code for refusal in service.checks(declaration)}
    former = select(func.count()).select_from(Declaration)
    former = former.where(
        Declaration.holder_id == declaration.holder_id, Declaration.published_at.is_not(None)
    )
    found = {
        "over_cap": bool(codes & {"fee_over_cap", "rate_over_cap"}),
        "to_decide": bool(codes & rules.OVERRIDABLE),
        "bar": bool(rules.bars(assembly.patent_facts(declaration.patent), clock.today())),
        "foreign_holder": declaration.holder.outside_mainland,
        "first_declaration": not db.session.scalar(former),
    }
    return tuple(name for name, holds in found.items() if holds)
