"""What the contract's template is filled with, section by section: the record's facts in the law's words."""

from typing import Any

from registry import money
from registry.contracts import delivery, rules
from registry.contracts.paper_facts import PaperFacts, row
from registry.licenses import terms as license_terms
from registry.licenses import wording
from registry.licenses.public_text import STANDING_AUTHORISATION, UNDERTAKING
from registry.licenses.schedule import Basis, Condition, Total

FILED_BY = {
    "holder": ("许可方", "the licensor"),
    "venue": ("交易场所（受许可方委托）", "the venue on the licensor's behalf"),
    "licensee": ("被许可方", "the licensee"),
}
BASIS = {
    Basis.FIXED: (
        "（按许可期限内全部到期的款项计算）",
        " (all payments falling due within the term)",
    ),
    Basis.ESTIMATE: (
        "（估算：固定部分加约定的最低额，提成费以实际发生为准）",
        " (estimate: the fixed part and the agreed minimum; royalties are owed as they arise)",
    ),
    Basis.ZERO: ("", ""),
}
STATED_BY = {
    "condition": ("许可方", "The licensor"),
    "decided": ("受理的交易场所", "The venue"),
}


def words(facts: PaperFacts) -> dict[str, Any]:
    """Everything templates/papers/<version>/confirmation.txt names, but the tables and the laws."""
    return {
        **_basis_words(facts),
        **_party_words(facts),
        **_scope_words(facts),
        **_fee_words(facts),
        **_obtained_words(facts),
        **_duty_words(facts),
        **_closing_words(facts),
    }


def basis(facts: PaperFacts) -> str:
    """How the total was found."""
    return basis_of(facts, facts.total)


def basis_of(facts: PaperFacts, total: Total) -> str:
    """How such a total was found, in the paper's language."""
    return facts.say(*BASIS[total.basis])


def _basis_words(facts: PaperFacts) -> dict[str, Any]:
    record, declaration = facts.record, facts.record["declaration"]
    return {
        "statutory": facts.statutory,
        "signed_day": facts.instant(declaration["signed_at"]),
        "declaration": declaration["number"],
        "version": declaration["version"],
        "published_at": facts.instant(declaration["published_at"]),
        "cnipa_day": facts.day(declaration["cnipa_day"]),
        "cnipa_number": declaration["cnipa_number"] or "/",
        "acceptance": record["acceptance"],
        "noticed_at": facts.instant(facts.noticed_at),
        "noticed_seq": facts.noticed.seq,
        "authorisation": facts.say(STANDING_AUTHORISATION.zh, STANDING_AUTHORISATION.en),
    }


def _party_words(facts: PaperFacts) -> dict[str, Any]:
    record, agency = facts.record, facts.agency
    unverified = [record[side]["name"] for side in ("licensor", "licensee") if not record[side]["verified"]]
    declarant = facts.answers.get("declarant", {})
    return {
        "licensor": record["licensor"]["name"],
        "licensor_person": record["licensor"]["kind"] == "person",
        "co_owned": bool(record["co_owners"]),
        "agency": facts.say(
            f"{agency['name']}（机构代码 {agency['code']}）", f"{agency['name']} (code {agency['code']})"
        )
        if agency
        else "",
        "unverified": facts.listed(unverified),
        "licensee_signer": record["signers"]["licensee"],
        "licensee_capacity": delivery.capacity(facts, facts.notice.get("capacity")),
        "licensor_signer": record["signers"]["licensor"],
        "licensor_capacity": delivery.capacity(facts, declarant.get("signer_capacity")),
        "related": bool(facts.notice.get("related")),
    }


def _scope_words(facts: PaperFacts) -> dict[str, Any]:
    term, acts, notice, say = facts.answers["term"], facts.answers.get("acts", {}), facts.notice, facts.say
    patent, months, day = facts.patent, term.get("duration_months"), facts.day
    first, last = facts.term
    paid_to = day(patent["annuity_paid_to"])
    annuity = say(f"年费已缴至 {paid_to}", f"the annuity is paid to {paid_to}")
    return {
        "annuity": annuity if patent["annuity_paid_to"] else say("年费缴纳情况：/", "annuity: /"),
        "report": {**patent["report"], "day": day(patent["report"]["day"])} if patent["report"] else None,
        "needs_report": patent["kind"] != "invention",
        "acts": facts.acts,
        "contractor": bool(acts.get("made_by_contractor")),
        "marking": acts.get("marking") or "",
        "first_day": day(first),
        "last_day": day(last),
        "length": facts.span(first, last),
        "duration": say(f"{months} 个月", f"{months} months")
        if months
        else say("未设，至许可期限届满日", "none set: until the last license day"),
        "license_last_day": day(term["license_last_day"]),
        "patent_last_day": day(patent["last_day"]),
        "shortened": _shortened(facts),
        "use": notice.get("use") or "/",
        "product": notice.get("product") or "/",
        "region": notice.get("region") or "/",
    }


def _shortened(facts: PaperFacts) -> str:
    """Said on the paper too, where the same fee buys less time (design: journeys 1.5)."""
    (first, last), months = facts.term, facts.answers["term"].get("duration_months")
    if not months or license_terms.term_end(first, int(months)) <= last:
        return ""
    return facts.say(
        f"因此本许可短于单次许可期限 {months} 个月，{'' if facts.free else '费用不变，'}"
        "被许可方在发出通知前已获告知。",
        f"So this license is shorter than the {months} months of one license"
        f"{'' if facts.free else ' for the same fee'}; the licensee was told before it sent the notice.",
    )


