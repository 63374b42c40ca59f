"""The registration sheet read in English: each field of the Chinese form with what it asks and what it says.

It is made from the sheet itself, so that the two cannot disagree; codes are called by the tables' English
names, names of people and places stay as they are registered.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from registry import money
from registry.codes.tables import table
from registry.contracts.blocks import Block, Composed, Form, Grid, Heading, Paragraph, Title
from registry.contracts.paper_facts import PaperFacts, day
from registry.contracts.registration_form import REGISTRAR_HEAD, SEPARATOR
from registry.documents.tables import Column, Field, Group
from registry.licenses.schedule import sum_of

TITLE = "Registration Sheet: English Notes"
HEADS: Mapping[str, str] = {
    "一　合同": "1 Contract",
    "二　卖方（许可方）": "2 Seller (licensor)",
    "三　买方（被许可方）": "3 Buyer (licensee)",
    "四　金额与支付（元）": "4 Amounts and payment (CNY)",
    "五　分类": "5 Classification",
    "六　专利": "6 Patent",
    "七　开放许可与存证": "7 Open license and entries",
    "八　申请人": "8 Applicant",
    REGISTRAR_HEAD[0]: REGISTRAR_HEAD[1],
}
LABELS: Mapping[str, str] = {
    "项目名称": "Project name", "平台存证编号": "Platform filing number", "合同签订日期": "Signed on",
    "合同类别": "Kind of contract", "许可方式": "Kind of license", "生效、有效期起": "Term from",
    "有效期止": "Term to", "名称": "Name", "证件号码": "Identity document",
    "统一社会信用代码": "Unified social credit code", "性质": "Nature", "国别": "Country",
    "行政区划": "Administrative region", "地址": "Address", "法定代表人": "Legal representative",
    "联系人": "Contact", "电话": "Telephone", "邮箱": "E-mail", "开户银行、账号": "Bank, account",
    "共有专利权人": "Co-owners", "合同成交总额": "Total of the contract", "技术交易额": "Technology amount",
    "非技术性费用": "Non-technical costs", "金额依据": "How the total was found", "支付方式": "Payment",
    "预计新增投入": "Expected new investment", "预计新增产值": "Expected new output",
    "技术领域": "Technology field", "社会经济目标": "Socio-economic objective",
    "国民经济行业": "Industry served", "涉及知识产权": "Intellectual property", "计划类别": "Plan",
    "保密要求": "Secrecy", "标识": "Flags",
    "专利件数": "Number of patents", "各件详情": "Each of them", "专利名称": "Title",
    "专利号": "Patent number",
    "专利种类": "Kind of patent", "申请号": "Application number", "申请日": "Filing date",
    "授权公告日": "Grant date", "有效期届满日": "Last day of the patent", "发明人": "Inventors",
    "年费缴至": "Annuity paid to", "专利权人": "Patentees", "开放许可声明编号": "CNIPA declaration number",
    "公告日": "Day of announcement", "许可备案": "Recordal with CNIPA", "中介方": "Intermediary",
    "平台声明编号": "Declaration here", "交易凭证编号": "Transaction voucher",
    "平台声明摘要": "Digest of the declaration", "申请人": "Applicant", "申请人身份": "Applies as",
    "经办人": "Clerk", "经办人电话": "Clerk's telephone", "填报日期": "Filled in on",
    "负责人（签字）": "Head (signature)", "合同登记编号": "Registration number", "登记日期": "Registered on",
    "核定成交总额": "Recognised total", "核定技术交易额": "Recognised technology amount",
    "登记机构（盖章）": "Registrar (seal)", "经办人、负责人": "Clerk, head",
}  # fmt: skip
_WORDS: Mapping[str, str] = {
    "普通许可（专利开放许可）": "ordinary license (patent open license)",
    "普通许可": "ordinary license",
    "固定": "fixed", "估算": "estimate", "零": "none", "按合同第七条": "as Article 7 of the contract",
    "卖方（许可方）": "seller (licensor)", "中介方（受卖方委托）": "intermediary (for the seller)",
    "买方（被许可方）": "buyer (licensee)", "尚未申请备案": "not yet filed",
    "待申请人估算": "to be estimated by the applicant",
}  # fmt: skip
_PHRASES = (
    ("关联交易：", "related parties: "), ("涉密：", "state secrets: "), ("涉外：", "foreign: "),
    ("□是", "□ yes"), ("■是", "■ yes"), ("□否", "□ no"), ("■否", "■ no"),
    ("已备案，备案号 ", "recorded, number "), ("备案办理中（", "filed ("), ("提交）", ")"),
)  # fmt: skip
_TABLES = (
    "party_nature", "country", "technology_field", "socio_economic_objective", "industry", "ip_kind", "plan",
    "payment_method", "patent_kind",
)  # fmt: skip
_DAY = re.compile(r"([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日")
_NTH = re.compile(r"六　专利（续）　第 ([0-9]+) 件，共 ([0-9]+) 件")
_COLUMNS = (
    Column(heading="Field", share=1.1),
    Column(heading="What it asks", share=1.4),
    Column(heading="What it says", share=3.0),
)


def compose(form: Composed, facts: PaperFacts) -> Composed:
    """The notes on a composed sheet. Raises KeyError for a head or label without English."""
    blocks: list[Block] = [
        Title(TITLE, f"Record nonce {facts.record['nonce']}"),
        Paragraph(
            "Arranged by the matters of registration for applicant and registrar to compare and type; it is "
            "no form issued by a registrar.",
            small=True,
        ),
    ]
    for block in form.blocks:
        if isinstance(block, Form):
            for group in block.groups:
                blocks += _group(group, facts)
    return Composed(
        title=TITLE,
        number=form.number,
        digest=form.digest,
        watermark=form.watermark,
        lang="en",
        blocks=tuple(blocks),
    )


def _group(group: Group, facts: PaperFacts) -> list[Block]:
    rows = tuple((one.label, LABELS[one.label], _value(one, facts)) for one in group.fields)
    return [Heading(f"{_head(group.head)}　{group.head}", 2), Grid(_COLUMNS, rows)]


def _head(text: str) -> str:
    found = _NTH.fullmatch(text)
    return f"6 Patent {found[1]} of {found[2]} (continued)" if found else HEADS[text]


def _value(field: Field, facts: PaperFacts) -> str:
    text = field.value if isinstance(field.value, str) else "".join(map(str, field.value))
    known = _known(text)
    if field.label == "合同成交总额" and not known:
        whole = sum_of(one.total for one in facts.licenses).amount
        return f"CNY {money.yuan(whole)}, {money.in_words(whole)}"
    return known or _DAY.sub(_english_day, _phrases(text))


def _known(text: str) -> str:
    """Codes and choices by their English, several of one field too; empty where one of them has none."""
    found = [_codes().get(one) or _WORDS.get(one) or "" for one in text.split(SEPARATOR)]
    return "; ".join(found) if all(found) else ""


def english(text: str) -> str:
    """What the sheet prints of codes and choices, several of them separated; unknown words stay."""
    return "; ".join(_codes().get(one) or _WORDS.get(one) or one for one in text.split(SEPARATOR))


def _phrases(text: str) -> str:
    for zh, en in _PHRASES:
        text = text.replace(zh, en)
    return text


def _english_day(found: re.Match[str]) -> str:
    year, month, of_month = map(int, found.groups())
    return day(date(year, month, of_month), "en")


@cache
def _codes() -> dict[str, str]:
    """The Chinese of every code as the sheet prints it, and its English."""
    known: dict[str, str] = {}
    for name in _TABLES:
        for code in table(name):
            known |= {code.printed(): code.printed("en"), f"{code.code} {code.zh}": f"{code.code} {code.en}"}
    for code in table("payment_method"):
        known |= {code.registrar_code or code.zh: code.en}
    kind, parent = table("contract_kind").get("LIC.PATENT"), table("contract_kind").get("LIC")
    return known | {f"{parent.zh}—{kind.zh}": f"{parent.en}: {kind.en}"}
