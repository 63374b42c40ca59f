"""What the personas offer: impossible patent numbers (serials 9999nnn were never given), invented prices.

Titles are modelled on public ones; months count from the loading day. O11's number carries the year in which its
patent must have been filed to have ended 120 days before, whenever that is.
"""

# ruff: noqa: E501 - tables of Chinese words, one line each

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from registry.codes.calendar import corresponding_day
from registry.patents import numbers

PUBLICATION = {"invention": "CN199{serial}B", "utility_model": "CN299{serial}U", "design": "CN399{serial}S"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One offer. `published` and `announced` are days before D (announced 0: not yet); `holder` a persona."""

    key: str
    number: str
    title: str
    holder: str
    main_class: str
    filed: date
    granted: date
    fee: Mapping[str, Any]
    months: int
    duration: int | None
    summary: str
    industry: str
    technology_field: str
    published: int = 190
    announced: int = 150
    stage: str = "pilot"
    products: str = ""
    problem: str = ""
    advantage: str = ""
    owners: tuple[str, ...] = ()
    agency: bool = False
    open_now: bool = False
    batched: bool = False  # one row of the university's table
    annuity_to: date | None = None
    last_day: date | None = None
    handover: Mapping[str, Any] = field(default_factory=lambda: {"handover": "published_only", "words": "", "hours": 0})
    inventors: tuple[str, ...] = ("演示发明人甲", "演示发明人乙")

    @property
    def kind(self) -> str:
        return str(numbers.parse(self.number).kind)

    @property
    def publication(self) -> str:
        serial = numbers.parse(self.number).serial
        return PUBLICATION[self.kind].format(serial=serial[-6:])


def number(year: int, serial: int, *, kind: int = 1) -> str:
    """A patent number with a right check character over a serial that was never given."""
    digits = f"{year}{kind}{serial:07d}"
    return f"ZL{digits}.{numbers.check_character(digits)}"


FREE = {"method": "FREE"}


def lump(amount: str) -> dict[str, Any]:
    return {"method": "LUMP", "amount": amount, "tax_included": True, "tax_rate": "6", "pay_within_days": 15}


def per_year(amount: str) -> dict[str, Any]:
    return {**lump(amount), "method": "PER_YEAR"}


def royalty(rate: str, *, base: str = "sales", period: str = "quarter", minimum: str | None = None) -> dict[str, Any]:
    words = {
        "sales": "被许可方销售采用本专利的产品开具发票的不含税金额，扣除退货、折让和单独列明的运费。",
        "profit": "采用本专利的产品的销售利润，即不含税销售收入减去该产品的直接材料、直接人工和按产量分摊的制造费用。",
    }[base]
    return {
        "base": base, "base_words": words, "rate": rate, "period": period, "report_within_days": 20,
        "pay_within_days": 30, "stages": [], "minimum": minimum, "minimum_due_at_start": False, "inspection": True,
    }  # fmt: skip


def sales(rate: str, **more: Any) -> dict[str, Any]:
    return {"method": "ROYALTY_SALES", "royalty": royalty(rate, **more), "tax_included": True}


def part(amount: str, anchor: str, *, days: int = 0, months: int = 0) -> dict[str, Any]:
    return {"amount": amount, "anchor": anchor, "after_days": days, "after_months": months}


def instalments(total: str, *parts: dict[str, Any]) -> dict[str, Any]:
    return {"method": "INSTALMENTS", "amount": total, "instalments": list(parts), "tax_included": True, "pay_within_days": 15}


ENTRY = {**lump("30000.00"), "method": "ENTRY_ROYALTY", "royalty": royalty("3")}
IN_KIND = {
    "method": "OTHER", "amount": "21000000.00", "tax_included": True, "pay_within_days": 30,
    "words": "以开放兼容性测试平台机时作价二千一百万元抵付使用费，每一被许可方条件相同。",
}  # fmt: skip


def main_offers(day: date) -> tuple[Offer, ...]:
    """O1 to O14, told from the loading day."""
    return (*_first(), *_second(), *_troubled(day))


def _first() -> tuple[Offer, ...]:
    return (
        Offer(key="O1", number="ZL201819999001.7", title="基于标准化电子病历的临床质量指标计算方法", holder="U1",
              main_class="G16H 10/60", filed=date(2018, 4, 11), granted=date(2021, 5, 18), fee=FREE, months=30, duration=60,
              summary="把标准化电子病历中的诊疗记录换算成可比较的临床质量指标，适合医院质控和区域监管。",
              problem="不同医院的病历结构不同，质量指标难以比较。", advantage="指标定义一次编写，各家病历库直接运行。",
              products="医院质控系统、区域医疗监管平台", industry="Q84", technology_field="04", stage="production"),
        Offer(key="O2", number="ZL201919999002.6", title="一种分布式文件共享方法", holder="C2", main_class="H04L 67/10",
              filed=date(2019, 12, 19), granted=date(2022, 3, 8), fee=lump("68000.00"), months=36, duration=36, announced=140,
              published=185, summary="多节点之间按内容寻址共享文件，断网后自动续传并核对完整性。",
              problem="跨机构传文件无法确认是否被改动。", products="企业网盘、协同办公软件", industry="I65", technology_field="01", stage="production"),
        Offer(key="O3", number="ZL202019999003.3", title="地理信息系统屏幕共享方法", holder="U1", owners=("R1",),
              main_class="G06F 3/14", filed=date(2020, 5, 8), granted=date(2023, 2, 14), published=222, announced=195, months=48,
              duration=36, fee=instalments("120000.00", part("40000.00", "notice", days=15),
                                           part("40000.00", "effective", months=5), part("40000.00", "effective", months=12)),
              summary="会商各方在同一张地图上同步标绘，只传增量，弱网下保持一致。", products="应急会商、测绘外业终端",
              industry="M74", technology_field="01"),
        Offer(key="O4", number="ZL202129999004.8", title="焊接机器人旋转臂架", holder="C1", agency=True, main_class="B25J 11/00",
              filed=date(2021, 5, 20), granted=date(2021, 12, 14), published=178, announced=125, fee=per_year("8000.00"), months=40,
              duration=36, summary="臂架绕立柱连续旋转，一台机器人覆盖四个工位。", products="焊接工作站", industry="C35", technology_field="03",
              handover={"handover": "documents", "words": "臂架总装图一套（公开部分）", "hours": 0}),
        Offer(key="O5", number="ZL202229999005.7", title="机器人焊接回转支撑装置", holder="C1", main_class="B23K 37/02",
              filed=date(2022, 4, 12), granted=date(2023, 1, 10), published=225, announced=203, fee=ENTRY, months=60, duration=60,
              summary="回转支撑带自锁，重工件翻转时不回弹。", products="变位机、焊接工装", industry="C34", technology_field="03", stage="small_batch"),
        Offer(key="O6", number="ZL202139999006.2", title="便携检测仪外壳", holder="C5", main_class="10-05", filed=date(2021, 8, 3),
              granted=date(2022, 1, 25), published=170, announced=0, open_now=True, fee=lump("15000.00"), months=24, duration=24,
              summary="手持检测仪的外壳造型，单手握持，屏幕防眩。", products="便携检测仪", industry="C40", technology_field="01", stage="prototype"),
        Offer(key="O7", number="ZL201719999007.X", title="面向不同终端的应用状态迁移方法", holder="U1", main_class="G06F 9/48",
              filed=date(2017, 2, 16), granted=date(2020, 6, 30), published=168, announced=118, fee=sales("2.5", minimum="10000.00"),
              months=36, duration=36, summary="应用在手机、车机和电视之间迁移时保留界面状态和未提交输入。",
              products="车机互联、家庭终端", industry="C39", technology_field="01"),
        Offer(key="O8", number="ZL201919999008.3", title="高强度复合板材的制备方法", holder="C3", main_class="B32B 15/08",
              filed=date(2019, 9, 9), granted=date(2021, 11, 2), published=165, announced=110, months=48, duration=48,
              fee={"method": "ROYALTY_PROFIT", "royalty": royalty("12", base="profit", period="half_year"), "tax_included": True},
              summary="低温预浸与分段加压结合，板材层间强度提高。", products="轨道车辆内饰板", industry="C29", technology_field="05"),
    )  # fmt: skip


def _second() -> tuple[Offer, ...]:
    return (
        Offer(key="O9", number="ZL202119999009.5", title="一种土壤修复剂", holder="P1", main_class="C09K 17/14",
              filed=date(2021, 3, 22), granted=date(2023, 7, 4), published=160, announced=105, months=36, duration=24,
              fee=instalments("20000.00", part("0.00", "notice", days=15), part("20000.00", "effective", months=6)),
              summary="以农林废弃物炭化料为载体的修复剂，降低土壤中重金属的有效态。", products="土壤调理剂", industry="N77",
              technology_field="07", stage="laboratory", inventors=("林小满（演示）",)),
        Offer(key="O14", number="ZL202019999014.1", title="桥梁监测数据压缩方法", holder="U1", main_class="H03M 7/30",
              filed=date(2020, 10, 15), granted=date(2024, 1, 9), published=18, announced=0, fee=FREE, months=36, duration=None,
              summary="监测数据按结构模态压缩，十年原始记录可存入一块硬盘。", products="桥梁健康监测", industry="E48", technology_field="11"),
    )  # fmt: skip


def _troubled(day: date) -> tuple[Offer, ...]:
    """Under review, run out, sent back, paused."""
    ended = day - timedelta(days=119)
    filed = corresponding_day(ended, -240)
    overdue = day - timedelta(days=25)
    return (
        Offer(key="O10", number="ZL201819999010.6", title="数据接口的兼容性测试方法", holder="R1", main_class="G06F 11/36",
              filed=date(2018, 6, 6), granted=date(2021, 9, 14), published=6, announced=0, fee=IN_KIND, months=24, duration=12,
              summary="自动生成接口边界用例并比对新旧版本的行为差异。", products="测试平台", industry="I65", technology_field="01"),
        Offer(key="O11", number=number(filed.year, 9999011), title="一种轴承座", holder="C1", main_class="F16C 35/04", filed=filed,
              granted=corresponding_day(filed, 30), published=198, announced=195, fee=FREE, months=0, duration=None,
              annuity_to=ended, last_day=ended - timedelta(days=1), summary="剖分式轴承座，免拆轴更换轴承。", products="轴承座",
              industry="C34", technology_field="03", stage="production"),
        Offer(key="O12", number="ZL202089999012.0", title="多动态面板推送更新方法", holder="U1", main_class="H04L 67/55",
              filed=date(2019, 11, 5), granted=date(2023, 10, 17), published=12, announced=0, fee=lump("50000.00"), months=36,
              duration=36, summary="多个动态面板共用一条推送通道，按可见性合并更新。", products="移动终端桌面", industry="C39", technology_field="01"),
        Offer(key="O13", number="ZL202219999013.6", title="医用支架的表面处理方法", holder="C4", main_class="A61L 31/14",
              filed=date(2022, overdue.month, min(overdue.day, 28)), granted=date(2025, 2, 18), published=155, announced=100,
              fee=lump("200000.00"), months=30, duration=36, annuity_to=overdue, problem="支架表面涂层易脱落。",
              summary="等离子活化后原位聚合涂层，弯折一万次不脱落。", products="血管支架", industry="C35", technology_field="04"),
    )  # fmt: skip
