"""What keeps a contract out of a batch, and what only warns."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from registry.contracts.readiness import (
    Finding,
    LicensedPatent,
    Party,
    Severity,
    Snapshot,
    StampPolicy,
    StampState,
    is_ready,
    readiness,
)
from registry.licenses.schedule import Basis, Total

TODAY = date(2026, 11, 22)
NUMBER = "ZL201919999002.6"
PARTY = Party(
    name="闵行云析信息技术有限公司（演示）",
    identifier="913101120000000350",
    nature="150",
    region="310112",
    address="上海市闵行区",
    representative="王一",
    contact="李二",
    phone="021-63211234",
    verified=True,
)
PATENT = LicensedPatent(
    state="effective",
    number=NUMBER,
    application_number="201919999002.6",
    title="一种方法",
    kind="invention",
    filing_date=date(2019, 7, 1),
    grant_date=date(2021, 3, 2),
    patentees=("闵行云析信息技术有限公司（演示）",),
    patent_last_day=date(2039, 6, 30),
    effective_on=date(2026, 11, 1),
    license_last_day=date(2029, 10, 31),
    annuity_paid_to=date(2027, 6, 30),
)


def snapshot(**changes: Any) -> Snapshot:
    held = Snapshot(
        track="statutory",
        title="专利开放许可实施合同（确认书）",
        project_name=f"专利开放许可：一种方法（{NUMBER}）",
        category="LIC.PATENT",
        licensed=(PATENT,),
        sellers=(PARTY,),
        buyer=replace(PARTY, name="买方（演示）"),
        total=Total(amount=Decimal("68000.00"), basis=Basis.FIXED),
        fee_described=True,
        technology_field="01",
        socio_economic_objective="10",
        industry="I65",
        slots=frozenset({"05", "06", "07a", "07b"}),
        paid=True,
        stamp=StampState.CHECKED,
        applicant_region="310112",
        registrar_regions=("31",),
        recordal_number="X2026310000001",
    )
    return replace(held, **changes)


def found(**changes: Any) -> list[Finding]:
    return readiness(snapshot(**changes), TODAY)


def test_a_complete_contract_is_ready() -> None:
    assert found() == []
    assert is_ready([])


def licensed(**changes: Any) -> dict[str, Any]:
    return {"licensed": (replace(PATENT, **changes),)}


@pytest.mark.parametrize(
    ("changes", "code", "ground"),
    [
        (licensed(state="awaiting_payment"), "not_effective", 1),
        (licensed(effective_on=date(2026, 11, 23)), "not_effective", 1),
        (licensed(license_last_day=date(2026, 11, 21)), "license_over", 1),
        (licensed(patent_last_day=date(2029, 1, 1)), "license_beyond_patent", 1),
        (licensed(terminated_on=date(2026, 11, 2)), "patent_ended", 1),
        (licensed(bars=("B4",)), "bar_on_effective_day", 1),
        (licensed(kind="design") | {"report_wanted": True}, "report_missing", 7),
        ({"category": "TRF.PATENT"}, "category_wrong", 2),
        ({"fee_described": False}, "fee_unclear", 3),
        ({"total": Total(amount=Decimal(0), basis=Basis.ESTIMATE)}, "estimate_missing", 3),
        (licensed(application_number=""), "patent_fact_missing", 3),
        ({"buyer": replace(PARTY, address="")}, "party_fact_missing", 3),
        ({"buyer": replace(PARTY, abroad=True)}, "approval_missing", 4),
        ({"approval_required": True}, "approval_missing", 4),
        ({"track": "local"}, "title_not_of_track", 5),
        ({"project_name": "技术转让"}, "project_name_not_of_track", 5),
        ({"slots": frozenset({"06", "07a", "07b"})}, "proof_missing", 7),
        ({"agency": True}, "proof_missing", 7),
        ({"internal_unit": True}, "proof_missing", 7),
        ({"buyer": replace(PARTY, verified=False)}, "party_not_verified", 7),
        ({"stamp": StampState.WAITING_LICENSEE}, "stamp_missing", 8),
        ({"stamp": StampState.COMPLETE}, "stamp_not_checked", 8),
        ({"stamp": StampState.MISMATCH}, "seal_name_differs", 8),
        ({"seal_names": (("甲公司", "甲有限公司"),)}, "seal_name_differs", 8),
        (licensed(annuity_paid_to=date(2026, 11, 21)), "annuity_not_shown", 9),
        ({"confidential": True}, "confidential_on_paper", 9),
        ({"applicant_region": "330100"}, "applicant_elsewhere", 0),
        ({"registered_elsewhere": True}, "registered_elsewhere", 0),
        ({"registered_elsewhere": None}, "registered_elsewhere_unanswered", 0),
        ({"total": Total(amount=Decimal(0), basis=Basis.ZERO)}, "zero_view_missing", 0),
        (
            {
                "total": Total(amount=Decimal(0), basis=Basis.ZERO),
                "zero_view_recorded": True,
                "zero_refused": True,
            },
            "zero_fee_refused",
            0,
        ),
        ({"industry": ""}, "classification_missing", 0),
    ],
)
def test_each_fault_keeps_a_contract_back_and_says_where_to_mend_it(
    changes: dict[str, Any], code: str, ground: int
) -> None:
    findings = found(**changes)
    assert (code, ground) in [(finding.code, finding.ground) for finding in findings]
    assert not is_ready(findings)
    assert all(finding.mend and finding.article for finding in findings)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"monopoly_flags": ("monopoly_tying",)}, "monopoly_term"),
        ({"recordal_number": ""}, "recordal_missing"),
        ({"recordal_number": "", "recordal_filed_on": TODAY}, "recordal_pending"),
        ({"recordal_number": "", "recordal_due": date(2026, 11, 21)}, "recordal_overdue"),
        ({"applicant_known_at_registrar": False}, "applicant_new_at_registrar"),
        ({"related": True}, "related_parties"),
        ({"expected_figures": False}, "expected_figures_blank"),
        ({"warnings": ("rare_character",)}, "paper_warning"),
    ],
)
def test_warnings_are_told_and_block_nothing(changes: dict[str, Any], code: str) -> None:
    findings = found(**changes)
    assert [finding.code for finding in findings] == [code]
    assert findings[0].severity is Severity.WARNING
    assert is_ready(findings)


def test_a_free_contract_needs_no_payment_proof_once_the_registrars_view_is_recorded() -> None:
    free = {"total": Total(amount=Decimal(0), basis=Basis.ZERO), "zero_view_recorded": True, "paid": False}
    assert found(**free, slots=frozenset({"06", "07a", "07b"})) == []


def test_a_venue_that_takes_signed_prints_asks_for_no_stamp() -> None:
    assert found(stamp=StampState.WAITING_LICENSOR, stamp_policy=StampPolicy.E_SIGNED_PRINT) == []


def test_a_natural_person_has_no_legal_representative() -> None:
    assert found(buyer=replace(PARTY, person=True, representative="")) == []


def test_a_report_is_asked_of_models_and_designs_only_where_the_registrar_wants_it() -> None:
    assert found(report_wanted=True) == []
    assert found(**licensed(kind="design")) == []
    assert found(**licensed(kind="design", report_attached=True), report_wanted=True) == []


def test_every_patent_of_a_contract_is_looked_at() -> None:
    second = replace(PATENT, number="ZL202019999003.3", state="lapsed")
    findings = found(licensed=(PATENT, second), project_name=f"专利开放许可：一种方法（{NUMBER}） 等 2 件")
    assert [(finding.code, finding.subject) for finding in findings] == [
        ("not_effective", "ZL202019999003.3")
    ]


def test_a_finding_can_be_said_like_a_refusal() -> None:
    refusal = found(industry="")[0].refused()
    assert (refusal.code, refusal.params["subject"]) == ("classification_missing", "industry")
