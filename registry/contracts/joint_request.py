"""付款通知单 for licenses of a list that pay into one account: one reference, each license's amount."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from registry import money
from registry.contracts import paper_wording
from registry.contracts.blocks import Block, Composed, Facts, Grid, Title
from registry.contracts.paper_facts import PaperFacts
from registry.contracts.payment_request import TITLE, tax
from registry.documents.tables import Column

WORDING = "2026-11"
"""This paper's own words: lists are newer than any earlier wording of the licenses."""


def compose(number: str, licenses: Sequence[PaperFacts]) -> Composed:
    """What is due for which license, to whom, until when. `number` is the list's, licenses in its order."""
    first = licenses[0]
    total = sum((one.amount_due for one in licenses), Decimal("0.00"))
    days = [one.pay_by for one in licenses if one.pay_by is not None]
    words = {
        "licensee": first.record["licensee"]["name"],
        "noticed_day": first.day(first.noticed_on),
        "count": len(licenses),
        "reference": first.reference,
        "first_day": first.day(min(days)) if days else "/",
        "venue_account": first.record["account"].get("whose") == "venue",
        "venue": first.record["venue"]["name"],
        "taxes": list(dict.fromkeys(tax(one) for one in licenses)),
        "number": number,
    }
    inserts: dict[str, list[Block]] = {"amount": [_amount(first, total)], "licenses": [_licenses(licenses)]}
    return Composed(
        title=TITLE[0],
        number=number,
        digest=first.digest if len(licenses) == 1 else _digest(licenses),
        watermark=first.watermark,
        blocks=(Title(TITLE[0]), *paper_wording.blocks(WORDING, "payment_request_joint", words, inserts)),
    )


def _digest(licenses: Sequence[PaperFacts]) -> str:
    return replace(licenses[0], others=tuple(licenses[1:])).contract_digest


def _amount(first: PaperFacts, total: Decimal) -> Facts:
    account = first.record["account"]
    return Facts(
        (
            ("金额合计", f"{money.yuan(total)} 元"),
            ("金额大写", money.capitals(total)),
            ("收款人户名", account.get("name", "")),
            ("开户银行", account.get("bank", "")),
            ("账号", account.get("number", "")),
            ("付款参考号", first.reference),
            ("付款人", first.record["licensee"]["name"]),
        )
    )


def _licenses(licenses: Sequence[PaperFacts]) -> Grid:
    columns = (
        Column(heading="项", share=0.4),
        Column(heading="专利号、名称", share=2.6),
        Column(heading="实施通知编号", share=1.9),
        Column(heading="起始应付（元）", share=1.2, align="right"),
        Column(heading="最后付款日", share=1.3),
    )
    rows = tuple(_row(n, one, one.pay_by) for n, one in enumerate(licenses, start=1))
    return Grid(columns, rows)


def _row(n: int, one: PaperFacts, pay_by: date | None) -> tuple[str, ...]:
    patent = one.patent
    return (
        str(n),
        f"{patent['number']}　{patent['title']}",
        str(one.record["acceptance"]),
        money.yuan(one.amount_due),
        one.day(pay_by),
    )
