"""Reviewing a declaration at its venue: take it up, find line by line, then publish, send back or refuse
(GL 3.1–3.3).

A cap may be set aside by two persons with a recorded reason, both signing. What CNIPA does and what happens
to a published offer stands in announcements.py; callers find those verbs here too.
"""

from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotAllowed, NotFound, Refused, refuse_all
from registry.ledger import service as ledger
from registry.ledger.filings import Filing, Statement, statement_fields
from registry.ledger.setup import ledger_setup
from registry.licenses import assembly, register, rules, service, statements
from registry.licenses.announcements import announce as announce
from registry.licenses.announcements import announce_withdrawal as announce_withdrawal
from registry.licenses.announcements import cnipa_declined as cnipa_declined
from registry.licenses.announcements import file_with_cnipa as file_with_cnipa
from registry.licenses.announcements import pause as pause
from registry.licenses.announcements import reject_withdrawal as reject_withdrawal
from registry.licenses.announcements import resume as resume
from registry.licenses.announcements import revoke as revoke
from registry.licenses.announcements import terminate as terminate
from registry.licenses.check_list import LINES as LINES
from registry.licenses.check_list import evidence as evidence
from registry.licenses.check_list import files_of as files_of
from registry.licenses.models import Consent, Declaration, Override, ReviewLine
from registry.licenses.rules import DeclarationState
from registry.parties import mail
from registry.parties import service as parties
from registry.parties.files import also_visible
from registry.parties.models import Upload
from registry.parties.permissions import allow
from registry.parties.prepared import Act, act_of
from registry.parties.rules import Actor
from registry.patents import service as patents

VERDICTS = ("pass", "problem", "not_applicable")
PRIVATE = ("identity", "bank_slip", "stamped_scan")


# --- reading -----------------------------------------------------------------------------------------


def lines_of(declaration: Declaration) -> dict[str, ReviewLine]:
    """The present round's findings by line; every submission begins a round."""
    query = select(ReviewLine).where(
        ReviewLine.declaration_id == declaration.id, ReviewLine.round == _round(declaration)
    )
    return {line.line: line for line in db.session.scalars(query)}


def overrides_of(declaration: Declaration) -> dict[str, Override]:
    """By rule, the overrides asked or approved for the present text."""
    version = declaration.current
    if version is None:
        return {}
    query = select(Override).where(
        Override.declaration_id == declaration.id, Override.digest == version.digest
    )
    return {override.rule: override for override in db.session.scalars(query)}


def obstacles(declaration: Declaration) -> list[Refused]:
    """What keeps the declaration from being published: lines without an answer, problems, checks not set
    aside.
    """
    found, version = lines_of(declaration), declaration.current
    refused = [Refused("line_unanswered", f"lines.{line}", "[ours]") for line in LINES if line not in found]
    refused += [
        Refused("line_problem", f"lines.{name}", "GL 3.3", note=line.note)
        for name, line in found.items()
        if line.verdict == "problem"
    ]
    approved = {rule for rule, one in overrides_of(declaration).items() if one.approved_by is not None}
    refused += [refusal for refusal in service.checks(declaration) if refusal.code not in approved]
    fee = declaration.draft.get("fee", {})
    if fee.get("method") == "OTHER" and not fee.get("condition"):
        refused.append(Refused("condition_missing", "condition", "PL 51; GL 3.3"))
    if version is not None and assembly.present(declaration).digest != version.digest:
        refused.append(Refused("register_changed", "lines.register", "GL 3.2"))
    return refused


# --- reviewing ---------------------------------------------------------------------------------------


def take_up(actor: Actor, declaration: Declaration) -> None:
    """Begin the review."""
    declaration = opened(actor, declaration)
    register.move(actor, declaration, "take_up")


def note_line(actor: Actor, declaration: Declaration, line: str, verdict: str, note: str = "") -> ReviewLine:
    """Answer one line; a later answer of the round replaces it. A problem's words go to the holder."""
    declaration = opened(actor, declaration)
    if line not in LINES:
        raise NotFound("not_found")
    if verdict not in VERDICTS:
        raise Refused("not_a_choice", f"lines.{line}.verdict")
    if verdict == "problem" and not note.strip():
        raise Refused("required", f"lines.{line}.note")
    _in_review(declaration, "note_line")
    row = lines_of(declaration).get(line)
    if row is None:
        row = ReviewLine(id=new_id(), declaration_id=declaration.id, round=_round(declaration), line=line)
        db.session.add(row)
    row.verdict, row.note = verdict, note.strip()
    row.account_id, row.at = _account(actor), clock.now()
    db.session.flush()
    history.record(actor, "note_line", declaration, changes={"line": line, "verdict": verdict})
    return row


