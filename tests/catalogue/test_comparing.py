"""Up to four offers side by side, for everybody, by a permanent link."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask

from registry.catalogue import service as catalogue
from registry.licenses.fees import Base, Fee, Method, Period, Royalty
from tests.browser import Browser
from tests.catalogue.offers import offer
from tests.factories import reading

ANNOUNCED: dict[str, Any] = {"cnipa_status": "announced", "cnipa_announced_on": date(2026, 11, 1)}
SHARE = Royalty(
    base=Base.SALES,
    base_words="净销售额",
    rate=Decimal("2.5"),
    period=Period.YEAR,
    report_within_days=30,
    pay_within_days=45,
)
ROYALTY = Fee(method=Method.ROYALTY_SALES, royalty=SHARE)


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel("2026-11-22T02:00:00Z", tick=False):
        yield


def marked(html: str) -> set[str]:
    """The rows that are marked as unlike, in words."""
    return {
        re.sub(r"<[^>]+>", "", row).removesuffix("不同").strip()
        for row in re.findall(r'<th scope="row">(.*?)</th>', html)
        if "不同" in row
    }


def test_unlike_fees_become_comparable_for_the_sales_a_reader_assumes(app: Flask) -> None:
    lump, share = offer(**ANNOUNCED), offer(**ANNOUNCED, fee=ROYALTY, title="机器人焊接回转支撑装置")
    page = Browser(app).get(f"/compare?offers={lump},{share}")
    assert "按这些假设算不出" in page.text
    assert "Set-Cookie" not in page.page.headers
    page.get(f"/compare?offers={lump},{share}&sales=1,000,000")
    assert "75,000.00" in page.text
    assert "人民币柒万伍仟元整" in page.text
    assert "人民币陆万捌仟元整" in page.text
    assert {"许可使用费", "整个期限的合计"} <= marked(page.html)
    assert "许可的行为" not in marked(page.html)


def test_the_form_of_a_list_becomes_a_permanent_link_with_each_offer_once(lite: Flask) -> None:
    one, two = offer(**ANNOUNCED), offer(**ANNOUNCED)
    page = Browser(lite).get(f"/compare?offers={one}&offers={two}&offers={one.lower()}&sales=5")
    assert page.address == f"/compare?offers={one},{two}&sales=5"
    found = Browser(lite).get("/search")
    assert len(re.findall(r'type="checkbox" id="\S+" name="offers"', found.html)) == 2
    assert 'action="/compare"' in found.html


def test_a_fifth_choice_is_refused_with_words_and_can_be_taken_away(lite: Flask) -> None:
    numbers = [offer(**ANNOUNCED) for _ in range(5)]
    page = Browser(lite).get(f"/compare?offers={','.join(numbers)}")
    assert page.status == 422
    assert "一次最多比较 4 项，您选了 5 项" in page.text
    assert page.html.count(">去掉<") == 5
    rest = ",".join(numbers[1:])
    assert f'href="/compare?offers={rest}"' in page.html
    assert page.get(f"/compare?offers={rest}").status == 200


def test_a_patents_number_stands_for_its_offer_and_a_strange_one_is_named(lite: Flask) -> None:
    one, two = offer(**ANNOUNCED), offer(**ANNOUNCED)
    patent = reading(lambda: catalogue.listing(two).patent["number"])
    page = Browser(lite).get(f"/compare?offers={one}&offers={patent.removeprefix('ZL')}")
    assert page.address == f"/compare?offers={one},{two}"
    page.get(f"/compare?offers={one},MX-D26-0000-0000")
    assert page.status == 404
    assert "没有这个编号" in page.text
    assert Browser(lite).get(f"/compare?offers={one},<script>alert(1)</script>").html.count("<script>") == 0


@pytest.mark.parametrize("sales", ["-1", "1e9", "abc", "1000000000.01", "1.005"])
def test_an_assumption_that_is_no_amount_stands_beside_its_field(lite: Flask, sales: str) -> None:
    one, two = offer(**ANNOUNCED, fee=ROYALTY), offer(**ANNOUNCED)
    page = Browser(lite).get(f"/compare?offers={one},{two}&sales={sales}")
    assert page.status == 422
    assert f'value="{sales}"' in page.html


def test_machines_get_the_same_figures(lite: Flask) -> None:
    lump, share = offer(**ANNOUNCED), offer(**ANNOUNCED, fee=replace(ROYALTY))
    answer = lite.test_client().get(f"/api/v1/comparisons?offers={lump},{share}&sales=1000000")
    first, second = answer.json["offers"]
    assert (first["total"], second["total"]) == ("68000.00", "75000.00")
    assert second["royalties"] == ["25000.00"] * 3
    assert {"price", "total"} <= set(answer.json["differs"])
    many = ",".join([lump] * 2 + ["MX-D26-0000-0000"] * 3)
    assert lite.test_client().get(f"/api/v1/comparisons?offers={many}").status_code == 422
