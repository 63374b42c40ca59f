"""Terms that are flagged, and what a withdrawal needs (SPC 10; IR 86; GL 4)."""

import pytest

from registry.licenses import rules
from registry.licenses.draft import Description
from registry.licenses.rules import (
    check_declaration,
    check_withdrawal,
    warnings,
)
from tests.licenses.sample import TODAY, draft
from tests.licenses.test_rules import DAY, NOT_ANNOUNCED, codes, offer


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("被许可方不得对专利进行改进", "monopoly_improvement"),
        ("改进成果无偿归专利权人所有", "monopoly_improvement"),
        ("不得使用竞争技术", "monopoly_competing"),
        ("产品不得出口", "monopoly_limits"),
        ("必须购买许可方的设备", "monopoly_tying"),
        ("只能向许可方指定的厂家采购", "monopoly_sources"),
        ("不得对专利权提出无效宣告请求", "monopoly_challenge"),
    ],
)
def test_terms_that_may_monopolise_technology_are_flagged_and_block_nothing(words: str, code: str) -> None:
    made = draft(additional_terms=words)
    assert code in codes(warnings(made, TODAY))
    assert check_declaration(made, TODAY) == []


def test_advertising_in_a_description_only_warns() -> None:
    made = draft(description=Description(summary="世界领先的方法"))
    assert "advertising_in_description" in codes(warnings(made, TODAY))
    assert check_declaration(made, TODAY) == []


def test_harmless_terms_raise_no_flag() -> None:
    assert codes(warnings(draft(additional_terms="每年一月报告上一年的产量。"), TODAY)) == [
        "annuity_due_in_offer"
    ]


# --- withdrawal


@pytest.mark.parametrize(
    ("ground", "reason", "condition", "found"),
    [
        ("assignment", "", "", []),
        ("whim", "", "", ["withdrawal_ground"]),
        ("other", " ", "", ["required"]),
        ("other", "业务调整", "", []),
        ("annuity", "", "退还费用后", ["withdrawal_conditional"]),
    ],
)
def test_a_withdrawal_needs_a_ground_and_carries_no_condition(
    ground: str, reason: str, condition: str, found: list[str]
) -> None:
    refused = check_withdrawal(ground, reason, patentees=["甲"], consented=["甲"], condition=condition)
    assert codes(refused) == found


def test_a_withdrawal_needs_every_co_owner() -> None:
    refused = check_withdrawal("assignment", "", patentees=["甲", "乙"], consented=["甲"])
    assert [(r.code, r.field, r.params["name"]) for r in refused] == [("consent_missing", "consents.1", "乙")]


def test_a_local_offer_is_withdrawn_here_and_an_announced_one_by_the_office() -> None:
    assert not rules.withdraws_locally(offer(), TODAY)
    assert rules.withdraws_locally(offer(**NOT_ANNOUNCED), TODAY)
    assert rules.withdraws_locally(offer(announced_on=TODAY + DAY), TODAY)
