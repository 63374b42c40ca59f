"""技术合同登记表（信息核对表）: all rows of the registration form on one page, for applicant and registrar to
compare.

It prints no official form's number and no authority's name (design: journeys 4.1). Group nine stays empty.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from registry import money
from registry.codes import tables
from registry.contracts.blocks import Block, Composed, Form, PageBreak, Title
from registry.contracts.paper_facts import PaperFacts, coded, country, day, industry, place
from registry.contracts.registration_form import (
    REGISTRAR_HEAD,
    SEPARATOR,
    FormExtras,
    form_row,
    patent_rows,
    recordal_words,
    registrar_fields,
)
from registry.documents.tables import Field, Group, boxes

TITLE = "技术合同登记表（信息核对表）"
SUBTITLE = "按登记事项整理，供申请人和登记机构核对录入；非登记机构制发的表格"
ESTIMATE_MISSING = "待申请人估算"
NUMBERS_SHOWN = 2  # of several patents, on the first page; each has its rows on the second


def compose(licenses: Sequence[PaperFacts], extras: FormExtras) -> Composed:
    """The sheet of one contract's licenses; codes as in `form_row`."""
    with tables.reading(on=licenses[0].noticed_on, registrar=extras.registrar):
        return _composed(licenses, extras)


def _composed(licenses: Sequence[PaperFacts], extras: FormExtras) -> Composed:
    first, row, patents = licenses[0], form_row(licenses, extras), patent_rows(licenses)
    groups = [
        Group("一　合同", _contract(row)),
        Group("二　卖方（许可方）", (*_party(row, "seller", first), *_co_sellers(row))),
        Group("三　买方（被许可方）", _party(row, "buyer", first)),
        Group("四　金额与支付（元）", _money(row)),
        Group("五　分类", _classes(row, licenses, extras)),
        Group("六　专利", _patent(patents[0]) if len(patents) == 1 else _several(patents)),
        Group("七　开放许可与存证", _filing(row, licenses, extras)),
        Group("八　申请人", _applicant(row)),
        Group(REGISTRAR_HEAD[0], registrar_fields()),
    ]
    more: list[Block] = []
    if len(patents) > 1:
        total = len(patents)
        listed = (
            Group(f"六　专利（续）　第 {n} 件，共 {total} 件", _patent(one))
            for n, one in enumerate(patents, 1)
        )
        more += [PageBreak(), Form(tuple(listed))]
    return Composed(
        title=TITLE,
        number=first.contract,
        digest=replace(first, others=tuple(licenses[1:])).contract_digest,
        watermark=first.watermark,
        dense=True,
        blocks=(
            # the nonce stands up here, so that it never spills onto a page of its own
            Title(TITLE, f"{SUBTITLE} · 记录随机数 {first.record['nonce']}"),
            Form(tuple(groups)),
            *more,
        ),
    )


def _contract(row: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field(label="项目名称", value=row["project_name"], wide=True),
        Field(label="平台存证编号", value=row["filing_number"]),
        Field(label="合同签订日期", value=day(row["signed_on"])),
        Field(label="合同类别", value=row["category"]),
        Field(label="许可方式", value=row["way"]),
        Field(label="生效、有效期起", value=_starts(row)),
        Field(label="有效期止", value=day(row["valid_to"])),
    )


def _starts(row: Mapping[str, str]) -> str:
    """One day, or both where grouped licenses began on different days."""
    days = dict.fromkeys((day(row["effective_on"]), day(row["valid_from"])))
    return SEPARATOR.join(days)


def _party(row: Mapping[str, str], side: str, first: PaperFacts) -> tuple[Field, ...]:
    party = first.record["licensor" if side == "seller" else "licensee"]
    bank = "，".join(part for part in (row[f"{side}_bank"], row[f"{side}_account"]) if part)
    person = party["kind"] == "person"
    return (
        Field(label="名称", value=row[f"{side}_name"], wide=True),
        Field(label="证件号码" if person else "统一社会信用代码", value=row[f"{side}_number"]),
        Field(label="性质", value=coded("party_nature", party["nature"])),
        Field(label="国别", value=country(party["country"])),
        Field(label="行政区划", value=place(party["region"])),
        Field(label="地址", value=row[f"{side}_address"], wide=True),
        Field(label="法定代表人", value=row[f"{side}_representative"]),
        Field(label="联系人", value=row[f"{side}_contact"]),
        Field(label="电话", value=row[f"{side}_phone"]),
        Field(label="邮箱", value=row[f"{side}_email"]),
        Field(label="开户银行、账号", value=bank, wide=True),
    )


