"""What a declaration must hold before it may be submitted and published (PL 50, 51; IR 85, 86; GL 3).

`check_declaration` says what stands against it; codes in OVERRIDABLE a reviewer may set aside with a
recorded reason and a second person. `warnings` blocks nothing. Wordings stand in cautions.py: they propose,
a person decides.
"""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from registry.codes.tables import table
from registry.errors import Refused
from registry.licenses import cautions, terms
from registry.licenses.bars import bars
from registry.licenses.draft import Account, Dispute, Draft, Handover
from registry.licenses.fees import Method, caps_on, check, check_caps
from registry.licenses.public_text import digest_of
from registry.licenses.schedule import Condition, condition
from registry.patents import numbers
from registry.patents.rules import check_filing_date, check_kind

NOTE_MAX = 2000

OVERRIDABLE = frozenset(
    {"fee_over_cap", "rate_over_cap", "fee_note_long", "internal_check_missing", "consent_by_agreement"}
)
"""Codes a reviewer may set aside: GL 3.3 says "generally" of caps and note; GL 3.2 lets an agreement
prevail."""


def check_declaration(
    draft: Draft, today: date, *, text_digest: str = "", consents: bool = True
) -> list[Refused]:
    """Everything that stands against the declaration today, each with its field and article.

    `text_digest` is the text to be signed (computed when empty); `consents=False` leaves co-owners out,
    for the holder who has not asked them yet.
    """
    refused = [
        *_check_patent(draft, today),
        *(finding.refused() for finding in bars(draft.facts, today)),
        *_check_fee(draft, today),
        *terms.check_dates(
            draft.offer_last_day,
            draft.duration_months,
            offered_last_day=draft.license_last_day,
            patent_last_day=draft.facts.last_day,
            today=today,
        ),
        *_check_content(draft),
        *_advertising(_free_words(draft), code="advertising_words", on=today),
        *_check_owners(draft),
    ]
    if consents:
        # a fee that cannot be said makes no text: then no consent can be to it
        refused += check_consents(draft, text_digest or ("" if check(draft.fee) else digest_of(draft)))
    return refused


def check_consents(draft: Draft, text_digest: str) -> list[Refused]:
    """Every co-owner's consent to this very text (GL 3.2); with an agency even a single patentee's (GL 3.3).

    Where an agreement among co-owners is attached, what is missing is left to the reviewer (PL 14; GL 3.2).
    """
    refused = []
    for n, patentee in enumerate(draft.patentees):
        agreed = bool(text_digest) and patentee.consented_digest == text_digest
        if agreed or (patentee.signs and not draft.agency):
            continue
        code = "consent_other_text" if patentee.consented_digest else "consent_missing"
        if draft.co_owner_agreement and not draft.agency:
            code = "consent_by_agreement"
        article = "GL 3.3" if draft.agency else "GL 3.2"
        refused.append(Refused(code, f"patentees.{n}.consent", article, name=patentee.name))
    return refused


def warnings(draft: Draft, today: date) -> list[Refused]:
    """What a reviewer and the holder should look at; nothing here blocks."""
    found = _advertising(_description(draft), code="advertising_in_description", on=today)
    found += [
        Refused(f"monopoly_{one.kind}", field, f"CC 850; {one.article}", words=one.words)
        for field, text in (*_free_words(draft), *_description(draft))
        for one in cautions.monopoly(text, today)
    ]
    proposal = _late_licensees(draft)
    if proposal:
        found.append(
            Refused("late_licensee_gets_less", "offer_last_day", "[ours]", proposal=proposal.isoformat())
        )
    if draft.facts.annuity_paid_to and draft.facts.annuity_paid_to < draft.offer_last_day:
        paid_to = draft.facts.annuity_paid_to.isoformat()
        found.append(Refused("annuity_due_in_offer", "patent.annuity_paid_to", "GL 3.1(3)", paid_to=paid_to))
    return found


def _late_licensees(draft: Draft) -> date | None:
    if draft.duration_months is None or not 1 <= draft.duration_months <= terms.MONTHS_MAX:
        return None
    return terms.warn_short(
        draft.offer_last_day,
        draft.duration_months,
        offered_last_day=draft.license_last_day,
        patent_last_day=draft.facts.last_day,
    )


def _refusal(check_one: Callable[[], None]) -> list[Refused]:
    """Run a check that raises, and keep what it raised."""
    try:
        check_one()
    except Refused as refusal:
        return [refusal]
    return []


def _check_patent(draft: Draft, today: date) -> list[Refused]:
    patent = draft.patent
    try:
        number = numbers.parse(patent.number, field="patent.number")
    except Refused as refusal:
        return [refusal]
    refused = _refusal(lambda: check_kind(number, patent.kind, field="patent.kind"))
    refused += _refusal(lambda: check_filing_date(number, patent.filing_date, field="patent.filing_date"))
    refused += [
        Refused("required", field, "CC 845(3); GL 5")
        for field, value in (("patent.title", patent.title), ("patent.main_class", patent.main_class))
        if not value.strip()
    ]
    if patent.grant_date > today:
        refused.append(Refused("patent_not_granted", "patent.grant_date", "PL 50; GL 3.1"))
    if patent.grant_date <= patent.filing_date:
        refused.append(Refused("grant_before_filing", "patent.grant_date", "PL 39, 40"))
    return refused


