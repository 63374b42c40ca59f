"""Co-owners' consents: to one exact text of a declaration (GL 3.2, 3.3) or to its withdrawal (GL 4).

Each co-owner gets a link of its own; whoever holds it and has a confirmed account may answer, by a
signature or by the stamped sheet. Another text needs another answer: consents to an older one are void.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger.filings import Statement
from registry.licenses import assembly, statements
from registry.licenses.models import Consent, Declaration, Withdrawal
from registry.licenses.register import lock, terms_on_day
from registry.licenses.rules import DeclarationState
from registry.parties import mail, sessions
from registry.parties.models import Membership, Upload
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents.models import PatentOwner

ANSWERS = ("agreed", "sent_back", "not_owner")
BEFORE_PUBLICATION = (
    DeclarationState.DRAFT,
    DeclarationState.RETURNED,
    DeclarationState.SUBMITTED,
    DeclarationState.UNDER_REVIEW,
)
VERBS = {"declare": "declaration.draft", "withdraw": "declaration.withdraw"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How one patentee stands: `declarant` (signs itself), `not_asked`, `asked`, or its answer."""

    position: int
    name: str
    state: str
    email: str
    consent: Consent | None = None

    @property
    def answered_at(self) -> datetime | None:
        return self.consent.answered_at if self.consent else None


# --- asking ------------------------------------------------------------------------------------------


def ask(actor: Actor, declaration: Declaration, purpose: str = "declare") -> list[Consent]:
    """Send every co-owner who has not agreed to the present text a fresh link; an earlier link stops
    working.

    Raises Refused `required` beside a co-owner without an address, and what keeps the text from being
    written.
    """
    asked = ask_untold(actor, declaration, purpose)
    for consent, token in asked:
        about = {"declaration": consent.declaration, "consent": consent, "token": token}
        mail.write(consent.email, "consent_asked", asked_by=declaration.holder_id, **about)
    return [consent for consent, _ in asked]


def ask_untold(
    actor: Actor, declaration: Declaration, purpose: str = "declare"
) -> list[tuple[Consent, str]]:
    """The same without letters: each consent with the token of its link, which stands nowhere else."""
    allow(actor, VERBS[purpose], declaration)
    declaration = lock(declaration.id)
    digest = present_digest(declaration, purpose)
    _ready_to_ask(declaration, purpose)
    asked = []
    for owner in owners_to_ask(declaration):
        present = assembly.live_consents(declaration, purpose).get(owner.position)
        if present is not None and _holds(declaration, present, digest):
            continue
        if present is not None:
            present.void_at = clock.now()
        asked.append(_ask_one(declaration, owner, purpose=purpose, digest=digest))
    names = [consent.name for consent, _ in asked]
    history.record(actor, "ask_consent", declaration, changes={"purpose": purpose, "names": names})
    return asked


def owners_to_ask(declaration: Declaration) -> list[PatentOwner]:
    """Everyone but the declarant, who signs; with an agency everyone, even a single patentee (GL 3.3)."""
    declarant = None if by_agency(declaration) else assembly.declarant_position(declaration)
    return [owner for owner in declaration.patent.owners if owner.position != declarant]


def by_agency(declaration: Declaration) -> bool:
    """Whether an agency makes the declaration (GL 3.3)."""
    agency = (declaration.draft.get("declarant") or {}).get("agency")
    return bool(agency and agency.get("name"))


def void_stale(actor: Actor, declaration: Declaration) -> list[str]:
    """Void consents to another text than the present one; returns the names of those to be asked again."""
    live = assembly.live_consents(declaration)
    if not live:
        return []
    try:
        digest = assembly.present(declaration).digest
    except Refused:
        digest = ""  # the text cannot even be written now
    fallen = [consent for consent in live.values() if consent.digest != digest]
    for consent in fallen:
        consent.void_at = clock.now()
    if fallen:
        history.record(actor, "void_consents", declaration, changes={"names": [c.name for c in fallen]})
    for consent in fallen:
        if consent.answer in ("", "agreed") and consent.email:
            mail.write(consent.email, "consent_void", declaration=declaration, consent=consent)
    return [consent.name for consent in fallen if consent.answer in ("", "agreed")]