def approve(actor: Actor, declaration: Declaration) -> None:
    """Publish: every line answered, no problem left, every check passed or set aside by two persons.

    Raises Refused or Invalid with everything that stands against it.
    """
    declaration = approve_untold(actor, declaration)
    register.publish_filings([declaration])
    mail.write_to_organisation(declaration.holder_id, "declaration_published", declaration=declaration)


def approve_untold(actor: Actor, declaration: Declaration) -> Declaration:
    """The same up to the filing and the letter, which the caller owes: many go into one list."""
    declaration = opened(actor, declaration)
    _in_review(declaration, "approve")
    refuse_all(obstacles(declaration))
    register.move(actor, declaration, "approve")
    line = lines_of(declaration)["register"]
    if line.verdict == "pass":  # else the offer stands among those to be compared again from its first day on
        patents.mark_checked(actor, declaration.patent, at=line.at)
    return declaration


def send_back(actor: Actor, declaration: Declaration, note: str = "") -> None:
    """Return for correction; the reasons are the lines with a problem, and `note`. Raises Refused
    `reasons_missing`.
    """
    declaration = opened(actor, declaration)
    reasons = [
        (str(LINES[name]), line.note)
        for name, line in lines_of(declaration).items()
        if line.verdict == "problem"
    ]
    if not reasons and not note.strip():
        raise Refused("reasons_missing", "note", "GL 3.3")
    changes = {
        "lines": [name for name, line in lines_of(declaration).items() if line.verdict == "problem"],
        "note": note.strip(),
    }
    register.move(actor, declaration, "return", **changes)
    declaration.draft = {**declaration.draft, **_unsigned(declaration)}
    mail.write_to_organisation(
        declaration.holder_id,
        "declaration_returned",
        declaration=declaration,
        reasons=reasons,
        note=note.strip(),
    )


def refuse(actor: Actor, declaration: Declaration, *, ground: str, words: str) -> None:
    """Refuse for one of the nine bars, in words the holder reads (IR 86; GL 3.1)."""
    declaration = opened(actor, declaration)
    if ground not in rules.BARS:
        raise Refused("not_a_choice", "ground", "IR 86; GL 3.1")
    if not words.strip():
        raise Refused("required", "words", "IR 86; GL 3.1")
    register.move(actor, declaration, "refuse", ground=ground, words=words.strip())
    mail.write_to_organisation(
        declaration.holder_id,
        "declaration_refused",
        declaration=declaration,
        bar=rules.BARS[ground],
        words=words.strip(),
    )


# --- setting a cap aside -----------------------------------------------------------------------------


def override_act(declaration: Declaration, rule: str, reason: str) -> Act:
    """The filing that sets a rule aside and the first person's statement of it; keep it between reading and
    signing.

    Raises Refused not_a_choice for a rule nobody may set aside, `override_needless` where nothing is in the
    way.
    """
    if rule not in rules.OVERRIDABLE:
        raise Refused("not_a_choice", "rule", "GL 3.3")
    if not reason.strip():
        raise Refused("required", "reason", "GL 3.3")
    if rule not in {refusal.code for refusal in service.checks(declaration)}:
        raise Refused("override_needless", "rule")
    version = declaration.current
    assert version is not None
    filing = Filing(
        type="override.recorded",
        subject=declaration.number,
        fields={"subject": declaration.number, "rule": rule},
        secrets={"reason": reason.strip(), "evidence": {"text_digest": version.digest}},
    )
    return act_of(filing, role="reviewer")


