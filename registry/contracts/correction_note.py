"""What a corrected paper says about itself: which edition it is, what was corrected, by which filing."""

from dataclasses import replace

from registry.contracts.blocks import Block, Composed, Facts, Heading, Paragraph, Title
from registry.contracts.paper_facts import Corrected, PaperFacts

REISSUED = {
    "misprint": ("前一版印制有误", "the edition before was misprinted"),
    "glyphs": ("前一版缺字或者字形不对", "characters were missing or wrong in the edition before"),
    "file_lost": ("前一版的文件损坏", "the file of the edition before was damaged"),
    "split": (
        "其中一项许可没有成立，已从本合同分出",
        "one of its licenses did not come about and was split off",
    ),
    "other": ("原因见本平台的记录", "the reason stands in this registry's records"),
}


def noted(paper: Composed, facts: PaperFacts) -> Composed:
    """The paper with a line under its title, and the corrected values at its end.

    A form that must stand on one page has the line alone.
    """
    if not facts.corrections and not facts.reissued:
        return paper
    at = next((n for n, block in enumerate(paper.blocks) if isinstance(block, Title)), -1) + 1
    blocks = (*paper.blocks[:at], Paragraph(_line(facts), small=True), *paper.blocks[at:])
    return replace(
        paper, blocks=blocks if paper.dense or not facts.corrections else (*blocks, *_table(facts))
    )


def _line(facts: PaperFacts) -> str:
    say, n = facts.say, facts.edition
    edition = say(
        f"本件为第 {n} 版，取代第 {n - 1} 版。", f"This is edition {n}; it supersedes edition {n - 1}. "
    )
    by = say("；", "; ").join(
        say(f"存证序号 {one.seq}（{_names(one)}）", f"log position {one.seq} ({_names(one)})")
        for one in facts.corrections
    )
    rest = say(
        "冻结记录及其摘要不变；原签名覆盖更正以前的内容，更正另行签署。",
        "The frozen record and its digest are unchanged; the signatures cover what stood before, and "
        "corrections are signed apart.",
    )
    head = edition if n > 1 else ""
    if facts.reissued:
        zh, en = REISSUED[facts.reissued]
        head += say(f"重新印制：{zh}。", f"Printed again: {en}. ")
    if not facts.corrections:
        return head + say("冻结记录及其摘要不变。", "The frozen record and its digest are unchanged.")
    return head + say(f"本件依下列更正打印：{by}。{rest}", f"Printed with these corrections: {by}. {rest}")


def _names(one: Corrected) -> str:
    return "、".join(name for name, _, _ in one.values)


def _table(facts: PaperFacts) -> list[Block]:
    say = facts.say
    found: list[Block] = [Heading(say("更正", "Corrections"))]
    for one in facts.corrections:
        rows = (
            (
                name,
                say(
                    f"原为“{before or '/'}”，更正为“{after}”",
                    f"was “{before or '/'}”, corrected to “{after}”",
                ),
            )
            for name, before, after in one.values
        )
        at = facts.instant(one.at)
        where = say(
            f"存证序号 {one.seq}　{at}　更正存证序号 {one.corrects}",
            f"log position {one.seq}, {at}, corrects log position {one.corrects}",
        )
        found.append(Facts(((say("更正的存证", "Entered as"), where), *rows)))
    return found
