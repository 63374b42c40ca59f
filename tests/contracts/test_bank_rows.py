"""What banks write in their statements, read: pure, whatever the layout."""

from datetime import date, time
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.contracts import bank_rows, rules
from registry.documents.tables_in import read_table
from tests.contracts.test_bank import DAYS, HEADS, read, row


@pytest.mark.parametrize(
    ("heads", "cells"),
    [
        ("交易日期,收入金额,支出金额,对方户名,附言", "2026-03-01,100.00,,甲,备注"),
        ("记账日期,贷方发生额(元),借方发生额(元),对方账户名称,摘要", "20260301,100.00,0.00,甲,备注"),
        ("交易时间,借贷标志,交易金额,对方单位名称,用途", "2026/3/1 14:05:09,贷,100.00,甲,备注"),
        ("日期,收支方向,金额,交易对方,备注", "2026年3月1日,收入,￥100.00,甲,备注"),
        ("交易日,发生额,付款人名称,个性化信息", "2026-3-1,100.00,甲,备注"),
    ],
)
def test_common_layouts_are_read_without_asking(heads: str, cells: str) -> None:
    found = read(f"某银行账户明细\n{heads}\n{cells}")
    (one,) = found.credits
    assert (one.day, one.amount, one.payer, one.remark) == (date(2026, 3, 1), Decimal("100.00"), "甲", "备注")


@given(
    day=st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    form=st.sampled_from(DAYS),
    amount=st.decimals("0.01", "999999999.99", places=2),
    thousands=st.booleans(),
)
def test_days_and_amounts_are_read_in_every_spelling(
    day: date, form: str, amount: Decimal, thousands: bool
) -> None:
    shown = str((day - date(1899, 12, 30)).days) if form == "sheet" else form.format(day)
    money = f"{amount:,.2f}" if thousands else f"{amount:.2f}"
    (one,) = read(f'交易日期,收入金额\n{shown},"{money}"').credits
    assert (one.day, one.amount) == (day, amount)


@given(amount=st.decimals("0.0001", "99.9999", places=4))
def test_a_heading_in_wan_means_ten_thousand_yuan_and_nothing_is_rounded(amount: Decimal) -> None:
    (one,) = read(f"交易日期,收入金额（万元）\n2026-03-01,{amount}").credits
    assert one.amount == amount * 10000


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("2026-03-01,1.23E+15,甲", "number_shortened"),
        ("2026-13-01,100,甲", "not_a_date"),
        (",100,甲", "required"),
        ("2026-03-01,100.001,甲", "amount_decimals"),
        ("2026-03-01,一百,甲", "amount_form"),
    ],
)
def test_a_row_nobody_can_read_is_reported_with_its_number_and_the_others_are_kept(
    cells: str, reason: str
) -> None:
    found = read(f"交易日期,收入金额,对方户名\n{cells}\n2026-03-02,5.00,乙")
    assert [(number, fault.code) for number, fault in found.faults] == [(2, reason)]
    assert [one.payer for one in found.credits] == ["乙"]


@pytest.mark.parametrize(
    "cells", ["2026-03-01,,80.00", "2026-03-01,0.00,80.00", "2026-03-01,-5.00,", "合计,,", "2026-03-01,-,1"]
)
def test_debits_reversals_and_sums_are_passed_over(cells: str) -> None:
    found = read(f"交易日期,收入金额,支出金额\n{cells}")
    assert (found.credits, found.passed_over, found.faults) == ((), 1, ())


def test_a_sign_nobody_knows_is_not_guessed() -> None:
    found = read("交易日期,借贷标志,交易金额\n2026-03-01,贷,1\n2026-03-01,借,2\n2026-03-01,往来,3")
    assert ([one.amount for one in found.credits], found.passed_over) == ([Decimal("1.00")], 1)
    assert [fault.code for _, fault in found.faults] == ["bank_sign"]


def test_the_time_of_day_is_read_where_the_bank_states_one() -> None:
    found = read("交易日期,交易时间,收入金额\n2026-03-01,14:05:09,1\n2026-03-01,140509,2\n2026-03-01,未知,3")
    assert [one.at for one in found.credits] == [time(14, 5, 9), time(14, 5, 9), None]


@given(st.binary(min_size=8, max_size=8), st.text(alphabet=" -/。，付款ab", max_size=5), st.booleans())
def test_a_reference_is_found_whatever_stands_between_its_characters(
    random: bytes, between: str, lower: bool
) -> None:
    reference = rules.reference_code(random)
    plain = "".join(one for one in between if not one.isascii() or not one.isalnum())
    remark = "许可费 " + plain.join(reference.lower() if lower else reference) + " 谢谢"
    assert bank_rows.references(remark, [reference, "AAAAAAAA"]) == [reference]
    assert bank_rows.references("许可费", [reference]) == []


def test_the_same_row_has_the_same_digest_and_twins_without_a_serial_are_two() -> None:
    first, second = (read(f"{HEADS}\n{row(serial='')}\n{row(serial='')}") for _ in range(2))
    assert [one.digest for one in first.credits] == [one.digest for one in second.credits]
    assert len({one.digest for one in first.credits}) == 2


def test_a_workbook_and_gb18030_are_read_like_text() -> None:
    book = openpyxl.Workbook()
    book.active.append(["交易日期", "收入金额", "对方户名"])
    book.active.append([date(2026, 3, 1), 68000, "甲"])
    file = BytesIO()
    book.save(file)
    for data in (file.getvalue(), "交易日期,收入金额,对方户名\n2026-03-01,68000,甲".encode("gb18030")):
        (one,) = bank_rows.read(bank_rows.headed(read_table(data), bank_rows.names())).credits
        assert (one.day, one.amount, one.payer) == (date(2026, 3, 1), Decimal("68000.00"), "甲")
