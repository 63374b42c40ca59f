"""Bank statements: credits are read and held against what is due; a person alone confirms."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from flask import Flask

from registry import clock
from registry.contracts import bank_lines, bank_rows, payment_requests, payments, register
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
from tests.kept import Kept

HEADS = "交易日期,交易时间,收入金额,支出金额,对方户名,对方账号,摘要,附言,交易流水号"
DAYS = ["{0.year}/{0.month}/{0.day}", "{0:%Y%m%d}", "{0.year}年{0.month}月{0.day}日", "sheet"]
PAYER = "浦东智焊装备有限公司"


@pytest.fixture
def offer(lite: Flask, kept: Kept) -> Offer:
    return kept(lite, published, fee=LUMP)


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
    acts = reading(
        lambda: bank_lines.acts_for(
            who.actor, bank_lines.proposal(who.actor, bank_lines.find(who.actor, line))
        )
    )
    said = [who.sign(act.statement) for act in acts]
    transaction(
        lambda: [
            one.id
            for one in bank_lines.confirm(
                who.actor, bank_lines.find(who.actor, line), acts, said, together=together
            )
        ]
    )


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
