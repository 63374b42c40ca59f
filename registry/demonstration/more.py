"""Thirty-six more offers of the university, from one table, so that lists, facets and figures have substance."""

# ruff: noqa: E501 - a table of Chinese words, one line each

from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.demonstration.offers import FREE, Offer, lump, number, per_year, sales

FIRST_SERIAL = 9999101


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table. `fee` is FREE, L<amount>, Y<amount> a year, or S<rate> of sales."""

    title: str
    main_class: str
    industry: str
    field: str
    fee: str
    year: int
    products: str
    stage: str = "laboratory"


def _row(line: str) -> Row:
    title, main_class, industry, field, fee, year, products, *stage = (part.strip() for part in line.split("|"))
    return Row(title=title, main_class=main_class, industry=industry, field=field, fee=fee, year=int(year),
               products=products, stage=stage[0] if stage else "laboratory")  # fmt: skip


ROWS = tuple(_row(line) for line in """
水稻秸秆快速腐熟方法|C05F 17/20|A01|09|FREE|2018|秸秆还田菌剂|pilot
设施番茄水肥一体化调控方法|A01G 31/02|A01|09|L12000.00|2019|温室控制器|production
食用菌废弃基质再利用方法|C05F 17/00|A01|09|FREE|2020|育苗基质
水产养殖水体氨氮在线预警方法|G01N 33/18|A04|09|L18000.00|2021|养殖监测仪|prototype
低盐豆制品发酵控制方法|A23L 11/50|C14|04|S1.5|2018|发酵豆制品|small_batch
果蔬保鲜膜透气率调节方法|C08J 5/18|C29|05|L26000.00|2019|保鲜膜|pilot
羊毛织物低温染色方法|D06P 1/38|C17|05|L22000.00|2020|毛织物|production
再生涤纶色差在线校正方法|G01J 3/46|C17|03|Y6000.00|2021|纺丝设备
木结构榫卯节点加固方法|E04B 1/26|E50|11|FREE|2018|古建修缮|production
废纸脱墨微泡浮选方法|D21B 1/32|C22|07|L31000.00|2019|脱墨设备|pilot
抗菌敷料的静电纺丝方法|D01D 5/00|C27|04|S3.0|2020|医用敷料
中药材重金属快速筛查方法|G01N 21/64|C27|04|L45000.00|2021|筛查试剂盒|prototype
聚氨酯回收多元醇的制备方法|C08J 11/24|C26|05|S2.0|2018|再生多元醇|pilot
无氟防水整理剂的制备方法|D06M 15/643|C26|05|L38000.00|2019|防水整理剂|small_batch
混凝土裂缝自修复微胶囊的制备方法|C04B 40/06|C30|05|L52000.00|2020|修补砂浆
超高性能混凝土蒸养温度控制方法|B28B 11/24|C30|11|Y9000.00|2021|预制构件|production
薄板冷轧表面缺陷识别方法|G06T 7/00|C31|03|L88000.00|2018|表面检测系统|production
铝合金搅拌摩擦焊质量评价方法|B23K 20/12|C32|03|L76000.00|2019|搅拌摩擦焊机|pilot
齿轮磨削烧伤在线检测方法|B24B 49/10|C34|03|L64000.00|2020|磨齿机|prototype
数控机床主轴热误差补偿方法|G05B 19/404|C34|03|Y12000.00|2021|数控系统|small_batch
手术器械清洗质量判定方法|A61B 90/70|C35|04|L29000.00|2018|清洗消毒设备|pilot
新能源汽车电池包均温控制方法|H01M 10/613|C36|06|S1.0|2019|电池热管理|prototype
商用车盲区行人预警方法|B60Q 9/00|C36|10|L98000.00|2020|辅助驾驶终端|pilot
地铁车辆轮对磨耗预测方法|G01M 17/10|C37|10|L73000.00|2021|轮对检测系统
无人船航迹保持控制方法|G05D 1/02|C37|10|FREE|2018|无人测量船|prototype
低压配电台区线损定位方法|G01R 31/08|D44|06|L41000.00|2019|台区终端|production
光伏组件热斑快速巡检方法|H02S 50/10|D44|06|Y8000.00|2020|巡检无人机|small_batch
供水管网漏损声学定位方法|F17D 5/06|D46|11|L36000.00|2021|检漏仪|pilot
深基坑变形的光纤监测方法|G01B 11/16|E48|11|L58000.00|2018|监测系统|production
装配式墙板接缝密封方法|E04B 1/68|E47|11|FREE|2019|装配式墙板|small_batch
冷链箱温度历程重建方法|G01K 3/00|G59|10|L19000.00|2020|冷链记录仪|prototype
港口集卡排队时长预测方法|G06Q 10/04|G55|10|L33000.00|2021|港口调度系统
多方联合建模的隐私保护方法|G06F 21/62|I65|01|S2.0|2018|联合建模平台|pilot
方言语音的小样本识别方法|G10L 15/06|I65|01|FREE|2019|语音终端
生活垃圾焚烧炉排温度场重建方法|F23G 5/50|N77|07|L67000.00|2020|焚烧控制系统|pilot
河道黑臭底泥原位修复方法|C02F 11/00|N76|07|L49000.00|2021|底泥修复剂|production
""".strip().splitlines())  # fmt: skip

FATES = {3: "withdrawn", 9: "terminated", 15: "revoked", 20: "refused", 7: "draft", 13: "draft", 23: "draft", 31: "draft", 34: "waiting", 35: "waiting"}
"""What became of some of them, by their place; the drafts are the lines the batch file had errors in."""
TAKEN = {16: "C1", 17: "C3", 18: "C4", 22: "C2"}
"""Offers whose contracts have come back from the registrar, by their place and licensee."""


def key_of(place: int) -> str:
    """`M01` to `M36`; the withdrawn one is W1."""
    return "W1" if FATES.get(place) == "withdrawn" else f"M{place + 1:02d}"


def more_offers() -> tuple[Offer, ...]:
    """All thirty-six, published over four months and mostly announced some weeks later."""
    return tuple(_offer(place, row) for place, row in enumerate(ROWS))


def _offer(place: int, row: Row) -> Offer:
    published = 170 if place in TAKEN else max(175 - 4 * place, 1)
    if FATES.get(place) == "waiting":
        published = 36 - place  # signed three days before, it would be published now
    announced = max(published - 35, 0) if place % 6 != 4 or place in TAKEN else 0
    return Offer(
        key=key_of(place), number=number(row.year, FIRST_SERIAL + place), title=row.title, holder="U1",
        main_class=row.main_class, filed=date(row.year, 1 + place % 12, 3 + place % 25),
        granted=date(row.year + 3, 1 + (place * 5) % 12, 2 + place % 25), fee=_fee(row.fee), months=18 + place % 5 * 6,
        duration=(24, 36, 36, 60)[place % 4], summary=f"{row.title}，适用于{row.products}，公开文本即可实施。",
        industry=row.industry, technology_field=row.field, stage=row.stage, products=row.products, published=published,
        announced=announced, open_now=announced == 0, batched=True,
    )  # fmt: skip


def _fee(spelled: str) -> dict[str, Any]:
    if spelled == "FREE":
        return FREE
    kind, figure = spelled[0], spelled[1:]
    return lump(figure) if kind == "L" else per_year(figure) if kind == "Y" else sales(figure)
