"""One test for two implementations: whatever is asked, SQLite and PostgreSQL find the same (only reads)."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from registry.catalogue import search, service
from registry.catalogue.models import OfferIndex
from registry.catalogue.rules import SearchQuery, Sort, Standing, Tag
from registry.database import db
from registry.licenses.draft import OpenFrom
from registry.licenses.fees import Base, Fee, Method, Period, Royalty
from tests.catalogue.offers import offer

FREE = Fee(method=Method.FREE)
SALES = Fee(
    method=Method.ROYALTY_SALES,
    royalty=Royalty(
        base=Base.SALES,
        base_words="不含税销售额减退货",
        rate=Decimal("2.5"),
        period=Period.QUARTER,
        report_within_days=15,
        pay_within_days=30,
    ),
)
ANNOUNCED: dict[str, Any] = {"cnipa_status": "announced", "cnipa_announced_on": date(2026, 11, 1)}
U1, C1 = "申城理工大学（演示）", "浦东智焊装备有限公司（演示）"


DAY = "2026-11-22T02:00:00Z"


@pytest.fixture(autouse=True)
def _day() -> Iterator[None]:
    with time_machine.travel(DAY, tick=False):
        yield
    db.session.remove()


@pytest.fixture(scope="module")
def offers(standing: Flask) -> dict[str, str]:
    with time_machine.travel(DAY, tick=False):
        return made_offers()


def made_offers() -> dict[str, str]:
    """Four offers: O1 free and announced, O4 a utility model, O6 a design open locally, O7 a royalty."""
    return {
        "O1": offer(
            title="基于标准化电子病历的临床质量指标计算方法",
            patent_number="ZL201819999001.7",
            main_class="G16H 10/60",
            holders=(U1,),
            fee=FREE,
            use={"industry": "I65", "field": "01", "stage": "pilot", "application": "医院信息系统"},
            **ANNOUNCED,
        ),
        "O4": offer(
            title="焊接机器人旋转臂架",
            patent_number="ZL202129999004.8",
            main_class="B25J 11/00",
            holders=(C1,),
            fee=Fee(method=Method.PER_YEAR, amount=Decimal("8000.00")),
            license_last_day=date(2031, 6, 30),
            use={
                "industry": "C34",
                "field": "03",
                "stage": "production",
                "products": "焊接工作站 Welding cell",
            },
            **ANNOUNCED,
        ),
        "O6": offer(
            title="便携检测仪外壳",
            patent_number="ZL202139999006.2",
            main_class="10-05",
            holders=("张𬱟",),
            fee=Fee(method=Method.LUMP, amount=Decimal("15000.00")),
            duration_months=24,
            open_from=OpenFrom.NOW,
        ),
        "O7": offer(
            title="面向不同终端的应用状态迁移方法",
            patent_number="ZL201719999007.X",
            main_class="G06F 9/48",
            holders=(U1, C1),
            fee=SALES,
            offer_last_day=date(2027, 1, 31),
        ),
    }


def found(offers: dict[str, str], text: str = "", **asked: Any) -> set[str]:
    names = {number: name for name, number in offers.items()}
    return {names[row.number] for row in service.search(SearchQuery(text=text, **asked)).rows}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {"O1", "O4", "O6", "O7"}),
        ("焊", {"O4", "O7"}),
        ("转", {"O4"}),
        ("方法", {"O1", "O7"}),
        ("电子病历", {"O1"}),
        ("基于标准化电子病历的临床质量指标计算方法", {"O1"}),
        ("病历电子", set()),
        ("焊接 旋转", {"O4"}),
        ("旋转，焊接！", {"O4"}),
        ("焊接 外壳", set()),
        ("架浦", set()),  # the end of a title and the beginning of a holder's name are no phrase
        ("welding", {"O4"}),
        ("WELD", {"O4"}),
        ("ｗｅｌｄ", {"O4"}),
        ("elding", set()),
        ("𬱟", {"O6"}),
        ("申城理工", {"O1", "O7"}),
        ("医院信息", {"O1"}),
        ("免费", {"O1"}),
        ("Royalty", {"O7"}),
    ],
)
def test_words_of_any_length_are_found(offers: dict[str, str], text: str, expected: set[str]) -> None:
    assert found(offers, text) == expected


@pytest.mark.parametrize(
    "spelling",
    [
        "ZL201719999007.X",
        "201719999007.X",
        "201719999007X",
        "zl 2017 1999 9007 . x",
        "ＺＬ２０１７１９９９９００７．Ｘ",
        "CN201719999007.x",
        "20171999900",
        "ZL2017199",
    ],
)
def test_a_patent_number_is_found_in_any_spelling_and_by_its_beginning(
    offers: dict[str, str], spelling: str
) -> None:
    assert found(offers, spelling) == {"O7"}


def test_the_registrys_own_number_is_found(offers: dict[str, str]) -> None:
    number = offers["O4"]
    assert found(offers, number) == found(offers, f"  {number.lower()} ") == {"O4"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"ipc": "G"}, {"O1", "O7"}),
        ({"ipc": "g16h 10"}, {"O1"}),
        ({"ipc": "G06"}, {"O7"}),
        ({"ipc": "10-05"}, {"O6"}),
        ({"ipc": "%"}, set()),
        ({"section": "B"}, {"O4"}),
        ({"kind": "design"}, {"O6"}),
        ({"industry": "C"}, {"O4"}),
        ({"industry": "C34"}, {"O4"}),
        ({"industry": "C35"}, set()),
        ({"technology_field": "01"}, {"O1"}),
        ({"stage": "pilot"}, {"O1"}),
        ({"method": "PER_YEAR"}, {"O4"}),
        ({"holder": "浦东智焊"}, {"O4", "O7"}),
        ({"holder": "申城理工大学（演示）"}, {"O1", "O7"}),
        ({"holder": "焊"}, {"O4", "O7"}),
        ({"holder": "接"}, set()),
        ({"tag": Tag.LOCAL}, {"O6"}),
        ({"tag": Tag.WAITING}, {"O7"}),
        ({"tag": Tag.ANNOUNCED}, {"O1", "O4"}),
        ({"amount_to": Decimal(0)}, {"O1"}),
        ({"amount_to": Decimal("8000")}, {"O1", "O4"}),
        ({"amount_to": Decimal("20000")}, {"O1", "O4", "O6"}),
        ({"term_months": 24}, {"O1", "O4", "O6", "O7"}),
        ({"term_months": 36}, {"O1", "O4", "O7"}),
        ({"life_months": 120}, {"O1", "O7"}),
        ({"text": "方法", "method": "FREE"}, {"O1"}),
    ],
)
def test_filters_keep_what_they_say(
    offers: dict[str, str], asked: dict[str, Any], expected: set[str]
) -> None:
    assert found(offers, **asked) == expected


@pytest.mark.parametrize(
    "hostile",
    [
        '"',
        "'",
        "焊接' OR '1'='1",
        '" OR tokens:"',
        "NEAR(焊 接)",
        "焊接*",
        "NOT 焊接",
        "焊 & !接 | <->",
        "%",
        "_",
        "\\",
        ";DROP TABLE offer_index;--",
        "😀",
        "\x00焊",
        "a" * 5000,
        "焊" * 5000,
        "*",
        ":",
        "offer_words",
        "{tokens} : 焊",
    ],
)
def test_operators_quotes_and_pictures_are_never_commands(offers: dict[str, str], hostile: str) -> None:
    assert found(offers, hostile) <= {"O4", "O7"}
    assert found(offers, holder=hostile) <= {"O4", "O7"}
    assert found(offers) == {"O1", "O4", "O6", "O7"}


def test_an_offer_that_has_ended_is_found_only_when_asked_for(offers: dict[str, str]) -> None:
    with time_machine.travel("2027-02-01T02:00:00Z", tick=False):
        assert found(offers) == {"O1", "O4", "O6"}
        assert found(offers, standing=Standing.ALL) == {"O1", "O4", "O6", "O7"}
        row = db.session.scalars(select(OfferIndex).where(OfferIndex.number == offers["O7"])).one()
        assert service.offer_tag(row) is Tag.ENDED


@pytest.mark.parametrize(
    ("sort", "first"), [(Sort.PRICE, "O1"), (Sort.ENDING, "O7"), (Sort.NEWEST, "O7"), (Sort.LIFE, "O1")]
)
def test_results_come_in_the_order_asked_for(offers: dict[str, str], sort: Sort, first: str) -> None:
    assert service.search(SearchQuery(sort=sort)).rows[0].number == offers[first]


def test_a_price_that_is_no_figure_comes_last(offers: dict[str, str]) -> None:
    assert service.search(SearchQuery(sort=Sort.PRICE)).rows[-1].number == offers["O7"]


def test_facets_divide_what_was_found(offers: dict[str, str]) -> None:
    divided = service.search(SearchQuery(text="方法")).facets
    assert divided["fee_method"] == {"FREE": 1, "ROYALTY_SALES": 1}
    assert divided["section"] == {"G": 2}
    assert divided["industry"] == {"I": 1}
    assert set(divided) == set(search.FACETS)
