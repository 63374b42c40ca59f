"""Papers about acts after a license: royalty report, notice of default, ending, receipt of a hand-over.

Each says what a party said and signed, when it was entered, and what the law makes of it; none decides
anything.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from registry import clock, money
from registry.contracts import evidence, paper_wording
from registry.contracts.blocks import Block, Composed, Facts, Grid, Signatures, Title
from registry.contracts.duty_models import DefaultNotice, Ending, Handover, RoyaltyReport
from registry.contracts.paper_facts import Entered, PaperFacts, day, instant
from registry.documents.tables import Column, Signatory
from registry.licenses.fees import Base, Royalty
from registry.money import percent, yuan

WORDING = "2026-11"
"""These papers' own words: licenses of any earlier wording have them too."""
KINDS = ("royalty_report", "default_notice", "ending", "handover")
DUTY_NAMES = {
    "report": "第 {n} 结算期提成费报告", "royalty": "第 {n} 结算期提成费", "instalment": "第 {n} 期款项",
    "year": "第 {n} 许可年度使用费", "minimum": "第 {n} 许可年度最低提成费", "handover": "声明所列资料的交付",
    "recordal": "专利实施许可备案", "stamp": "合同的签章", "annuity": "专利年费的缴纳",
    "receipt": "资料的签收", "whole": "使用费", "entry": "入门费", "other": "约定的款项",
}  # fmt: skip
GROUNDS = {
    "not_cured": ("迟延履行主要债务，经催告后在合理期限内仍未履行", "民法典第五百六十三条第一款第三项"),
    "purpose_lost": ("违约行为致使不能实现合同目的", "民法典第五百六十三条第一款第四项"),
    "refused": ("明确表示或者以自己的行为表明不履行主要债务", "民法典第五百六十三条第一款第二项"),
}
_PARTS = (
    Column(heading="许可年度", share=0.8),
    Column(heading="起止", share=2.6),
    Column(heading="金额（元）", share=1.3, align="right"),
    Column(heading="扣除（元）", share=1.2, align="right"),
    Column(heading="提成率", share=0.8, align="right"),
    Column(heading="提成费（元）", share=1.3, align="right"),
)


def duty_name(key: str) -> str:
    """`第 3 结算期提成费报告`: a duty by its key, as papers name it."""
    kind, _, number = key.partition(":")
    return DUTY_NAMES.get(kind, kind).format(n=number)


def royalty_report(
    facts: PaperFacts, report: RoyaltyReport, royalty: Royalty, files: Sequence[str], entered: Entered
) -> Composed:
    """提成费报告: what the licensee states of one period, and that it is true."""
    base = "净销售额" if royalty.base is Base.SALES else "利润额"
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
            f"第 {one['year']} 年",
            f"{day(one['first'])} 至 {day(one['last'])}",
            yuan(Decimal(one["gross"])),
            yuan(Decimal(one["deductions"])),
            percent(Decimal(one["rate"])),
            yuan(Decimal(one["royalty"])),
        )
        for one in report.parts
    )
    inserts: dict[str, list[Block]] = {
        "period": [Facts(_report_rows(facts, report))],
        "figures": [Grid(_PARTS, rows)],
        "sum": [Facts(_sum_rows(report))],
        "files": [Facts(_files(files))],
        "entered": [Facts(_entered_rows(entered, report.signer))],
    }
    title = "提成费报告" if report.edition == 1 else "提成费报告（更正）"
    return _paper(facts, title, "royalty_report", words, inserts, "licensee")


def default_notice(
    facts: PaperFacts, notice: DefaultNotice, files: Sequence[str], entered: Entered
) -> Composed:
    """催告函: what is late and until when it may still be done."""
    from_, to = _names(facts, notice.side)
    words = {
        "from": from_,
        "to": to,
        "duty": duty_name(notice.key),
        "due": day(notice.due_on),
        "cure_by": day(notice.cure_by),
        "words": notice.words,
    }
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(files))],
        "entered": [Facts(_entered_rows(entered, notice.signer))],
    }
    return _paper(facts, "催告函", "default_notice", words, inserts, notice.side)


