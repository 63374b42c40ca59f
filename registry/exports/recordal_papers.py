"""The sheets of a recordal pack that are made here: contents, the data for CNIPA's own form, and the
statement that nothing is payable before the license.

CNIPA's form is filled on its own site; the sheet says what to copy into it and passes for nothing else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from registry.contracts import evidence, papers
from registry.contracts.blocks import Block, Composed, Facts, Grid, Heading, Paragraph, Signatures, Title
from registry.contracts.paper_facts import PaperFacts, day, place, row, span
from registry.documents.tables import Column
from registry.licenses import wording

APPLICANTS: Mapping[str, str] = {"holder": "许可方", "licensee": "被许可方"}
_PATENTS = (
    Column(heading="专利号", share=2.0),
    Column(heading="名称", share=2.2),
    Column(heading="种类", share=1.0),
    Column(heading="专利权人", share=1.8),
    Column(heading="申请日", share=1.25),
    Column(heading="届满日", share=1.25),
)
_CONTENTS = (
    Column(heading="序号", share=0.5),
    Column(heading="文件", share=3.0),
    Column(heading="状态", share=0.9),
    Column(heading="由谁提供，怎样准备", share=2.6),
)


def contents(facts: PaperFacts, listed: Sequence[tuple[str, ...]], *, due: date | None) -> Composed:
    """00: what the pack holds, what is missing and who brings it, and the last day to file."""
    laws = facts.laws
    rule = f"{laws.cite('GL')}第五部分第十一章 7" if facts.statutory else laws.cite("recordal_measures")
    return _paper(
        "目录",
        facts,
        Title("专利实施许可备案材料目录", f"平台存证编号　{facts.contract}"),
        Facts(
            (
                ("备案的最后一日", f"{day(due)}（许可生效之日起三个月，{laws.cite('IR', 5, 15)}）"),
                ("材料依据", rule),
                ("办理人", APPLICANTS[applicant(facts)]),
                ("受理机关", "国家知识产权局（由办理人自行提交，本平台不代为提交）"),
            )
        ),
        Grid(_CONTENTS, tuple(listed)),
        Paragraph("缺少的文件没有以其他文件代替。各文件的摘要见 manifest.json。", small=True),
    )


def data_sheet(licenses: Sequence[PaperFacts]) -> Composed:
    """01: everything CNIPA's form asks, in one place to copy from, each where that form asks for it."""
    first = licenses[0]
    record = first.record
    return _paper(
        "备案信息表",
        first,
        Title(
            "专利实施许可备案信息表",
            "供填写国家知识产权局备案申请表时核对；非国家知识产权局制发的表格",
        ),
        Heading("许可", 2),
        Facts(_license_rows(licenses)),
        Heading("专利", 2),
        Grid(_PATENTS, tuple(_patent(one) for facts in licenses for one in facts.record["patents"])),
        Heading("许可方", 2),
        Facts((*_party_rows(record["licensor"]), *first.agent("licensor"))),
        *_co_owners(record["co_owners"]),
        Heading("被许可方", 2),
        Facts((*_party_rows(record["licensee"]), *first.agent("licensee"))),
        Heading("办理", 2),
        Facts(
            (
                ("办理备案的一方", APPLICANTS[applicant(first)]),
                ("经办人", ""),
                ("经办人证件", "办理时出示，本平台不收集"),
                ("代理机构", (_agency(first) or {}).get("name", "")),
            )
        ),
        Paragraph("签字和盖章在国家知识产权局的申请表上作出，本表不用签章。", small=True),
    )


