"""The registration form of one contract as values: every field once, in the order a clerk types them
(journeys 4.2).

The sheet (01), the list of a batch and the re-key view all read this one row, so they cannot disagree. Days
are ISO, amounts plain decimals, codes as the registrar calls them where that is known; an empty text is an
empty field.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from registry import money
from registry.clock import chinese_day
from registry.codes import tables
from registry.contracts import rules
from registry.contracts.paper_facts import PaperFacts, row
from registry.documents.tables import Field
from registry.licenses.fees import Method
from registry.licenses.schedule import Basis, sum_of

SEPARATOR = "；"
DEFAULT_OBJECTIVE = "industry_commerce"
"""社会经济目标 that is proposed: what most licenses serve; the clerk may set another."""
REGISTRAR_HEAD = ("九　登记机构填写（金额单位：元）", "9 For the registrar (amounts in CNY)")
APPLICANT_ROLES = {
    "seller": "卖方（许可方）",
    "intermediary": "中介方（受卖方委托）",
    "buyer": "买方（被许可方）",
}
BASIS = {Basis.FIXED: "固定", Basis.ESTIMATE: "估算", Basis.ZERO: "零"}
PAYMENT = {
    Method.FREE: "none",
    Method.LUMP: "lump",
    Method.INSTALMENTS: "instalments",
    Method.PER_YEAR: "instalments",
    Method.ROYALTY_SALES: "royalty",
    Method.ROYALTY_PROFIT: "royalty",
    Method.ENTRY_ROYALTY: "entry_royalty",
    Method.OTHER: "other",
}
"""PER_YEAR is a fixed total falling due in parts: 一次总算、分期支付 of CC 846."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormColumn:
    """One field: its key, its heading, whether the clerk types it (★), whose sheet's cell it is."""

    key: str
    heading: str
    typed: bool = False
    kind: Literal["text", "amount", "count"] = "text"


def _party_columns(side: str, name: str) -> tuple[FormColumn, ...]:
    fields = (
        ("name", "名称", True), ("number", "统一社会信用代码/证件号", True),
        ("nature_code", "性质代码", True), ("nature", "性质", False), ("country", "国别代码", True),
        ("region", "行政区划代码", True), ("address", "地址", True),
        ("representative", "法定代表人", True), ("contact", "联系人", True), ("phone", "电话", True),
        ("email", "邮箱", False), ("bank", "开户银行", False), ("account", "账号", False),
    )  # fmt: skip
    return tuple(
        FormColumn(key=f"{side}_{key}", heading=f"{name}{label}", typed=typed) for key, label, typed in fields
    )


def _columns(*listed: tuple[str, str] | tuple[str, str, str]) -> Iterator[FormColumn]:
    for key, heading, *kind in listed:
        typed = heading.startswith("★")
        yield FormColumn(key=key, heading=heading.lstrip("★"), typed=typed, kind=kind[0] if kind else "text")  # type: ignore[arg-type]


