"""The frozen record of one acceptance: an explicit, versioned field list from which every paper is printed,
for ever.

It is fixed when the notice is prepared, bound by a salted commitment in the filing, and never changed.
Texts, decimal
strings and days only, so that its canonical bytes are the same everywhere. What happens later (arrival of
money,
effective day, results) stands beside it, never in it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from registry import clock, money
from registry.config import Settings
from registry.contracts import receiving_accounts
from registry.contracts.models import Acceptance
from registry.database import db
from registry.ledger.canonical import jcs, sha256_hex
from registry.licenses import fees, schedule, terms
from registry.licenses.fee_fields import from_fields
from registry.licenses.models import DeclarationVersion, StandardTerms
from registry.parties import agency
from registry.parties.agency import Power
from registry.parties.identifiers import masked
from registry.parties.models import IdentityDocument, Organisation
from registry.patents import rules as patent_rules
from registry.patents.models import Patent
from registry.patents.numbers import Kind

VERSION = 1
WORDING = "2026-11"  # of the papers printed from records of this version


def build(
    acceptance: Acceptance,
    *,
    track: str,
    on: date,
    settings: Settings,
    signer: str,
    power: Power | None = None,
    unit: str = "",
) -> dict[str, Any]:
    """The record of a notice prepared on a day. `signer` is the person who will sign for the licensee, as its
    agent where there is a `power`, for its internal `unit` where it has one.
    """
    declaration, version = acceptance.declaration, acceptance.version
    fee = from_fields(version.answers["fee"])
    span = expected_term(acceptance, on)
    total = schedule.contract_total(fee, terms.years_in_term(span.first_day, span.last_day))
    record = {
        "v": VERSION,
        "wording": WORDING,
        "demonstration": settings.demo,
        "nonce": acceptance.nonce,
        "origin": settings.origin,
        "base_url": settings.base_url,
        "contract": acceptance.contract.number,
        "acceptance": acceptance.number,
        "track": track,
        "prepared_on": on.isoformat(),
        "declaration": declaration_facts(acceptance),
        "patents": [patent_facts(declaration.patent, version)],
        "licensor": party(declaration.holder),
        "co_owners": co_owners(version),
        "venue": {"code": declaration.venue.code, "name": declaration.venue.name},
        "licensee": party(acceptance.licensee),
        "signers": {"licensor": version.signed_by, "licensee": signer},
        "notice": dict(acceptance.answers),
        "fee": version.answers["fee"],
        "account": receiving_accounts.of(declaration, version),
        "total": {"amount": money.plain(total.amount), "basis": total.basis.value},
        "technology_amount": money.plain(total.amount),  # a fee and nothing else: no equipment is part of it
        "amount_due": money.plain(schedule.due_at_start(fee)),
    }
    agents = {"licensor": version.answers.get("agent"), "licensee": agency.named(power) if power else None}
    if any(agents.values()):  # records without agents stay as they always were
        record["agents"] = {side: agent for side, agent in agents.items() if agent}
    units = {"licensor": version.answers.get("unit"), "licensee": unit}
    if any(units.values()):
        record["units"] = {side: name for side, name in units.items() if name}
    jcs(record)  # raises ValueError at once if anything in it has no canonical form
    return record


def digest(record: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical record; the 128-bit nonce inside keeps it from being guessed."""
    return sha256_hex(jcs(dict(record)))


def expected_term(acceptance: Acceptance, effective_on: date) -> terms.Term:
    """The licensee's dates if the license became effective on that day. Raises Refused
    `license_term_empty`.
    """
    span = acceptance.version.answers["term"]
    months = span.get("duration_months")
    return terms.term(
        effective_on,
        int(months) if months else None,
        offered_last_day=date.fromisoformat(span["license_last_day"]),
        patent_last_day=patent_last_day(acceptance.declaration.patent),
    )


def amounts(acceptance: Acceptance, effective_on: date) -> schedule.Total:
    """合同成交总额 for the licensee's own dates."""
    fee = from_fields(acceptance.record["fee"])
    span = expected_term(acceptance, effective_on)
    return schedule.contract_total(fee, terms.years_in_term(span.first_day, span.last_day))


def fee_of(record: Mapping[str, Any]) -> fees.Fee:
    return from_fields(record["fee"])


def patent_last_day(patent: Patent) -> date:
    return patent_rules.last_day(
        Kind(patent.kind), patent.filing_date, compensation_days=patent.compensation_days
    )


