"""What is signed over a declaration, frozen and filed: the declarant's and the co-owners' statements,
versions, filings.

The filing `declaration.published` is fixed when the declarant signs: salts and nonces are drawn with the
draft and kept in its step `signing`, so that the same text gives the same statement however often it is
prepared. What CNIPA has done meanwhile is added at publication and stands in nobody's statement.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from registry import clock
from registry.database import db, new_id
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger import signing
from registry.ledger.canonical import unb64
from registry.ledger.filings import Filing, Statement, statement_fields
from registry.ledger.setup import ledger_setup
from registry.ledger.statement_lists import parse_place
from registry.licenses import answers as reading
from registry.licenses.answers import SIGNING, TICKS, step
from registry.licenses.assembly import digests, draft_facts, live_consents, present
from registry.licenses.draft import Draft
from registry.licenses.fee_fields import to_fields
from registry.licenses.models import Consent, Declaration, DeclarationVersion, Withdrawal
from registry.parties import agency
from registry.parties.agency import Power
from registry.patents.models import PatentOwner

BOUND = ("number", "version", "patents", "fee", "offer_last_day", "standard_terms", "text_digest")


def declarant_statement(
    declaration: Declaration, terms_version: str, *, power: Power | None = None
) -> dict[str, Any]:
    """What the declarant signs: every open field but CNIPA's, and the commitments to all that stays closed.
    """
    filing = _published(declaration, terms_version)
    return statement_fields(
        filing,
        origin=ledger_setup().origin,
        role=agency.stated("declarant", power),
        nonce=declaration.draft[SIGNING]["nonce"],
    )


def owner_statement(declaration: Declaration, consent: Consent, terms_version: str) -> dict[str, Any]:
    """What a co-owner signs: the same offer, bound field by field, and nothing of the attachments.

    So it stays good when only attachments change. The consent's own random id is its nonce.
    """
    filing = _published(declaration, terms_version)
    return statement_fields(
        filing,
        origin=ledger_setup().origin,
        role="co_owner",
        nonce=consent.id.hex,
        only=BOUND,
        commitments=(),
    )


def fits(declaration: Declaration, consent: Consent, terms_version: str) -> bool:
    """Whether a consent is to this very offer: a signed one field by field, a stamped sheet by the text's
    digest.
    """
    if consent.digest != present(declaration).digest:
        return False
    if not consent.statement:
        return True
    said: Mapping[str, Any] = consent.statement["statement"]["fields"]
    return bool(said == owner_statement(declaration, consent, terms_version)["fields"])


def check_signature(statement: Statement) -> None:
    """Refuse a signature now that the ledger would refuse at publication. Raises Refused key_unknown,
    signature_invalid.
    """
    key = ledger.public_key(statement.kid)
    if key is None or key.revoked_seq is not None:
        raise Refused("key_unknown" if key is None else "key_revoked", kid=statement.kid)
    if statement.alg != key.alg or not signing.verify(
        key.alg, key.public, statement.signed_bytes, signature=statement.signature
    ):
        raise Refused("signature_invalid", kid=statement.kid)


def next_version(declaration: Declaration, digest: str) -> int:
    """Counts distinct public texts: a text signed again keeps its number."""
    current = declaration.current
    if current is None:
        return 1
    return current.version if current.digest == digest else current.version + 1


def decode_statement(kept: Mapping[str, Any]) -> Statement:
    """A statement as `Statement.encode` wrote it."""
    return Statement(
        fields=kept["statement"],
        alg=kept["alg"],
        kid=kept["kid"],
        signature=unb64(kept["signature"]),
        level=kept["level"],
        place=parse_place(kept["list"]) if "list" in kept else None,
    )


def _published(declaration: Declaration, terms_version: str) -> Filing:
    facts, shown = draft_facts(declaration), present(declaration)
    fields = {
        "number": declaration.number,
        "version": next_version(declaration, shown.digest),
        "patents": [facts.patent.number],
        "owners": [owner.name for owner in declaration.patent.owners if not owner.person],
        "fee": to_fields(facts.fee),
        "offer_last_day": facts.offer_last_day.isoformat(),
        "standard_terms": terms_version,
        "text_digest": shown.digest,
        "opening": str(facts.open_from),
    }
    if facts.duration_months:
        fields["duration_months"] = facts.duration_months
    if declaration.successor_of:
        fields["supersedes"] = db.session.get_one(Declaration, declaration.successor_of).published_envelope
    kept = declaration.draft[SIGNING]
    secrets = _secrets(declaration, facts)
    return Filing(
        type="declaration.published",
        subject=declaration.number,
        fields=fields,
        secrets=secrets,
        salts={path: kept["salts"][path] for path in secrets},
    )


def _secrets(declaration: Declaration, facts: Draft) -> dict[str, Any]:
    answers = declaration.draft
    persons = [{"position": o.position, "name": o.name} for o in declaration.patent.owners if o.person]
    return {
        "persons": persons,
        "contacts": dict(step(answers, "contact")),
        "account": dict(step(answers, "account")) if facts.payee else {},
        "evidence": {
            "fee_note": facts.fee_note,
            "uploads": _evidence(declaration),
            "consent_sheets": _sheets(declaration),
        },
        "nonce": answers[SIGNING]["record_nonce"],
    }


def _evidence(declaration: Declaration) -> dict[str, str]:
    patent = declaration.patent
    report = patent.report
    named: dict[str, Any] = dict(reading.uploads(declaration.draft))
    named["patent.certificate"] = patent.certificate_upload
    named["patent.annuity"] = patent.annuity_upload
    named["patent.report"] = report.upload_id if report else None
    return digests(named)


def _sheets(declaration: Declaration) -> list[dict[str, Any]]:
    """Stamped consent sheets carry no signature of ours: the filing commits to their digests."""
    found = []
    for position, consent in sorted(live_consents(declaration).items()):
        if consent.answer == "agreed" and consent.upload_id:
            found.append(
                {"position": position, "digest": digests({"sheet": consent.upload_id}).get("sheet", "")}
            )
    return found


# --- what is frozen and filed ------------------------------------------------------------------------


def freeze(
    declaration: Declaration,
    statement: Statement,
    *,
    terms: str,
    signed_by: str,
    power: Power | None = None,
    unit: str = "",
) -> DeclarationVersion:
    """The signed declaration as a row that never changes."""
    shown, filing = present(declaration), _published(declaration, terms)
    current = declaration.current
    answers = {name: given for name, given in declaration.draft.items() if name != SIGNING}
    answers[SIGNING] = {name: declaration.draft[SIGNING].get(name, False) for name in TICKS}
    answers["consents"] = _consents(declaration)
    if power is not None:
        answers["agent"] = agency.named(power)
    if unit:
        answers["unit"] = unit
    return DeclarationVersion(
        id=new_id(),
        declaration_id=declaration.id,
        submission=current.submission + 1 if current else 1,
        version=filing.fields["version"],
        answers=answers,
        public_fields=dict(shown.fields),
        public_text=shown.text_zh,
        digest=shown.digest,
        terms_version=terms,
        filing={"fields": dict(filing.fields), "secrets": dict(filing.secrets), "salts": dict(filing.salts)},
        statement=statement.encode(),
        signed_by=signed_by,
        created_at=clock.now(),
    )


def publication(declaration: Declaration, version: DeclarationVersion) -> Filing:
    """`declaration.published` with the statements of the declarant and of every co-owner who signed this
    text.
    """
    fields = {**version.filing["fields"], "cnipa_status": declaration.cnipa_status}
    if declaration.cnipa_announced_on is not None:
        fields |= {
            "cnipa_number": declaration.cnipa_number,
            "cnipa_day": declaration.cnipa_announced_on.isoformat(),
        }
    consents = [c for _, c in sorted(live_consents(declaration).items()) if c.digest == version.digest]
    signed = [consent.statement for consent in consents if consent.answer == "agreed" and consent.statement]
    return Filing(
        type="declaration.published",
        subject=declaration.number,
        fields=fields,
        secrets=version.filing["secrets"],
        salts=version.filing["salts"],
        statements=tuple(decode_statement(kept) for kept in (version.statement, *signed)),
    )


def withdrawn(withdrawal: Withdrawal, signed: Sequence[Statement] = ()) -> Filing:
    """`declaration.withdrawn`: the ground in the open, the reason and the whole text committed to."""
    return movement(
        "declaration.withdrawn",
        withdrawal.declaration,
        withdrawal.ground,
        secrets={"reason": {"text": withdrawal.text, "reason": withdrawal.reason}},
        salts=withdrawal.statement["salts"],
        signed=signed,
    )


def withdrawal_statement(withdrawal: Withdrawal, *, nonce: str, role: str) -> dict[str, Any]:
    """What a patentee signs to withdraw: number, version, ground, and the commitment to the text."""
    return statement_fields(
        withdrawn(withdrawal),
        origin=ledger_setup().origin,
        role=role,
        nonce=nonce,
        only=("number", "version", "ground"),
    )


def usable(signed: Sequence[Statement]) -> list[Statement]:
    """Those whose key still stands: weeks may pass between a withdrawal's signature and CNIPA's
    announcement.
    """
    found = []
    for statement in signed:
        try:
            check_signature(statement)
        except Refused:
            continue
        found.append(statement)
    return found


def ending(declaration: Declaration, ground: str, *, secrets: Mapping[str, Any] | None = None) -> Filing:
    """`declaration.ended`: expired, terminated by the office, or revoked."""
    return movement("declaration.ended", declaration, ground, secrets=secrets)


def movement(
    kind: str,
    declaration: Declaration,
    ground: str,
    *,
    secrets: Mapping[str, Any] | None = None,
    salts: Mapping[str, str] | None = None,
    signed: Sequence[Statement] = (),
) -> Filing:
    """A filing that moves a published declaration: paused, resumed, withdrawn, ended."""
    return Filing(
        type=kind,
        subject=declaration.number,
        fields={
            "number": declaration.number,
            "version": declaration.version,
            "ground": ground,
            "instant": clock.rfc3339(clock.now()),
        },
        secrets=dict(secrets or {}),
        salts=dict(salts or {}),
        statements=tuple(signed),
    )


def announcement(kind: str, declaration: Declaration, day: date, evidence: Mapping[str, str]) -> Filing:
    """What CNIPA has announced, with its number and day."""
    return Filing(
        type=kind,
        subject=declaration.number,
        fields={
            "number": declaration.number,
            "version": declaration.version,
            "cnipa_number": declaration.cnipa_number,
            "cnipa_day": day.isoformat(),
        },
        secrets={"evidence": dict(evidence)} if evidence else {},
    )


def _consents(declaration: Declaration) -> list[dict[str, Any]]:
    """How each co-owner consented to this very text, as the papers print it."""
    owners: dict[int, PatentOwner] = {owner.position: owner for owner in declaration.patent.owners}
    return [
        {
            "position": position,
            "name": consent.name,
            "uscc": owners[position].uscc if position in owners else "",
            "level": consent.statement.get("level", "") if consent.statement else "sheet",
            "answered_at": clock.rfc3339(consent.answered_at) if consent.answered_at else "",
            "digest": consent.digest,
        }
        for position, consent in sorted(live_consents(declaration).items())
        if consent.answer == "agreed"
    ]
