"""The papers that belong to a package or a batch and not to the license: 00, 03, 09, 10, 11 and the hand-over
sheet.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from registry import money
from registry.contracts import evidence, papers, sheet_notes
from registry.contracts.blocks import (
    Block,
    Composed,
    Facts,
    Grid,
    Heading,
    Paragraph,
    Signatures,
    Space,
    Title,
)
from registry.contracts.paper_facts import PaperFacts, day, instant
from registry.contracts.registration_form import recordal_words
from registry.documents.tables import Column
from registry.exports.frozen import thawed

COPY, ORIGINAL, PAPER = "电子件", "电子原件", "扫描件，原件已收"
_CONTENTS = (
    Column(heading="材料", share=3.1),
    Column(heading="状态", share=1.6),
    Column(heading="形式", share=1.75),
    Column(heading="页数", share=0.65, align="right"),
    Column(heading="由谁提供", share=1.5),
)


def contents(row: Mapping[str, Any], facts: PaperFacts, listed: Sequence[tuple[str, ...]]) -> Composed:
    """00: a cover of two lines for the clerk, of three where an agent or unit acted; then each file, there or
    missing, and who has to bring it.
    """
    form = row["form"]
    who = f"许可方 {form['seller_name']}，被许可方 {form['buyer_name']}。{form['project_name']}"
    amount = f"{money.yuan(Decimal(form['total_amount']))} 元" if form["total_amount"] else "待申请人估算"
    how = f"成交总额 {amount}；申请人 {form['applicant']}；联系 {form['agent'] or form['seller_contact']} "
    how += form["agent_phone"] or form["seller_phone"]
    return _paper(
        "目录",
        facts,
        [
            Title("技术合同登记材料目录", f"平台存证编号　{row['contract']}"),
            Paragraph(who),
            Paragraph(how),
            *(Paragraph(one) for one in _handlers(facts)),
            Grid(_CONTENTS, tuple(listed)),
            Paragraph("缺少的材料没有以其他文件代替。各文件的摘要见 manifest.json。", small=True),
        ],
    )


def _handlers(facts: PaperFacts) -> list[str]:
    """Who acted for either side in any of the licenses; none where both did it themselves. The form itself
    asks only who handles the registration.
    """
    found = [
        f"{whose}{label}：{words}"
        for side, whose in (("licensor", "许可方"), ("licensee", "被许可方"))
        for label, words in dict.fromkeys(line for one in facts.licenses for line in one.agent(side))
    ]
    return ["；".join(found) + "。"] if found else []


def declaration(row: Mapping[str, Any], facts: PaperFacts, text: str) -> Composed:
    """03: the declaration's exact public text and what CNIPA announced of it."""
    frozen = facts.record["declaration"]
    announced = facts.statutory
    return _paper(
        "开放许可声明及公告",
        facts,
        [
            Title("开放许可声明及公告信息" if announced else "许可声明（未经国家知识产权局公告）"),
            Facts(
                (
                    ("平台声明编号", f"{frozen['number']}　第 {frozen['version']} 版"),
                    ("开放许可声明编号", frozen["cnipa_number"] if announced else "通知到达时尚未公告"),
                    ("公告日", day(frozen["cnipa_day"]) if announced else "/"),
                    ("本平台发布", f"存证序号 {frozen['seq']}　{instant(frozen['published_at'])}"),
                    ("声明文本摘要", evidence.grouped(frozen["digest"])),
                )
            ),
            Heading("声明全文"),
            *(Paragraph(line.strip()) for line in text.splitlines() if line.strip()),
        ],
    )


def truthfulness(row: Mapping[str, Any], facts: PaperFacts) -> Composed:
    """09: the applicant's undertaking, to be signed and sealed on paper."""
    form, say, title = row["form"], facts.say, facts.say("真实性承诺书", "Undertaking of Truthfulness")
    listed = Facts(
        (
            (say("项目名称", "Project name"), form["project_name"]),
            (say("平台存证编号", "Platform filing number"), row["contract"]),
            (say("卖方（许可方）", "Seller (licensor)"), form["seller_name"]),
            (say("买方（被许可方）", "Buyer (licensee)"), form["buyer_name"]),
        )
    )
    role = form["applicant_role"]
    words = {"applicant": form["applicant"], "role": say(role, sheet_notes.english(role))}
    body = facts.worded("truthfulness", words, {"contract": [listed]})
    signed = evidence.unsigned(facts, say("申请人", "Applicant"), _applicant(facts, form["applicant"]))
    return _paper(title, facts, [Title(title), *body, Signatures((signed,))])