def declaration_facts(acceptance: Acceptance) -> dict[str, Any]:
    declaration, version = acceptance.declaration, acceptance.version
    standard = db.session.get_one(StandardTerms, version.terms_version)
    announced = declaration.cnipa_announced_on
    return {
        "number": declaration.number,
        "version": version.version,
        "digest": version.digest,
        "envelope": declaration.published_envelope,
        "seq": declaration.published_seq,
        "published_at": clock.rfc3339(declaration.published_at) if declaration.published_at else "",
        "signed_at": clock.rfc3339(version.created_at),
        "level": version.statement.get("level", ""),
        "cnipa_status": declaration.cnipa_status,
        "cnipa_number": declaration.cnipa_number,
        "cnipa_day": announced.isoformat() if announced else "",
        "terms_version": standard.version,
        "terms_digest": standard.digest,
        "answers": {name: version.answers[name] for name in _PRINTED if name in version.answers},
    }


_PRINTED = ("declarant", "term", "acts", "materials", "use", "contact", "filing", "opening")


def patent_facts(patent: Patent, version: DeclarationVersion) -> dict[str, Any]:
    """What CC 845(3) demands of a contract that involves a patent, and what the registration form asks."""
    report = patent.report
    return {
        "number": patent.number,
        "application_number": patent.number.removeprefix("ZL"),
        "kind": patent.kind,
        "title": patent.title,
        "filing_date": patent.filing_date.isoformat(),
        "grant_date": patent.grant_date.isoformat(),
        "publication": patent.publication,
        "main_class": patent.main_class,
        "owners": [owner.name for owner in patent.owners],
        "inventors": list(patent.inventors),
        "last_day": patent_last_day(patent).isoformat(),
        "annuity_paid_to": patent.annuity_paid_to.isoformat() if patent.annuity_paid_to else "",
        "report": {"number": report.number, "day": report.day.isoformat(), "positive": report.positive}
        if report
        else None,
    }


def party(organisation: Organisation) -> dict[str, Any]:
    """A party as the papers print it. A natural person's number is masked here; only the package prints it.
    """
    document = db.session.get(IdentityDocument, organisation.id) if organisation.is_person else None
    return {
        "id": str(organisation.id),
        "kind": organisation.kind,
        "name": organisation.name,
        "uscc": organisation.uscc or "",
        "identity": masked(document.number) if document else "",
        "nature": organisation.nature,
        "country": organisation.country,
        "region": organisation.region,
        "address": organisation.address,
        "legal_representative": organisation.legal_representative,
        "contact_name": organisation.contact_name,
        "contact_phone": organisation.contact_phone,
        "contact_email": organisation.contact_email,
        "bank_name": organisation.bank_name,
        "bank_account": organisation.bank_account,
        "verified": organisation.verified_at is not None,
    }


def co_owners(version: DeclarationVersion) -> list[dict[str, Any]]:
    """Co-owners with how each consented to this very text."""
    consented: Sequence[Mapping[str, Any]] = version.answers.get("consents", ())
    return [dict(consent) for consent in consented]


def identity_of(organisation_id: Any) -> str:
    """A natural person's full number, for the registration sheet inside a package and nowhere else."""
    query = select(IdentityDocument.number).where(IdentityDocument.organisation_id == organisation_id)
    return db.session.scalar(query) or ""


def due_now(record: Mapping[str, Any]) -> Decimal:
    return Decimal(record["amount_due"])


GONE = "—"
"""What stands where a name stood."""


def without_persons(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record after an erasure: its shape, numbers, days, fee and public patent facts; nobody's data.

    Pages go on reading it. Its digest is no longer `record_digest`, which stays as it was filed.
    """
    if not record:
        return {}
    declaration = {**record["declaration"], "answers": _without_answers(record["declaration"]["answers"])}
    patents = [{**one, "inventors": [], "owners": [GONE for _ in one["owners"]]} for one in record["patents"]]
    return {
        **record,
        "nonce": "",
        "declaration": declaration,
        "patents": patents,
        "licensor": _nobody(record["licensor"]),
        "licensee": _nobody(record["licensee"]),
        "co_owners": [],
        "signers": {"licensor": "", "licensee": ""},
        "notice": {},
        "account": {},
        **{name: {} for name in ("agents", "units") if name in record},
    }


def _without_answers(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Terms that were public anyway; neither who declared nor how to reach them."""
    return {name: given for name, given in answers.items() if name in ("term", "acts", "filing", "opening")}


def _nobody(party: Mapping[str, Any]) -> dict[str, Any]:
    kept = ("kind", "country", "nature", "verified")
    return {name: value if name in kept else GONE if name == "name" else "" for name, value in party.items()}
