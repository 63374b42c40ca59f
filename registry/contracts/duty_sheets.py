"""Papers about acts after a license: royalty report, notice of default, ending, receipt of a hand-over.

Each says what a party said and signed, when it was entered, and what the law makes of it; none decides
anything.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from registry import clock, money
from registry.codes.laws import chinese_number
from registry.contracts import evidence, paper_wording, papers
from registry.contracts.blocks import Block, Composed, Facts, Grid, Signatures, Title
from registry.contracts.duty_models import DefaultNotice, Ending, Handover, RoyaltyReport
from registry.contracts.paper_facts import Entered, PaperFacts
from registry.documents.tables import Column, Signatory
from registry.licenses.fees import Base, Royalty
from registry.money import percent, yuan

WORDING = "2026-11"
"""These papers' own words, Chinese and English: licenses of any earlier wording have them too."""
KINDS = ("royalty_report", "default_notice", "ending", "handover")
DUTY_NAMES: Mapping[str, tuple[str, str]] = {
    "report": ("第 {n} 结算期提成费报告", "royalty report of period {n}"),
    "royalty": ("第 {n} 结算期提成费", "royalty of period {n}"),
    "instalment": ("第 {n} 期款项", "instalment {n}"),
    "year": ("第 {n} 许可年度使用费", "fee of license year {n}"),
    "minimum": ("第 {n} 许可年度最低提成费", "minimum royalty of license year {n}"),
    "handover": ("声明所列资料的交付", "hand-over of the materials the declaration lists"),
    "recordal": ("专利实施许可备案", "recordal of the license with CNIPA"),
    "stamp": ("合同的签章", "signing and sealing of the contract"),
    "annuity": ("专利年费的缴纳", "payment of the patent's annuity"),
    "receipt": ("资料的签收", "receipt for the materials"),
    "whole": ("使用费", "fee"),
    "entry": ("入门费", "entry fee"),
    "other": ("约定的款项", "agreed sum"),
}
GROUNDS: Mapping[str, tuple[str, str, int]] = {
    "not_cured": (
        "迟延履行主要债务，经催告后在合理期限内仍未履行",
        "a main obligation was delayed and not performed within a reasonable time after notice",
        3,
    ),
    "purpose_lost": (
        "违约行为致使不能实现合同目的",
        "a breach that defeats the purpose of the contract",
        4,
    ),
    "refused": (
        "明确表示或者以自己的行为表明不履行主要债务",
        "the other side says, or shows by its conduct, that it will not perform a main obligation",
        2,
    ),
}
"""What a license is ended on, and the item of CC 563(1) that says so."""


def duty_name(facts: PaperFacts, key: str) -> str:
    """`第 3 结算期提成费报告`: a duty by its key, as papers name it."""
    return facts.say(*duty_names(key))


def duty_names(key: str) -> tuple[str, str]:
    """A duty by its key in Chinese and in English."""
    kind, _, number = key.partition(":")
    zh, en = DUTY_NAMES.get(kind, (kind, kind))
    return zh.format(n=number), en.format(n=number)


def royalty_report(
    facts: PaperFacts, report: RoyaltyReport, royalty: Royalty, files: Sequence[str], entered: Entered
) -> Composed:
    """提成费报告: what the licensee states of one period, and that it is true."""
    say = facts.say
    base = say("净销售额", "net sales") if royalty.base is Base.SALES else say("利润额", "profit")
    words = {
        "licensor": facts.record["licensor"]["name"],
        "licensee": facts.record["licensee"]["name"],
        "nil": report.nil,
        "base": base,
        "base_words": royalty.base_words.rstrip("。"),
        "deductions": report.deduction_words or "/",
        "note": report.note or "/",
        "inspection": royalty.inspection,
        "pay_days": royalty.pay_within_days,
        "edition": report.edition,
    }
    rows = tuple(
        (
            say(f"第 {one['year']} 年", f"year {one['year']}"),
            _span(facts, one["first"], one["last"]),
            yuan(Decimal(one["gross"])),
            yuan(Decimal(one["deductions"])),
            percent(Decimal(one["rate"])),
            yuan(Decimal(one["royalty"])),
        )
        for one in report.parts
    )
    inserts: dict[str, list[Block]] = {
        "period": [Facts(_report_rows(facts, report))],
        "figures": [Grid(_parts(facts), rows)],
        "sum": [Facts(_sum_rows(facts, report))],
        "entered": [Facts((*_files(facts, files), *_entered_rows(facts, entered, report.signer)))],
    }
    title = say("提成费报告", "Royalty Report")
    if report.edition > 1:
        title = say("提成费报告（更正）", "Royalty Report (corrected)")
    return _paper(facts, title, "royalty_report", words, inserts, "licensee")


