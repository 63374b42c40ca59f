"""The text that is shown, signed and digested."""

import hashlib
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.licenses.draft import Contact, Dispute, Handover, OpenFrom, Patentee
from registry.licenses.public_text import (
    STANDING_AUTHORISATION,
    UNDERTAKING,
    digest,
    digest_of,
    public_fields,
    public_text,
)
from tests.licenses.sample import LUMP, draft

KEYS = [
    "fields_version", "wording", "patent", "acts", "made_by_contractor", "marking", "fee", "payee",
    "offer_last_day", "license_last_day", "duration_months", "handover", "handover_words",
    "guidance_hours", "additional_terms", "contact", "agency", "recordal_by", "registration_by",
    "dispute", "dispute_body", "open_from", "receiving_system", "undertaking", "standing_authorisation",
]  # fmt: skip


def test_the_list_of_public_fields_is_fixed() -> None:
    assert list(public_fields(draft())) == KEYS


def test_account_number_fee_note_and_shares_are_not_public() -> None:
    secret = draft(
        patentees=(Patentee(name="甲", signs=True, fee_share=Decimal(100)),), fee_note="内部成本 12345"
    )
    shown = json.dumps(public_fields(secret), ensure_ascii=False) + public_text(public_fields(secret))
    for hidden in ("6222000000000", "演示银行", "12345"):
        assert hidden not in shown


def test_the_text_states_what_the_guidelines_ask_of_a_declaration() -> None:
    text = public_text(public_fields(draft()))
    for stated in (
        "ZL201919999002.6",
        "闵行云析信息技术有限公司（演示）",
        "68,000.00 元（人民币陆万捌仟元整）",
        "36 个月",
        "2028年12月31日",
        "021-63211234",
        "张𬱟",
        UNDERTAKING.zh,
        STANDING_AUTHORISATION.zh,
    ):
        assert stated in text


def test_the_digest_is_the_plain_sha256_of_the_chinese_text() -> None:
    text = public_text(public_fields(draft()))
    assert digest_of(draft()) == digest(text) == hashlib.sha256(text.encode("utf-8")).hexdigest()


def test_stored_fields_give_the_same_text() -> None:
    fields = public_fields(draft())
    again = json.loads(json.dumps(fields, ensure_ascii=False, sort_keys=True))
    assert public_text(again) == public_text(fields)
    assert public_text(again, "en") == public_text(fields, "en")


def test_fields_of_another_version_are_not_reworded() -> None:
    with pytest.raises(ValueError, match="another version"):
        public_text({**public_fields(draft()), "wording": "1999-01-01"})


@pytest.mark.parametrize(
    "changed",
    [
        draft(fee=replace(LUMP, amount=Decimal("68000.01"))),
        draft(duration_months=37),
        draft(additional_terms="须报告产量"),
        draft(made_by_contractor=True),
        draft(open_from=OpenFrom.NOW),
        draft(dispute=Dispute.ARBITRATION, dispute_body="上海仲裁委员会"),
        draft(handover=Handover.GUIDANCE, handover_words="图纸一套", guidance_hours=8),
        draft(contact=Contact(unit="知识产权部", relay=True)),
        draft(payee=replace(draft().payee, name="他人")),
    ],
)
def test_every_public_term_changes_the_digest(changed: object) -> None:
    assert digest_of(changed) != digest_of(draft())  # type: ignore[arg-type]


def test_a_relayed_contact_shows_no_number() -> None:
    made = draft(
        contact=Contact(unit="林小满（演示）", phone="13800000000", email="a@example.cn", relay=True)
    )
    shown = json.dumps(public_fields(made)) + public_text(public_fields(made))
    assert "13800000000" not in shown
    assert "a@example.cn" not in shown


def test_the_english_text_has_no_chinese_words_of_ours() -> None:
    made = draft(patent=replace(draft().patent, title="A method", inventors=("A. Person",)))
    made = replace(
        made,
        patentees=(Patentee(name="Example Ltd", signs=True),),
        payee=replace(draft().payee, name="Example Ltd"),  # type: ignore[type-var]
        contact=Contact(unit="IP office", phone="1"),
    )
    text = public_text(public_fields(made), "en")
    foreign = [line for line in text.splitlines() if any("\u4e00" <= c <= "\u9fff" for c in line)]
    assert all("人民币" in line for line in foreign)  # sums in capitals only


@given(st.text(alphabet="三、使用费一\n 　0元：", max_size=60))
def test_nobody_can_write_a_heading_into_a_field(words: str) -> None:
    plain = public_text(public_fields(draft()))
    text = public_text(public_fields(draft(additional_terms=words, marking=words)))
    headings = [line for line in plain.splitlines() if line[1:2] == "、"]
    assert [line for line in text.splitlines() if line[1:2] == "、"] == headings