def _applicant(facts: PaperFacts, name: str) -> Mapping[str, Any]:
    """Either side, or else the venue, which is a unit."""
    sides = (facts.record["licensor"], facts.record["licensee"])
    return next((one for one in sides if one["name"] == name), {"kind": "organisation", "name": name})


def amounts(row: Mapping[str, Any], facts: PaperFacts) -> Composed:
    """10: how the technology amount was found, with what falls due of every license."""
    form, say = row["form"], facts.say
    title = say("技术交易额核定表", "How the Technology Amount Was Found")
    nothing = say("0.00 元", "CNY 0.00")
    basis, ways = (say(text, sheet_notes.english(text)) for text in (form["basis"], form["payment_method"]))
    lines = (
        (say("合同成交总额", "Total of the contract"), _sum(facts, form["total_amount"])),
        (say("金额依据", "Basis of the amount"), basis),
        (say("减：设备、仪器", "Less: equipment, instruments"), nothing),
        (say("减：零部件、原材料", "Less: parts, raw materials"), nothing),
        (say("减：其他非技术性费用", "Less: other non-technical costs"), nothing),
        (say("技术交易额", "Technology amount"), _sum(facts, form["technology_amount"])),
        (say("支付方式", "Payment"), ways),
    )
    note = say(
        "本合同的价款只含专利许可使用费，没有非技术性费用；技术资料的合理数量的载体不予扣除。",
        "The price holds the patent license fee only and no non-technical costs; a reasonable number of "
        "carriers of technical materials is not deducted.",
    )
    number = say("平台存证编号", "Platform filing number")
    blocks: list[Block] = [Title(title, f"{number}　{row['contract']}"), Facts(lines), Paragraph(note)]
    for one in facts.licenses:
        if one.dues and not one.free:
            if facts.others:
                blocks.append(Heading(f"{one.patent['number']}　{one.patent['title']}", 2))
            blocks.append(_dues(one))
    return _paper(title, facts, [*blocks, Space(6)])


def _sum(facts: PaperFacts, amount: str) -> str:
    """In figures and in words; where no total can be told, who has to estimate it."""
    if not amount:
        return facts.say(
            "未定明以货币计算的总额，由申请人估算：　　　　　　　　元",
            "not stated in money, to be estimated by the applicant: CNY　　　　　　　　",
        )
    found = Decimal(amount)
    return facts.say(
        f"{money.yuan(found)} 元　{money.capitals(found)}",
        f"CNY {money.yuan(found)}, {money.in_words(found)}",
    )


def _dues(facts: PaperFacts) -> Grid:
    say = facts.say
    head = (
        Column(heading=say("款项", "Payment"), share=2),
        Column(heading=say("金额（元）", "Amount (CNY)"), align="right"),
        Column(heading=say("付款日", "Due on")),
    )
    reported = say("按报告计算", "as reported")
    rows = (
        (
            say(f"第 {n} 笔", f"Payment {n}"),
            money.yuan(due.amount) if due.amount is not None else reported,
            facts.day(due.due_on),
        )
        for n, due in enumerate(facts.dues, start=1)
    )
    return Grid(head, tuple(rows))


def verification(
    row: Mapping[str, Any], facts: PaperFacts, reports: Sequence[tuple[str, str]], vkey: str
) -> Composed:
    """11: what the receipts in this package prove, as the verifier says it, and how to check without us."""
    blocks: list[Block] = [
        Title("电子签名与存证验证报告", f"平台存证编号　{row['contract']}"),
        Paragraph(
            "本报告由存证验证程序对包内回执的检查结果生成。回执文件可以脱离本平台，用下列验证公钥重新检查。"
        ),
        Facts(
            (
                ("日志名称", facts.record["origin"]),
                ("验证公钥", vkey),
                ("许可备案", recordal_words(thawed(row)[1])),
            )
        ),
    ]
    for name, text in reports:
        blocks.append(Heading(name))
        blocks += [Paragraph(line) for line in text.splitlines() if line.strip()]
    return _paper("电子签名与存证验证报告", facts, [*blocks, *evidence.evidence_page(facts)])


def _paper(name: str, facts: PaperFacts, blocks: Sequence[Block]) -> Composed:
    nonce = Paragraph(f"{facts.say('记录随机数', 'Record nonce')} {facts.record['nonce']}", small=True)
    made = Composed(
        title=name,
        number=facts.contract,
        digest=facts.contract_digest,
        watermark=facts.watermark,
        lang=facts.lang,
        blocks=(*blocks, nonce),
    )
    return papers.reading(made) if facts.lang == "en" else made
