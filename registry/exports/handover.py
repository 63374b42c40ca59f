"""交接清单: every contract that was handed over, what it comes to, what of it is missing, lines to sign.

It may have ten thousand lines: they are read and drawn page by page.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry import money
from registry.contracts.paper_facts import instant
from registry.documents.flow import WIDTH
from registry.documents.fonts import FontSet
from registry.documents.pdf import Paper, Rendered
from registry.documents.roll import Roll
from registry.documents.tables import Column, Signatory
from registry.exports.sums import Sums

NAME = "技术合同登记材料交接清单"
COLUMNS = (
    Column(heading="序", share=0.6, align="right"),
    Column(heading="平台存证编号", share=2.6),
    Column(heading="项目名称；卖方、买方", share=4.3),
    Column(heading="成交总额（元）\n技术交易额（元）", share=1.7, align="right"),
    Column(heading="页数", share=0.6, align="right"),
    Column(heading="缺件", share=0.85),
    Column(heading="核对", share=0.6, align="center"),
)
GROUPS = (
    Column(heading="分类", share=1.1),
    Column(heading="项", share=3),
    Column(heading="份数", share=0.8, align="right"),
    Column(heading="成交总额（元）", share=1.6, align="right"),
    Column(heading="技术交易额（元）", share=1.6, align="right"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What stands above the list. `made_at` is RFC 3339."""

    number: str
    venue: str
    registrar: str
    made_at: str
    watermark: str


Lines = Iterable[tuple[int, Mapping[str, Any], int]]
"""Position, frozen row, pages of its papers."""


def printed(head: Head, lines: Lines, sums: Sums, fonts: FontSet) -> Rendered:
    """The whole sheet; `lines` are read once."""
    sheet = Paper(fonts, number=head.number, title=NAME, watermark=head.watermark)
    sheet.title(NAME, subtitle=f"批次号　{head.number}")
    sheet.facts(_facts(head, sums))
    sheet.add(Roll(sheet.fonts, COLUMNS, (list(_cells(*line)) for line in lines), WIDTH))
    sheet.heading("分类合计")
    sheet.grid(GROUPS, [_sum_cells(*row) for row in sums.rows()])
    sheet.small(
        "页数为本平台生成的文件的页数，当事人提交的附件另计。缺件栏的编号为各包 00 目录中的材料编号，缺少的"
        "材料没有以其他文件代替；“/”表示齐备。接收人逐份核对后在“核对”栏打勾。"
    )
    sheet.signatures(
        (
            Signatory(role="移交人", name=head.venue),
            Signatory(role="接收人", name=head.registrar or "登记机构"),
        )
    )
    return sheet.render()


def _facts(head: Head, sums: Sums) -> list[tuple[str, str]]:
    return [
        ("移交方", head.venue),
        ("登记机构", head.registrar),
        ("制作时间", instant(head.made_at)),
        ("合同份数", f"{sums.all.count} 份"),
        ("成交总额合计", f"{money.yuan(sums.all.total)} 元　{money.capitals(sums.all.total)}"),
        ("技术交易额合计", f"{money.yuan(sums.all.technology)} 元"),
        ("其中零金额合同", f"{sums.zero.count} 份"),
        ("其中金额待申请人估算", f"{sums.untold.count} 份（未计入合计）"),
    ]


def _cells(position: int, row: Mapping[str, Any], pages: int) -> Iterator[str]:
    form = row["form"]
    yield str(position)
    yield row["contract"]
    yield f"{form['project_name']}\n{form['seller_name']}　许可　{form['buyer_name']}"
    yield "\n".join(_yuan(form[name]) for name in ("total_amount", "technology_amount"))
    yield str(pages)
    yield " ".join(one["slot"] for one in row["missing"] if not one["optional"])
    yield "□"


def _yuan(amount: str) -> str:
    return money.yuan(Decimal(amount)) if amount else "待估算"


def _sum_cells(group: str, part: str, found: Any) -> tuple[str, ...]:
    return group, part, str(found.count), money.yuan(found.total), money.yuan(found.technology)
