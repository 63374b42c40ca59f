"""The task list's answers, as they are stored step by step, read into the value that is checked and signed.

Answers are JSON: dates as ISO text, amounts as in fee_fields, uploads by their id. A draft may lack whole
steps; `missing` names what must be there before the rest can be looked at, `draft_of` reads a draft that
has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

from registry.errors import Refused
from registry.licenses.bars import PatentFacts
from registry.licenses.draft import (
    Account,
    Act,
    Agency,
    Contact,
    Description,
    Dispute,
    Draft,
    FiledBy,
    Handover,
    OpenFrom,
    Patent,
    Patentee,
    Payee,
)
from registry.licenses.fee_fields import from_fields
from registry.licenses.fees import Method

E = TypeVar("E", bound=StrEnum)
Answers = Mapping[str, Any]
TICKS = ("undertaking", "standing_authorisation", "receives_here", "internal_check", "ask_reviewer")
"""What the declarant ticks before signing; kept under the step `signing`."""
SIGNING = "signing"
_NEEDED = (("fee", "method"), ("term", "offer_last_day"), ("term", "license_last_day"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What the answers do not say but the register's rows do."""

    patent: Patent
    facts: PatentFacts
    patentees: tuple[Patentee, ...]
    public_institution: bool  # owes a notice of the price before it agrees on one (促进科技成果转化法 18)


def step(answers: Answers, name: str) -> Mapping[str, Any]:
    """One step's answers, empty when it has none yet."""
    found = answers.get(name)
    return found if isinstance(found, Mapping) else {}


def missing(answers: Answers) -> list[Refused]:
    """The answers without which no draft can be read: fee and dates (GL 3.3)."""
    fields = {"fee": "fee.method", "term": ""}
    return [
        Refused("required", fields[name] or key, "GL 3.3")
        for name, key in _NEEDED
        if not step(answers, name).get(key)
    ]


def draft_of(answers: Answers, known: Known) -> Draft:
    """The declaration as filled in. Raises Refused or Invalid when fee or dates cannot be read."""
    fee = from_fields(step(answers, "fee"))
    term, acts, materials = step(answers, "term"), step(answers, "acts"), step(answers, "materials")
    use, filing, signing = step(answers, "use"), step(answers, "filing"), step(answers, SIGNING)
    note = step(answers, "fee_note")
    months = term.get("duration_months")
    return Draft(
        patent=known.patent,
        facts=known.facts,
        patentees=known.patentees,
        fee=fee,
        fee_note=note.get("text") or "",
        offer_last_day=_day(term, "offer_last_day"),
        license_last_day=_day(term, "license_last_day"),
        duration_months=int(months) if months else None,
        acts=tuple(_choice(Act, act, Act.MAKE, field="acts") for act in acts.get("acts") or ()),
        made_by_contractor=bool(acts.get("made_by_contractor")),
        marking=acts.get("marking") or "",
        handover=_choice(Handover, materials.get("handover"), Handover.PUBLISHED_ONLY, field="handover"),
        handover_words=materials.get("words") or "",
        guidance_hours=int(materials.get("hours") or 0),
        additional_terms=use.get("additional_terms") or "",
        description=_description(use),
        contact=_contact(step(answers, "contact")),
        payee=None if fee.method is Method.FREE else _payee(step(answers, "account")),
        agency=_agency(answers),
        co_owner_agreement=bool(step(answers, "owners").get("agreement_upload")),
        recordal_by=_choice(FiledBy, filing.get("recordal_by"), FiledBy.LICENSEE, field="recordal_by"),
        registration_by=_choice(
            FiledBy, filing.get("registration_by"), FiledBy.HOLDER, field="registration_by"
        ),
        dispute=_choice(Dispute, filing.get("dispute"), Dispute.COURT, field="dispute"),
        dispute_body=filing.get("dispute_body") or "",
        open_from=step(answers, "opening").get("open_from") or OpenFrom.ANNOUNCEMENT,
        receives_here=bool(signing.get("receives_here") or step(answers, "contact").get("receives_here")),
        undertaking=bool(signing.get("undertaking")),
        standing_authorisation=bool(signing.get("standing_authorisation")),
        internal_check_required=known.public_institution,
        internal_check=bool(signing.get("internal_check") or note.get("publicity_upload")),
    )