def ending(
    facts: PaperFacts,
    ended: Ending,
    notice: DefaultNotice | None,
    files: Sequence[str],
    entered: Entered,
) -> Composed:
    """解除通知: one party ends the license; the paper says whose act it is and how to object."""
    from_, to = _names(facts, ended.side)
    ground, article = GROUNDS[ended.ground]
    words = {
        "from": from_,
        "to": to,
        "ground": ground,
        "article": article,
        "words": ended.words,
        "ends_on": day(ended.ends_on),
        "answer_by": day(ended.answer_by),
        "noticed": day(clock.legal_day(notice.noticed_at)) if notice else "",
        "noticed_duty": duty_name(notice.key) if notice else "",
        "cure_by": day(notice.cure_by) if notice else "",
        "noticed_seq": notice.seq if notice else "",
        "free": facts.free,
    }
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(files))],
        "entered": [Facts(_entered_rows(entered, ended.signer))],
    }
    return _paper(facts, "解除合同通知书", "ending", words, inserts, ended.side)


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
        "day": day(handed.day),
        "items": handed.items,
    }
    receipt = _entered_rows(answered, "") if answered else (("签收", ""),)
    inserts: dict[str, list[Block]] = {
        "license": [Facts(_license_rows(facts))],
        "files": [Facts(_files(files))],
        "entered": [Facts(_entered_rows(entered, handed.signer))],
        "received": [Facts(receipt)],
    }
    return _paper(facts, "资料交付签收单", "handover", words, inserts, "holder", "licensee")


# --- inside ------------------------------------------------------------------------------------------


def _paper(
    facts: PaperFacts,
    title: str,
    template: str,
    words: Mapping[str, Any],
    inserts: Mapping[str, Sequence[Block]],
    *sides: str,
) -> Composed:
    return Composed(
        title=title,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        dense=True,  # one page where it can be one
        blocks=(
            Title(title, f"平台存证编号　{facts.contract}"),
            *paper_wording.blocks(WORDING, template, {**facts.laws.words(), **words}, inserts),
            Signatures(tuple(_signatory(facts, side) for side in sides)),
            evidence.qr(facts),
        ),
    )


def _signatory(facts: PaperFacts, side: str) -> Signatory:
    party = facts.record["licensee" if side == "licensee" else "licensor"]
    return Signatory(
        role="被许可方" if side == "licensee" else "许可方",
        name=party["name"],
        facts=("已以电子签名存证；纸面需要时另行签章。",),
        seal=evidence.seal_word(facts, party),
        sign="签字：",
    )


def _names(facts: PaperFacts, side: str) -> tuple[str, str]:
    licensee, licensor = facts.record["licensee"]["name"], facts.record["licensor"]["name"]
    return (licensee, licensor) if side == "licensee" else (licensor, licensee)


def _license_rows(facts: PaperFacts) -> tuple[tuple[str, str], ...]:
    first, last = facts.term
    return (
        ("合同", f"{facts.title}　{facts.contract}"),
        ("专利", "；".join(f"{one['number']}　{one['title']}" for one in facts.record["patents"])),
        ("许可期限", f"{day(first)} 至 {day(last)}"),
    )


def _report_rows(facts: PaperFacts, report: RoyaltyReport) -> tuple[tuple[str, str], ...]:
    return (
        *_license_rows(facts),
        ("结算期", f"第 {report.number} 期　{day(report.period_first)} 至 {day(report.period_last)}"),
        ("数量", "" if report.units is None else f"{report.units.normalize():,f}"),
    )


def _sum_rows(report: RoyaltyReport) -> tuple[tuple[str, str], ...]:
    rows = [("本期提成费", f"{yuan(report.royalty)} 元")]
    if report.credited:
        rows.append(("抵扣已预付的最低提成费", f"{yuan(report.credited)} 元"))
    rows.append(("本期应付", f"{yuan(report.due)} 元　{money.capitals(report.due)}"))
    if report.top_up is not None:
        rows.append(("该许可年度最低提成费尚差", f"{yuan(report.top_up)} 元"))
    return tuple(rows)


def _files(files: Sequence[str]) -> tuple[tuple[str, str], ...]:
    if not files:
        return (("附件", "无"),)
    return tuple((f"附件 {number}", name) for number, name in enumerate(files, start=1))


def _entered_rows(entered: Entered, signer: str) -> tuple[tuple[str, str], ...]:
    return (
        *((("签署人", signer),) if signer else ()),
        ("存证序号", str(entered.seq)),
        ("进入系统时刻", instant(entered.at)),
        ("存证项摘要", evidence.grouped(entered.leaf)),
    )
