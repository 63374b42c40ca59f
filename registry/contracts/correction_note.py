"""What a corrected paper says about itself: which edition it is, what was corrected, by which filing."""

from dataclasses import replace

from registry.contracts.blocks import Block, Composed, Facts, Heading, Paragraph, Title
from registry.contracts.paper_facts import Corrected, PaperFacts, instant


def noted(paper: Composed, facts: PaperFacts) -> Composed:
    """The paper with a line under its title, and the corrected values at its end.

    A form that must stand on one page has the line alone.
    """
    if not facts.corrections:
        return paper
    at = next((n for n, block in enumerate(paper.blocks) if isinstance(block, Title)), -1) + 1
    blocks = (*paper.blocks[:at], Paragraph(_line(facts), small=True), *paper.blocks[at:])
    return replace(paper, blocks=blocks if paper.dense else (*blocks, *_table(facts)))


def _line(facts: PaperFacts) -> str:
    edition = f"本件为第 {facts.edition} 版，取代第 {facts.edition - 1} 版。" if facts.edition > 1 else ""
    by = "；".join(f"存证序号 {one.seq}（{_names(one)}）" for one in facts.corrections)
    rest = "冻结记录及其摘要不变；原签名覆盖更正以前的内容，更正另行签署。"
    return f"{edition}本件依下列更正打印：{by}。{rest}"


def _names(one: Corrected) -> str:
    return "、".join(name for name, _, _ in one.values)


def _table(facts: PaperFacts) -> list[Block]:
    found: list[Block] = [Heading("更正")]
    for one in facts.corrections:
        rows = ((name, f"原为“{before or '/'}”，更正为“{after}”") for name, before, after in one.values)
        where = ("更正的存证", f"存证序号 {one.seq}　{instant(one.at)}　更正存证序号 {one.corrects}")
        found.append(Facts((where, *rows)))
    return found
