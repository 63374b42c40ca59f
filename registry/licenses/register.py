"""The register's own hands: find and lock a declaration, move its state, enter its publication, know the terms of the day.

What people ask for stands in service, reviews, consents and withdrawals; all of them move a declaration through here.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db
from registry.errors import NotFound, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.licenses import assembly, rules
from registry.licenses.models import Declaration, StandardTerms
from registry.licenses.rules import DeclarationState
from registry.parties.rules import CLOCK, Actor

TERMS_FOLDER = Path(__file__).resolve().parent.parent / "templates" / "papers" / "terms"


def find(number: str) -> Declaration:
    """A declaration by its public number. Raises NotFound."""
    found = db.session.scalar(select(Declaration).where(Declaration.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


def lock(declaration_id: UUID) -> Declaration:
    """The declaration, its row locked first: the order of locks is subject, then ledger head."""
    query = select(Declaration).where(Declaration.id == declaration_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def of_holder(actor: Actor) -> Sequence[Declaration]:
    query = select(Declaration).where(Declaration.holder_id == actor.organisation_id)
    return db.session.scalars(query.order_by(Declaration.created_at.desc())).all()


def publish_filing(declaration: Declaration) -> None:
    """File `declaration.published` and note where it stands; the statements of all owners go with it."""
    version = declaration.current
    assert version is not None
    appended = ledger.append([assembly.publication(declaration, version)])[0]
    declaration.published_seq = appended.seq
    declaration.published_envelope = appended.envelope_digest
    declaration.published_at = appended.instant
    declaration.offer_last_day = assembly.offer_last_day(version.answers)
    enqueue("catalogue.index", {"declaration": str(declaration.id)}, subject_id=declaration.id)


def move(actor: Actor, declaration: Declaration, verb: str, **changes: Any) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before = declaration.state
    declaration.state = rules.DECLARATIONS.move(before, verb)
    history.record(actor, verb, declaration, before=before, after=declaration.state, changes=changes)


def expire_due() -> int:
    """Close offers whose last day, or whose patent's, has passed; the clock does it. Returns how many."""
    query = select(Declaration).where(
        Declaration.state.in_((DeclarationState.PUBLISHED, DeclarationState.PAUSED)),
        Declaration.offer_last_day < clock.today(),
    )
    ended = list(db.session.scalars(query.with_for_update()))
    for declaration in ended:
        move(CLOCK, declaration, "expire")
        ledger.append([assembly.ending(declaration, ground="expired")])
        enqueue("catalogue.index", {"declaration": str(declaration.id)}, subject_id=declaration.id)
    return len(ended)


def load_standard_terms() -> int:
    """Put the versions of templates/papers/terms into the table; a stored version never changes. Returns how many are new."""
    new = 0
    for path in sorted(TERMS_FOLDER.glob("*.zh.txt")):
        version = path.name.removesuffix(".zh.txt")
        if db.session.get(StandardTerms, version) is not None:
            continue
        text_zh = path.read_text(encoding="utf-8")
        day, _, body = text_zh.partition("\n")
        db.session.add(
            StandardTerms(
                version=version,
                effective_from=date.fromisoformat(day.removeprefix("effective-from: ")),
                digest=hashlib.sha256(body.encode()).hexdigest(),
                text_zh=body,
                text_en=path.with_name(f"{version}.en.txt").read_text(encoding="utf-8").partition("\n")[2],
            )
        )
        new += 1
    return new


def terms_on_day() -> StandardTerms:
    """The standard terms in force today. Raises Refused `no_standard_terms`."""
    query = select(StandardTerms).where(StandardTerms.effective_from <= clock.today())
    found = db.session.scalars(query.order_by(StandardTerms.effective_from.desc()).limit(1)).first()
    if found is None:
        raise Refused("no_standard_terms")
    return found