def _co_sellers(row: Mapping[str, str]) -> tuple[Field, ...]:
    """The applicant acts with the others' authority; all are shown."""
    return (Field(label="共有专利权人", value=row["co_sellers"], wide=True),)


def _money(row: Mapping[str, str]) -> tuple[Field, ...]:
    untold = not row["total_amount"]
    return (
        Field(label="合同成交总额", value=ESTIMATE_MISSING if untold else _whole(row), wide=True),
        Field(label="技术交易额", value=_yuan(row["technology_amount"]), figures=not untold),
        Field(label="非技术性费用", value=_yuan(row["deductions"]), figures=True),
        Field(label="金额依据", value=row["basis"]),
        Field(label="支付方式", value=row["payment_method"]),
        Field(label="预计新增投入", value=_yuan(row["expected_input"]), figures=True),
        Field(label="预计新增产值", value=_yuan(row["expected_output"]), figures=True),
    )


def _whole(row: Mapping[str, str]) -> str:
    total = Decimal(row["total_amount"])
    return f"{money.yuan(total)} 元　{money.capitals(total)}　合 {row['total_wan']} 万元"


def _classes(row: Mapping[str, str], licenses: Sequence[PaperFacts], extras: FormExtras) -> tuple[Field, ...]:
    codes, kinds = extras.codes, dict.fromkeys(one.patent["kind"] for one in licenses)
    flags = "　".join(
        f"{label}：{boxes((('是', '是'), ('否', '否')), row[key])}"
        for key, label in (("related", "关联交易"), ("confidential", "涉密"), ("foreign", "涉外"))
    )
    return (
        Field(label="技术领域", value=coded("technology_field", codes.get("technology_field", ""))),
        Field(
            label="社会经济目标",
            value=coded("socio_economic_objective", codes.get("socio_economic_objective", "")),
        ),
        Field(label="国民经济行业", value=industry(codes.get("industry", ""))),
        Field(
            label="涉及知识产权", value=SEPARATOR.join(coded("ip_kind", f"patent.{kind}") for kind in kinds)
        ),
        Field(label="计划类别", value=coded("plan", codes.get("plan", ""))),
        Field(label="保密要求", value="按合同第七条"),
        Field(label="标识", value=flags, wide=True),
    )


def _several(patents: Sequence[Mapping[str, str]]) -> tuple[Field, ...]:
    """Where one page cannot hold them: how many and the first numbers; the rest stands overleaf."""
    numbers = SEPARATOR.join(one["patent_number"] for one in patents[:NUMBERS_SHOWN])
    more = " 等" if len(patents) > NUMBERS_SHOWN else ""
    return (
        Field(label="专利件数", value=str(len(patents))),
        Field(label="各件详情", value="见续页"),
        Field(label="专利号", value=numbers + more, wide=True),
    )


def _patent(one: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field(label="专利名称", value=one["patent_title"], wide=True),
        Field(label="专利号", value=one["patent_number"]),
        Field(label="专利种类", value=one["patent_kind"]),
        Field(label="申请号", value=one["application_number"]),
        Field(label="申请日", value=day(one["filing_date"])),
        Field(label="授权公告日", value=day(one["grant_date"])),
        Field(label="有效期届满日", value=day(one["patent_last_day"])),
        Field(label="发明人", value=one["inventors"]),
        Field(label="年费缴至", value=day(one["annuity_paid_to"])),
        Field(label="专利权人", value=one["owners"], wide=True),
    )


def _filing(row: Mapping[str, str], licenses: Sequence[PaperFacts], extras: FormExtras) -> tuple[Field, ...]:
    declarations = SEPARATOR.join(one.record["declaration"]["number"] for one in licenses)
    return (
        Field(label="开放许可声明编号", value=row["cnipa_number"]),
        Field(label="公告日", value=SEPARATOR.join(day(one) for one in row["cnipa_day"].split(SEPARATOR))),
        Field(label="许可备案", value=recordal_words(extras)),
        Field(label="中介方", value=row["intermediary"]),
        Field(label="平台声明编号", value=declarations, wide=len(licenses) > 1),
        Field(label="交易凭证编号", value=row["voucher"]),
        Field(label="平台声明摘要", value=row["declaration_digest"], wide=True),
    )


def _applicant(row: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field(label="申请人", value=row["applicant"]),
        Field(label="申请人身份", value=row["applicant_role"]),
        Field(label="经办人", value=row["agent"]),
        Field(label="经办人电话", value=row["agent_phone"]),
        Field(label="填报日期", value=day(row["filled_on"])),
        Field(label="负责人（签字）", blank=True),
    )


def _yuan(amount: str) -> str:
    return money.yuan(Decimal(amount)) if amount else ""
