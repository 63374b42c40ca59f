"""What a holder can do with a declaration: draft it step by step, see what stands against it, sign and
submit it.

Every verb asks `allow` first, checks second, acts third; the door commits.
"""

import unicodedata
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, Invalid, NotFound, Refused, refuse_all
from registry.ledger.filings import Statement
from registry.licenses import answers as reading
from registry.licenses import assembly, consents, register, rules, statements
from registry.licenses.answers import SIGNING, TICKS
from registry.licenses.models import Declaration, DeclarationVersion
from registry.licenses.register import lock, terms_on_day
from registry.parties import approvals, mail
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow
from registry.parties.rules import Act, Actor, may_declare
from registry.patents.models import Patent

STEPS = (
    "declarant", "owners", "fee", "account", "fee_note", "term", "acts", "materials", "use", "contact",
    "filing", "opening",
)  # fmt: skip


# --- drafting ----------------------------------------------------------------------------------------


def draft(actor: Actor, patent: Patent, venue: Venue, *, successor_of: str = "") -> Declaration:
    """Open a draft for one patent at one venue. Drafts may coexist; only one can become an open declaration.

    `successor_of` is the number of an own declaration that has ended, which this one replaces (GL 9).
    """
    allow(actor, "declaration.draft", patent)
    former = register.find(successor_of) if successor_of else None
    if former is not None:
        allow(actor, "declaration.draft", former)
        if former.patent_id != patent.id or not former.published_envelope:
            raise Refused("successor_unrelated", "successor_of", "GL 9")
    declaration = Declaration(
        id=new_id(),
        number=register.new_number("D"),
        venue_id=venue.id,
        holder_id=patent.holder_id,
        patent_id=patent.id,
        created_by=actor.account_id,
        draft=assembly.prefilled(patent),
        successor_of=former.id if former else None,
        created_at=clock.now(),
    )
    db.session.add(declaration)
    db.session.flush()
    history.record(actor, "draft", declaration, after=declaration.state)
    return declaration


def save_step(actor: Actor, declaration: Declaration, step: str, answers: Mapping[str, Any]) -> list[str]:
    """Keep one step's answers (JSON-safe). A draft may be incomplete; checks come with the signature.

    Returns the names of co-owners whose consent fell because the text changed: they must be asked again.
    """
    allow(actor, "declaration.draft", declaration)
    if step == SIGNING:
        return tick(actor, declaration, answers)
    if step not in STEPS:
        raise NotFound("not_found")
    declaration, given = _editable(declaration), plain(answers)
    _own_files(actor, declaration, {step: given})
    declaration.draft = {**declaration.draft, step: given}
    if step == "opening":
        declaration.open_from = answers["open_from"]
    history.record(actor, "save_step", declaration, changes={"step": step})
    return consents.void_stale(actor, declaration)