def ask_override(actor: Actor, declaration: Declaration, act: Act, statement: Statement) -> Override:
    """The first of two persons sets a rule aside for this text, with the reason, under a signature.

    `act` is what `override_act` gave. Raises Conflict `override_known` when it has been asked already.
    """
    declaration = opened(actor, declaration)
    _in_review(declaration, "ask_override")
    act.signed(statement)
    statements.check_signature(statement)
    rule, version = act.filing.fields["rule"], declaration.current
    assert version is not None
    if (
        act.filing.subject != declaration.number
        or act.filing.secrets["evidence"]["text_digest"] != version.digest
    ):
        raise Conflict("stale_digest", "statement")
    if rule in overrides_of(declaration):
        raise Conflict("override_known", "rule")
    override = Override(
        id=new_id(),
        declaration_id=declaration.id,
        digest=version.digest,
        rule=rule,
        reason=act.filing.secrets["reason"],
        filing={"salts": dict(act.filing.salts), "first": statement.encode()},
        asked_by=_account(actor),
        asked_at=clock.now(),
    )
    db.session.add(override)
    db.session.flush()
    history.record(actor, "ask_override", declaration, changes={"rule": rule})
    mail.write_to_venue(declaration.venue_id, "override_asked", declaration=declaration, override=override)
    return override


def second_statement(override: Override, declaration: Declaration) -> dict[str, object]:
    """What the second person signs; the same however often it is read."""
    return statement_fields(
        _override_filing(override, declaration),
        origin=ledger_setup().origin,
        role="second_reviewer",
        nonce=override.id.hex,
    )


def approve_override(actor: Actor, override: Override, statement: Statement) -> None:
    """The second person, who is not the first, signs too; the override becomes a filing. Raises Refused
    `same_person`.
    """
    declaration = opened(actor, db.session.get_one(Declaration, override.declaration_id))
    _in_review(declaration, "approve_override")
    override = db.session.get_one(Override, override.id, populate_existing=True)
    if override.approved_by is not None:
        raise Conflict("override_known", "rule")
    if override.asked_by == actor.account_id:
        raise Refused("same_person", article="[ours]")
    if dict(statement.fields) != second_statement(override, declaration):
        raise Conflict("stale_digest", "statement")
    first = statements.decode_statement(override.filing["first"])
    if first.kid == statement.kid:
        raise Refused("same_person", article="[ours]")
    ledger.append([_override_filing(override, declaration, first, statement)])
    override.approved_by, override.approved_at = actor.account_id, clock.now()
    override.filing = {}  # salts stand with the filing now, where they can be erased
    history.record(actor, "approve_override", declaration, changes={"rule": override.rule})


# --- inside ------------------------------------------------------------------------------------------


def opened(actor: Actor, declaration: Declaration) -> Declaration:
    """The declaration, locked, if the actor may review it; nobody reviews what they drafted themselves."""
    allow(actor, "declaration.review", declaration)
    if actor.account_id == declaration.created_by:
        raise NotAllowed("own_matter")
    parties.impartial(actor, declaration.holder_id)
    return register.lock(declaration.id)


def _in_review(declaration: Declaration, verb: str) -> None:
    if declaration.state != DeclarationState.UNDER_REVIEW:
        raise Conflict("wrong_state", state=declaration.state, verb=verb)


def _account(actor: Actor) -> UUID:
    assert actor.account_id is not None
    return actor.account_id


def _round(declaration: Declaration) -> int:
    return declaration.current.submission if declaration.current else 0


def _unsigned(declaration: Declaration) -> dict[str, object]:
    """Fresh salts for the next signature; the ticks are given anew with it."""
    return {"signing": assembly.fresh_signing()}


def _override_filing(override: Override, declaration: Declaration, *signed: Statement) -> Filing:
    return Filing(
        type="override.recorded",
        subject=declaration.number,
        fields={"subject": declaration.number, "rule": override.rule},
        secrets={"reason": override.reason, "evidence": {"text_digest": override.digest}},
        salts=override.filing["salts"],
        statements=signed,
    )


@also_visible
def shown_for_review(actor: Actor, upload: Upload) -> bool:
    """A venue's operator sees what a declaration handed in there names, and consent sheets to it: not what
    the holder brought elsewhere.
    """
    if actor.venue_id is None or upload.purpose in PRIVATE:
        return False
    here = select(Declaration.id).where(
        Declaration.venue_id == actor.venue_id, Declaration.state != DeclarationState.DRAFT
    )
    sheet = here.join(Consent, Consent.declaration_id == Declaration.id).where(Consent.upload_id == upload.id)
    if db.session.scalars(sheet.limit(1)).first() is not None:
        return True
    brought = select(Declaration).where(
        Declaration.id.in_(here), Declaration.holder_id == upload.organisation_id
    )
    return any(upload.id in files_of(declaration) for declaration in db.session.scalars(brought))
