"""Lists of results, rules alone: what rows say, and what each is to us."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts.result_rows import (
    NAMES,
    REQUIRED,
    Judged,
    Known,
    Line,
    Verdict,
    judge_all,
    read_lines,
)
from registry.documents.tables_in import find_headings, read_pasted

TODAY = date(2026, 3, 20)
HEAD = "平台存证编号\t结果\t登记日期"
REGISTERED = f"{HEAD}\t合同登记编号\t核定成交总额（万元）"


def lines(words: str) -> list[Line]:
    return read_lines(find_headings(read_pasted(words), NAMES, REQUIRED), TODAY)


def known(number: str = "C-1", state: str = "submitted", *results: dict[str, Any], **more: Any) -> Known:
    return Known(number=number, state=state, total="68000.00", results=results, **more)


def judged(words: str, *held: Known, numbers: dict[str, str] | None = None) -> list[Judged]:
    return judge_all(lines(words), {one.number: one for one in held}, numbers or {})


def verdicts(words: str, *held: Known, **more: Any) -> list[tuple[str, list[str]]]:
    return [(str(one.verdict), [code for code, _ in one.reasons]) for one in judged(words, *held, **more)]


def test_a_row_is_read_whatever_its_columns_order_and_spelling() -> None:
    (line,) = lines("登记 日期\t存证编号\t★结果\t核定成交总额（万元）\n2026/3/9\tc-1\t变更登记\t6.8")
    assert line.number == "C-1"
    assert line.facts == {"result": "变更", "day": "2026-03-09", "total_amount": "68000.00"}


def test_everything_wrong_with_a_row_is_said_at_once_with_its_column() -> None:
    (line,) = lines(f"{REGISTERED}\nC-1\t好了\t某日\t1.23E+15\t六万")
    found = {params["column"]: code for code, params in line.problems}
    assert found == {
        "结果": "result_unknown",
        "登记日期": "not_a_date",
        "合同登记编号": "number_shortened",
        "核定成交总额（万元）": "amount_form",
    }


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("C-1\t已登记\t2026-3-9", "required"),
        ("C-1\t补正\t2026-3-9", "required"),
        ("C-1\t注销\t2026-3-21", "day_in_future"),
        ("\t注销\t2026-3-9", "required"),
    ],
)
def test_a_row_must_say_what_the_form_asks(cells: str, code: str) -> None:
    ((verdict, codes),) = verdicts(f"{HEAD}\n{cells}", known())
    assert (verdict, codes) == ("invalid", [code])


def test_a_fitting_row_is_matched_and_an_amount_that_differs_is_pointed_out() -> None:
    words = f"{REGISTERED}\nC-1\t已登记\t2026-3-9\t20263100000012\t6.8\nC-2\t已登记\t2026-3-9\t２０２６\t7"
    assert verdicts(words, known(), known("C-2")) == [
        ("matched", []),
        ("matched", ["recognised_differs", "registration_number_length"]),
    ]


def test_a_row_without_an_answer_and_one_known_already_are_unchanged() -> None:
    had = {"result": "已登记", "day": date(2026, 3, 9), "registration_number": "1", "registrar": "某处"}
    words = f"{REGISTERED}\nC-1\t\t\t\t\nC-2\t已登记\t2026-3-9\t1\t"
    assert verdicts(words, known(), known("C-2", "registered", had)) == [
        ("unchanged", ["result_blank"]),
        ("unchanged", ["result_known"]),
    ]


def test_only_the_filing_number_matches() -> None:
    ((verdict, codes),) = verdicts(f"{HEAD}\t专利号\nX-9\t注销\t2026-3-9\tZL1", known())
    assert (verdict, codes) == ("unmatched", ["result_unmatched"])


@pytest.mark.parametrize(
    ("held", "numbers", "code"),
    [
        (known(state="draft"), {}, "result_state"),
        (known(state="registered"), {}, "result_state"),
        (known(erased=True), {}, "contract_erased"),
        (known(), {"20263100000012": "C-7"}, "registration_number_taken"),
        (known("C-1", "accepted", {"result": "已受理", "day": date(2026, 3, 10)}), {}, "result_before_last"),
    ],
)
def test_what_contradicts_what_we_hold_is_a_conflict(held: Known, numbers: dict[str, str], code: str) -> None:
    words = f"{REGISTERED}\nC-1\t已登记\t2026-3-9\t20263100000012\t"
    assert verdicts(words, held, numbers=numbers) == [("conflict", [code])]


def test_two_rows_about_one_contract_must_agree() -> None:
    same = f"{REGISTERED}\nC-1\t已登记\t2026-3-9\t1\t\nC-1\t已登记\t2026-3-9\t1\t"
    assert [one[0] for one in verdicts(same, known())] == ["matched", "unchanged"]
    other = f"{REGISTERED}\nC-1\t已登记\t2026-3-9\t1\t\nC-1\t已登记\t2026-3-9\t2\t"
    assert verdicts(other, known()) == [("conflict", ["contract_twice"])] * 2


def test_one_registration_number_goes_to_one_contract_of_a_list() -> None:
    words = f"{REGISTERED}\nC-1\t已登记\t2026-3-9\t20263100000012\t\nC-2\t已登记\t2026-3-9\t20263100000012\t"
    assert [one[0] for one in verdicts(words, known(), known("C-2"))] == ["matched", "conflict"]


@pytest.mark.parametrize(("cell", "kept"), [("8", "8"), ("第８项", "8"), ("（8）", "8")])
def test_grounds_are_understood(cell: str, kept: str) -> None:
    (line,) = lines(f"{HEAD}\t理由代码\nC-1\t不予登记\t2026-3-9\t{cell}")
    assert line.facts["ground"] == kept
    ((verdict, codes),) = verdicts(f"{HEAD}\t理由代码\nC-1\t不予登记\t2026-3-9\t12", known())
    assert (verdict, codes) == ("invalid", ["ground_unknown"])


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=6), max_size=6))
def test_no_row_breaks_reading_or_judging(rows: list[list[str]]) -> None:
    cells = ["\t".join(cell.replace("\t", "").replace('"', "") for cell in row) for row in rows]
    body = "\n".join(one.replace("\n", "").replace("\r", "") for one in cells)
    for one in judged(f"{REGISTERED}\t理由\n{body}", known()):
        assert one.verdict in set(Verdict)
        assert one.verdict is Verdict.MATCHED or one.reasons