def default_notice(
    facts: PaperFacts, notice: DefaultNotice, files: Sequence[str], entered: Entered
) -> Composed:
    """催告函: what is late and until when it may still be done."""
    from_, to = _names(facts, notice.side)
    words = {
        "from": from_,
        "to": to,
        "duty": duty_name(facts, notice.key),
        "due": facts.day(notice.due_on),
        "cure_by": facts.day(notice.cure_by),
        "words": notice.words,
    }
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(facts, files))],
        "entered": [Facts(_entered_rows(facts, entered, notice.signer))],
    }
    title = facts.say("催告函", "Notice of Default")
    return _paper(facts, title, "default_notice", words, inserts, notice.side)


def ending(
    facts: PaperFacts,
    ended: Ending,
    notice: DefaultNotice | None,
    files: Sequence[str],
    entered: Entered,
) -> Composed:
    """解除通知: one party ends the license; the paper says whose act it is and how to object."""
    from_, to = _names(facts, ended.side)
    zh, en, item = GROUNDS[ended.ground]
    article = facts.laws.cite("CC", "563(1)")
    words = {
        "from": from_,
        "to": to,
        "ground": facts.say(zh, en),
        "article": facts.say(f"{article}第{chinese_number(item)}项", f"{article}, item {item}"),
        "words": ended.words,
        "ends_on": facts.day(ended.ends_on),
        "answer_by": facts.day(ended.answer_by),
        "noticed": facts.day(clock.legal_day(notice.noticed_at)) if notice else "",
        "noticed_duty": duty_name(facts, notice.key) if notice else "",
        "cure_by": facts.day(notice.cure_by) if notice else "",
        "noticed_seq": notice.seq if notice else "",
        "free": facts.free,
    }
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(facts, files))],
        "entered": [Facts(_entered_rows(facts, entered, ended.signer))],
    }
    title = facts.say("解除合同通知书", "Notice of Termination")
    return _paper(facts, title, "ending", words, inserts, ended.side)


def handover(
    facts: PaperFacts, handed: Handover, files: Sequence[str], entered: Entered, answered: Entered | None
) -> Composed:
    """资料交付签收单: what was handed over and that it was received."""
    materials = facts.answers.get("materials", {})
    words = {
        "licensor": facts.record["licensor"]["name"],
        "licensee": facts.record["licensee"]["name"],
        "promised": materials.get("words") or "/",
        "hours": materials.get("hours") or 0,
        "day": facts.day(handed.day),
        "items": handed.items,
    }
    receipt = _entered_rows(facts, answered, "") if answered else ((facts.say("签收", "Received"), ""),)
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(facts, files))],
        "entered": [Facts(_entered_rows(facts, entered, handed.signer))],
        "received": [Facts(receipt)],
    }
    title = facts.say("资料交付签收单", "Hand-over and Receipt of Materials")
    return _paper(facts, title, "handover", words, inserts, "holder", "licensee")


# --- inside ------------------------------------------------------------------------------------------


def _paper(
    facts: PaperFacts,
    title: str,
    template: str,
    words: Mapping[str, Any],
    inserts: Mapping[str, Sequence[Block]],
    *sides: str,
) -> Composed:
    filing = facts.say("平台存证编号　", "Contract (platform filing number) ")
    filled = {**facts.laws.words(), **words}
    composed = Composed(
        title=title,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        dense=True,  # one page where it can be one
        lang=facts.lang,
        blocks=(
            Title(title, f"{filing}{facts.contract}"),
            *paper_wording.blocks(WORDING, template, filled, inserts, lang=facts.lang),
            Signatures(tuple(_signatory(facts, side) for side in sides)),
            evidence.qr(facts),
        ),
    )
    return papers.reading(composed) if facts.lang == "en" else composed