def unfit(declaration: Declaration) -> list[Refused]:
    """Consents to this text that were signed under other standard terms or another version: to be asked
    again.
    """
    terms, digest = terms_on_day().version, assembly.present(declaration).digest
    return [
        Refused("consent_other_text", f"patentees.{position}.consent", "GL 3.2", name=consent.name)
        for position, consent in assembly.live_consents(declaration).items()
        if consent.answer == "agreed"
        and consent.digest == digest
        and not statements.fits(declaration, consent, terms)
    ]


# --- answering ---------------------------------------------------------------------------------------


def by_token(token: str) -> Consent:
    """The consent a link stands for. Raises NotFound, and Conflict `consent_void` when the text has changed
    since.
    """
    found = db.session.scalar(select(Consent).where(Consent.token_hash == sessions.digest(token)))
    if found is None:
        raise NotFound("not_found")
    if found.void_at is not None:
        raise Conflict("consent_void", number=found.declaration.number)
    return found


def statement_for(consent: Consent) -> dict[str, Any]:
    """What the co-owner is asked to sign. Raises Conflict `consent_void` when the text has changed since."""
    declaration = consent.declaration
    if consent.void_at is not None or consent.digest != present_digest(declaration, consent.purpose):
        raise Conflict("consent_void", number=declaration.number)
    if consent.purpose == "withdraw":
        return statements.withdrawal_statement(
            withdrawal_of(declaration), nonce=consent.id.hex, role="co_owner"
        )
    return statements.owner_statement(declaration, consent, terms_on_day().version)


def answer(
    actor: Actor,
    consent: Consent,
    *,
    answer: str,
    reason: str = "",
    statement: Statement | None = None,
    upload: Upload | None = None,
) -> None:
    """Agree (signed, or with the stamped sheet), send back with a reason, or say that one is not an owner.

    The link is the authority; a confirmed account is asked for besides. Raises Conflict `already_answered`.
    """
    _may_answer(actor, answer, reason)
    declaration = lock(consent.declaration_id)
    consent = db.session.get_one(Consent, consent.id, populate_existing=True)
    if consent.answer:
        raise Conflict("already_answered", number=declaration.number)
    if consent.purpose == "declare" and declaration.state not in BEFORE_PUBLICATION:
        raise Conflict("wrong_state", state=declaration.state, verb="answer_consent")
    fields = statement_for(consent)
    if answer == "agreed":
        _not_the_declarant(actor, declaration, consent, statement)
        _keep_agreement(consent, fields, statement, upload)
    consent.answer, consent.reason = answer, reason.strip()
    consent.account_id, consent.answered_at = actor.account_id, clock.now()
    changes = {"name": consent.name, "purpose": consent.purpose, "answer": answer}
    history.record(actor, "answer_consent", declaration, changes=changes)
    mail.write_to_organisation(
        declaration.holder_id, "consent_answered", declaration=declaration, consent=consent
    )


def status(declaration: Declaration, purpose: str = "declare") -> list[Standing]:
    """How every patentee stands towards the present text, in the register's order."""
    asked, live = (
        {o.position for o in owners_to_ask(declaration)},
        assembly.live_consents(declaration, purpose),
    )
    return [
        Standing(
            position=owner.position,
            name=owner.name,
            state=_state(live.get(owner.position)) if owner.position in asked else "declarant",
            email=address_of(declaration, owner),
            consent=live.get(owner.position),
        )
        for owner in declaration.patent.owners
    ]


def agreed(declaration: Declaration, purpose: str, digest: str) -> Sequence[Consent]:
    """The consents to exactly this text, by position."""
    live = sorted(assembly.live_consents(declaration, purpose).items())
    return [consent for _, consent in live if consent.answer == "agreed" and consent.digest == digest]


