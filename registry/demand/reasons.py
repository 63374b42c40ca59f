"""Why an offer was not taken: said in one click by readers, counted for its holder, nobody's name kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from registry import clock
from registry.database import db, new_id
from registry.demand import rules
from registry.demand.need_models import NotTaken
from registry.demand.need_rules import contact_in
from registry.demand.rules import Why
from registry.errors import Refused
from registry.licenses.models import Declaration
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Reasons:
    """How often each reason was given, and the words that came with some, newest first."""

    counts: Mapping[str, int]
    words: Sequence[NotTaken]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def say(actor: Actor | None, declaration: Declaration, given: Mapping[str, Any], *, place: str) -> None:
    """Note a reason. `given`: why, words; `place` is where the request comes from: it is counted under a
    digest and not kept with the reason.

    Raises Refused `own_offer`, `contact_in_words`, `too_many_attempts`.
    """
    if actor is not None and actor.organisation_id == declaration.holder_id:
        raise Refused("own_offer")
    if found := contact_in(given["words"]):
        raise Refused("contact_in_words", "words", "PIPL 6", words=found)
    one = f"{declaration.number}|{place}"
    parties.attempt("not_taken", one, limit=rules.REASONS_EACH, window=rules.REASONS_WINDOW)
    parties.attempt("not_taken_place", place, limit=rules.REASONS, window=rules.REASONS_WINDOW)
    row = NotTaken(id=new_id(), declaration_id=declaration.id, day=clock.today())
    row.why, row.words = Why(given["why"]), given["words"]
    db.session.add(row)


def for_holder(actor: Actor, declaration: Declaration) -> Reasons:
    """What readers said about an offer."""
    allow(actor, "interest.view", declaration)
    mine = NotTaken.declaration_id == declaration.id
    counted = select(NotTaken.why, func.count()).where(mine).group_by(NotTaken.why)
    counts = {row.why: row[1] for row in db.session.execute(counted)}
    said = select(NotTaken).where(mine, NotTaken.words != "").order_by(NotTaken.day.desc(), NotTaken.id)
    return Reasons(counts=counts, words=db.session.scalars(said.limit(SHOWN)).all())