def _signatory(facts: PaperFacts, side: str) -> Signatory:
    party = facts.record["licensee" if side == "licensee" else "licensor"]
    return Signatory(
        role=facts.say("被许可方", "Licensee") if side == "licensee" else facts.say("许可方", "Licensor"),
        name=party["name"],
        facts=(
            facts.say(
                "已以电子签名存证；纸面需要时另行签章。",
                "Signed electronically and entered in the log; sign or seal on paper where that is wanted.",
            ),
        ),
        seal=evidence.seal_word(facts, party),
        sign=facts.say("签字：", "Signature:"),
        day=evidence.day_word(facts),
    )


def _names(facts: PaperFacts, side: str) -> tuple[str, str]:
    licensee, licensor = facts.record["licensee"]["name"], facts.record["licensor"]["name"]
    return (licensee, licensor) if side == "licensee" else (licensor, licensee)


def _license_rows(facts: PaperFacts) -> tuple[tuple[str, str], ...]:
    first, last = facts.term
    patents = [f"{one['number']}　{one['title']}" for one in facts.record["patents"]]
    return (
        (facts.say("合同", "Contract"), f"{facts.title}　{facts.contract}"),
        (facts.say("专利", "Patent"), facts.say("；", "; ").join(patents)),
        (facts.say("许可期限", "Term of the license"), _span(facts, first, last)),
    )


def _report_rows(facts: PaperFacts, report: RoyaltyReport) -> tuple[tuple[str, str], ...]:
    say, number = facts.say, report.number
    span = _span(facts, report.period_first, report.period_last)
    units = "" if report.units is None else f"{report.units.normalize():,f}"
    return (
        *_license_rows(facts),
        (say("结算期", "Period"), say(f"第 {number} 期　{span}", f"{number}, {span}")),
        (say("数量", "Quantity"), units),
    )


def _parts(facts: PaperFacts) -> tuple[Column, ...]:
    say = facts.say
    return (
        Column(heading=say("年度", "Year"), share=0.75),
        Column(heading=say("起止", "From and to"), share=3.1),
        Column(heading=say("金额（元）", "Amount (CNY)"), share=1.25, align="right"),
        Column(heading=say("扣除（元）", "Deducted (CNY)"), share=1.15, align="right"),
        Column(heading=say("提成率", "Rate"), share=0.75, align="right"),
        Column(heading=say("提成费（元）", "Royalty (CNY)"), share=1.3, align="right"),
    )


def _sum_rows(facts: PaperFacts, report: RoyaltyReport) -> tuple[tuple[str, str], ...]:
    say = facts.say

    def sum_of(amount: Decimal) -> str:
        return say(f"{yuan(amount)} 元", f"CNY {yuan(amount)}")

    rows = [(say("本期提成费", "Royalty of the period"), sum_of(report.royalty))]
    if report.credited:
        label = say("抵扣已预付的最低提成费", "Set off against the minimum paid in advance")
        rows.append((label, sum_of(report.credited)))
    written = say(money.capitals(report.due), money.in_words(report.due))
    rows.append((say("本期应付", "Payable for the period"), f"{sum_of(report.due)}　{written}"))
    if report.top_up is not None:
        label = say("该许可年度最低提成费尚差", "Still missing to the minimum of that license year")
        rows.append((label, sum_of(report.top_up)))
    return tuple(rows)


def _files(facts: PaperFacts, files: Sequence[str]) -> tuple[tuple[str, str], ...]:
    label = facts.say("附件", "Annex")
    if not files:
        return ((label, facts.say("无", "none")),)
    return tuple((f"{label} {number}", name) for number, name in enumerate(files, start=1))


def _entered_rows(facts: PaperFacts, entered: Entered, signer: str) -> tuple[tuple[str, str], ...]:
    say = facts.say
    return (
        *(((say("签署人", "Signed by"), signer),) if signer else ()),
        (say("进入系统", "Entered"), evidence.entry_line(facts, entered)),
        (say("存证项摘要", "Leaf hash"), evidence.grouped(entered.leaf)),
    )


def _span(facts: PaperFacts, first: date | str, last: date | str) -> str:
    return facts.say(f"{facts.day(first)} 至 {facts.day(last)}", f"{facts.day(first)} to {facts.day(last)}")