def _check_fee(draft: Draft, today: date) -> list[Refused]:
    years = terms.years_in_term(draft.offer_last_day, longest_end(draft))
    refused = check(draft.fee) + check_caps(draft.fee, years, caps_on(today))
    if not draft.fee_note.strip():
        refused.append(Refused("required", "fee_note", "GL 3.3"))
    elif len(draft.fee_note) > NOTE_MAX:
        refused.append(
            Refused("fee_note_long", "fee_note", "GL 3.3", max=NOTE_MAX, length=len(draft.fee_note))
        )
    if draft.internal_check_required and not draft.internal_check:
        refused.append(Refused("internal_check_missing", "internal_check", "促进科技成果转化法 18"))
    return refused + _check_payee(draft)


def longest_end(draft: Draft) -> date:
    """The last day of the longest license the offer can give, seen from its last day: caps count over
    this term."""
    end = terms.limit(draft.license_last_day, draft.facts.last_day)
    if draft.duration_months is None or not 1 <= draft.duration_months <= terms.MONTHS_MAX:
        return end
    return terms.term_end(draft.offer_last_day, draft.duration_months)


def _check_payee(draft: Draft) -> list[Refused]:
    payee = draft.payee
    if draft.fee.method is Method.FREE:
        return []
    if payee is None:
        paid = condition(draft.fee).kind is Condition.ON_PAYMENT or draft.fee.method is not Method.OTHER
        return [Refused("required", "payee.name", "PL 51; GL 3.3")] if paid else []
    refused = [
        Refused("required", f"payee.{name}", "PL 51; GL 3.3")
        for name in ("name", "bank", "number")
        if not getattr(payee, name).strip()
    ]
    if payee.whose is Account.VENUE and not payee.venue_consents:
        refused.append(Refused("venue_consent_missing", "payee.venue_consents", "[ours]"))
    return refused


def _check_content(draft: Draft) -> list[Refused]:
    """The items of GL 3.3 and what the contract needs of them."""
    contact = draft.contact
    found: list[tuple[bool, str, str, str]] = [
        (not draft.acts, "required", "acts", "PL 11"),
        (not contact.unit.strip(), "required", "contact.unit", "GL 3.3(5)"),
        (
            not (contact.relay or contact.phone or contact.email),
            "contact_missing",
            "contact.phone",
            "GL 3.3(5)",
        ),
        (not draft.receives_here, "receiving_system_missing", "receives_here", "CC 137; ESL 11"),
        (not draft.undertaking, "undertaking_missing", "undertaking", "GL 3.3"),
        (not draft.standing_authorisation, "authorisation_missing", "standing_authorisation", "CC 161, 165"),
        (
            draft.handover is not Handover.PUBLISHED_ONLY and not draft.handover_words.strip(),
            "required",
            "handover_words",
            "CC 866",
        ),
        (
            draft.handover is Handover.GUIDANCE and draft.guidance_hours < 1,
            "required",
            "guidance_hours",
            "CC 866",
        ),
        (
            draft.dispute is Dispute.ARBITRATION and not draft.dispute_body.strip(),
            "required",
            "dispute_body",
            "仲裁法 16",
        ),
    ]
    refused = [Refused(code, field, article) for holds, code, field, article in found if holds]
    return refused + _check_tables(draft)


def _check_tables(draft: Draft) -> list[Refused]:
    refused = []
    for name in ("industry", "technology_field", "stage"):
        code = getattr(draft.description, name)
        if code and code not in table(name):
            refused.append(Refused("not_a_choice", f"description.{name}", table=name, value=code))
    return refused


def _free_words(draft: Draft) -> list[tuple[str, str]]:
    """What a declaration says in its own words, by field; it becomes public or a term."""
    royalty = draft.fee.royalty
    return [
        ("fee_note", draft.fee_note),
        ("additional_terms", draft.additional_terms),
        ("handover_words", draft.handover_words),
        ("marking", draft.marking),
        ("contact.unit", draft.contact.unit),
        ("fee.words", draft.fee.words),
        ("fee.condition", draft.fee.condition),
        ("fee.royalty.base_words", royalty.base_words if royalty else ""),
    ]


def _description(draft: Draft) -> list[tuple[str, str]]:
    """For search and no term; a wish that slips in here is still read as one."""
    about = draft.description
    names = ("summary", "problem", "advantage", "application", "products")
    return [(f"description.{name}", getattr(about, name)) for name in names]


def _advertising(texts: Iterable[tuple[str, str]], *, code: str, on: date) -> list[Refused]:
    return [
        Refused(code, field, "IR 85; GL 3.3", words="、".join(one.words for one in found))
        for field, text in texts
        if (found := cautions.advertising(text, on))
    ]


def _check_owners(draft: Draft) -> list[Refused]:
    refused = []
    if not draft.patentees:
        return [Refused("required", "patentees", "GL 3.2")]
    if draft.agency is None and not any(patentee.signs for patentee in draft.patentees):
        refused.append(Refused("declarant_missing", "patentees", "GL 3.2"))
    if draft.agency and not draft.agency.power_attached:
        refused.append(Refused("power_missing", "agency.power", "GL 3.3"))
    return refused + _check_shares([patentee.fee_share for patentee in draft.patentees])


def _check_shares(shares: list[Decimal | None]) -> list[Refused]:
    """Either nobody's share is stated (then PL 14 holds) or all of them, adding to 100."""
    stated = [share for share in shares if share is not None]
    if not stated:
        return []
    if len(stated) < len(shares):
        return [Refused("fee_shares_partly", "patentees", "PL 14")]
    if sum(stated) != 100 or any(share < 0 for share in stated):
        return [Refused("fee_shares_sum", "patentees", "PL 14", sum=f"{sum(stated):f}")]
    return []
