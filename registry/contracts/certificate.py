"""开放许可证书 or 普通许可证书: one page with four facts, what the signatures are worth, and what it does not
prove.
"""

from registry.contracts import evidence
from registry.contracts.blocks import Composed, Facts, Space, Title
from registry.contracts.paper_facts import PaperFacts


def title(facts: PaperFacts) -> str:
    if facts.statutory:
        return facts.say("专利开放许可证书", "Patent Open License Certificate")
    return facts.say("专利普通许可证书", "Patent Ordinary License Certificate")


def compose(facts: PaperFacts) -> Composed:
    """The certificate of one effective license."""
    words = _words(facts)
    return Composed(
        title=title(facts),
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        lang=facts.lang,
        blocks=(
            Space(24),
            Title(title(facts), facts.say(f"编号　{facts.contract}", f"Number {facts.contract}")),
            Space(12),
            *facts.worded("certificate", words, {"facts": [_four_facts(facts), _entries(facts)]}),
            evidence.qr(facts),
            *facts.worded("certificate_notes", words),
        ),
    )


def _four_facts(facts: PaperFacts) -> Facts:
    """Who, what, how, how long."""
    first, last = (facts.day(one) for one in facts.term)
    length, say = facts.span(*facts.term), facts.say
    patents = say("；", "; ").join(f"{one['number']}　{one['title']}" for one in facts.record["patents"])
    way = say(f"普通许可；中国境内；{facts.acts}", f"ordinary license; mainland China; {facts.acts}")
    return Facts(
        (
            (say("许可方", "Licensor"), facts.owners),
            (say("被许可方", "Licensee"), facts.record["licensee"]["name"]),
            (say("专利", "Patent"), patents),
            (say("许可", "License"), way),
            (say("期限", "Term"), say(f"{first} 至 {last}（{length}）", f"{first} to {last} ({length})")),
            (say("公告", "Announcement"), _announcement(facts)),
        )
    )


def _announcement(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    if not facts.statutory:
        return facts.say("通知到达时未经国家知识产权局公告", "not announced by CNIPA when the notice arrived")
    on, number = facts.day(declaration["cnipa_day"]), declaration["cnipa_number"]
    return facts.say(f"{on}，开放许可声明编号 {number}", f"{on}, declaration number {number}")


def _entries(facts: PaperFacts) -> Facts:
    say, effective = facts.say, facts.effective
    obtained = (
        [(say("许可取得", "License obtained"), evidence.entry_line(facts, effective))] if effective else []
    )
    noticed = say(
        f"存证序号 {facts.noticed.seq}　{facts.instant(facts.noticed_at)}",
        f"log position {facts.noticed.seq}, {facts.instant(facts.noticed_at)}",
    )
    return Facts(
        (
            (say("通知到达", "Notice arrived"), noticed),
            *obtained,
            (say("日志名称", "Log"), facts.record["origin"]),
            (say("记录摘要", "Record digest"), evidence.grouped(facts.digest)),
            (say("记录随机数", "Record nonce"), facts.record["nonce"]),
        )
    )


def _words(facts: PaperFacts) -> dict[str, object]:
    licensor, licensee = facts.record["declaration"]["level"], facts.statement.get("level", "")
    return {
        "statutory": facts.statutory,
        "licensee": facts.record["licensee"]["name"],
        "licensor_level": facts.level(licensor),
        "licensor_means": facts.level_means(licensor),
        "licensee_level": facts.level(licensee),
        "licensee_means": facts.level_means(licensee),
    }