def save_steps(actor: Actor, declaration: Declaration, given: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Keep several steps' answers at once, as `save_step` keeps one: one lock, one line of history."""
    allow(actor, "declaration.draft", declaration)
    if set(given) - set(STEPS):
        raise NotFound("not_found")
    declaration, kept = _editable(declaration), {step: plain(answers) for step, answers in given.items()}
    _own_files(actor, declaration, kept)
    declaration.draft = {**declaration.draft, **kept}
    if "opening" in given:
        declaration.open_from = str(given["opening"]["open_from"])
    history.record(actor, "save_step", declaration, changes={"step": ", ".join(given)})
    return consents.void_stale(actor, declaration)


def tick(actor: Actor, declaration: Declaration, ticks: Mapping[str, Any]) -> list[str]:
    """Keep what the declarant ticks before signing: undertaking, standing_authorisation, receives_here,
    internal_check.

    Call it before `prepare`; ticks that are not named stay as they are.
    """
    allow(actor, "declaration.draft", declaration)
    declaration = _editable(declaration)
    given = {name: bool(ticks[name]) for name in TICKS if name in ticks}
    declaration.draft = {**declaration.draft, SIGNING: {**declaration.draft[SIGNING], **given}}
    history.record(actor, "save_step", declaration, changes={"step": SIGNING, **given})
    return []


def checks(declaration: Declaration) -> list[Refused]:
    """Everything the law and the office would say no to, as things stand today; empty means nothing at all.

    Codes in rules.OVERRIDABLE a reviewer may set aside, when the declarant asks for it.
    """
    today = clock.today()
    refused = reading.check_authority(
        declaration.draft, today, abroad=declaration.holder.outside_mainland
    ) + reading.missing(declaration.draft)
    bars = [bar.refused() for bar in rules.bars(assembly.patent_facts(declaration.patent), today)]
    try:
        facts = assembly.draft_facts(declaration)
    except Invalid as invalid:
        return _once([*refused, *invalid.refusals, *bars])
    except Refused as refusal:
        return _once([*refused, refusal, *bars])
    refused += rules.check_declaration(facts, today=today)
    return _once([*refused, *consents.unfit(declaration)])


def obstacles(declaration: Declaration) -> list[Refused]:
    """What keeps the declaration from being handed in.

    Caps and other general limits (GL 3.3) block too, until the declarant asks the reviewer to set them aside.
    """
    asked = declaration.draft[SIGNING].get("ask_reviewer", False)
    return [one for one in checks(declaration) if not (asked and one.code in rules.OVERRIDABLE)]


def warnings(declaration: Declaration) -> list[Refused]:
    """What holder and reviewer should look at; nothing of it blocks. Empty while fee or dates are missing."""
    try:
        return rules.warnings(assembly.draft_facts(declaration), clock.today())
    except Refused:
        return []


# --- signing -----------------------------------------------------------------------------------------


def prepare(actor: Actor, declaration: Declaration) -> dict[str, Any]:
    """What the declarant is asked to sign: the statement over the public text's digest and the terms. A
    plain read.

    The salts stand with the draft, so preparing twice gives the same statement while nothing changes.
    """
    allow(actor, "declaration.sign", declaration)
    rules.DECLARATION.move(declaration.state, "submit")
    _may_sign(actor)
    refuse_all(obstacles(declaration))
    return statements.declarant_statement(declaration, terms_on_day().version, power=actor.power)


def submit(
    actor: Actor, declaration: Declaration, statement: Statement, *, digest: str, tell: bool = True
) -> DeclarationVersion:
    """Freeze, sign and hand in. Raises Conflict `stale_digest` when the text is not the one that was read.

    `tell=False` where one letter is written about many.
    """
    allow(actor, "declaration.sign", declaration)
    _may_sign(actor)
    declaration = lock(declaration.id)
    rules.DECLARATION.move(declaration.state, "submit")
    refuse_all(obstacles(declaration))
    if assembly.present(declaration).digest != digest:
        raise Conflict("stale_digest", "digest")
    terms = terms_on_day().version
    if dict(statement.fields) != statements.declarant_statement(declaration, terms, power=actor.power):
        raise Conflict("stale_digest", "statement")
    approvals.settle(actor, Act.DECLARE, declaration.number, of=declaration.holder_id)
    statements.check_signature(statement)
    version = statements.freeze(
        declaration,
        statement,
        terms=terms,
        signed_by=actor.name,
        power=actor.power,
        unit=actor.unit.name if actor.unit else "",
    )
    db.session.add(version)
    register.move(actor, declaration, "submit", digest=digest, submission=version.submission)
    declaration.version = version.version
    declaration.submitted_at = clock.now()
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("patent_has_open_declaration", "patent", "GL 3.3") from error
    db.session.expire(declaration, ["versions"])
    if tell:
        mail.write_to_venue(declaration.venue_id, "declaration_submitted", declaration=declaration)
    return version


# --- inside ------------------------------------------------------------------------------------------


@approvals.subject(Act.DECLARE)
def _draft(number: str) -> approvals.Subject:
    """A declaration that could be signed, by the digest of its public text."""
    declaration = register.find(number)
    try:
        read = assembly.present(declaration).digest
    except Refused as refused:
        raise NotFound("not_found") from refused
    url = f"/declarations/{declaration.number}/check"
    return approvals.Subject(
        organisation_id=declaration.holder_id, digest=read, url=url, patents=declaration.patent_numbers
    )


def _may_sign(actor: Actor) -> None:
    may_declare(confirmed=actor.confirmed, verified=parties.organisation_of(actor).verified_at is not None)


def _editable(declaration: Declaration) -> Declaration:
    declaration = lock(declaration.id)
    if declaration.state not in assembly.EDITABLE:
        raise Conflict("wrong_state", state=declaration.state, verb="draft")
    return declaration


def _own_files(actor: Actor, declaration: Declaration, given: Mapping[str, Any]) -> None:
    """A file named anew must be the actor's own: nobody files another's. Raises Refused `upload_unknown`."""
    known = {upload for _, upload in reading.uploads(declaration.draft)}
    for path, upload in reading.uploads(given):
        if upload not in known:
            parties.uploaded(actor, upload, field=f"{path}_upload")


def _once(refused: list[Refused]) -> list[Refused]:
    """Each refusal of a field once, the first of its code."""
    found: dict[tuple[str, str], Refused] = {}
    for refusal in refused:
        found.setdefault((refusal.code, refusal.field), refusal)
    return list(found.values())


def plain(value: Any) -> Any:
    """Answers as the JSON that is kept, and as the ledger can sign it: NFC text, decimals as text, no
    floats.
    """
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, StrEnum):
        return str(value)
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, date | UUID):
        return str(value)
    raise Refused("not_valid")
