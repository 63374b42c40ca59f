"""付款通知单 of a due after the start: its own reference, the account in force when it was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from registry import clock, money
from registry.contracts import evidence, paper_wording
from registry.contracts.blocks import Composed, Facts, Title
from registry.contracts.paper_facts import PaperFacts, day
from registry.contracts.payment_request import TITLE, tax

WORDING = "2026-11"
"""This paper's own words: licenses of any earlier wording are asked for their later dues in these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A due, as it is asked for. `day` is when."""

    reference: str
    amount: Decimal
    pay_by: date | None
    account: Mapping[str, Any]
    kind: str
    number: int
    period: tuple[date, date] | None
    day: datetime


_WHAT = {
    "instalment": "使用费第 {} 期", "year": "第 {} 个许可年度的年度使用费",
    "minimum": "第 {} 个许可年度的最低提成费",
    "royalty": "第 {} 个结算期的提成使用费", "start": "起始应付的使用费",
}  # fmt: skip


def compose(facts: PaperFacts, asked: Asked) -> Composed:
    """What is due, to whom, until when; only the start's own request says what hangs on it."""
    words = {
        "licensee": facts.record["licensee"]["name"],
        "title": facts.patent["title"],
        "patent": facts.patent["number"],
        "what": _what(asked),
        "asked_day": day(clock.legal_day(asked.day)),
        "reference": asked.reference,
        "last_day": day(asked.pay_by),
        "start": not asked.number,
        "venue_account": asked.account.get("whose") == "venue",
        "venue": facts.record["venue"]["name"],
        "tax": tax(facts),
        "contract": facts.contract,
        "nonce": facts.record["nonce"],
    }
    inserts = {"amount": [_amount(facts, asked)]}
    return Composed(
        title=TITLE[0],
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(
            Title(TITLE[0]),
            *paper_wording.blocks(WORDING, "payment_request_due", words, inserts),
            evidence.qr(facts),
        ),
    )


def _what(asked: Asked) -> str:
    what = _WHAT.get(asked.kind if asked.number else "start", "到期使用费").format(asked.number)
    return what + (f"（{day(asked.period[0])}至{day(asked.period[1])}）" if asked.period else "")


def _amount(facts: PaperFacts, asked: Asked) -> Facts:
    return Facts(
        (
            ("款项", _what(asked)),
            ("金额", f"{money.yuan(asked.amount)} 元"),
            ("金额大写", money.capitals(asked.amount)),
            ("收款人户名", asked.account.get("name", "")),
            ("开户银行", asked.account.get("bank", "")),
            ("账号", asked.account.get("number", "")),
            ("付款参考号", asked.reference),
            ("最后付款日", day(asked.pay_by)),
            ("付款人", facts.record["licensee"]["name"]),
        )
    )
