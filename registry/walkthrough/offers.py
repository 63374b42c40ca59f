"""What is offered: seven patents that were never granted, each with another way of paying.

Answers stand under the names of the pages' own inputs; days are relative to the day of the walk.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from registry.codes.calendar import corresponding_day
from registry.walkthrough import cast
from registry.walkthrough.browser import Values
from registry.walkthrough.cast import Party

OFFER_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One declaration to be made: the patent as its certificate shows it, and what differs between offers."""

    key: str
    number: str
    kind: str
    title: str
    holder: Party
    filed: date
    granted: date
    main_class: str
    industry: str
    technology: str
    summary: str
    fee: Values
    co_owner: Party | None = None
    shares: tuple[str, ...] = ()
    local: bool = False
    by_machine: bool = False
    months: int = 36
    acts: tuple[str, ...] = ("make", "use", "offer", "sell")
    inventors: tuple[str, ...] = field(default=("陈工（演示）", "张𬱟（演示）"))

    @property
    def method(self) -> str:
        return str(self.fee["fee.method"])

    @property
    def owners(self) -> tuple[Party, ...]:
        return (self.holder,) if self.co_owner is None else (self.holder, self.co_owner)

    @property
    def report(self) -> bool:
        """Whether an evaluation report is needed (PL 66)."""
        return self.kind != "invention"


TAXED: Mapping[str, str] = {"fee.tax_included": "yes", "fee.tax_rate": "6"}
FREE = Offer(
    key="free",
    number="ZL201819999001.7",
    kind="invention",
    title="基于标准化电子病历的临床质量指标计算方法",
    holder=cast.UNIVERSITY,
    filed=date(2018, 3, 1),
    granted=date(2020, 5, 8),
    main_class="G16H 10/60",
    industry="I65",
    technology="01",
    summary="把标准化的电子病历换算成临床质量指标，医院不必改造原有系统。",
    fee={"fee.method": "FREE"},
    months=60,
    acts=("use_process", "use"),
)
LUMP = Offer(
    key="lump",
    number="ZL201919999002.6",
    kind="invention",
    title="一种分布式文件共享方法",
    holder=cast.CLOUD,
    filed=date(2019, 12, 19),
    granted=date(2022, 1, 11),
    main_class="G06F 16/182",
    industry="I65",
    technology="01",
    summary="多个单位之间共享大文件，每一次读取都可以追溯。",
    fee={"fee.method": "LUMP", "fee.amount": "68000.00", **TAXED},
    acts=("make", "use", "offer", "sell", "use_process"),
)
INSTALMENTS = Offer(
    key="instalments",
    number="ZL202019999003.3",
    kind="invention",
    title="地理信息系统屏幕共享方法",
    holder=cast.UNIVERSITY,
    co_owner=cast.INSTITUTE,
    shares=("60", "40"),
    filed=date(2020, 5, 9),
    granted=date(2022, 8, 2),
    main_class="G06F 3/14",
    industry="I65",
    technology="01",
    summary="现场人员和指挥中心看同一张地图，低带宽下仍然同步。",
    fee={
        "fee.method": "INSTALMENTS",
        "fee.amount": "120000.00",
        "fee.instalments.0.amount": "40000.00",
        "fee.instalments.0.anchor": "notice",
        "fee.instalments.0.after_days": "15",
        "fee.instalments.1.amount": "40000.00",
        "fee.instalments.1.anchor": "effective",
        "fee.instalments.1.after_months": "12",
        "fee.instalments.2.amount": "40000.00",
        "fee.instalments.2.anchor": "effective",
        "fee.instalments.2.after_months": "24",
        **TAXED,
    },
    acts=("use_process", "use"),
)
PER_YEAR = Offer(
    key="per_year",
    number="ZL202129999004.8",
    kind="utility_model",
    title="焊接机器人旋转臂架",
    holder=cast.WELDING,
    filed=date(2021, 11, 2),
    granted=date(2022, 4, 15),
    main_class="B23K 37/02",
    industry="C34",
    technology="03",
    summary="焊接机器人的臂架可以绕立柱整圈旋转，换件时不停机。",
    fee={"fee.method": "PER_YEAR", "fee.amount": "8000.00", **TAXED},
)
ENTRY_ROYALTY = Offer(
    key="entry_royalty",
    number="ZL202229999005.7",
    kind="utility_model",
    title="机器人焊接回转支撑装置",
    holder=cast.WELDING,
    filed=date(2022, 11, 2),
    granted=date(2023, 3, 31),
    main_class="B23K 37/047",
    industry="C34",
    technology="03",
    summary="工件回转时由两侧同步支撑，大件焊接不下垂。",
    fee={
        "fee.method": "ENTRY_ROYALTY",
        "fee.amount": "30000.00",
        "fee.royalty.base": "sales",
        "fee.royalty.base_words": "净销售额指开票金额扣除增值税、运费、折扣和退货后的余额。",
        "fee.royalty.rate": "3",
        "fee.royalty.period": "quarter",
        "fee.royalty.minimum_due_at_start": "no",
        "fee.royalty.inspection": "yes",
        **TAXED,
    },
    months=60,
)
LOCAL = Offer(
    key="local",
    number="ZL202139999006.2",
    kind="design",
    title="便携检测仪外壳",
    holder=cast.DIGITAL,
    filed=date(2021, 9, 1),
    granted=date(2022, 2, 18),
    main_class="10-05",
    industry="C40",
    technology="03",
    summary="单手可握的检测仪外壳，屏幕与探头在同一平面。",
    fee={"fee.method": "LUMP", "fee.amount": "15000.00", **TAXED},
    local=True,
    months=24,
    acts=("make", "offer", "sell", "import"),
)
ROYALTY = Offer(
    key="royalty",
    number="ZL201719999007.X",
    kind="invention",
    title="面向不同终端的应用状态迁移方法",
    holder=cast.UNIVERSITY,
    filed=date(2017, 1, 23),
    granted=date(2019, 6, 14),
    main_class="G06F 9/48",
    industry="I65",
    technology="01",
    summary="在一台终端上做到一半的工作，换一台终端接着做。",
    fee={
        "fee.method": "ROYALTY_SALES",
        "fee.royalty.base_words": "净销售额指开票金额扣除增值税、运费、折扣和退货后的余额。",
        "fee.royalty.rate": "2.5",
        "fee.royalty.period": "year",
        "fee.royalty.minimum": "10000.00",
        "fee.royalty.minimum_due_at_start": "no",
        "fee.royalty.inspection": "yes",
        **TAXED,
    },
    by_machine=True,
    acts=("use_process", "use", "offer", "sell"),
)
OFFERS = (FREE, LUMP, INSTALMENTS, PER_YEAR, ENTRY_ROYALTY, LOCAL, ROYALTY)


def offer_last_day(today: date) -> date:
    return today + timedelta(days=OFFER_DAYS)


def license_last_day(offer: Offer, today: date) -> date:
    """Far enough that nobody who accepts late gets less than the single license's months."""
    years = {"invention": 20, "utility_model": 10, "design": 15}[offer.kind]
    ends = offer.filed.replace(year=offer.filed.year + years) - timedelta(days=1)
    wanted = corresponding_day(offer_last_day(today), offer.months) + timedelta(days=31)
    return min(ends, wanted)
