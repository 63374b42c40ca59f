"""开放许可证书 or 普通许可证书: one page with four facts, what the signatures are worth, and what it does not
prove.
"""

from registry.contracts import evidence, paper_wording
from registry.contracts.blocks import Composed, Facts, Space, Title
from registry.contracts.paper_facts import LEVEL_MEANS, LEVELS, PaperFacts, day, instant, span


def title(facts: PaperFacts) -> str:
    return "专利开放许可证书" if facts.statutory else "专利普通许可证书"


def compose(facts: PaperFacts) -> Composed:
    """The certificate of one effective license."""
    version, words = facts.record["wording"], _words(facts)
    return Composed(
        title=title(facts),
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(
            Space(24),
            Title(title(facts), f"编号　{facts.contract}"),
            Space(12),
            *paper_wording.blocks(
                version, "certificate", words, {"facts": [_four_facts(facts), _entries(facts)]}
            ),
            evidence.qr(facts),
            *paper_wording.blocks(version, "certificate_notes", words),
        ),
    )


def _four_facts(facts: PaperFacts) -> Facts:
    """Who, what, how, how long."""
    first, last = facts.term
    patents = "；".join(f"{one['number']}　{one['title']}" for one in facts.record["patents"])
    return Facts(
        (
            ("许可方", facts.owners),
            ("被许可方", facts.record["licensee"]["name"]),
            ("专利", patents),
            ("许可", f"普通许可；中国境内；{facts.acts}"),
            ("期限", f"{day(first)} 至 {day(last)}（{span(first, last)}）"),
            ("公告", _announcement(facts)),
        )
    )


def _announcement(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    if not facts.statutory:
        return "通知到达时未经国家知识产权局公告"
    return f"{day(declaration['cnipa_day'])}，开放许可声明编号 {declaration['cnipa_number']}"


def _entries(facts: PaperFacts) -> Facts:
    effective = [("许可取得", evidence.entry_line(facts.effective))] if facts.effective else []
    return Facts(
        (
            ("通知到达", f"存证序号 {facts.noticed.seq}　{instant(facts.noticed_at)}"),
            *effective,
            ("日志名称", facts.record["origin"]),
            ("记录摘要", evidence.grouped(facts.digest)),
            ("记录随机数", facts.record["nonce"]),
        )
    )


def _words(facts: PaperFacts) -> dict[str, object]:
    licensor, licensee = facts.record["declaration"]["level"], facts.statement.get("level", "")
    return {
        "statutory": facts.statutory,
        "licensee": facts.record["licensee"]["name"],
        "licensor_level": LEVELS.get(licensor, "/"),
        "licensor_means": LEVEL_MEANS.get(licensor, "/"),
        "licensee_level": LEVELS.get(licensee, "/"),
        "licensee_means": LEVEL_MEANS.get(licensee, "/"),
    }
