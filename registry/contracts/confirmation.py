"""合同（确认书）: the contract's text, nineteen sections, signature sheets and evidence
page.

Title, basis, recordal, annuity hint and names follow the track; the fee sections follow the method; nothing
stands here that the declaration does not say or the law does not hold for such a contract (the standing
authorisation changes nothing).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from registry import money
from registry.contracts import confirmation_words, evidence, several
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
from registry.contracts.paper_facts import PaperFacts, row
from registry.contracts.registration_form import REGISTRAR_HEAD, registrar_fields
from registry.documents.tables import Column, Group, Signatory
from registry.licenses import wording
from registry.licenses.schedule import Due, DueKind

_DUE = {
    DueKind.WHOLE: ("使用费", "Fee"),
    DueKind.INSTALMENT: ("第 {n} 期", "Part {n}"),
    DueKind.YEAR: ("第 {n} 许可年度", "License year {n}"),
    DueKind.ENTRY: ("入门费", "Entry fee"),
    DueKind.MINIMUM: ("第 {n} 许可年度最低提成费", "Minimum royalty, license year {n}"),
    DueKind.ROYALTY: ("第 {n} 结算期提成费", "Royalty, settlement period {n}"),
    DueKind.OTHER: ("使用费", "Fee"),
}


def compose(facts: PaperFacts) -> Composed:
    """The contract of one effective license, or of several: articles that are the same for all stand once."""
    bodies = [_body(one) for one in facts.licenses]
    return Composed(
        title=facts.title,
        number=facts.contract,
        digest=facts.contract_digest,
        watermark=facts.watermark,
        lang=facts.lang,
        riding=True,
        blocks=(
            *_cover(facts),
            *several.articles(facts, bodies),
            *_sheets(facts),
            *several.evidence_pages(facts),
        ),
    )


def _body(facts: PaperFacts) -> tuple[Block, ...]:
    """The nineteen sections of one license."""
    inserts: dict[str, list[Block]] = {
        "parties": [
            _party(facts, facts.say("许可方", "Licensor"), facts.record["licensor"], "licensor"),
            *_co_owners(facts),
            _party(facts, facts.say("被许可方", "Licensee"), facts.record["licensee"], "licensee"),
        ],
        "patents": [Facts(_patent_rows(facts, one)) for one in facts.record["patents"]],
        "schedule": [schedule_grid(facts)],
    }
    return facts.worded("confirmation", confirmation_words.words(facts), inserts)


def schedule_grid(facts: PaperFacts) -> Grid:
    """The payments of this licensee as days."""
    say = facts.say
    columns = (
        Column(heading=say("款项", "Payment"), share=1.5),
        Column(heading=say("金额（元）", "Amount (CNY)"), share=1.1, align="right"),
        Column(heading=say("最后付款日", "Last day"), share=1.2),
        Column(heading=say("说明", "Note"), share=2.4),
    )
    return Grid(columns, tuple(_due_row(facts, due) for due in facts.dues))


def _due_row(facts: PaperFacts, due: Due) -> tuple[str, ...]:
    say, name = facts.say, facts.say(*_DUE[due.kind]).format(n=due.number)
    amount = money.yuan(due.amount) if due.amount is not None else say("按报告计算", "as reported")
    return (name, amount, facts.day(due.due_on), say("；", "; ").join(_notes(facts, due)))


def _notes(facts: PaperFacts, due: Due) -> Iterator[str]:
    say = facts.say
    if due.at_start and due.amount:
        yield say("起始应付，到账后取得许可", "due at the start; the license is obtained on arrival")
    if due.period_first and due.period_last:
        first, last, report = map(facts.day, (due.period_first, due.period_last, due.report_by))
        yield say(f"{first} 至 {last}，报告不迟于 {report}", f"{first} to {last}, report by {report}")
    if due.kind is DueKind.MINIMUM and not due.at_start:
        yield say("已付提成费计入", "royalties paid count towards it")


def _cover(facts: PaperFacts) -> Iterator[Block]:
    say = facts.say
    number = say(
        f"合同编号（平台存证编号）　{facts.contract}", f"Contract (platform filing number) {facts.contract}"
    )
    yield Title(facts.title, number)
    yield Space(6)
    yield from several.key_terms(facts) if facts.others else (Facts(_key_terms(facts)),)
    yield Paragraph(
        say(
            "本确认书由本平台依许可方在声明中的授权和被许可方签署的实施通知生成，内容与声明一致。"
            "平台存证编号不是合同登记编号，也不是专利实施许可备案号。",
            "This registry issues this confirmation on the authority the licensor gave in the declaration "
            "and on the notice the licensee signed; it agrees with the declaration. The platform filing "
            "number is neither a contract registration number nor a recordal number.",
        ),
        small=True,
    )
    yield PageBreak()


def _key_terms(facts: PaperFacts) -> tuple[tuple[str, str], ...]:
    say, record = facts.say, facts.record
    first, last = (facts.day(one) for one in facts.term)
    length = facts.span(*facts.term)
    return (
        (say("项目名称", "Project name"), facts.project),
        (say("许可方（专利权人）", "Licensor (patentee)"), facts.owners),
        (say("被许可方", "Licensee"), record["licensee"]["name"]),
        (
            say("专利", "Patent"),
            say("；", "; ").join(f"{one['number']}　{one['title']}" for one in record["patents"]),
        ),
        (
            say("许可方式", "License"),
            say(
                "普通许可，中国境内，不可转让，不得再许可",
                "ordinary, for mainland China, not transferable, no sub-licenses",
            ),
        ),
        (say("许可的行为", "Acts"), facts.acts),
        (say("许可期限", "Term"), say(f"{first} 至 {last}（{length}）", f"{first} to {last} ({length})")),
        (say("使用费", "Fee"), facts.fee.words if facts.in_kind else wording.price(facts.fee, facts.lang)),
        (say("合同成交总额", "Total of the contract"), _total(facts)),
        (say("合同成立", "Contract formed"), facts.instant(facts.noticed_at)),
        (say("许可取得", "License obtained"), first),
        (say("性质", "Nature"), _nature(facts)),
        (
            say("交易场所", "Venue"),
            say(
                f"{record['venue']['name']}（{record['venue']['code']}）",
                f"{record['venue']['name']} ({record['venue']['code']})",
            ),
        ),
    )


def _total(facts: PaperFacts) -> str:
    """In figures and in words; what the declaration does not state in money is not printed as nought."""
    if facts.unvalued:
        return facts.say(
            "未定明以货币计算的总额（登记时由申请人估算并说明依据）",
            "not stated in money (estimated by the applicant for registration, with its basis)",
        )
    total, basis = facts.total, confirmation_words.basis(facts)
    return facts.say(
        f"{money.yuan(total.amount)} 元（{money.capitals(total.amount)}）{basis}",
        f"CNY {money.yuan(total.amount)} ({money.in_words(total.amount)}){basis}",
    )


def _nature(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    number, on = declaration["cnipa_number"], facts.day(declaration["cnipa_day"])
    if facts.statutory:
        return facts.say(
            f"专利开放许可（已公告，编号 {number}，{on}）",
            f"patent open license (announced, number {number}, {on})",
        )
    return facts.say(
        "普通专利实施许可；声明在通知到达时未经国家知识产权局公告",
        "ordinary patent license; CNIPA had not announced the declaration when the notice arrived",
    )


def _party(facts: PaperFacts, role: str, party: Mapping[str, Any], side: str) -> Facts:
    say, person = facts.say, party["kind"] == "person"
    code = say("统一社会信用代码", "Unified social credit code")
    hidden = say("证件号码（部分隐去）", "Identity document (partly hidden)")
    rows = [
        (role, party["name"]),
        (hidden, party["identity"]) if person else (code, party["uscc"]),
        (say("性质", "Kind"), facts.coded("party_nature", party["nature"])),
        (say("地址", "Address"), party["address"]),
    ]
    if not person:
        rows.append((say("法定代表人", "Legal representative"), party["legal_representative"]))
    reached = (party["contact_name"], party["contact_phone"], party["contact_email"])
    contact = say("，", ", ").join(part for part in reached if part)
    return Facts((*rows, (say("联系方式", "Contact"), contact), *facts.agent(side)))


def _co_owners(facts: PaperFacts) -> list[Facts]:
    """The other patentees of the register, with how each consented; the applicant acts with their
    authority.
    """
    return [_co_owner(facts, consent) for consent in facts.record["co_owners"]]


def _co_owner(facts: PaperFacts, consent: Mapping[str, Any]) -> Facts:
    say = facts.say
    at, level = facts.instant(consent["answered_at"]), facts.level(consent["level"])
    return Facts(
        (
            (say("共有专利权人", "Co-owner"), consent["name"]),
            (say("统一社会信用代码", "Unified social credit code"), consent.get("uscc", "")),
            (say("同意声明", "Consent"), say(f"{at}，{level}", f"{at}, {level}")),
        )
    )


def _patent_rows(facts: PaperFacts, patent: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    say, day, kind = facts.say, facts.day, row("patent_kind", patent["kind"])
    filed, last = day(patent["filing_date"]), day(patent["last_day"])
    return (
        (say("发明创造名称", "Title"), patent["title"]),
        (say("专利号", "Patent number"), patent["number"]),
        (say("专利种类", "Kind"), kind.name(facts.lang) if kind else patent["kind"]),
        (say("申请号", "Application number"), patent["application_number"]),
        (say("申请人和专利权人", "Applicants and patentees"), facts.listed(patent["owners"])),
        (say("发明人（设计人）", "Inventors (designers)"), facts.listed(patent["inventors"])),
        (say("申请日", "Filing date"), filed),
        (say("授权公告日", "Grant date"), day(patent["grant_date"])),
        (say("授权公告号", "Publication number"), patent["publication"]),
        (say("主分类号", "Main class"), patent["main_class"]),
        (say("专利权的有效期限", "Term of the patent"), say(f"{filed} 至 {last}", f"{filed} to {last}")),
        (say("年费缴至", "Annuity paid to"), day(patent["annuity_paid_to"])),
    )


def _sheets(facts: PaperFacts) -> Iterator[Block]:
    """A page for each party, so that two cities can stamp at the same time; then the registrar's empty
    block.
    """
    licenses = facts.licenses
    signatories = [
        *(evidence.licensor(one) for one in licenses),
        *(evidence.co_owner(one, consent) for one in licenses for consent in one.record["co_owners"]),
        *(evidence.licensee(one) for one in licenses),
    ]
    for signatory in several.merged(signatories):
        yield PageBreak()
        yield from _sheet(facts, signatory)
    yield Space(16)
    yield Form((_registrar(facts),))


def _registrar(facts: PaperFacts) -> Group:
    fields = registrar_fields(facts.lang)
    return Group(facts.say(*REGISTRAR_HEAD), fields)


def _sheet(facts: PaperFacts, signatory: Signatory) -> Iterator[Block]:
    say = facts.say
    yield Heading(
        say(
            f"签署页　{signatory.role}　{signatory.name}",
            f"Signature sheet: {signatory.role}, {signatory.name}",
        )
    )
    yield Paragraph(
        say(
            f"本页为“{facts.title}”（合同编号 {facts.contract}，记录摘要 {facts.contract_digest}）的签署页，"
            "须与合同全文一并使用。"
            "请加盖与下列名称一致的印章，多页装订时在每页右侧加盖骑缝章；自然人签字。",
            f"This sheet belongs to “{facts.title}” (contract {facts.contract}, record digest "
            f"{facts.contract_digest}) and is used with its whole text. Signatures and seals are set on the "
            "Chinese text, not on this reading version.",
        ),
        small=True,
    )
    yield Signatures((signatory,))