def present_digest(declaration: Declaration, purpose: str) -> str:
    """The digest of the text a consent would be to now."""
    if purpose == "withdraw":
        return withdrawal_of(declaration).digest
    return assembly.present(declaration).digest


def withdrawal_of(declaration: Declaration) -> Withdrawal:
    """The withdrawal in the making. Raises NotFound."""
    query = select(Withdrawal).where(
        Withdrawal.declaration_id == declaration.id, Withdrawal.filed_at.is_(None)
    )
    found = db.session.scalars(query.order_by(Withdrawal.created_at.desc()).limit(1)).first()
    if found is None:
        raise NotFound("not_found")
    return found


def address_of(declaration: Declaration, owner: PatentOwner) -> str:
    """Where a co-owner's link goes; for the declaring organisation itself, its address for notices."""
    given = assembly.owner_item(declaration, owner.position).get("email") or ""
    if given or owner.position != assembly.declarant_position(declaration):
        return str(given)
    contact = declaration.draft.get("contact") or {}
    return str(contact.get("notices_email") or declaration.holder.contact_email)


# --- inside ------------------------------------------------------------------------------------------


def _ready_to_ask(declaration: Declaration, purpose: str) -> None:
    if purpose == "declare" and declaration.state not in assembly.EDITABLE:
        raise Conflict("wrong_state", state=declaration.state, verb="ask_consent")
    for owner in owners_to_ask(declaration):
        if not address_of(declaration, owner):
            raise Refused("required", f"owners.items.{owner.position}.email", "GL 3.2", name=owner.name)


def _holds(declaration: Declaration, consent: Consent, digest: str) -> bool:
    """Whether a consent is to be left in peace: agreed, and to what would be filed now."""
    if consent.answer != "agreed" or consent.digest != digest:
        return False
    return consent.purpose == "withdraw" or statements.fits(declaration, consent, terms_on_day().version)


def _ask_one(
    declaration: Declaration, owner: PatentOwner, *, purpose: str, digest: str
) -> tuple[Consent, str]:
    token = secrets.token_urlsafe(32)
    consent = Consent(
        id=new_id(),
        declaration_id=declaration.id,
        purpose=purpose,
        position=owner.position,
        name=owner.name,
        email=address_of(declaration, owner),
        token_hash=sessions.digest(token),
        digest=digest,
        asked_at=clock.now(),
    )
    db.session.add(consent)
    db.session.flush()
    return consent, token


def _may_answer(actor: Actor, answer: str, reason: str) -> None:
    if not actor.confirmed or actor.account_id is None:
        raise Refused("account_unconfirmed", article="ESL 13")
    if answer not in ANSWERS:
        raise Refused("not_a_choice", "answer")
    if answer != "agreed" and not reason.strip():
        raise Refused("required", "reason")


def _not_the_declarant(
    actor: Actor, declaration: Declaration, consent: Consent, statement: Statement | None
) -> None:
    """Nobody of the declaring side signs in a co-owner's name (CC 168; GL 3.2); a stamped sheet may come from
    anybody.
    """
    if statement is None or consent.position == assembly.declarant_position(declaration):
        return
    query = sessions.memberships_of(cast(UUID, actor.account_id))
    if db.session.scalar(query.where(Membership.organisation_id == declaration.holder_id).limit(1)):
        raise NotAllowed("own_consent", article="CC 168; GL 3.2")


def _keep_agreement(
    consent: Consent, fields: dict[str, Any], statement: Statement | None, upload: Upload | None
) -> None:
    if (statement is None) == (upload is None):
        raise Refused("consent_form", "statement", "GL 3.2")
    if upload is not None:
        consent.upload_id = upload.id
    if statement is not None:
        if dict(statement.fields) != fields:
            raise Conflict("stale_digest", "statement")
        statements.check_signature(statement)
        consent.statement = statement.encode()


def _state(consent: Consent | None) -> str:
    if consent is None:
        return "not_asked"
    return consent.answer or "asked"
