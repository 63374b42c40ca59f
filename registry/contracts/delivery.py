"""实施通知书 with its delivery receipt: the licensee's notice, and when and where it entered the receiving
system.
"""

from registry import money
from registry.contracts import evidence
from registry.contracts.blocks import Composed, Facts, Heading, Signatures, Title
from registry.contracts.paper_facts import PaperFacts
from registry.licenses import wording
from registry.licenses.schedule import Condition

CAPACITY = {
    "self": ("本人", "in person"),
    "legal_representative": ("法定代表人", "legal representative"),
    "authorised": ("经授权的代理人", "authorised agent"),
    "employee": ("经授权的工作人员", "authorised employee"),
}


def title(facts: PaperFacts) -> str:
    if facts.statutory:
        return facts.say("专利开放许可实施通知书", "Notice of Taking a Patent Open License")
    return facts.say("专利实施许可通知书（接受许可要约）", "Notice of Taking a Patent License (Acceptance)")


def compose(facts: PaperFacts) -> Composed:
    """The notice as it was signed; it is printed as soon as it was entered, paid or not."""
    return Composed(
        title=title(facts),
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        lang=facts.lang,
        blocks=(
            Title(title(facts)),
            *facts.worded("notice", _words(facts), {"offer": [_offer(facts)]}),
            Signatures((evidence.licensee(facts),)),
            Heading(facts.say("送达回执", "Receipt")),
            *facts.worded("receipt", _receipt_words(facts), {"receipt": [_receipt(facts)]}),
            evidence.qr(facts),
        ),
    )


def _offer(facts: PaperFacts) -> Facts:
    record, declaration, say = facts.record, facts.record["declaration"], facts.say
    number, version = declaration["number"], declaration["version"]
    return Facts(
        (
            (say("通知编号", "Notice"), record["acceptance"]),
            (say("合同编号（平台存证编号）", "Contract (platform filing number)"), facts.contract),
            (
                say("专利", "Patent"),
                say("；", "; ").join(f"{one['number']}　{one['title']}" for one in record["patents"]),
            ),
            (say("声明", "Declaration"), say(f"{number}　第 {version} 版", f"{number}, version {version}")),
            (say("公告", "Announcement"), _announcement(facts)),
            *facts.agent("licensee"),
        )
    )


def _receipt(facts: PaperFacts) -> Facts:
    say = facts.say
    return Facts(
        (
            (say("进入时刻", "Entered at"), facts.instant(facts.noticed_at)),
            (say("存证序号", "Log position"), str(facts.noticed.seq)),
            (say("存证项摘要", "Leaf hash"), evidence.grouped(facts.noticed.leaf)),
            (say("信封摘要", "Digest of the envelope"), evidence.grouped(facts.noticed.envelope)),
            (say("被许可方签名", "Licensee's signature"), evidence.signature_line(facts)),
            (say("日志名称", "Log"), facts.record["origin"]),
            (say("记录随机数", "Record nonce"), facts.record["nonce"]),
        )
    )


def _words(facts: PaperFacts) -> dict[str, object]:
    record, notice, party = facts.record, facts.notice, facts.record["licensee"]
    return {
        "owners": facts.owners,
        "statutory": facts.statutory,
        "free": facts.free,
        "licensee": party["name"],
        "identifier": _identifier(facts),
        "address": party["address"] or "/",
        "signer": record["signers"]["licensee"],
        "capacity": capacity(facts, notice.get("capacity")),
        "use": notice.get("use") or "/",
        "product": notice.get("product") or "/",
        "region": notice.get("region") or "/",
        "contractor": notice.get("contractor") or "/",
        "price": wording.price(facts.fee, facts.lang),
        "due": money.yuan(facts.amount_due) if facts.amount_due else "",
        "by_words": facts.condition.kind is Condition.ON_WORDS,
        "condition": wording.describe_condition(facts.fee, facts.lang),
        "mainland": not notice.get("abroad"),
        "related": bool(notice.get("related")),
        "declaration_digest": record["declaration"]["digest"],
        "contact": facts.say("，", ", ").join(str(v) for v in (notice.get("contact") or {}).values() if v)
        or "/",
    }


def _identifier(facts: PaperFacts) -> str:
    party, say = facts.record["licensee"], facts.say
    if party["kind"] == "person":
        return f"{say('证件号码（部分隐去）', 'identity document (partly hidden) ')}{party['identity']}"
    return f"{say('统一社会信用代码', 'unified social credit code')} {party['uscc']}"


def capacity(facts: PaperFacts, code: object) -> str:
    """In what capacity somebody signed; "/" where it was not said."""
    text = str(code or "/")
    return facts.say(*CAPACITY.get(text, (text, text)))


def _receipt_words(facts: PaperFacts) -> dict[str, object]:
    level = facts.statement.get("level", "")
    return {"level": facts.level(level), "means": facts.level_means(level)}


def _announcement(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    if facts.statutory:
        on, number = facts.day(declaration["cnipa_day"]), declaration["cnipa_number"]
        return facts.say(
            f"国家知识产权局 {on} 公告，开放许可声明编号 {number}",
            f"by CNIPA on {on}, declaration number {number}",
        )
    return facts.say("通知到达时未经国家知识产权局公告", "not announced by CNIPA when the notice arrived")