def nothing_payable(facts: PaperFacts) -> Composed:
    """03 where no money was due before the license: the statement that stands in for a voucher (GL 7(3))."""
    declaration, say = facts.record["declaration"], facts.say
    number, version = declaration["number"], declaration["version"]
    listed = Facts(
        (
            (say("平台存证编号", "Platform filing number"), facts.contract),
            (say("声明", "Declaration"), say(f"{number}　第 {version} 版", f"{number}, version {version}")),
            (say("许可方", "Licensor"), facts.owners),
            (say("被许可方", "Licensee"), facts.record["licensee"]["name"]),
            (say("费用", "Fee"), wording.price(facts.fee, facts.lang)),
        )
    )
    condition = wording.describe_condition(facts.fee, facts.lang).rstrip("。.")
    words = {"free": facts.free, "condition": condition}
    sign = say("签字或者盖章：", "Signature or seal:")
    signed = replace(evidence.unsigned(facts, say("申请人", "Applicant"), _applicant(facts)), sign=sign)
    body = facts.worded("nothing_payable", words, {"facts": [listed]})
    name = say("无需付款的说明", "Statement that nothing is payable")
    title = say("关于无需支付许可使用费的说明", "Statement that No License Fee Is Payable")
    return _paper(name, facts, Title(title), *body, Signatures((signed,)))


def applicant(facts: PaperFacts) -> str:
    """Who files, as the declaration says for every licensee alike: `holder` or `licensee`."""
    named = facts.answers.get("filing", {}).get("recordal_by", "")
    return named if named in APPLICANTS else "licensee"


def has_agency(facts: PaperFacts) -> bool:
    return _agency(facts) is not None


def _agency(facts: PaperFacts) -> Mapping[str, Any] | None:
    found: Mapping[str, Any] | None = facts.answers.get("declarant", {}).get("agency") or None
    return found


def _applicant(facts: PaperFacts) -> Mapping[str, Any]:
    found: Mapping[str, Any] = facts.record["licensor" if applicant(facts) == "holder" else "licensee"]
    return found


def _license_rows(licenses: Sequence[PaperFacts]) -> tuple[tuple[str, str], ...]:
    first = licenses[0]
    begins, ends = min(one.term[0] for one in licenses), max(one.term[1] for one in licenses)
    declared = "；".join(
        f"{one.record['declaration']['cnipa_number']}（{day(one.record['declaration']['cnipa_day'])}公告）"
        for one in licenses
        if one.statutory
    )
    return (
        ("平台存证编号", first.contract),
        ("许可种类", "专利开放许可（普通许可）" if first.statutory else "普通许可"),
        ("开放许可声明", declared or "未经公告"),
        ("许可范围", f"中国境内；{first.acts}"),
        ("书面通知到达", day(first.noticed_on)),
        ("许可生效", day(begins)),
        ("许可期限", f"{day(begins)} 至 {day(ends)}（{span(begins, ends)}）"),
        ("使用费", "；".join(dict.fromkeys(wording.price(one.fee) for one in licenses))),
    )


def _patent(one: Mapping[str, Any]) -> tuple[str, ...]:
    kind = row("patent_kind", one["kind"])
    return (
        one["number"],
        one["title"],
        kind.zh if kind else one["kind"],
        "、".join(one["owners"]),
        one["filing_date"],
        one["last_day"],
    )


def _party_rows(party: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    person = party["kind"] == "person"
    code = (party["identity"] + "（办理时出示原件）") if person else party["uscc"]
    return (
        ("名称", party["name"]),
        ("证件号码" if person else "统一社会信用代码", code),
        ("地址", f"{place(party['region'])}　{party['address']}"),
        ("联系人", f"{party['contact_name']}　{party['contact_phone']}　{party['contact_email']}".strip()),
    )


def _co_owners(named: Sequence[Mapping[str, Any]]) -> tuple[Block, ...]:
    if not named:
        return ()
    return (
        Heading("共有专利权人", 2),
        Facts(tuple((str(n), one["name"]) for n, one in enumerate(named, start=1))),
    )


def _paper(name: str, facts: PaperFacts, *blocks: Block) -> Composed:
    nonce = Paragraph(f"{facts.say('记录随机数', 'Record nonce')} {facts.record['nonce']}", small=True)
    made = Composed(
        title=name,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        lang=facts.lang,
        blocks=(*blocks, nonce),
    )
    return papers.reading(made) if facts.lang == "en" else made
