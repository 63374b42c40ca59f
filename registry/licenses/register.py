"""The register's own hands: find and lock a declaration, move its state, enter its filings, know the terms
of the day.

What people ask for stands in service, reviews, consents and withdrawals; all of them move a declaration
here.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import ColumnElement, select

from registry import clock, history
from registry.config import Settings
from registry.database import db
from registry.errors import NotFound, Refused
from registry.history import Doer
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.ledger.service import Appended
from registry.licenses import assembly, rules, statements
from registry.licenses.models import OPEN_STATES, Declaration, StandardTerms
from registry.licenses.rules import OFFERED_STATES
from registry.numbers import public_number
from registry.parties import mail
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor
from registry.patents import service as patents

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
    """The declarations of the actor's organisation, newest first."""
    query = select(Declaration).where(
        Declaration.holder_id == actor.organisation_id, *within(actor, Declaration.id)
    )
    return db.session.scalars(query.order_by(Declaration.created_at.desc(), Declaration.number)).all()


def within(actor: Actor, column: Any) -> list[ColumnElement[bool]]:
    """What narrows a list for an agent: to declarations over the patents its power names. `column` holds a
    declaration's id.
    """
    named = patents.within(actor, Declaration.patent_id)
    return [column.in_(select(Declaration.id).where(*named))] if named else []


def new_number(kind: str) -> str:
    """A fresh public number of today, marked in the demonstration."""
    settings: Settings = current_app.extensions["settings"]
    return public_number(kind, clock.today(), prefix=settings.prefix)


def open_over(patent_id: UUID, published: bool) -> bool:
    """Whether a declaration over a patent has been handed in or (`published`) stands published."""
    states = OFFERED_STATES if published else OPEN_STATES
    query = select(Declaration.id).where(Declaration.patent_id == patent_id, Declaration.state.in_(states))
    return db.session.scalars(query.limit(1)).first() is not None


if open_over not in patents.UNDER_OFFER:
    patents.UNDER_OFFER.append(open_over)


def venues_over(patent_id: UUID) -> set[UUID]:
    """Where a declaration over a patent has been handed in and has not ended."""
    query = select(Declaration.venue_id).where(
        Declaration.patent_id == patent_id, Declaration.state.in_(OPEN_STATES)
    )
    return set(db.session.scalars(query))


if venues_over not in patents.VENUES:
    patents.VENUES.append(venues_over)


def publish_filings(declarations: Sequence[Declaration]) -> None:
    """File `declaration.published` for each in one list, the statements of all owners with it, and note where
    it stands.
    """
    versions = [one.current for one in declarations]
    filings = [
        statements.publication(one, version)
        for one, version in zip(declarations, versions, strict=True)
        if version is not None
    ]
    appended = ledger.append(filings)
    for declaration, version, entered in zip(declarations, versions, appended, strict=True):
        assert version is not None
        declaration.published_seq = entered.seq
        declaration.published_envelope = entered.envelope_digest
        declaration.published_at = entered.instant
        declaration.offer_last_day = assembly.offer_last_day(version.answers)
        declaration.open_from = version.public_fields["open_from"]
        reindex(declaration)
    enqueue("ledger.publish", {})


def enter(declaration: Declaration, *filings: Filing) -> list[Appended]:
    """Append filings of one declaration; the head is signed and the catalogue brought up to date after the
    commit.
    """
    appended = ledger.append(filings)
    reindex(declaration)
    enqueue("ledger.publish", {})
    return appended


def reindex(declaration: Declaration) -> None:
    """Let the catalogue look at the declaration again."""
    enqueue("catalogue.index", {"declaration": str(declaration.id)}, subject_id=declaration.id)


def move(actor: Doer, declaration: Declaration, verb: str, **changes: Any) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before = declaration.state
    found = rules.DECLARATION.found(before, verb)
    declaration.state = found.to
    noted = {"article": found.article, **changes}
    history.record(actor, verb, declaration, before=before, after=declaration.state, changes=noted)


def move_cnipa(actor: Doer, declaration: Declaration, verb: str, **changes: Any) -> None:
    """Make one move of CNIPA's track and leave its history row. The only place that writes it."""
    before = declaration.cnipa_status
    found = rules.CNIPA.found(before, verb)
    declaration.cnipa_status = found.to
    noted = {"article": found.article, **changes}
    history.record(actor, f"cnipa_{verb}", declaration, before=before, after=found.to, changes=noted)


def expire_due() -> int:
    """Close offers whose last day has passed, which is never after the patent's; the clock does it. Returns
    how many.
    """
    query = select(Declaration.id).where(
        Declaration.state.in_(OFFERED_STATES), Declaration.offer_last_day < clock.today()
    )
    ended = list(db.session.scalars(query.order_by(Declaration.number)))
    for declaration_id in ended:
        declaration = lock(declaration_id)
        allow(CLOCK, "declaration.expire", declaration)
        move(CLOCK, declaration, "expire")
        enter(declaration, statements.ending(declaration, ground="expired"))
        mail.write_to_organisation(declaration.holder_id, "declaration_expired", declaration=declaration)
    return len(ended)


def load_standard_terms() -> int:
    """Put the versions of templates/papers/terms into the table; a stored version never changes. Returns
    the new ones' number.

    Raises ValueError for a file without its day, or whose words differ from those stored under its version.
    """
    new = 0
    for path in sorted(TERMS_FOLDER.glob("*.zh.txt")):
        version = path.name.removesuffix(".zh.txt")
        day, body = _terms_of(path)
        digest = hashlib.sha256(body.encode()).hexdigest()
        stored = db.session.get(StandardTerms, version)
        if stored is not None:
            if stored.digest != digest:
                raise ValueError(f"standard terms {version} differ from those stored: make a new version")
            continue
        english = _terms_of(path.with_name(f"{version}.en.txt"))[1]
        db.session.add(
            StandardTerms(version=version, effective_from=day, digest=digest, text_zh=body, text_en=english)
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


def _terms_of(path: Path) -> tuple[date, str]:
    first, _, body = path.read_text(encoding="utf-8").partition("\n")
    return date.fromisoformat(first.removeprefix("effective-from: ")), body