PATENT_COLUMNS = tuple(
    _columns(
        ("patent_number", "★专利号"), ("patent_title", "★专利名称"), ("patent_kind", "★专利种类"),
        ("application_number", "★申请号"), ("filing_date", "★申请日"), ("grant_date", "★授权公告日"),
        ("owners", "★专利权人"), ("inventors", "发明人"), ("patent_last_day", "★有效期届满日"),
        ("annuity_paid_to", "年费缴至"),
    )
)  # fmt: skip
COLUMNS: tuple[FormColumn, ...] = (
    *_columns(
        ("filing_number", "平台存证编号"), ("project_name", "★项目名称"), ("category", "★合同类别"),
        ("way", "★许可方式"), ("signed_on", "★合同签订日期"), ("effective_on", "★生效日期"),
        ("valid_from", "★有效期起"), ("valid_to", "★有效期止"),
    ),
    *_party_columns("seller", "卖方"),
    *_columns(("co_sellers", "共有专利权人")),
    *_party_columns("buyer", "买方"),
    *_columns(
        ("intermediary", "★中介方名称"), ("voucher", "交易凭证编号"),
        ("total_amount", "★合同成交总额（元）", "amount"),
        ("technology_amount", "★技术交易额（元）", "amount"), ("total_wan", "成交总额（万元）"),
        ("basis", "金额依据（固定/估算/零）"), ("deductions", "非技术性费用（元）", "amount"),
        ("payment_method", "★支付方式"), ("technology_field", "★技术领域代码"),
        ("socio_economic_objective", "★社会经济目标代码"), ("industry", "★国民经济行业代码"),
        ("ip_kind", "★知识产权类型"), ("plan", "★计划类别"),
        ("expected_input", "★预计新增投入（元）", "amount"),
        ("expected_output", "★预计新增产值（元）", "amount"), ("related", "★是否关联"),
        ("confidential", "★是否涉密"), ("foreign", "★是否涉外"), ("patent_count", "专利件数", "count"),
    ),
    *PATENT_COLUMNS,
    *_columns(
        ("cnipa_number", "开放许可声明编号"), ("cnipa_day", "公告日"),
        ("declaration_digest", "平台声明摘要"), ("recordal_number", "CNIPA 备案号"),
        ("recordal_day", "备案日"), ("applicant", "★申请人"), ("applicant_role", "★申请人身份"),
        ("agent", "★经办人"), ("agent_phone", "★经办人电话"), ("filled_on", "★填报日期"),
        ("complete", "材料齐备"), ("missing", "缺项"),
    ),
    *_columns(
        ("result", "结果"), ("registration_number", "合同登记编号"), ("registration_day", "登记日期"),
        ("recognised_total", "核定成交总额（元）", "amount"),
        ("recognised_technology", "核定技术交易额（元）", "amount"), ("certificate_number", "证明编号"),
        ("ground", "理由"),
    ),
)  # fmt: skip
RESULT_KEYS = tuple(column.key for column in COLUMNS[-7:])
"""What the registrar fills: empty in everything we make."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormExtras:
    """What the record does not hold: codes as classified, the recordal, who applies, what is missing."""

    codes: Mapping[str, str]
    recordal_number: str = ""
    recordal_day: date | None = None
    recordal_filed_on: date | None = None
    applicant_role: str = "seller"
    agent: str = ""
    agent_phone: str = ""
    filled_on: date | None = None
    voucher: str = ""
    missing: Sequence[str] = ()
    registrar: str = ""  # by its name, whose own codes are printed
    identities: Mapping[str, str] = field(
        default_factory=dict
    )  # full numbers of natural persons: packages only


def form_row(licenses: Sequence[PaperFacts], extras: FormExtras) -> dict[str, str]:
    """The row of a contract's licenses, which have one licensor set and one licensee.

    Codes are said as on the day of the notice, and as the registrar it goes to calls them where known.
    """
    with tables.reading(on=licenses[0].noticed_on, registrar=extras.registrar):
        return _form_row(licenses, extras)


def _form_row(licenses: Sequence[PaperFacts], extras: FormExtras) -> dict[str, str]:
    first = licenses[0]
    return {
        **_contract_fields(licenses),
        **_party_fields("seller", first.record["licensor"], extras.identities),
        "co_sellers": SEPARATOR.join(
            dict.fromkeys(c["name"] for one in licenses for c in one.record["co_owners"])
        ),
        **_party_fields("buyer", first.record["licensee"], extras.identities),
        **_money_fields(licenses),
        **_class_fields(licenses, extras),
        **_patent_fields(licenses),
        **_filing_fields(licenses, extras),
        **dict.fromkeys(RESULT_KEYS, ""),
    }


def _contract_fields(licenses: Sequence[PaperFacts]) -> dict[str, str]:
    first = licenses[0]
    terms = [one.term for one in licenses]
    pairs = [(patent["title"], patent["number"]) for one in licenses for patent in one.record["patents"]]
    kind = row("contract_kind", "LIC.PATENT")
    parent = row("contract_kind", "LIC")
    return {
        "filing_number": first.contract,
        "project_name": rules.project_name(first.record["track"], pairs),
        "category": f"{parent.zh}—{kind.zh}" if parent and kind else "",
        "way": "普通许可（专利开放许可）" if first.statutory else "普通许可",
        "signed_on": max(one.noticed_on for one in licenses).isoformat(),
        "effective_on": max(start for start, _ in terms).isoformat(),
        "valid_from": min(start for start, _ in terms).isoformat(),
        "valid_to": max(end for _, end in terms).isoformat(),
    }


def _party_fields(side: str, party: Mapping[str, Any], identities: Mapping[str, str]) -> dict[str, str]:
    person = party["kind"] == "person"
    nature, country = row("party_nature", party["nature"]), row("country", party["country"])
    fields = {
        "name": party["name"],
        "number": (identities.get(side) or party["identity"]) if person else party["uscc"],
        "nature_code": nature.registrar_code if nature else "",
        "nature": nature.zh if nature else "",
        "country": (country.registrar_code or country.zh) if country else party["country"],
        "region": party["region"],
        "address": party["address"],
        "representative": party["legal_representative"],
        "contact": party["contact_name"],
        "phone": party["contact_phone"],
        "email": party["contact_email"],
        "bank": party["bank_name"],
        "account": party["bank_account"],
    }
    return {f"{side}_{key}": value for key, value in fields.items()}


def _money_fields(licenses: Sequence[PaperFacts]) -> dict[str, str]:
    first = licenses[0]
    whole = sum_of(one.total for one in licenses)
    total, basis = whole.amount, whole.basis
    untold = whole.untold  # the applicant estimates it; nought would be untrue
    return {
        "intermediary": first.record["venue"]["name"],
        "total_amount": "" if untold else money.plain(total),
        # a fee and nothing else (domain section 2, row 18)
        "technology_amount": "" if untold else money.plain(total),
        "total_wan": "" if untold else money.wan(total),
        "basis": BASIS[basis],
        "deductions": "0.00",
        "payment_method": payment_ways(one.fee.method for one in licenses),
        "expected_input": _sum_of(licenses, "expected_input"),
        "expected_output": _sum_of(licenses, "expected_output"),
    }


def payment_ways(methods: Iterable[Method]) -> str:
    """支付方式 of fees as the form prints it, each way once."""
    return SEPARATOR.join(dict.fromkeys(_code_of("payment_method", PAYMENT[one]) for one in methods))


def _sum_of(licenses: Iterable[PaperFacts], key: str) -> str:
    """What licensees stated; empty when nobody did, for an estimate nobody made is not zero."""
    stated = [Decimal(str(one.notice[key])) for one in licenses if one.notice.get(key)]
    return money.plain(sum(stated, Decimal("0.00"))) if stated else ""


def _class_fields(licenses: Sequence[PaperFacts], extras: FormExtras) -> dict[str, str]:
    record, codes = licenses[0].record, extras.codes
    kinds = dict.fromkeys(one.patent["kind"] for one in licenses)
    foreign = any(record[side]["country"] != "CN" for side in ("licensor", "licensee"))
    return {
        "technology_field": _code_of("technology_field", codes.get("technology_field", "")),
        "socio_economic_objective": _code_of(
            "socio_economic_objective", codes.get("socio_economic_objective", "")
        ),
        "industry": codes.get("industry", ""),
        "plan": _code_of("plan", codes.get("plan", "")),
        "ip_kind": SEPARATOR.join(_code_of("ip_kind", f"patent.{kind}") for kind in kinds),
        "related": _yes(any(one.notice.get("related") for one in licenses)),
        "confidential": "否",  # confidential contracts are registered on paper and never enter a batch
        "foreign": _yes(foreign),
        "voucher": extras.voucher,
    }


def _code_of(name: str, code: str) -> str:
    """The registrar's code where one is known, else the name the form prints."""
    found = row(name, code) if code else None
    return (found.registrar_code or found.zh) if found else code


