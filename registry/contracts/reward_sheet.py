"""奖酬金领取表: the inventors of a license and their least share by law; the unit fills the figures.

The unit's own rules come first; the shares below hold where there are none. They are dated data with their
source (codes table `reward_share`), to be checked for amendments before use.
"""

from collections.abc import Iterator
from datetime import date

from registry import money
from registry.codes.tables import Code, table
from registry.contracts.blocks import Block, Composed, Facts, Grid, Heading, Paragraph, Signatures, Title
from registry.contracts.paper_facts import PaperFacts, day
from registry.documents.tables import Column, Signatory

PEN = "　"
ROWS_LEAST = 4
_COLUMNS = (
    Column(heading="序", share=0.4),
    Column(heading="发明人（设计人）", share=1.6),
    Column(heading="所在部门", share=1.4),
    Column(heading="贡献比例", share=1.0),
    Column(heading="金额（元）", share=1.2),
    Column(heading="领取人签字", share=1.4),
    Column(heading="日期", share=1.0),
)


def shares(region: str, on: date) -> list[Code]:
    """The least shares that may hold for a unit of this region on a day, the nation's first."""
    rows = (one for one in table("reward_share") if one.valid_on(on))
    return [one for one in rows if not one.facts["region"] or region.startswith(one.facts["region"])]


def compose(licenses: list[PaperFacts], today: date) -> Composed:
    """The sheet of one contract's licenses, for the holder."""
    first = licenses[0]
    return Composed(
        title="职务科技成果转化奖酬金领取表",
        number=first.contract,
        digest=first.digest,
        watermark=first.watermark,
        blocks=tuple(_blocks(licenses, today)),
    )


def _blocks(licenses: list[PaperFacts], today: date) -> Iterator[Block]:
    first = licenses[0]
    patents = [patent for one in licenses for patent in one.record["patents"]]
    yield Title("职务科技成果转化奖酬金领取表", f"合同编号　{first.contract}")
    yield Facts(
        (
            ("单位", first.record["licensor"]["name"]),
            ("项目名称", first.project),
            ("被许可方", first.record["licensee"]["name"]),
            ("专利", "；".join(f"{one['number']}　{one['title']}" for one in patents)),
            ("许可取得", day(first.effective_on)),
            ("合同成交总额", _total(licenses)),
            ("本次到账金额（元）", PEN),
            ("许可净收入（元）", PEN),
            ("奖酬比例", PEN),
            ("奖酬金总额（元）", PEN),
        )
    )
    yield Heading("法定最低比例", 2)
    yield Paragraph("比例依本单位制度或者与发明人的约定；没有规定也没有约定的，不低于下列比例：")
    for one in shares(first.record["licensor"]["region"], today):
        source = f"{one.facts['law']}{one.facts['article']}"
        yield Paragraph(
            f"· {one.zh}：{one.facts['basis']}的 {one.facts['percent']} %（{source}）", small=True
        )
    yield Paragraph("上列规定以办理时的有效文本为准，请本单位法务核对有无修订。", small=True)
    yield Heading("领取明细", 2)
    yield Grid(_COLUMNS, tuple(_rows(licenses)))
    yield Signatures(
        (
            Signatory(role="成果所在部门", name="负责人", seal=""),
            Signatory(role="财务部门", name="负责人", seal="单位盖章处"),
        )
    )


def _total(licenses: list[PaperFacts]) -> str:
    if all(one.unvalued for one in licenses):
        return "未定明以货币计算的总额"
    total = sum((one.total.amount for one in licenses), licenses[0].total.amount * 0)
    return f"{money.yuan(total)} 元　{money.capitals(total)}"


def _rows(licenses: list[PaperFacts]) -> Iterator[tuple[str, ...]]:
    names = dict.fromkeys(n for one in licenses for p in one.record["patents"] for n in p["inventors"])
    listed = [*names, *[PEN] * (ROWS_LEAST - len(names))]
    for number, name in enumerate(listed, start=1):
        yield str(number), f"{name}\n{PEN}", PEN, PEN, PEN, PEN, PEN
