"""合同（确认书）: the contract's text for one acceptance, nineteen sections, signature sheets and evidence
page.

Title, basis, recordal, annuity hint and names follow the track; the fee sections follow the method; nothing
stands here that the declaration does not say or the law does not hold for such a contract (the standing
authorisation changes nothing).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from registry import money
from registry.contracts import confirmation_words, evidence, paper_wording
from registry.contracts.blocks import (
    Block,
    Composed,
    Facts,
    Form,
    Grid,
    Heading,
    PageBreak,
    Paragraph,
    Signatures,
    Space,
    Title,
)
from registry.contracts.confirmation_words import BASIS
from registry.contracts.paper_facts import LEVELS, PaperFacts, coded, day, instant, row, span
from registry.contracts.registration_form import REGISTRAR_HEAD, registrar_fields
from registry.documents.tables import Column, Group, Signatory
from registry.licenses import wording
from registry.licenses.schedule import Due, DueKind

_DUE = {
    DueKind.WHOLE: "使用费",
    DueKind.INSTALMENT: "第 {n} 期",
    DueKind.YEAR: "第 {n} 许可年度",
    DueKind.ENTRY: "入门费",
    DueKind.MINIMUM: "第 {n} 许可年度最低提成费",
    DueKind.ROYALTY: "第 {n} 结算期提成费",
    DueKind.OTHER: "使用费",
}
_SCHEDULE = (
    Column(heading="款项", share=1.5),
    Column(heading="金额（元）", share=1.1, align="right"),
    Column(heading="最后付款日", share=1.2),
    Column(heading="说明", share=2.4),
)


def compose(facts: PaperFacts) -> Composed:
    """The contract of one effective license."""
    inserts: dict[str, list[Block]] = {
        "parties": [
            _party("许可方", facts.record["licensor"]),
            *_co_owners(facts),
            _party("被许可方", facts.record["licensee"]),
        ],
        "patents": [Facts(_patent_rows(one)) for one in facts.record["patents"]],
        "schedule": [schedule_grid(facts.dues)],
    }
    body = paper_wording.blocks(
        facts.record["wording"], "confirmation", confirmation_words.words(facts), inserts
    )
    return Composed(
        title=facts.title,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(*_cover(facts), *body, *_sheets(facts), PageBreak(), *evidence.evidence_page(facts)),
    )


def schedule_grid(dues: list[Due]) -> Grid:
    """The payments of this licensee as days."""
    return Grid(_SCHEDULE, tuple(_due_row(due) for due in dues))


def _due_row(due: Due) -> tuple[str, ...]:
    amount = money.yuan(due.amount) if due.amount is not None else "按报告计算"
    notes = ["起始应付，到账后取得许可"] if due.at_start and due.amount else []
    if due.period_first and due.period_last:
        notes.append(f"{day(due.period_first)} 至 {day(due.period_last)}，报告不迟于 {day(due.report_by)}")
    if due.kind is DueKind.MINIMUM and not due.at_start:
        notes.append("已付提成费计入")
    return (_DUE[due.kind].format(n=due.number), amount, day(due.due_on), "；".join(notes))


def _cover(facts: PaperFacts) -> Iterator[Block]:
    first, last = facts.term
    total = facts.total
    yield Title(facts.title, f"合同编号（平台存证编号）　{facts.contract}")
    yield Space(6)
    yield Facts(
        (
            ("项目名称", facts.project),
            ("许可方（专利权人）", facts.owners),
            ("被许可方", facts.record["licensee"]["name"]),
            ("专利", "；".join(f"{one['number']}　{one['title']}" for one in facts.record["patents"])),
            ("许可方式", "普通许可，中国境内，不可转让，不得再许可"),
            ("许可的行为", facts.acts),
            ("许可期限", f"{day(first)} 至 {day(last)}（{span(first, last)}）"),
            ("使用费", wording.price(facts.fee)),
            (
                "合同成交总额",
                f"{money.yuan(total.amount)} 元（{money.capitals(total.amount)}）{BASIS[total.basis]}",
            ),
            ("合同成立", instant(facts.noticed_at)),
            ("许可取得", day(first)),
            ("性质", _nature(facts)),
            ("交易场所", f"{facts.record['venue']['name']}（{facts.record['venue']['code']}）"),
        )
    )
    yield Paragraph(
        "本确认书由本平台依许可方在声明中的授权和被许可方签署的实施通知生成，内容与声明一致。平台存证编号不是合同登记编号，"
        "也不是专利实施许可备案号。",
        small=True,
    )
    yield PageBreak()


def _nature(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    if facts.statutory:
        return f"专利开放许可（已公告，编号 {declaration['cnipa_number']}，{day(declaration['cnipa_day'])}）"
    return "普通专利实施许可；声明在通知到达时未经国家知识产权局公告"


def _party(role: str, party: Mapping[str, Any]) -> Facts:
    person = party["kind"] == "person"
    number = ("证件号码（部分隐去）", party["identity"]) if person else ("统一社会信用代码", party["uscc"])
    contact = "，".join(
        part for part in (party["contact_name"], party["contact_phone"], party["contact_email"]) if part
    )
    rows = [
        (role, party["name"]),
        number,
        ("性质", coded("party_nature", party["nature"])),
        ("地址", party["address"]),
    ]
    if not person:
        rows.append(("法定代表人", party["legal_representative"]))
    return Facts((*rows, ("联系方式", contact)))


def _co_owners(facts: PaperFacts) -> list[Facts]:
    """The other patentees of the register, with how each consented; the applicant acts with their
    authority.
    """
    return [
        Facts(
            (
                ("共有专利权人", consent["name"]),
                ("统一社会信用代码", consent.get("uscc", "")),
                (
                    "同意声明",
                    f"{instant(consent['answered_at'])}，{LEVELS.get(consent['level'], consent['level'])}",
                ),
            )
        )
        for consent in facts.record["co_owners"]
    ]


def _patent_rows(patent: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    kind = row("patent_kind", patent["kind"])
    return (
        ("发明创造名称", patent["title"]),
        ("专利号", patent["number"]),
        ("专利种类", kind.zh if kind else patent["kind"]),
        ("申请号", patent["application_number"]),
        ("申请人和专利权人", "、".join(patent["owners"])),
        ("发明人（设计人）", "、".join(patent["inventors"])),
        ("申请日", day(patent["filing_date"])),
        ("授权公告日", day(patent["grant_date"])),
        ("授权公告号", patent["publication"]),
        ("主分类号", patent["main_class"]),
        ("专利权的有效期限", f"{day(patent['filing_date'])} 至 {day(patent['last_day'])}"),
        ("年费缴至", day(patent["annuity_paid_to"])),
    )


def _sheets(facts: PaperFacts) -> Iterator[Block]:
    """A page for each party, so that two cities can stamp at the same time; then the registrar's empty
    block.
    """
    signatories = [
        evidence.licensor(facts),
        *map(evidence.co_owner, facts.record["co_owners"]),
        evidence.licensee(facts),
    ]
    for signatory in signatories:
        yield PageBreak()
        yield from _sheet(facts, signatory)
    yield Space(16)
    yield Form((Group(REGISTRAR_HEAD, registrar_fields()),))


def _sheet(facts: PaperFacts, signatory: Signatory) -> Iterator[Block]:
    yield Heading(f"签署页　{signatory.role}　{signatory.name}")
    yield Paragraph(
        f"本页为“{facts.title}”（合同编号 {facts.contract}，记录摘要 {facts.digest}）的签署页，"
        "须与合同全文一并使用。"
        "请加盖与下列名称一致的印章，多页装订时在每页右侧加盖骑缝章；自然人签字。",
        small=True,
    )
    yield Signatures((signatory,))
