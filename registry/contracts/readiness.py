"""Whether a contract would pass at a registrar: the nine known refusal grounds and the package's own
conditions.

Grounds are [second-hand, 2021] (domain, registration section 1); each becomes a check where data allows.
A finding names what is wrong, on what rule, and the page that mends it; a fault keeps the contract out of
a batch, a warning does not.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from registry.contracts.rules import AcceptanceState, contract_title, project_name
from registry.contracts.stamping import StampPolicy as StampPolicy
from registry.contracts.stamping import StampState as StampState
from registry.errors import Refused
from registry.licenses.schedule import Basis, Total


class Severity(StrEnum):
    FAULT = "fault"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """`ground` is the registrar's refusal ground 1 to 9, 0 for a condition of ours; `mend` the key of a
    page."""

    code: str
    article: str
    severity: Severity
    mend: str
    ground: int = 0
    subject: str = ""

    def refused(self) -> Refused:
        """The same as a refusal, whose sentence the catalogues hold."""
        return Refused(self.code, self.mend, self.article, subject=self.subject or "/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A seller or buyer as the form prints it."""

    name: str
    identifier: str
    nature: str
    region: str
    address: str
    representative: str
    contact: str
    phone: str
    person: bool = False
    verified: bool = False
    abroad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LicensedPatent:
    """One acceptance of the contract with its patent: what CC 845(3) asks and what may have changed since."""

    state: str
    number: str
    application_number: str
    title: str
    kind: str
    filing_date: date | None
    grant_date: date | None
    patentees: tuple[str, ...]
    patent_last_day: date
    effective_on: date | None
    license_last_day: date | None
    annuity_paid_to: date | None
    report_attached: bool = False  # the evaluation report of a utility model or design
    bars: tuple[str, ...] = ()  # codes B1 to B9 that held on the effective day
    terminated_on: date | None = None  # the right's end, whatever brought it about


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """Everything readiness looks at. `slots` are the package's places that hold a file (05, 06, 07a, 07b,
    08, 08a …)."""

    track: str
    title: str
    project_name: str
    category: str
    licensed: tuple[LicensedPatent, ...]
    sellers: tuple[Party, ...]  # the applicant's side first, co-owners after
    buyer: Party
    total: Total
    fee_described: bool  # method, figures and, for a royalty, its base and rate are stated
    technology_field: str
    socio_economic_objective: str
    industry: str
    slots: frozenset[str]
    paid: bool  # whether a payment was due at the start, so that 05 must show it
    stamp: StampState
    stamp_policy: StampPolicy = StampPolicy.STAMPED_ORIGINAL
    seal_names: tuple[tuple[str, str], ...] = ()  # (written name, name in the seal) as the clerk read them
    applicant_region: str = ""
    registrar_regions: tuple[str, ...] = ()  # first digits of the regions the venue's registrar serves
    registered_elsewhere: bool | None = False  # None: not asked yet
    applicant_known_at_registrar: bool = True
    agency: bool = False
    internal_unit: bool = False  # an office acts under the legal representative's authority (08a)
    recordal_number: str = ""
    recordal_filed_on: date | None = None
    recordal_due: date | None = None
    zero_view_recorded: bool = False
    zero_refused: bool = False  # the registrar has said that it takes no contract without a price
    approval_required: bool = False
    approval_attached: bool = False
    report_wanted: bool = False  # the registrar asks for evaluation reports
    monopoly_flags: tuple[str, ...] = ()
    related: bool = False
    confidential: bool = False
    expected_figures: bool = True  # expected input and output stated
    warnings: tuple[str, ...] = field(default=())  # codes raised when papers were printed (rare characters …)


_FAULT, _WARNING = Severity.FAULT, Severity.WARNING
_CATEGORY = "LIC.PATENT"


def readiness(contract: Snapshot, today: date) -> list[Finding]:
    """All findings, in the order of the nine grounds, then the package's own conditions."""
    return [finding for check in _CHECKS for finding in check(contract, today)]


def is_ready(findings: list[Finding]) -> bool:
    """Whether nothing found is a fault."""
    return all(finding.severity is not Severity.FAULT for finding in findings)


