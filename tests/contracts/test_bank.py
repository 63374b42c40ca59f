"""Bank statements: credits are read and held against what is due; a person alone confirms."""

from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO

import openpyxl
import pytest
import time_machine
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.contracts import bank_lines, bank_rows, payment_requests, payments, register, rules
from registry.contracts.money_rules import LineState
from registry.contracts.money_tasks import money_round
from registry.database import transaction
from registry.documents.tables_in import TableRow, read_pasted, read_table
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.ledger import service as ledger
from registry.parties.rules import Role
from tests.browser import PASSWORD, Browser
from tests.contracts import taking
from tests.contracts.taking import answer, claim, filings, taken
from tests.factories import (
    LUMP,
    Offer,
    Person,
    make_member,
    make_organisation,
    make_venue,
    published,
    reading,
)

HEADS = "交易日期,交易时间,收入金额,支出金额,对方户名,对方账号,摘要,附言,交易流水号"
DAYS = ["{0.year}/{0.month}/{0.day}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日", "sheet"]
PAYER = "浦东智焊装备有限公司"


@pytest.fixture
def offer(lite: Flask) -> Offer:
    return published(lite, fee=LUMP)


@pytest.fixture
def c1(lite: Flask, offer: Offer) -> Person:
    return make_organisation(lite, "c1")


def read(words: str) -> bank_rows.Statement:
    return bank_rows.read(bank_rows.headed(read_pasted(words), bank_rows.names()))


def row(**changes: str) -> str:
    today = clock.today()
    cells = {"day": today.isoformat(), "time": "", "credit": "68000.00", "debit": "", "payer": PAYER}
    cells |= {"account": "6222020000000000123", "summary": "转账", "remark": "", "serial": "S1", **changes}
    return ",".join(f'"{cell}"' for cell in cells.values())


def bring(who: Person, *rows: str) -> bank_lines.Brought:
    table = read_pasted("\n".join([HEADS, *rows]))
    return transaction(lambda: bank_lines.bring(who.actor, table))


def proposed(who: Person) -> list[tuple[str, str, str, bool]]:
    return reading(
        lambda: [
            (one.acceptance.number, one.due, one.by, one.plain) for one in bank_lines.proposals(who.actor)[0]
        ]
    )


def confirm(who: Person, *, together: bool = False) -> None:
    line = reading(lambda: bank_lines.proposals(who.actor)[0][0].line.id)
    act = reading(
        lambda: bank_lines.act_for(
            who.actor, bank_lines.proposal(who.actor, bank_lines.find(who.actor, line))
        )
    )
    said = who.sign(act.statement)
    transaction(
        lambda: (
            bank_lines.confirm(who.actor, bank_lines.find(who.actor, line), act, said, together=together).id
        )
    )


# --- reading a statement -----------------------------------------------------------------------------


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


# --- proposals and their confirmation ----------------------------------------------------------------


def test_a_reference_proposes_and_a_person_confirms_an_arrival_nobody_claimed(app: Flask) -> None:
    offer, c1 = published(app, fee=LUMP), make_organisation(app, "c1")
    number, size = taken(c1, offer), 0
    reference = taking.seen(number, "reference")[0]
    finance = make_member(app, offer.holder, Role.FINANCE)
    brought = bring(
        finance, row(remark=f"付 {reference[:4]} {reference[4:]}"), row(credit="", debit="9", serial="2")
    )
    assert (brought.new, brought.known, brought.passed_over) == (1, 0, 1)
    assert proposed(finance) == [(number, "start", "reference", True)]
    assert taking.state(number) == "awaiting_payment", "nothing is confirmed by itself"
    size = reading(ledger.size)
    confirm(finance, together=True)
    assert taking.seen(number, "state", "effective_on") == ("effective", clock.today())
    assert [kind for kind, _ in filings(size)] == ["payment.confirmed", "license.effective"]
    payment = reading(lambda: register.find(number).payments[0])
    assert (payment.state, payment.slip_upload, payment.payer_account) == (
        "confirmed", None, "6222020000000000123",
    )  # fmt: skip
    assert proposed(finance) == []
    assert reading(lambda: ledger.audit().exit_code) == 0