def _fee_words(facts: PaperFacts) -> dict[str, Any]:
    fee, total, account, say = facts.fee, facts.total, facts.record["account"], facts.say
    dues = [] if facts.free else facts.dues
    return {
        "free": facts.free,
        "fee_lines": _fee_lines(facts),
        "unvalued": facts.unvalued,
        "total": money.yuan(total.amount),
        "total_capitals": say(money.capitals(total.amount), money.in_words(total.amount)),
        "total_basis": basis(facts),
        "technology": money.yuan(total.amount),
        "scheduled": bool(dues),
        "provisional": say(
            "其中有的年份放假安排尚未公布，以公布后的工作日为准。",
            "The holidays of some of these years are not published yet; those then published hold.",
        )
        if any(due.provisional for due in dues)
        else "",
        "payee": account.get("name") or "/",
        "bank": account.get("bank") or "/",
        "account": account.get("number") or "/",
        "venue_account": account.get("whose") == "venue",
        "payee_note": say(
            "（交易场所账户，声明已载明由其代收）", " (the venue's account, which the declaration names)"
        )
        if account.get("whose") == "venue"
        else "",
        "reference": facts.reference or "/",
        **_royalty_words(facts),
        "condition": wording.describe_condition(fee, facts.lang),
    }


def _fee_lines(facts: PaperFacts) -> list[str]:
    """The declaration's own sentences; its last, the condition, stands in section six."""
    if facts.free:
        return []
    lines = wording.describe(facts.fee, facts.lang).splitlines()[:-1]
    if facts.in_kind:
        lines = lines[:-1]  # the one about tax speaks of amounts, and there are none
    worked = wording.worked_example(facts.fee, facts.lang)
    return [*lines, *([worked] if worked else [])]


def _royalty_words(facts: PaperFacts) -> dict[str, Any]:
    royalty, say = facts.fee.royalty, facts.say
    if royalty is None:
        return {"royalty": False, "royalty_base": "", "inspection": ""}
    bases = {"sales": ("净销售额", "net sales"), "profit": ("利润额", "profit")}
    inspected = say(
        "被许可方应当保存有关账目，许可方可以查阅。",
        "the licensee keeps the accounts, which the licensor may inspect.",
    )
    kept = say(
        "被许可方应当保存有关账目，许可方不要求查阅。",
        "the licensee keeps the accounts; the licensor does not ask to inspect them.",
    )
    return {
        "royalty": True,
        "royalty_base": say(*bases[royalty.base]),
        "inspection": inspected if royalty.inspection else kept,
    }


def _obtained_words(facts: PaperFacts) -> dict[str, Any]:
    due = facts.amount_due
    return {
        "by_payment": facts.condition.kind is Condition.ON_PAYMENT,
        "by_words": facts.condition.kind is Condition.ON_WORDS,
        "stated_by": facts.say(*STATED_BY["decided" if facts.decided else "condition"]),
        "amount": money.yuan(due),
        "capitals": facts.say(money.capitals(due), money.in_words(due)),
        "day": facts.day(facts.effective_on),
        "at": facts.instant(facts.effective_at),
    }


def _duty_words(facts: PaperFacts) -> dict[str, Any]:
    materials = facts.answers.get("materials", {})
    return {
        "handover": materials.get("handover") or "published_only",
        "handover_words": materials.get("words") or "/",
        "hours": materials.get("hours") or 0,
        "undertaking": facts.say(UNDERTAKING.zh, UNDERTAKING.en),
        "additional": facts.answers.get("use", {}).get("additional_terms") or "",
    }


def _closing_words(facts: PaperFacts) -> dict[str, Any]:
    record, filing, declaration = facts.record, facts.answers.get("filing", {}), facts.record["declaration"]
    first, _ = facts.term
    dispute = row("dispute", filing.get("dispute") or "court")
    licensor, licensee = declaration["level"], facts.statement.get("level", "")
    return {
        "recordal_by": facts.say(*FILED_BY[filing.get("recordal_by") or "licensee"]),
        "recordal_due": facts.day(rules.recordal_due(first).day),
        "recordal_pack": _recordal_pack(facts),
        "registration_by": facts.say(*FILED_BY[filing.get("registration_by") or "holder"]),
        "measures": facts.laws.full("registration_measures"),
        "venue": record["venue"]["name"],
        "venue_code": record["venue"]["code"],
        "dispute": f"双方{dispute.zh}" if dispute else "/",  # as the wording of 2026-03 has it
        "arbitration": filing.get("dispute") == "arbitration",
        "dispute_body": filing.get("dispute_body") or "/",
        "licensor_level": facts.level(licensor),
        "licensor_means": facts.level_means(licensor),
        "licensee_level": facts.level(licensee),
        "licensee_means": facts.level_means(licensee),
        "wording": facts.wording,
        "terms_version": declaration["terms_version"],
    }


def _recordal_pack(facts: PaperFacts) -> str:
    if not facts.statutory:
        return facts.say(
            "备案按照一般专利实施许可合同提交本合同、申请表和身份证明等文件。",
            "As for any patent license, this contract, the application form, identity papers and the like "
            "are submitted.",
        )
    guidelines = facts.laws.cite("GL")
    zh = "使用费支付凭证" if facts.amount_due else "无须先行支付使用费的说明"
    en = "proof of payment" if facts.amount_due else "a statement that nothing was payable first"
    return facts.say(
        f"备案提交被许可方的书面通知和{zh}等文件，无须另订双方合同（{guidelines}第五部分第十一章第7节）。",
        f"The licensee's written notice and {en} are submitted among others; no two-sided contract is needed "
        f"({guidelines}, Part V chapter 11, 7).",
    )