def _ground_1_void_or_not_effective(contract: Snapshot, today: date) -> list[Finding]:
    found = []
    for item in contract.licensed:
        if item.state != AcceptanceState.EFFECTIVE or item.effective_on is None or item.effective_on > today:
            found.append(_fault("not_effective", 1, "PL 51; CC 502", "acceptance", item.number))
            continue
        if item.license_last_day is None or item.license_last_day < today:
            found.append(_fault("license_over", 1, "CC 865", "acceptance", item.number))
        elif item.license_last_day > item.patent_last_day:
            found.append(_fault("license_beyond_patent", 1, "CC 865", "acceptance", item.number))
        if item.terminated_on is not None and item.terminated_on <= today:
            found.append(_fault("patent_ended", 1, "CC 865", "patent", item.number))
        if item.bars:
            held = f"{item.number} {' '.join(item.bars)}"
            found.append(_fault("bar_on_effective_day", 1, "IR 86; GL 3.1", "patent", held))
    return found


def _ground_2_not_technology(contract: Snapshot, _: date) -> list[Finding]:
    if not contract.licensed or contract.category != _CATEGORY:
        return [_fault("category_wrong", 2, "CC 862, 863", "classification")]
    return []


def _ground_3_unclear(contract: Snapshot, _: date) -> list[Finding]:
    found = []
    if not contract.fee_described:
        found.append(_fault("fee_unclear", 3, "CC 846", "fee"))
    if contract.total.basis is Basis.ESTIMATE and not contract.total.amount:
        found.append(_fault("estimate_missing", 3, "CC 846", "amounts"))
    for item in contract.licensed:
        missing = _missing_of_patent(item)
        found += [_fault("patent_fact_missing", 3, "CC 845(3)", "patent", name) for name in missing]
    for side, party in (
        *(("parties.seller", seller) for seller in contract.sellers),
        ("parties.buyer", contract.buyer),
    ):
        found += [_fault("party_fact_missing", 3, "CC 470", side, name) for name in _missing_of_party(party)]
    return found


def _ground_4_approval(contract: Snapshot, _: date) -> list[Finding]:
    abroad = contract.buyer.abroad or any(seller.abroad for seller in contract.sellers)
    if (contract.approval_required or abroad) and not contract.approval_attached:
        return [_fault("approval_missing", 4, "TIE; GL 6", "uploads.approval")]
    return []


def _ground_5_name_and_content(contract: Snapshot, _: date) -> list[Finding]:
    if not contract.licensed:
        return []
    titles = [(item.title, item.number) for item in contract.licensed]
    found = []
    if contract.title != contract_title(contract.track):
        found.append(_fault("title_not_of_track", 5, "PL 50, 51", "papers"))
    if contract.project_name != project_name(contract.track, titles):
        found.append(_fault("project_name_not_of_track", 5, "PL 50, 51", "classification"))
    return found


def _ground_6_monopoly(contract: Snapshot, _: date) -> list[Finding]:
    return [
        _warning("monopoly_term", 6, "CC 850; SPC 10", "declaration", flag)
        for flag in contract.monopoly_flags
    ]


def _ground_7_proof(contract: Snapshot, _: date) -> list[Finding]:
    wanted = [
        ("05", contract.paid, "GL 7(3)", "uploads.payment"),
        ("06", True, "CC 845(3)", "uploads.patent"),
        ("07a", True, "GL 7(4)", "uploads.seller"),
        ("07b", True, "GL 7(4)", "uploads.buyer"),
        ("08", contract.agency, "GL 7(5)", "uploads.power"),
        ("08a", contract.internal_unit, "CC 61, 161", "uploads.authority"),
    ]
    found = [
        _fault("proof_missing", 7, article, mend, slot)
        for slot, needed, article, mend in wanted
        if needed and slot not in contract.slots
    ]
    found += [
        _fault("report_missing", 7, "PL 66; [second-hand]", "report", item.number)
        for item in contract.licensed
        if contract.report_wanted and item.kind != "invention" and not item.report_attached
    ]
    for side, party in (
        *(("parties.seller", seller) for seller in contract.sellers),
        ("parties.buyer", contract.buyer),
    ):
        if not party.verified:
            found.append(_fault("party_not_verified", 7, "GL 7(4)", side, party.name))
    return found


