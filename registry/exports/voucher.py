"""12 交易凭证: what a venue says it has verified of a deal, where the venue brings no voucher of its own.

Contents as functional platforms print them (registration section 8). The venue's seal place stays empty:
the paper says what stands in the register, and is the venue's word only once the venue has sealed it.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from registry import money
from registry.contracts import evidence
from registry.contracts.blocks import Block, Composed, Facts, Paragraph, Signatures, Title
from registry.contracts.paper_facts import PaperFacts, day, instant
from registry.documents.tables import Signatory

SUBJECT = {True: "专利开放许可（普通许可）", False: "专利实施许可（普通许可）"}


def compose(row: Mapping[str, Any], licenses: Sequence[PaperFacts]) -> Composed:
    """The voucher of one contract in a batch."""
    first, number = licenses[0], row["voucher"]
    venue = Signatory(role="交易场所", name=first.record["venue"]["name"], sign="经办人（签字）：")
    body: list[Block] = [
        Title("交易凭证", f"凭证编号　{number}"),
        Facts(_rows(row, licenses)),
        Paragraph(
            "本场所根据平台登记的声明、实施通知、到账记录和存证，核对了上列交易的当事人、标的、价款和成交日。"
            "核对结论：上列事项与平台记录一致。本凭证不代替技术合同认定登记证明和专利实施许可备案证明。"
        ),
        Signatures((venue,)),
        evidence.qr(first),
        Paragraph(f"记录随机数 {first.record['nonce']}", small=True),
    ]
    return Composed(
        title="交易凭证",
        number=number,
        digest=first.digest,
        watermark=first.watermark,
        blocks=tuple(body),
    )


def _rows(row: Mapping[str, Any], licenses: Sequence[PaperFacts]) -> tuple[tuple[str, str], ...]:
    first, form = licenses[0], row["form"]
    record = first.record
    listed = dict.fromkeys(
        f"{one.record['declaration']['number']}，{instant(one.record['declaration']['published_at'])} 发布"
        for one in licenses
    )
    patents = "；".join(f"{p['number']}　{p['title']}" for one in licenses for p in one.record["patents"])
    return (
        ("项目名称", form["project_name"]),
        ("许可方", record["licensor"]["name"]),
        ("被许可方", record["licensee"]["name"]),
        ("交易标的", patents),
        ("交易种类", SUBJECT[first.statutory]),
        ("交易方式", "公开声明条件，被许可方通知即成交（一对多，条件相同）"),
        ("挂牌（声明发布）", "；".join(listed)),
        ("成交日", day(form["signed_on"])),
        ("许可取得", day(form["effective_on"])),
        ("合同编号", row["contract"]),
        ("成交价", _price(form)),
        ("支付方式", form["payment_method"]),
        ("结算", _settled(record)),
        ("中介机构", _agency(first)),
        ("填制日期", day(form["filled_on"])),
    )


def _price(form: Mapping[str, str]) -> str:
    if not form["total_amount"]:
        return f"未定明以货币计算的总额（{form['basis']}）"
    total = Decimal(form["total_amount"])
    return f"{money.yuan(total)} 元　{money.capitals(total)}（{form['basis']}）"


def _settled(record: Mapping[str, Any]) -> str:
    account = record.get("account") or {}
    if not account.get("number"):
        return "无须付款"
    return "经本场所账户结算" if account.get("whose") == "venue" else "未经本场所结算，直接付至许可方账户"


def _agency(facts: PaperFacts) -> str:
    agency = facts.answers.get("declarant", {}).get("agency")
    return str(agency["name"]) if agency else ""