def check_authority(answers: Answers, today: date, *, abroad: bool) -> list[Refused]:
    """Who signs, on what authority, and whether an agency is obliged (design: journeys 2.1, 2.5)."""
    declarant = step(answers, "declarant")
    capacity = declarant.get("signer_capacity")
    refused = []
    if capacity not in ("legal_representative", "authorised"):
        refused.append(Refused("required", "declarant.signer_capacity", "CC 61, 161"))
    if capacity == "authorised":
        refused += _check_dates_of_authority(declarant, today)
    if abroad and not _agency(answers):
        refused.append(Refused("agency_required", "declarant.agency", "PL 18"))
    return refused


def share_of(item: Mapping[str, Any], *, field: str) -> Decimal | None:
    """A co-owner's agreed share of the fee in per cent. Raises Refused `not_a_number`."""
    share = item.get("share")
    if share in (None, ""):
        return None
    try:
        return Decimal(str(share))
    except InvalidOperation:
        raise Refused("not_a_number", field)


def uploads(answers: Answers) -> Iterator[tuple[str, str]]:
    """(step.field, upload id) of every file the answers name."""
    for name, given in sorted(answers.items()):
        yield from _uploads_in(name, given)


def _uploads_in(path: str, given: Any) -> Iterator[tuple[str, str]]:
    if not isinstance(given, Mapping):
        return
    for key, value in sorted(given.items()):
        if key.endswith("_upload") and value:
            yield f"{path}.{key.removesuffix('_upload')}", str(value)
        else:
            yield from _uploads_in(f"{path}.{key}", value)


def _check_dates_of_authority(declarant: Mapping[str, Any], today: date) -> list[Refused]:
    if not declarant.get("authority_upload"):
        return [Refused("authority_missing", "declarant.authority_upload", "CC 161, 165")]
    starts, ends = declarant.get("authority_from"), declarant.get("authority_to")
    if (starts and date.fromisoformat(starts) > today) or (ends and date.fromisoformat(ends) < today):
        return [Refused("authority_not_in_force", "declarant.authority_to", "CC 165, 173")]
    return []


def _choice(kind: type[E], value: Any, default: E, *, field: str) -> E:
    if value in (None, ""):
        return default
    if value not in list(kind):
        raise Refused("not_a_choice", field)
    return kind(value)


def _day(term: Mapping[str, Any], name: str) -> date:
    try:
        return date.fromisoformat(str(term.get(name) or ""))
    except ValueError:
        raise Refused("not_a_date", name, "GL 3.3")


def _description(use: Mapping[str, Any]) -> Description:
    plain = ("summary", "problem", "advantage", "application", "products", "industry", "stage")
    return Description(
        technology_field=use.get("field") or "", **{name: use.get(name) or "" for name in plain}
    )


def _contact(given: Mapping[str, Any]) -> Contact:
    return Contact(
        unit=given.get("unit") or "",
        phone=given.get("phone") or "",
        email=given.get("email") or "",
        relay=bool(given.get("relay")),
    )


def _payee(given: Mapping[str, Any]) -> Payee | None:
    if not any(given.get(name) for name in ("name", "bank", "number")):
        return None
    return Payee(
        name=given.get("name") or "",
        bank=given.get("bank") or "",
        number=given.get("number") or "",
        whose=_choice(Account, given.get("whose"), Account.OWN, field="payee.whose"),
        venue_consents=bool(given.get("venue_consents")),
    )


def _agency(answers: Answers) -> Agency | None:
    given = step(answers, "declarant").get("agency")
    if not isinstance(given, Mapping) or not given.get("name"):
        return None
    return Agency(
        name=given["name"], code=given.get("code") or "", power_attached=bool(given.get("power_upload"))
    )
