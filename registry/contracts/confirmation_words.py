"""What the contract's template is filled with, section by section: the record's facts in the law's words."""

from typing import Any

from registry import money
from registry.contracts import rules
from registry.contracts.paper_facts import LEVEL_MEANS, LEVELS, PaperFacts, day, instant, row, span
from registry.licenses import terms as license_terms
from registry.licenses import wording
from registry.licenses.public_text import STANDING_AUTHORISATION, UNDERTAKING
from registry.licenses.schedule import Basis, Condition

FILED_BY = {"holder": "许可方", "venue": "交易场所（受许可方委托）", "licensee": "被许可方"}
BASIS = {
    Basis.FIXED: "（按许可期限内全部到期的款项计算）",
    Basis.ESTIMATE: "（估算：固定部分加约定的最低额，提成费以实际发生为准）",
    Basis.ZERO: "",
}


def words(facts: PaperFacts) -> dict[str, Any]:
    """Everything templates/papers/<version>/confirmation.txt names, but the tables."""
    return {**_basis_words(facts), **_scope_words(facts), **_fee_words(facts), **_closing_words(facts)}


def _basis_words(facts: PaperFacts) -> dict[str, Any]:
    record, declaration = facts.record, facts.record["declaration"]
    unverified = [record[side]["name"] for side in ("licensor", "licensee") if not record[side]["verified"]]
    return {
        "statutory": facts.statutory,
        "signed_day": instant(declaration["signed_at"]),
        "declaration": declaration["number"],
        "version": declaration["version"],
        "published_at": instant(declaration["published_at"]),
        "cnipa_day": day(declaration["cnipa_day"]),
        "cnipa_number": declaration["cnipa_number"] or "/",
        "acceptance": record["acceptance"],
        "noticed_at": instant(facts.noticed_at),
        "noticed_seq": facts.noticed.seq,
        "authorisation": STANDING_AUTHORISATION.zh,
        "unverified": "、".join(unverified),
        "licensee_signer": record["signers"]["licensee"],
        "licensor_signer": record["signers"]["licensor"],
    }


def _scope_words(facts: PaperFacts) -> dict[str, Any]:
    (first, last), term, acts, notice = (
        facts.term,
        facts.answers["term"],
        facts.answers.get("acts", {}),
        facts.notice,
    )
    patent, months = facts.patent, term.get("duration_months")
    paid_to = patent["annuity_paid_to"]
    return {
        "annuity": f"年费已缴至 {day(paid_to)}" if paid_to else "年费缴纳情况：/",
        "report": {**patent["report"], "day": day(patent["report"]["day"])} if patent["report"] else None,
        "needs_report": patent["kind"] != "invention",
        "acts": facts.acts,
        "contractor": bool(acts.get("made_by_contractor")),
        "marking": acts.get("marking") or "",
        "first_day": day(first),
        "last_day": day(last),
        "length": span(first, last),
        "duration": f"{months} 个月" if months else "未设，至许可期限届满日",
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
    return f"因此本许可短于单次许可期限 {months} 个月，费用不变，被许可方在发出通知前已获告知。"


def _fee_words(facts: PaperFacts) -> dict[str, Any]:
    fee, total, account = facts.fee, facts.total, facts.record["account"]
    royalty = fee.royalty
    lines = (
        [] if facts.free else wording.describe(fee).splitlines()[:-1]
    )  # the last says the condition: section six
    dues = [] if facts.free else facts.dues
    return {
        "free": facts.free,
        "fee_lines": [*lines, *([wording.worked_example(fee)] if wording.worked_example(fee) else [])],
        "total": money.yuan(total.amount),
        "total_capitals": money.capitals(total.amount),
        "total_basis": BASIS[total.basis],
        "technology": money.yuan(total.amount),
        "provisional": "其中有的年份放假安排尚未公布，以公布后的工作日为准。"
        if any(d.provisional for d in dues)
        else "",
        "payee": account.get("name") or "/",
        "bank": account.get("bank") or "/",
        "account": account.get("number") or "/",
        "payee_note": "（交易场所账户，声明已载明由其代收）" if account.get("whose") == "venue" else "",
        "reference": facts.reference or "/",
        "royalty": royalty is not None,
        "royalty_base": {"sales": "净销售额", "profit": "利润额"}[royalty.base] if royalty else "",
        "inspection": "被许可方应当保存有关账目，许可方可以查阅。"
        if royalty and royalty.inspection
        else "许可方不要求查阅账目。",
        "condition": wording.describe_condition(fee),
        "by_payment": facts.condition.kind is Condition.ON_PAYMENT,
        "by_words": facts.condition.kind is Condition.ON_WORDS,
        "amount": money.yuan(facts.amount_due),
        "capitals": money.capitals(facts.amount_due),
        "day": day(facts.effective_on),
        "at": instant(facts.effective_at),
    }


def _closing_words(facts: PaperFacts) -> dict[str, Any]:
    record, answers, declaration = facts.record, facts.answers, facts.record["declaration"]
    materials, filing = answers.get("materials", {}), answers.get("filing", {})
    first, _ = facts.term
    dispute = row("dispute", filing.get("dispute") or "court")
    statement_level = facts.statement.get("level", "")
    return {
        "handover": materials.get("handover") or "published_only",
        "handover_words": materials.get("words") or "/",
        "hours": materials.get("hours") or 0,
        "undertaking": UNDERTAKING.zh,
        "additional": answers.get("use", {}).get("additional_terms") or "",
        "recordal_by": FILED_BY[filing.get("recordal_by") or "licensee"],
        "recordal_due": day(rules.recordal_due(first).day),
        "recordal_pack": _recordal_pack(facts),
        "registration_by": FILED_BY[filing.get("registration_by") or "holder"],
        "measures": f"《{facts.basis_law}》",
        "venue": record["venue"]["name"],
        "venue_code": record["venue"]["code"],
        "dispute": f"双方{dispute.zh}" if dispute else "/",
        "dispute_body": filing.get("dispute_body") or "/",
        "licensor_level": LEVELS.get(declaration["level"], "/"),
        "licensor_means": LEVEL_MEANS.get(declaration["level"], "/"),
        "licensee_level": LEVELS.get(statement_level, "/"),
        "licensee_means": LEVEL_MEANS.get(statement_level, "/"),
        "wording": record["wording"],
        "terms_version": declaration["terms_version"],
    }


def _recordal_pack(facts: PaperFacts) -> str:
    if not facts.statutory:
        return "备案按照一般专利实施许可合同提交本合同、申请表和身份证明等文件。"
    proof = "无须支付使用费的说明" if facts.free else "使用费支付凭证"
    return (
        f"备案提交被许可方的书面通知和{proof}等文件，无须另订双方合同（专利审查指南第五部分第十一章第7节）。"
    )