def test_a_waiting_claim_is_answered_by_the_line(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    claim(lite, c1, number, serial="S1")
    bring(offer.holder, row(remark=taking.seen(number, "reference")[0]))
    confirm(offer.holder)
    assert taking.state(number) == "effective"
    assert len(reading(lambda: register.find(number).payments)) == 1


def test_without_a_reference_amount_and_payer_must_fit_exactly_one_due(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    first = taken(c1, offer)
    bring(offer.holder, row(payer="浦东智焊装备有限公司 "))
    assert proposed(offer.holder) == [(first, "start", "amount_payer", True)]
    bring(offer.holder, row(serial="S2", credit="67999.99"), row(serial="S3", payer="别人"))
    assert len(proposed(offer.holder)) == 1
    taken(c1, published(lite, offer.holder, offer.venue, fee=LUMP))
    assert proposed(offer.holder) == [], "two dues fit: nobody guesses"
    assert len(reading(lambda: bank_lines.proposals(offer.holder.actor)[1])) == 3


def test_what_is_short_or_paid_by_another_is_never_confirmed_with_others(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    bring(offer.holder, row(remark=taking.seen(number, "reference")[0], credit="60000"))
    assert proposed(offer.holder) == [(number, "start", "reference", False)]
    with pytest.raises(Conflict) as caught:
        confirm(offer.holder, together=True)
    assert caught.value.code == "line_not_plain"
    confirm(offer.holder)
    assert taking.seen(number, "state", "effective_on") == ("awaiting_payment", None)
    bring(offer.holder, row(remark=taking.seen(number, "reference")[0], credit="8000", serial="S9"))
    confirm(offer.holder)
    assert taking.state(number) == "effective"


def test_a_later_due_is_found_by_its_own_reference(lite: Flask) -> None:
    offer, c1 = published(lite, fee=taking.PER_YEAR), make_organisation(lite, "c1")
    number = taken(c1, offer)
    answer(offer.holder, claim(lite, c1, number, amount=Decimal(8000)), amount=Decimal(8000))
    reference = transaction(lambda: payment_requests.ask(c1.actor, register.find(number), "year:2").reference)
    bring(offer.venue, row(remark=reference, credit="8000"))
    assert proposed(offer.venue) == [(number, "year:2", "reference", True)]
    confirm(offer.venue)
    assert "year:2" in {one.due_key for one in reading(lambda: register.find(number).payments)}


def test_a_statement_brought_twice_adds_nothing(lite: Flask, offer: Offer) -> None:
    assert bring(offer.holder, row(), row(serial="S2")).new == 2
    again = bring(offer.holder, row(serial="S2"), row(serial="S3"))
    assert (again.new, again.known) == (1, 1)


def test_nobody_sees_or_confirms_anothers_lines(lite: Flask, offer: Offer, c1: Person) -> None:
    number = taken(c1, offer)
    bring(offer.holder, row(remark=taking.seen(number, "reference")[0]))
    line = reading(lambda: bank_lines.lines(offer.holder.actor, LineState.OPEN)[0].id)
    stranger, other = make_organisation(lite, "c2"), make_venue(lite, "v2")
    for who in (stranger, other, offer.venue):
        assert proposed(who) == []
        with pytest.raises(NotFound):
            reading(lambda who=who: bank_lines.find(who.actor, line))
    with pytest.raises(NotAllowed):
        bring(make_member(lite, offer.holder, Role.PREPARER), row())


def test_a_line_put_aside_is_proposed_no_more_until_it_is_taken_up(
    lite: Flask, offer: Offer, c1: Person
) -> None:
    number = taken(c1, offer)
    bring(offer.holder, row(remark=taking.seen(number, "reference")[0]))
    line = reading(lambda: bank_lines.lines(offer.holder.actor, LineState.OPEN)[0].id)
    for verb, left in (("set_aside", 0), ("take_up", 1)):
        transaction(
            lambda verb=verb: bank_lines.put_aside(
                offer.holder.actor, bank_lines.find(offer.holder.actor, line), verb
            )
        )
        assert len(proposed(offer.holder)) == left


def test_lines_are_deleted_when_their_days_are_over(lite: Flask, offer: Offer) -> None:
    bring(offer.holder, row())
    for days, left in ((179, 1), (181, 0)):
        with time_machine.travel(clock.now() + timedelta(days=days), tick=True):
            money_round()
            assert len(reading(lambda: bank_lines.lines(offer.holder.actor, LineState.OPEN))) == left


def test_unknown_columns_are_asked_for_once_and_remembered(lite: Flask, offer: Offer) -> None:
    strange = "哪天,进账,谁付的\n2026-03-01,100.00,甲".encode()
    browser = Browser(lite).sign_in(offer.holder.email)
    browser.get("/bank").submit(files={"file": (strange, "a.csv")}, action="/bank")
    assert (browser.status, "哪一列是什么" in browser.title) == (422, True)
    browser.submit({"day": "哪天"}, action="/bank/columns")
    assert (browser.status, "至少指明" in browser.text) == (422, True)
    browser.submit({"day": "哪天", "credit": "进账", "payer": "谁付的"}, action="/bank/columns")
    assert "列名已记住" in browser.text
    browser.submit(files={"file": (strange, "a.csv")}, action="/bank")
    assert "新的收入 1 笔" in browser.text
    with pytest.raises(Refused):
        reading(lambda: bank_rows.headed(_rows(strange), bank_lines.headings(offer.venue.actor)))


def test_one_transfer_pays_one_due_whoever_brings_it_and_however_its_payer_numbered_it(lite: Flask) -> None:
    offer = published(lite, fee=taking.PER_YEAR)
    c1, c3 = make_organisation(lite, "c1"), make_organisation(lite, "c2")
    amount = Decimal(8000)
    number, other = taken(c1, offer), taken(c3, offer)
    bring(offer.holder, row(credit="8000.00", serial="R-1", remark=taking.seen(number, "reference")[0]))
    claim(lite, c1, number, amount=amount, serial="P-1")
    confirm(offer.holder)
    assert taking.state(number) == "effective"
    for serial in ("R-1", "P-1"):  # as the account numbers it, and as the payer's bank did
        with pytest.raises(Conflict, match="payment_known"):
            claim(lite, c3, other, amount=amount, serial=serial)
    second = claim(lite, c3, other, amount=amount, serial="P-2")
    with pytest.raises(Conflict, match="payment_known"):
        answer(offer.holder, second, amount=amount, serial="R-1")
    answer(offer.holder, second, amount=amount, serial="R-1", result="duplicate", note="同一笔。")


def test_a_line_for_a_due_that_was_paid_is_proposed_for_no_other(lite: Flask) -> None:
    offer, c1 = published(lite, fee=taking.PER_YEAR), make_organisation(lite, "c1")
    number = taken(c1, offer)
    reference = taking.seen(number, "reference")[0]
    bring(offer.holder, row(credit="8000.00", serial="", remark=reference))
    confirm(offer.holder)
    transaction(lambda: payment_requests.ask(c1.actor, register.find(number), "year:2").id)
    bring(offer.holder, row(credit="8000.00", serial="", remark=f"{reference}，另一种格式"))
    assert proposed(offer.holder) == []


def test_rows_that_say_the_same_under_one_serial_are_one_line(lite: Flask, offer: Offer) -> None:
    found = bring(offer.holder, row(), row())
    assert found.new == 1
    assert len(reading(lambda: bank_lines.lines(offer.holder.actor, LineState.OPEN))) == 1


def test_a_line_is_taken_for_what_it_is_and_once(lite: Flask, offer: Offer, c1: Person) -> None:
    payment = claim(lite, c1, taken(c1, offer))
    bring(offer.holder, row(credit="1.00"))
    line = reading(lambda: bank_lines.lines(offer.holder.actor, LineState.OPEN)[0].id)
    answer(offer.holder, payment)
    with pytest.raises(Conflict, match="line_differs"):
        transaction(
            lambda: bank_lines.take(
                offer.holder.actor, bank_lines.find(offer.holder.actor, line), payments.find(payment)
            )
        )


def _rows(data: bytes) -> list[TableRow]:
    return read_table(data)


def test_the_page_shows_what_fits_and_confirms_what_is_ticked(lite: Flask, offer: Offer, c1: Person) -> None:
    second = published(lite, offer.holder, offer.venue, fee=LUMP)
    numbers = [taken(c1, offer), taken(c1, second)]
    references = [taking.seen(one, "reference")[0] for one in numbers]
    text = "\n".join(
        [HEADS, *(row(remark=one, serial=one) for one in references), row(serial="x", credit="1")]
    )
    browser = Browser(lite).sign_in(offer.holder.email)
    browser.get("/bank").submit(files={"file": (text.encode(), "明细.csv")}, action="/bank")
    assert "新的收入 3 笔" in browser.text
    lines = reading(lambda: [str(one.line.id) for one in bank_lines.proposals(offer.holder.actor)[0]])
    browser.submit({"lines[]": lines, "password": "not the password"}, action="/bank/confirm")
    assert browser.status == 422
    browser.submit({"lines[]": lines, "password": PASSWORD}, action="/bank/confirm")
    assert browser.status == 200, browser.text
    assert [taking.state(one) for one in numbers] == ["effective", "effective"]
    csv = browser.get("/bank/unmatched.csv")
    assert (csv.status, "1.00" in csv.html) == (200, True)
    assert references[0] not in csv.html


def test_a_file_that_is_no_table_is_refused_on_the_page(lite: Flask, offer: Offer) -> None:
    browser = Browser(lite).sign_in(offer.holder.email)
    for data in (b"", b"%PDF-1.4", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600):
        browser.get("/bank").submit(files={"file": (data, "a.xls")}, action="/bank")
        assert browser.status in {415, 422}
