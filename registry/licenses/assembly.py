"""Rows made into values: a declaration's answers and its patent as the draft that is checked and the text
that is signed.

What is signed over that text, frozen and filed, stands in statements.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.database import db
from registry.ledger.canonical import new_nonce, new_salt
from registry.licenses import answers as reading
from registry.licenses import bars, public_text
from registry.licenses import draft as drafts
from registry.licenses.answers import SIGNING, TICKS, step
from registry.licenses.draft import Draft
from registry.licenses.models import Consent, Declaration, DeclarationVersion
from registry.licenses.rules import DeclarationState
from registry.parties.models import Organisation, Upload
from registry.patents import service as patents
from registry.patents.models import EvaluationReport, Patent
from registry.patents.numbers import Kind

SECRETS = ("persons", "contacts", "account", "evidence", "nonce")
EDITABLE = (DeclarationState.DRAFT, DeclarationState.RETURNED)
PUBLIC_INSTITUTIONS = ("021", "022")  # 国家设立的研究开发机构、高等院校 (促进科技成果转化法 18)


@dataclass(frozen=True, slots=True)
class Public:
    """What becomes public of a declaration. The digest is of the Chinese text, which is the one that is
    signed.
    """

    fields: Mapping[str, Any]
    text_zh: str
    text_en: str
    digest: str


# --- from rows to values -----------------------------------------------------------------------------


def prefilled(patent: Patent) -> dict[str, Any]:
    """A new draft's answers as far as the registry knows them, and what its signature will need."""
    holder = db.session.get_one(Organisation, patent.holder_id)
    owners = [
        {
            "position": o.position,
            "name": o.name,
            "uscc": o.uscc,
            "person": o.person,
            "email": "",
            "share": None,
        }
        for o in patent.owners
    ]
    contact = {"phone": holder.contact_phone, "email": holder.contact_email, "relay": holder.is_person}
    draft: dict[str, Any] = {
        "owners": {"items": owners, "agreement_upload": None},
        "contact": {
            "unit": holder.name,
            **contact,
            "notices_email": holder.contact_email,
            "receives_here": False,
        },
        SIGNING: fresh_signing(),
    }
    if holder.bank_account:
        bank = {"bank": holder.bank_name, "number": holder.bank_account}
        draft["account"] = {"whose": "own", "name": holder.name, **bank, "venue_consents": False}
    return draft


def fresh_signing() -> dict[str, Any]:
    """Salts and nonces for one signing; the ticks are not given yet."""
    return {
        **dict.fromkeys(TICKS, False),
        "salts": {path: new_salt() for path in SECRETS},
        "nonce": new_nonce(),
        "record_nonce": new_nonce(),
    }


def draft_facts(declaration: Declaration) -> Draft:
    """The declaration as it is filled in now. Raises Refused or Invalid when fee or dates cannot be read."""
    patent = declaration.patent
    known = reading.Known(
        patent=_patent(patent),
        facts=patent_facts(patent),
        patentees=_patentees(declaration),
        public_institution=declaration.holder.nature[:3] in PUBLIC_INSTITUTIONS,
    )
    return reading.draft_of(declaration.draft, known)


def patent_facts(patent: Patent) -> bars.PatentFacts:
    """What is recorded of the nine bars."""
    return _patent_facts(patent, patent.report)


def patent_facts_on(patent: Patent, day: date) -> bars.PatentFacts:
    """The same for a day that has passed: the evaluation report is the one that counted then."""
    return _patent_facts(patent, next((one for one in reversed(patent.reports) if one.day <= day), None))


def _patent_facts(patent: Patent, report: EvaluationReport | None) -> bars.PatentFacts:
    return bars.PatentFacts(
        kind=patent.kind,
        last_day=patents.last_day(patent),
        annuity_paid_to=patent.annuity_paid_to,
        facts=tuple(
            bars.Fact(
                kind=fact.kind,
                starts_on=fact.starts_on,
                ends_on=fact.ends_on,
                consented=fact.consented,
                reference=fact.reference,
            )
            for fact in patent.facts
        ),
        report=bars.Report(
            number=report.number,
            day=report.day,
            positive=report.positive,
            attached=report.upload_id is not None,
        )
        if report
        else None,
    )


def declarant_position(declaration: Declaration) -> int | None:
    """Which patentee of the register the declaring organisation is; None when it is none of them."""
    holder = declaration.holder
    found = (o.position for o in declaration.patent.owners if patents.is_organisation(o, holder))
    return next(found, None)


def public(declaration: Declaration) -> Public:
    """The text to be signed, or the one that was. Raises Refused or Invalid while fee or dates are missing.
    """
    version = declaration.current
    if declaration.state not in EDITABLE and version is not None:
        return public_of(version)
    return present(declaration)


def present(declaration: Declaration) -> Public:
    """The text as answers and register would give it now, whatever was frozen before."""
    fields = public_text.public_fields(draft_facts(declaration))
    text = public_text.public_text(fields)
    return Public(fields, text, public_text.public_text(fields, "en"), public_text.digest(text))


def public_of(version: DeclarationVersion) -> Public:
    """A frozen version's text; the English one only while the wording is still the one it was frozen with."""
    try:
        english = public_text.public_text(version.public_fields, "en")
    except (ValueError, KeyError):
        english = ""
    return Public(version.public_fields, version.public_text, english, version.digest)


def offer_last_day(answers: Mapping[str, Any]) -> date:
    """The last day for a notice, from a frozen version's answers."""
    return date.fromisoformat(answers["term"]["offer_last_day"])


def owner_item(declaration: Declaration, position: int) -> Mapping[str, Any]:
    """What the declarant said of one patentee: address, share."""
    items = step(declaration.draft, "owners").get("items") or ()
    return next((item for item in items if item.get("position") == position), {})


def live_consents(declaration: Declaration, purpose: str = "declare") -> dict[int, Consent]:
    """The present consents by the patentee's position: the newest that is not void."""
    query = select(Consent).where(
        Consent.declaration_id == declaration.id, Consent.purpose == purpose, Consent.void_at.is_(None)
    )
    return {consent.position: consent for consent in db.session.scalars(query.order_by(Consent.asked_at))}


def digests(uploads: Mapping[str, Any]) -> dict[str, str]:
    """Name -> digest of the stored content, for those that name a file."""
    found = {name: db.session.get(Upload, UUID(str(given))) for name, given in uploads.items() if given}
    return {name: upload.digest for name, upload in found.items() if upload is not None}


def _patent(patent: Patent) -> drafts.Patent:
    return drafts.Patent(
        number=patent.number,
        kind=Kind(patent.kind),
        title=patent.title,
        filing_date=patent.filing_date,
        grant_date=patent.grant_date,
        main_class=patent.main_class,
        inventors=tuple(patent.inventors),
        publication=patent.publication,
    )


def _patentees(declaration: Declaration) -> tuple[drafts.Patentee, ...]:
    """Names come from the register, never from a form; a consent counts only if it would still fit the
    filing.
    """
    declarant, consents = declarant_position(declaration), live_consents(declaration)
    return tuple(
        drafts.Patentee(
            name=owner.name,
            signs=owner.position == declarant,
            consented_digest=_consented(consents.get(owner.position)),
            fee_share=reading.share_of(
                owner_item(declaration, owner.position), field=f"owners.items.{owner.position}.share"
            ),
        )
        for owner in declaration.patent.owners
    )


def _consented(consent: Consent | None) -> str:
    return consent.digest if consent is not None and consent.answer == "agreed" else ""
