"""A contract of several licenses: what its text says once, and what it says of each.

Each license has the terms of its own declaration, which nobody may mix; what all say in the same words stands
once. The articles keep their numbers, so that what one article says of another stays true for each license.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from registry import money
from registry.contracts import evidence
from registry.contracts.blocks import Block, Facts, Grid, Heading, PageBreak, Paragraph
from registry.contracts.confirmation_words import basis_of
from registry.contracts.paper_facts import PaperFacts
from registry.documents.tables import Column, Signatory
from registry.licenses import wording
from registry.licenses.schedule import sum_of


def articles(facts: PaperFacts, bodies: Sequence[Sequence[Block]]) -> Iterator[Block]:
    """The bodies of all licenses as one: an article on which they agree once, another for each license."""
    if len(bodies) == 1:
        yield from bodies[0]
        return
    yield Paragraph(_preface(facts))
    licenses = facts.licenses
    for section in zip(*(_sections(body) for body in bodies), strict=True):
        if all(one == section[0] for one in section):
            yield from section[0]
            continue
        yield section[0][0]
        for n, (license, blocks) in enumerate(zip(licenses, section, strict=True), start=1):
            yield Heading(name(facts, n, license), 2)
            yield from blocks[1:]


def name(facts: PaperFacts, n: int, license: PaperFacts) -> str:
    """What a license of several is called in its contract."""
    patent = license.patent
    return facts.say(
        f"第 {n} 项许可　{patent['number']}　{patent['title']}",
        f"License {n}: {patent['number']}, {patent['title']}",
    )


def _preface(facts: PaperFacts) -> str:
    count = len(facts.licenses)
    return facts.say(
        f"本合同由下列 {count} 项许可组成。各项许可的条款来自各自的声明；"
        "各项相同的条文只写一次，不同的按项分别写明。"
        "条文所称声明、实施通知、专利、许可、使用费，对每一项许可指该项的声明、实施通知、专利、许可、使用费。"
        "条文所称合同成交总额，指该项的金额，各项合计见首页。"
        "各项许可分别成立、分别取得、分别履行；其中一项终止或者发生争议，不影响其他各项。",
        f"This contract consists of the {count} licenses below. Each has the terms of its own declaration; "
        "an article that is the same for all stands once, another for each license. Where an article speaks "
        "of declaration, notice, patent, license, fee or total, it means for each license its own; totals "
        "are added on the first page. Each license is formed, obtained and performed by itself; the end of "
        "one, or a dispute about it, leaves the others as they are.",
    )


def _sections(body: Sequence[Block]) -> list[list[Block]]:
    """The articles of a body, each with its heading first."""
    found: list[list[Block]] = []
    for block in body:
        if isinstance(block, Heading) and block.level == 1:
            found.append([])
        found[-1].append(block)
    return found


def key_terms(facts: PaperFacts) -> Iterator[Block]:
    """The cover's facts: who, what together, and each license in a row."""
    say, record = facts.say, facts.record
    total = sum_of(one.total for one in facts.licenses)
    yield Facts(
        (
            (say("项目名称", "Project name"), facts.project),
            (say("许可方（专利权人）", "Licensor (patentee)"), facts.owners),
            (say("被许可方", "Licensee"), record["licensee"]["name"]),
            (say("许可项数", "Licenses"), str(len(facts.licenses))),
            (say("合同成交总额", "Total of the contract"), _total(facts)),
            (
                say("交易场所", "Venue"),
                say(
                    f"{record['venue']['name']}（{record['venue']['code']}）",
                    f"{record['venue']['name']} ({record['venue']['code']})",
                ),
            ),
        )
    )
    columns = (
        Column(heading=say("项", "No."), share=0.4),
        Column(heading=say("专利和声明", "Patent and declaration"), share=3.0),
        Column(heading=say("许可期限", "Term"), share=2.2),
        Column(heading=say("使用费", "Fee"), share=1.9),
        Column(heading=say("金额（元）", "Amount (CNY)"), share=1.2, align="right"),
    )
    rows = tuple(_row(facts, n, one) for n, one in enumerate(facts.licenses, start=1))
    whole = ("", say("合计", "Together"), "", "", "" if total.untold else money.yuan(total.amount))
    yield Grid(columns, (*rows, whole))


def _row(facts: PaperFacts, n: int, one: PaperFacts) -> tuple[str, ...]:
    first, last = (facts.day(day) for day in one.term)
    price = one.fee.words if one.in_kind else wording.price(one.fee, facts.lang)
    untold = facts.say("未定明", "not stated")
    return (
        str(n),
        f"{one.patent['number']}　{one.patent['title']}　{one.record['declaration']['number']}",
        facts.say(f"{first} 至 {last}", f"{first} to {last}"),
        price,
        untold if one.unvalued else money.yuan(one.total.amount),
    )


def _total(facts: PaperFacts) -> str:
    """In figures and words; which licenses have none that could be told is said, not printed as nought."""
    total = sum_of(one.total for one in facts.licenses)
    untold = [str(n) for n, one in enumerate(facts.licenses, start=1) if one.unvalued]
    if total.untold:
        return facts.say(
            "未定明以货币计算的总额（登记时由申请人估算并说明依据）",
            "not stated in money (estimated by the applicant for registration, with its basis)",
        )
    figure = facts.say(
        f"{money.yuan(total.amount)} 元（{money.capitals(total.amount)}）{basis_of(facts, total)}",
        f"CNY {money.yuan(total.amount)} ({money.in_words(total.amount)}){basis_of(facts, total)}",
    )
    if not untold:
        return figure
    return figure + facts.say(
        f"；其中第 {'、'.join(untold)} 项没有定明以货币计算的总额，未计入",
        f"; license {', '.join(untold)} states no total in money and is not counted",
    )


def evidence_pages(facts: PaperFacts) -> Iterator[Block]:
    """A page of evidence for each license; of several, each under its name, and what the footer shows."""
    for n, one in enumerate(facts.licenses, start=1):
        yield PageBreak()
        head, *rest = evidence.evidence_page(one)
        yield head
        if facts.others:
            yield Heading(name(facts, n, one), 2)
        yield from rest
    if facts.others:
        text = facts.say(
            "页脚的记录摘要，是各项“本合同记录摘要”依次列成的 JSON 数组（RFC 8785）的 SHA-256。",
            "The record digest in the footer is the SHA-256 of the JSON array (RFC 8785) of the records' "
            "digests above, in their order.",
        )
        yield Paragraph(text, small=True)


def merged(signatories: Iterable[Signatory]) -> list[Signatory]:
    """One block for each who signs, with what it signed for every license, each line once."""
    found: dict[tuple[str, str], Signatory] = {}
    for one in signatories:
        known = found.get((one.role, one.name))
        lines = dict.fromkeys((*(known.facts if known else ()), *one.facts))
        found[one.role, one.name] = replace(one, facts=tuple(lines))
    return list(found.values())
