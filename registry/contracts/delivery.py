"""实施通知书 with its delivery receipt: the licensee's notice, and when and where it entered the receiving
system.
"""

from registry import money
from registry.contracts import evidence, paper_wording
from registry.contracts.blocks import Composed, Facts, Heading, Signatures, Title
from registry.contracts.paper_facts import LEVEL_MEANS, LEVELS, PaperFacts, day, instant
from registry.licenses import wording

CAPACITY = {
    "self": "本人",
    "legal_representative": "法定代表人",
    "authorised": "经授权的代理人",
    "employee": "经授权的工作人员",
}


def title(facts: PaperFacts) -> str:
    return "专利开放许可实施通知书" if facts.statutory else "专利实施许可通知书（接受许可要约）"


def compose(facts: PaperFacts) -> Composed:
    """The notice as it was signed; it is printed as soon as it was entered, paid or not."""
    record, declaration = facts.record, facts.record["declaration"]
    version = record["wording"]
    offer = Facts(
        (
            ("通知编号", record["acceptance"]),
            ("合同编号（平台存证编号）", facts.contract),
            ("专利", "；".join(f"{one['number']}　{one['title']}" for one in record["patents"])),
            ("声明", f"{declaration['number']}　第 {declaration['version']} 版"),
            ("公告", _announcement(facts)),
        )
    )
    receipt = Facts(
        (
            ("进入时刻", instant(facts.noticed_at)),
            ("存证序号", str(facts.noticed.seq)),
            ("存证项摘要", evidence.grouped(facts.noticed.leaf)),
            ("信封摘要", evidence.grouped(facts.noticed.envelope)),
            ("被许可方签名", evidence.signature_line(facts.statement)),
            ("日志名称", record["origin"]),
            ("记录随机数", record["nonce"]),
        )
    )
    return Composed(
        title=title(facts),
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(
            Title(title(facts)),
            *paper_wording.blocks(version, "notice", _words(facts), {"offer": [offer]}),
            Signatures((evidence.licensee(facts),)),
            Heading("送达回执"),
            *paper_wording.blocks(version, "receipt", _receipt_words(facts), {"receipt": [receipt]}),
            evidence.qr(facts),
        ),
    )


def _words(facts: PaperFacts) -> dict[str, object]:
    record, notice, party = facts.record, facts.notice, facts.record["licensee"]
    person = party["kind"] == "person"
    contact = notice.get("contact") or {}
    return {
        "owners": facts.owners,
        "statutory": facts.statutory,
        "free": facts.free,
        "licensee": party["name"],
        "identifier": f"证件号码（部分隐去）{party['identity']}"
        if person
        else f"统一社会信用代码 {party['uscc']}",
        "address": party["address"] or "/",
        "signer": record["signers"]["licensee"],
        "capacity": CAPACITY.get(str(notice.get("capacity", "")), str(notice.get("capacity") or "/")),
        "use": notice.get("use") or "/",
        "product": notice.get("product") or "/",
        "region": notice.get("region") or "/",
        "contractor": notice.get("contractor") or "/",
        "price": wording.price(facts.fee),
        "due": money.yuan(facts.amount_due) if facts.amount_due else "",
        "mainland": not notice.get("abroad"),
        "related": bool(notice.get("related")),
        "declaration_digest": record["declaration"]["digest"],
        "contact": "，".join(str(value) for value in contact.values() if value) or "/",
    }


def _receipt_words(facts: PaperFacts) -> dict[str, object]:
    level = facts.statement.get("level", "")
    return {"level": LEVELS.get(level, level), "means": LEVEL_MEANS.get(level, "/")}


def _announcement(facts: PaperFacts) -> str:
    declaration = facts.record["declaration"]
    if facts.statutory:
        on, number = day(declaration["cnipa_day"]), declaration["cnipa_number"]
        return f"国家知识产权局 {on} 公告，开放许可声明编号 {number}"
    return "通知到达时未经国家知识产权局公告"
