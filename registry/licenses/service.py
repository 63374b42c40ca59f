"""What a holder can do with a declaration: draft it step by step, sign and submit it.

Every verb asks `allow` first, checks second, acts third; the door commits.
"""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused, refuse_all
from registry.ledger.filings import Statement
from registry.licenses import assembly, rules
from registry.licenses.models import Declaration, DeclarationVersion
from registry.licenses.register import lock, terms_on_day
from registry.numbers import public_number
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import Actor, may_declare
from registry.patents.models import Patent

STEPS = (
    "declarant", "owners", "fee", "account", "fee_note", "term", "acts", "materials", "use", "contact", "filing", "opening"
)  # fmt: skip


# --- drafting ----------------------------------------------------------------------------------------


def draft(actor: Actor, patent: Patent, venue: Venue) -> Declaration:
    """Open a draft for one patent at one venue. Drafts may coexist; only one can become an open declaration."""
    allow(actor, "declaration.draft", patent)
    settings = parties.settings()
    declaration = Declaration(
        id=new_id(),
        number=public_number("D", clock.today(), prefix=settings.prefix),
        venue_id=venue.id,
        holder_id=patent.holder_id,
        patent_id=patent.id,
        created_by=actor.account_id,
        draft=assembly.prefilled(patent),
        created_at=clock.now(),
    )
    db.session.add(declaration)
    db.session.flush()
    history.record(actor, "draft", declaration, after=declaration.state)
    return declaration


def save_step(actor: Actor, declaration: Declaration, step: str, answers: Mapping[str, Any]) -> None:
    """Keep one step's answers (JSON-safe). A draft may be incomplete; checks come with the signature."""
    allow(actor, "declaration.draft", declaration)
    if step not in STEPS:
        raise NotFound("not_found")
    if not rules.DECLARATIONS.allows(declaration.state, "submit"):
        raise Conflict("wrong_state", state=declaration.state, verb="draft")
    declaration.draft = {**declaration.draft, step: json.loads(json.dumps(answers, default=str))}
    if step == "opening":
        declaration.open_from = answers["open_from"]
    history.record(actor, "save_step", declaration, changes={"step": step})


def checks(declaration: Declaration) -> list[Refused]:
    """Everything the law and the office would say no to, as things stand today; empty means ready to sign."""
    return rules.check_declaration(assembly.draft_facts(declaration), today=clock.today())


def prepare(actor: Actor, declaration: Declaration) -> dict[str, Any]:
    """What the declarant is asked to sign: the statement over the public text's digest and the terms.

    The salts are kept with the draft, so that preparing twice gives the same statement while nothing changes.
    """
    allow(actor, "declaration.sign", declaration)
    refuse_all(checks(declaration))
    return assembly.declarant_statement(declaration, terms_on_day().version)


def submit(actor: Actor, declaration: Declaration, statement: Statement, *, digest: str) -> DeclarationVersion:
    """Freeze, sign and hand in. Raises Conflict `stale_digest` when the text is not the one that was read."""
    allow(actor, "declaration.sign", declaration)
    may_declare(confirmed=actor.confirmed, verified=parties.organisation_of(actor).verified_at is not None)
    declaration = lock(declaration.id)
    after = rules.DECLARATIONS.move(declaration.state, "submit")
    refuse_all(checks(declaration))
    public = assembly.public(declaration)
    if public.digest != digest:
        raise Conflict("stale_digest", "digest")
    terms = terms_on_day()
    if dict(statement.fields) != assembly.declarant_statement(declaration, terms.version):
        raise Conflict("stale_digest", "statement")
    assembly.check_signature(statement)
    version = assembly.freeze(declaration, statement, terms=terms.version, signed_by=actor.name)
    db.session.add(version)
    before, declaration.state = declaration.state, after
    declaration.version = version.version
    declaration.submitted_at = clock.now()
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("patent_has_open_declaration", "patent", "GL 3.3") from error
    history.record(actor, "submit", declaration, before=before, after=after, changes={"digest": public.digest})
    mail.write_to_venue(declaration.venue_id, "declaration_submitted", declaration=declaration)
    return version
