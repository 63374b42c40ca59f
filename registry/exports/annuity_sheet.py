"""The sheet on top of what a patentee brings for the annuity reduction: the offer, its licenses, recordals,
what is in the pack and what is missing. No form of CNIPA's, and no promise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from registry.codes.laws import Laws
from registry.contracts.blocks import Block, Composed, Facts, Grid, Heading, Paragraph, Title
from registry.contracts.paper_facts import day
from registry.documents.tables import Column

TITLE = "开放许可年费减免材料"
STATES = {"due": "尚未提交", "filed": "已提交", "recorded": "已备案", "refused": "不予备案"}
_LICENSES = (
    Column(heading="平台存证编号", share=1.9),
    Column(heading="被许可方", share=1.7),
    Column(heading="生效日", share=1.75),
    Column(heading="备案", share=2.0),
    Column(heading="备案日", share=1.75),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class License:
    """One license of the offer with what came of its recordal."""

    contract: str
    licensee: str
    effective_on: date
    recordal: str
    recordal_number: str
    recordal_day: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The offer as the sheet prints it on one day. `digest` is that of its published text."""

    declaration: str
    digest: str
    cnipa_number: str
    announced_on: date
    withdrawn_on: date | None
    patent: str
    title: str
    owners: tuple[str, ...]
    annuity_paid_to: date | None
    made_on: date
    demonstration: bool
    licenses: tuple[License, ...]


def compose(about: About, files: Sequence[str], missing: Sequence[str]) -> Composed:
    """00: what is here by the names of the files, and what is missing by name."""
    blocks: list[Block] = [
        Title(TITLE, "供专利权人办理时核对；非国家知识产权局制发的表格"),
        Facts(_offer(about)),
        Heading("许可与备案", 2),
        Grid(_LICENSES, _rows(about)) if about.licenses else Paragraph("还没有生效的许可。"),
        Heading("包内文件", 2),
        Facts(tuple((name[:2], name[3:]) for name in files)),
        Heading("缺少的材料", 2),
        Paragraph("；".join(missing) + "。" if missing else "无。"),
        Heading("提示", 2),
        Paragraph(
            "减免以许可已经备案为前提，只及于备案时尚未到期的年费；不与其他减免叠加；撤回声明后，自下一专利"
            f"年度起不再减免（{Laws(on=about.made_on).cite('GL')}第五部分第十一章 8）。"
        ),
        Paragraph(
            "减免的比例和办理方式以国家知识产权局当时的规定和审批为准；我们见到的资料称为百分之十五（二手资料，"
            "未核对原文）。本清单不构成任何承诺。",
            small=True,
        ),
    ]
    return Composed(
        title=TITLE,
        number=about.declaration,
        digest=about.digest,
        watermark="演示" if about.demonstration else "",
        blocks=tuple(blocks),
    )


def _offer(about: About) -> tuple[tuple[str, str], ...]:
    return (
        ("专利", f"{about.patent}　{about.title}"),
        ("专利权人", "、".join(about.owners)),
        ("声明", about.declaration),
        ("开放许可声明编号", about.cnipa_number),
        ("公告日", day(about.announced_on)),
        ("撤回公告日", day(about.withdrawn_on)),
        ("年费已缴至", day(about.annuity_paid_to)),
        ("制作日", day(about.made_on)),
    )


def _rows(about: About) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (
            one.contract,
            one.licensee,
            day(one.effective_on),
            f"{STATES.get(one.recordal, '/')}　{one.recordal_number}".rstrip("　"),
            day(one.recordal_day),
        )
        for one in about.licenses
    )
