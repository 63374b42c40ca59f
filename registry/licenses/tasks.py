"""Jobs of licenses: the clock closes offers whose days are over; a patent whose state changed under an
offer is looked at.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.database import db, transaction
from registry.jobs import handler
from registry.licenses import assembly, batches, register, rules
from registry.licenses import batch_drafts as making
from registry.licenses import batch_reviews as reviewing
from registry.licenses import batch_signing as signing
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.models import Declaration
from registry.licenses.rules import OFFERED_STATES
from registry.parties import mail


@handler("offers.expire")
def expire(payload: Mapping[str, Any]) -> None:
    """Close what has run out; run daily, harmless to run again."""
    transaction(register.expire_due)


@handler("offers.recheck")
def recheck(payload: Mapping[str, Any]) -> None:
    """Tell the venue when a bar stands against an open offer: its reviewer decides whether to pause it (GL
    2).
    """
    transaction(lambda: _tell_of_bars(UUID(payload["patent"])))


@handler("declarations.batch_drafts")
def batch_drafts(payload: Mapping[str, Any]) -> None:
    """Make what is left of a batch's drafts, some rows a transaction; a second run finds what is left."""
    while transaction(lambda: making.write_drafts(UUID(payload["batch"]), limit=making.AT_ONCE)):
        db.session.expunge_all()  # a thousand drafts need not stay in memory


@handler("declarations.batch_signing")
def batch_signing(payload: Mapping[str, Any]) -> None:
    """Hand in what is left of a signed list, some declarations a transaction."""
    while transaction(lambda: signing.hand_in(UUID(payload["signing"]), limit=signing.AT_ONCE)):
        db.session.expunge_all()


@handler("declarations.batch_review")
def batch_review(payload: Mapping[str, Any]) -> None:
    """Go on with a reviewer's step over a batch, some declarations a transaction; whoever was done already is
    passed over. The holder gets one letter about all that were published.
    """
    left, begun = [UUID(one) for one in payload["left"]], [UUID(one) for one in payload["begun"]]
    for start in range(0, len(left), reviewing.AT_ONCE):
        some = left[start : start + reviewing.AT_ONCE]
        transaction(lambda some=some: _review(payload, some))  # type: ignore[misc]
        db.session.expunge_all()
    if payload["verb"] == "publish":
        transaction(lambda: _tell_published(payload, [*begun, *left]))


def _review(payload: Mapping[str, Any], some: list[UUID]) -> list[UUID]:
    batch = db.session.get_one(DeclarationBatch, UUID(payload["batch"]))
    actor = batches.reviewer(UUID(payload["account"]), batch.venue_id)
    model = register.find(payload["model"]) if payload["model"] else None
    return reviewing.step(actor, batch, payload["verb"], some, model)


def _tell_published(payload: Mapping[str, Any], ids: list[UUID]) -> None:
    reviewing.tell_published(db.session.get_one(DeclarationBatch, UUID(payload["batch"])), ids)


def _tell_of_bars(patent_id: UUID) -> None:
    query = select(Declaration).where(
        Declaration.patent_id == patent_id, Declaration.state.in_(OFFERED_STATES)
    )
    for declaration in db.session.scalars(query):
        found = rules.bars(assembly.patent_facts(declaration.patent), clock.today())
        if found and declaration.paused_since is None:
            bars = [rules.BARS[finding.bar] for finding in found]
            mail.write_to_venue(declaration.venue_id, "bar_arose", declaration=declaration, bars=bars)