def _ground_8_seal(contract: Snapshot, _: date) -> list[Finding]:
    found = [
        _fault("seal_name_differs", 8, "CC 490", "stamps", f"{written} ≠ {sealed}")
        for written, sealed in contract.seal_names
        if written != sealed
    ]
    if contract.stamp is StampState.MISMATCH and not found:
        found.append(_fault("seal_name_differs", 8, "CC 490", "stamps"))
    if contract.stamp_policy is StampPolicy.E_SIGNED_PRINT or contract.stamp in (
        StampState.CHECKED,
        StampState.NOT_NEEDED,
        StampState.MISMATCH,
    ):
        return found
    if contract.stamp is StampState.COMPLETE:
        return [*found, _fault("stamp_not_checked", 8, "CC 490", "stamps")]
    return [*found, _fault("stamp_missing", 8, "CC 490", "stamps")]


def _ground_9_other(contract: Snapshot, today: date) -> list[Finding]:
    found = []
    for item in contract.licensed:
        if item.annuity_paid_to is None or item.annuity_paid_to < today:
            found.append(_fault("annuity_not_shown", 9, "IR 86(3); SPC 26", "patent", item.number))
    if contract.confidential:
        found.append(_fault("confidential_on_paper", 9, "[second-hand]", "registrar"))
    return found


def _package_conditions(contract: Snapshot, today: date) -> list[Finding]:
    found = []
    regions = contract.registrar_regions
    if regions and not contract.applicant_region.startswith(regions):
        found.append(_fault("applicant_elsewhere", 0, "[second-hand]", "applicant"))
    if contract.registered_elsewhere:
        found.append(_fault("registered_elsewhere", 0, "[second-hand]", "applicant"))
    elif contract.registered_elsewhere is None:
        found.append(_fault("registered_elsewhere_unanswered", 0, "[second-hand]", "applicant"))
    if contract.total.basis is Basis.ZERO and not contract.zero_view_recorded:
        found.append(_fault("zero_view_missing", 0, "[ours]", "registrar"))
    elif contract.total.basis is Basis.ZERO and contract.zero_refused:
        found.append(_fault("zero_fee_refused", 0, "[second-hand]", "registrar"))
    found += [
        _fault("classification_missing", 0, "技术合同登记表", "classification", name)
        for name in ("technology_field", "socio_economic_objective", "industry")
        if not getattr(contract, name)
    ]
    return found + _recordal(contract, today) + _hints(contract)


def _recordal(contract: Snapshot, today: date) -> list[Finding]:
    if contract.recordal_number:
        return []
    if contract.recordal_filed_on is not None:
        return [_warning("recordal_pending", 0, "IR 15, 87", "recordal")]
    overdue = contract.recordal_due is not None and contract.recordal_due < today
    return [_warning("recordal_overdue" if overdue else "recordal_missing", 0, "IR 15, 87", "recordal")]


def _hints(contract: Snapshot) -> list[Finding]:
    hints = [
        (
            not contract.applicant_known_at_registrar,
            "applicant_new_at_registrar",
            "[second-hand]",
            "registrar_account",
        ),
        (contract.related, "related_parties", "[second-hand]", "parties.buyer"),
        (not contract.expected_figures, "expected_figures_blank", "[second-hand]", "amounts"),
    ]
    found = [_warning(code, 0, article, mend) for holds, code, article, mend in hints if holds]
    return found + [_warning("paper_warning", 0, "[ours]", "papers", code) for code in contract.warnings]


def _missing_of_patent(item: LicensedPatent) -> list[str]:
    """CC 845(3): name, applicant and patentee, filing date, application number, patent number, term."""
    names = ("title", "number", "application_number", "filing_date", "grant_date", "patentees", "kind")
    return [f"{item.number}.{name}" for name in names if not getattr(item, name)]


def _missing_of_party(party: Party) -> list[str]:
    names = ["name", "identifier", "nature", "region", "address", "contact", "phone"]
    if not party.person:
        names.append("representative")
    return [f"{party.name}.{name}" for name in names if not getattr(party, name)]


def _fault(code: str, ground: int, article: str, mend: str, subject: str = "") -> Finding:
    return Finding(code=code, article=article, severity=_FAULT, mend=mend, ground=ground, subject=subject)


def _warning(code: str, ground: int, article: str, mend: str, subject: str = "") -> Finding:
    return Finding(code=code, article=article, severity=_WARNING, mend=mend, ground=ground, subject=subject)


_CHECKS: tuple[Callable[[Snapshot, date], list[Finding]], ...] = (
    _ground_1_void_or_not_effective,
    _ground_2_not_technology,
    _ground_3_unclear,
    _ground_4_approval,
    _ground_5_name_and_content,
    _ground_6_monopoly,
    _ground_7_proof,
    _ground_8_seal,
    _ground_9_other,
    _package_conditions,
)