def _patent_fields(licenses: Sequence[PaperFacts]) -> dict[str, str]:
    rows = patent_rows(licenses)
    return {
        "patent_count": str(len(rows)),
        **{column.key: SEPARATOR.join(one[column.key] for one in rows) for column in PATENT_COLUMNS},
    }


def patent_rows(licenses: Sequence[PaperFacts]) -> list[dict[str, str]]:
    """One row a patent, for the list's second sheet."""
    found = []
    for patent in (patent for one in licenses for patent in one.record["patents"]):
        kind = row("patent_kind", patent["kind"])
        found.append(
            {
                "patent_number": patent["number"],
                "patent_title": patent["title"],
                "patent_kind": kind.zh if kind else patent["kind"],
                "application_number": patent["application_number"],
                "filing_date": patent["filing_date"],
                "grant_date": patent["grant_date"],
                "owners": "、".join(patent["owners"]),
                "inventors": "、".join(patent["inventors"]),
                "patent_last_day": patent["last_day"],
                "annuity_paid_to": patent["annuity_paid_to"],
            }
        )
    return found


def _filing_fields(licenses: Sequence[PaperFacts], extras: FormExtras) -> dict[str, str]:
    declarations = [one.record["declaration"] for one in licenses]
    announced = [one for one in declarations if one["cnipa_number"] and licenses[0].statutory]
    first = licenses[0].record
    applicants = {
        "seller": first["licensor"]["name"],
        "intermediary": first["venue"]["name"],
        "buyer": first["licensee"]["name"],
    }
    return {
        "cnipa_number": SEPARATOR.join(one["cnipa_number"] for one in announced),
        "cnipa_day": SEPARATOR.join(one["cnipa_day"] for one in announced),
        "declaration_digest": SEPARATOR.join(one["digest"] for one in declarations),
        "recordal_number": extras.recordal_number,
        "recordal_day": extras.recordal_day.isoformat()
        if extras.recordal_number and extras.recordal_day
        else "",
        "applicant": applicants[extras.applicant_role],
        "applicant_role": APPLICANT_ROLES[extras.applicant_role],
        "agent": extras.agent,
        "agent_phone": extras.agent_phone,
        "filled_on": extras.filled_on.isoformat() if extras.filled_on else "",
        "complete": "否" if extras.missing else "是",
        "missing": SEPARATOR.join(extras.missing),
    }


def recordal_words(extras: FormExtras) -> str:
    """What the sheet says of CNIPA's recordal, which is never called ours (IR 15, 87)."""
    if extras.recordal_number:
        return f"已备案，备案号 {extras.recordal_number}"
    if extras.recordal_filed_on:
        return f"备案办理中（{chinese_day(extras.recordal_filed_on)}提交）"
    return "尚未申请备案"


def registrar_fields(lang: str = "zh") -> tuple[Field, ...]:
    """Group nine: boxes for the registrar's pen, nothing of ours in them."""
    labels = (
        ("合同登记编号", "Registration number"), ("登记日期", "Registration day"),
        ("核定成交总额", "Recognised total"), ("核定技术交易额", "Recognised technology amount"),
        ("登记机构（盖章）", "Registrar (seal)"), ("经办人、负责人", "Clerk, head"),
    )  # fmt: skip
    return tuple(Field(label=en if lang == "en" else zh, blank=True) for zh, en in labels)


def _yes(value: Any) -> str:
    return "是" if value else "否"
