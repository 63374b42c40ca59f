"""The papers that belong to a package or a batch and not to the license: 00, 03, 09, 10, 11 and the hand-over
sheet.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from registry import money
from registry.contracts import evidence
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
from registry.documents.tables import Column, Signatory
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
    """00: a cover of two lines for the clerk, then each file, present or missing and who has to bring it."""
    form = row["form"]
    who = f"许可方 {form['seller_name']}，被许可方 {form['buyer_name']}。{form['project_name']}"
    amount = money.yuan(Decimal(form["total_amount"]))
    how = f"成交总额 {amount} 元；申请人 {form['applicant']}；联系 {form['agent'] or form['seller_contact']} "
    how += form["agent_phone"] or form["seller_phone"]
    return _paper(
        "目录",
        facts,
        [
            Title("技术合同登记材料目录", f"平台存证编号　{row['contract']}"),
            Paragraph(who),
            Paragraph(how),
            Grid(_CONTENTS, tuple(listed)),
            Paragraph("缺少的材料没有以其他文件代替。各文件的摘要见 manifest.json。", small=True),
        ],
    )


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
    form = row["form"]
    listed = Facts(
        (
            ("项目名称", form["project_name"]),
            ("平台存证编号", row["contract"]),
            ("卖方（许可方）", form["seller_name"]),
            ("买方（被许可方）", form["buyer_name"]),
        )
    )
    words = {"applicant": form["applicant"], "role": form["applicant_role"]}
    body = facts.worded("truthfulness", words, {"contract": [listed]})
    signed = Signatures(
        (Signatory(role="申请人", name=form["applicant"], sign="法定代表人或者授权代表（签字）："),)
    )
    return _paper("真实性承诺书", facts, [Title("真实性承诺书"), *body, signed])


def amounts(row: Mapping[str, Any], facts: PaperFacts) -> Composed:
    """10: how the technology amount was found."""
    form = row["form"]
    total, technology = Decimal(form["total_amount"]), Decimal(form["technology_amount"])
    lines = (
        ("合同成交总额", f"{money.yuan(total)} 元　{money.capitals(total)}"),
        ("金额依据", form["basis"]),
        ("减：设备、仪器", "0.00 元"),
        ("减：零部件、原材料", "0.00 元"),
        ("减：其他非技术性费用", "0.00 元"),
        ("技术交易额", f"{money.yuan(technology)} 元　{money.capitals(technology)}"),
        ("支付方式", form["payment_method"]),
    )
    note = "本合同的价款只含专利许可使用费，没有非技术性费用；技术资料的合理数量的载体不予扣除。"
    blocks: list[Block] = [
        Title("技术交易额核定表", f"平台存证编号　{row['contract']}"),
        Facts(lines),
        Paragraph(note),
    ]
    if facts.dues and not facts.free:
        head = (
            Column(heading="款项", share=2),
            Column(heading="金额（元）", align="right"),
            Column(heading="付款日"),
        )
        dues = (
            (
                f"第 {n} 笔",
                money.yuan(due.amount) if due.amount is not None else "按报告计算",
                day(due.due_on),
            )
            for n, due in enumerate(facts.dues, start=1)
        )
        blocks.append(Grid(head, tuple(dues)))
    return _paper("技术交易额核定表", facts, [*blocks, Space(6)])


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
    nonce = Paragraph(f"记录随机数 {facts.record['nonce']}", small=True)
    return Composed(
        title=name,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(*blocks, nonce),
    )
