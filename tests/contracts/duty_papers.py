"""Acts after a license written out by hand, as their papers print them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from registry.contracts import duty_sheets
from registry.contracts.blocks import Composed
from registry.contracts.duty_models import DefaultNotice, Ending, Handover, RoyaltyReport
from registry.contracts.paper_facts import Entered
from registry.licenses.fees import Base, Period, Royalty, Stage
from tests.contracts.papers import ANSWERS, facts, record

AT = datetime(2027, 3, 10, 2, 5, 6, 7000, tzinfo=UTC)
ENTERED = Entered(seq=99, at=AT, leaf="a7" * 32, envelope="b8" * 32)
ANSWERED = Entered(seq=104, at=datetime(2027, 3, 12, 1, 0, tzinfo=UTC), leaf="c9" * 32, envelope="d0" * 32)
FILES = ("销售明细.xlsx　SHA-256 0123456789abcdef…",)
ROYALTY = Royalty(
    base=Base.SALES,
    base_words="被许可方销售许可产品开票金额减去退货、运费和税款",
    rate=Decimal("2.5"),
    period=Period.QUARTER,
    report_within_days=15,
    pay_within_days=30,
    stages=(Stage(from_year=3, rate=Decimal("2")),),
    minimum=Decimal("10000.00"),
)
MATERIALS = {"handover": "documents", "words": "技术交底书一份，样机图纸一套", "hours": 8}


def report(**changes: Any) -> RoyaltyReport:
    part = {
        "year": "1", "first": "2026-11-22", "last": "2027-02-21", "gross": "1234567.80",
        "deductions": "34567.80", "rate": "2.5", "royalty": "30000.00",
    }  # fmt: skip
    made: dict[str, Any] = {
        "number": 1, "edition": 1, "nil": False, "units": Decimal(120), "parts": [part],
        "period_first": date(2026, 11, 22), "period_last": date(2027, 2, 21), "royalty": Decimal("30000.00"),
        "credited": Decimal("0.00"), "due": Decimal("30000.00"), "top_up": None,
        "deduction_words": "退货 20,000.00 元，运费 14,567.80 元", "note": "", "signer": "王若水",
    }  # fmt: skip
    return RoyaltyReport(**{**made, **changes})


def nil_report() -> RoyaltyReport:
    part = {
        "year": "1", "first": "2027-08-22", "last": "2027-11-21", "gross": "0.00", "deductions": "0.00",
        "rate": "2.5", "royalty": "0.00",
    }  # fmt: skip
    return report(
        number=4, edition=2, nil=True, units=None, parts=[part], period_first=date(2027, 8, 22),
        period_last=date(2027, 11, 21), royalty=Decimal("0.00"), due=Decimal("0.00"),
        top_up=Decimal("2500.50"), deduction_words="",
    )  # fmt: skip


def notice() -> DefaultNotice:
    return DefaultNotice(
        id=UUID(int=1), key="report:1", side="holder", due_on=date(2027, 3, 8), cure_by=date(2027, 4, 1),
        words="贵方第一结算期的提成费报告至今未提交，请尽快提交并付款。", signer="吴岚", noticed_at=AT,
        seq=99,
    )  # fmt: skip


def ending(**changes: Any) -> Ending:
    made: dict[str, Any] = {
        "side": "holder", "ground": "not_cured", "ends_on": date(2027, 4, 6), "answer_by": date(2027, 4, 21),
        "words": "催告的期限届满，贵方仍未提交报告，也未付款。", "signer": "吴岚",
    }  # fmt: skip
    return Ending(**{**made, **changes})


def refused() -> Ending:
    return ending(side="licensee", ground="refused", words="许可方拒绝交付资料。")


def handover() -> Handover:
    items = "技术交底书一份（电子版），样机图纸一套（光盘），2027年3月9日线上指导 4 小时"
    return Handover(day=date(2027, 3, 9), items=items, signer="吴岚")


def _facts(fee: str = "royalty_sales", lang: str = "zh") -> Any:
    frozen = record(fee)
    frozen["declaration"]["answers"] = {**ANSWERS, "materials": MATERIALS}
    return replace(facts(frozen), lang=lang)


SHEETS: dict[str, tuple[str, Callable[[Any], Composed]]] = {
    "royalty_report": (
        "royalty_sales",
        lambda about: duty_sheets.royalty_report(about, report(), ROYALTY, FILES, ENTERED),
    ),
    "royalty_report_nil": (
        "royalty_sales",
        lambda about: duty_sheets.royalty_report(about, nil_report(), ROYALTY, (), ENTERED),
    ),
    "default_notice": (
        "royalty_sales",
        lambda about: duty_sheets.default_notice(about, notice(), FILES, ENTERED),
    ),
    "ending": (
        "royalty_sales",
        lambda about: duty_sheets.ending(about, ending(), notice(), FILES, ENTERED),
    ),
    "ending_refused": ("free", lambda about: duty_sheets.ending(about, refused(), None, (), ENTERED)),
    "handover": ("free", lambda about: duty_sheets.handover(about, handover(), FILES, ENTERED, ANSWERED)),
}


def composed(name: str, lang: str = "zh") -> Composed:
    fee, compose = SHEETS[name]
    return compose(_facts(fee, lang))
