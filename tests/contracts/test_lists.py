"""Lists as files: a holder's licenses of a year, a venue's contracts."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO

import pytest
from flask import Flask
from openpyxl import load_workbook

from registry.contracts import register, yearly
from registry.database import transaction
from tests.browser import Browser
from tests.exports import making
from tests.factories import Offer, make_organisation, published, reading
from tests.kept import Kept


@pytest.fixture
def given(lite: Flask, kept: Kept) -> tuple[Offer, str]:
    """A license in force, paid; its contract's number."""
    return kept(lite, give)


def give(app: Flask) -> tuple[Offer, str]:
    offer = published(app, fee={"method": "LUMP", "amount": "68000.00", "pay_within_days": 15})
    return offer, making.effective(app, offer, make_organisation(app, "c4"))


def rows(browser: Browser, address: str) -> list[dict[str, str]]:
    answer = browser.client.get(address)
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))


def test_a_holder_has_the_years_licenses_with_amounts_inventors_and_registration(
    lite: Flask, given: tuple[Offer, str]
) -> None:
    offer, number = given
    one = reading(lambda: register.find_contract(number).acceptances[0].record["patents"][0])
    browser = Browser(lite).sign_in(offer.holder.email).get("/holder/acceptances")
    (year,) = reading(lambda: yearly.years(offer.holder.actor))
    assert f'href="/holder/licenses-{year}.xlsx"' in browser.html
    (row,) = rows(browser, f"/holder/licenses-{year}.csv")
    assert (row["平台存证编号"], row["专利号"]) == (number, one["number"])
    assert row["发明人"] == "、".join(one["inventors"]) != ""
    assert (row["约定金额（元）"], row["金额依据"], row["本年到账（元）"]) == ("68000.00", "固定", "68000.00")
    assert (row["本年退款（元）"], row["至本年末净到账（元）"]) == ("0.00", "68000.00")
    book = load_workbook(BytesIO(browser.client.get(f"/holder/licenses-{year}.xlsx").data))
    page = book.worksheets[0]
    assert [cell.value for cell in page[1]] == list(row)
    assert page.cell(2, list(row).index("本年到账（元）") + 1).value == 68000
    assert browser.client.get(f"/holder/licenses-{year}.pdf").status_code == 404


def test_money_counts_in_the_year_it_came(given: tuple[Offer, str]) -> None:
    offer, number = given
    year = reading(lambda: yearly.years(offer.holder.actor)[0])

    def later() -> None:
        register.find_contract(number).acceptances[0].payments[0].arrived_on = date(year + 1, 1, 1)

    transaction(later)
    assert reading(lambda: yearly.years(offer.holder.actor)) == [year + 1, year]
    for asked, received in ((year, "0.00"), (year + 1, "68000.00")):
        (line,) = reading(lambda asked=asked: list(yearly.lines(offer.holder.actor, asked)))  # type: ignore[misc]
        assert (line.received, line.kept) == (Decimal(received), Decimal(received))
    assert reading(lambda: list(yearly.lines(offer.holder.actor, year + 2))) == []


def test_nobody_elses_licenses_stand_in_the_list(lite: Flask, given: tuple[Offer, str]) -> None:
    other = make_organisation(lite, "c1")
    year = reading(lambda: yearly.years(given[0].holder.actor)[0])
    assert rows(Browser(lite).sign_in(other.email), f"/holder/licenses-{year}.csv") == []


def test_a_venue_takes_its_list_away_under_the_lists_filter(lite: Flask, given: tuple[Offer, str]) -> None:
    offer, number = given
    browser = Browser(lite).sign_in(offer.venue.email).get("/venue/contracts?state=draft")
    assert 'href="/venue/contracts.xlsx?state=draft"' in browser.html
    (row,) = rows(browser, "/venue/contracts.csv?state=draft")
    assert (row["平台存证编号"], row["合同成交总额"]) == (number, "68000.00")
    assert "材料缺第 06 " in row["缺项"]
    assert rows(browser, "/venue/contracts.csv?state=registered") == []
    assert Browser(lite).sign_in(offer.holder.email).client.get("/venue/contracts.csv").status_code in (
        403,
        404,
    )
