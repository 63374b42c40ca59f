"""What a report tells people: filings and facts in words, whatever was filed to the letter."""

import pytest

from registry.ledger import report_facts
from registry.ledger.kinds import KINDS
from registry.ledger.report import CHINESE, ENGLISH


def test_every_type_of_filing_has_words_in_both_languages() -> None:
    unsaid = [name for name in KINDS for lang in ("zh", "en") if report_facts.word(name, lang) == name]
    assert unsaid == ["correction"]  # what it is called in English


def test_both_languages_say_the_same_codes() -> None:
    assert set(CHINESE) == set(ENGLISH)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "zh",
            [
                "存证序号 3, 类型 实施通知, 签署 (身份 被许可方, 级别 账号密钥)",
                "事项 拟实施的内容, 内容 notice",
            ],
        ),
        ("en", ["seq 3, type notice received, signed by (as licensee, level account key)", "value notice"]),
    ],
)
def test_codes_are_named_values_stand_to_the_letter_and_nothing_empty_is_told(
    lang: str, words: list[str]
) -> None:
    facts = {
        "filings": [
            {"seq": 3, "type": "license.noticed", "by": [{"role": "licensee", "level": "account"}]},
            {"seq": 4, "type": "license.effective", "by": []},
        ],
        "papers": [],
        "disclosed": [{"path": "intended_use", "value": "notice"}],
    }
    told = "\n".join(report_facts.lines(facts, lang))
    assert all(one in told for one in words), told
    assert "[]" not in told
    assert told.count("\n") == 4
