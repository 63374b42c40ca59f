"""The sheet beside a partly opened bundle: what is shown, what is not, and how to check it."""

from collections.abc import Collection, Mapping
from typing import Any

from registry.contracts.blocks import Composed, Facts, Heading, Paragraph, Title
from registry.contracts.evidence import grouped
from registry.contracts.paper_facts import PaperFacts, day, instant
from registry.ledger.bundle_file import Bundle

STATES = {"license.noticed": "通知已到达", "license.effective": "有效", "license.ended": "已终止"}
VALUES = {
    "licensee": "被许可方",
    "licensor": "许可方",
    "patents": "专利",
    "intended_use": "实施用途",
    "contacts": "联系方式",
    "record": "合同记录摘要",
    "nonce": "记录随机数",
    "wording": "文本版本",
    "amount": "金额",
    "numbers": "编号",
    "office": "机构",
}


def compose(
    facts: PaperFacts, labels: Mapping[str, str], chosen: Collection[str], *, opened: Bundle, digest: str
) -> Composed:
    """`labels` are the parts that could be picked; `digest` is the SHA-256 of the bundle's bytes."""
    hidden = [label for name, label in labels.items() if name not in chosen]
    shown = tuple((_label(row["path"]), _words(row["value"])) for row in opened.disclosures)
    return Composed(
        title="专利许可证明（选择性披露）",
        number=facts.contract,
        digest="",
        watermark=facts.watermark,
        blocks=(
            Title("专利许可证明", f"选择性披露　编号　{facts.contract}"),
            Facts(tuple(_standing(opened))),
            Heading("出示的内容"),
            Facts(shown) if shown else Paragraph("没有出示其他内容。"),
            Heading("未出示的内容"),
            Paragraph("；".join(hidden) + "。" if hidden else "无。"),
            Paragraph(
                "未出示的内容在存证中只有加盐的承诺，从凭证包推不出来。实施通知公开载有声明编号：公开声明里的"
                "使用费，任何人都可以在平台上查到；合同各笔付款的金额不公开。",
                small=True,
            ),
            Heading("怎样核验"),
            Paragraph(
                "本页只是说明，证明力在随附的凭证包。先核对凭证包的 SHA-256 摘要，"
                "再用核验程序或核验页面检查。"
            ),
            Facts((("凭证包摘要", grouped(digest)), ("核验页面", facts.verify_address))),
            Paragraph(
                "凭证包证明所含的记录，不能证明此后没有别的记录；许可的现状以核验页面为准。", small=True
            ),
        ),
    )


def _standing(opened: Bundle) -> list[tuple[str, str]]:
    """What stands openly in the filings: state, instants, place in the log."""
    rows, state = [], ""
    for pair in opened.pairs:
        filed = pair.filed
        state = STATES.get(filed.type, state)
        if filed.type == "license.effective":
            rows += [("许可取得", instant(filed.fields["instant"]))]
            rows += [("许可届满", day(filed.fields["last_day"]))] if "last_day" in filed.fields else []
        if filed.type == "license.ended":
            rows += [("许可终止", instant(filed.fields["instant"]))]
    head = opened.seen.head
    log = [("日志", f"{head.origin}　前 {head.size} 条"), ("根摘要", grouped(head.root.hex()))]
    return [("许可状态", f"{state}（截至所示的日志）"), *rows, *log]


def _label(path: str) -> str:
    if not path.startswith("values."):
        return VALUES.get(path, path)
    named = {"use": "实施用途", "contact": "联系方式"}
    third = "".join(path.split(".")[2:3])
    return f"更正后的{named.get(third, '编号或机构')}"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return "　".join(_words(one) for one in value.values() if one)
    if isinstance(value, list):
        return "；".join(_words(one) for one in value)
    return str(value)
