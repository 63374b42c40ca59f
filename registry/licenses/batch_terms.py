"""A row of a table laid over a term set: the answers a draft begins with.

The row says what belongs to its patent, the term set all else. What the row leaves empty the set decides;
what neither says stays open, and the checks name it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from registry.errors import Refused
from registry.licenses import terms as dates
from registry.licenses.batch_rows import technology_field
from registry.licenses.fees import WITH_AMOUNT, WITH_ROYALTY, Base, Method

Answers = Mapping[str, Any]
PLAIN = ("declarant", "account", "fee_note", "acts", "materials", "contact", "filing", "opening")
"""Steps a term set gives as they are."""
KEPT_OF_FEE = ("tax_included", "tax_rate", "pay_within_days", "late_payment")
BASES = {Method.ROYALTY_SALES: Base.SALES, Method.ROYALTY_PROFIT: Base.PROFIT}


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What of the patent and the day the answers hang on."""

    title: str
    last_day: date
    today: date


def terms_over(kept: Answers, of_set: Answers | None, facts: Answers) -> dict[str, Any]:
    """What a row is laid over: its term set, or without one the fee and dates of the draft it has already, so
    that a table brought again loses nothing the draft says of them; in both what the draft says of its use.
    """
    use = {"use": kept.get("use") or {}}
    if of_set is not None:
        return {**of_set, **use}
    term = dict(kept.get("term") or {})
    if _own_dates(facts):
        term.pop("offer_last_day", None)
    return {"fee": kept.get("fee") or {}, "term": term, **use}


def answers_of(facts: Answers, terms: Answers, about: About) -> dict[str, Any]:
    """The steps of a draft as a form would send them. Raises Refused `amount_not_used`, `rate_not_used`,
    `instalments_fixed` for a row that asks for what the method has not.
    """
    found = {name: terms[name] for name in PLAIN if terms.get(name)}
    for name, given in (
        ("fee", fee_of(facts, terms.get("fee") or {})),
        ("term", term_of(facts, terms.get("term") or {}, about)),
        ("use", use_of(facts, about.title, terms.get("use") or {})),
    ):
        if given:
            found[name] = given
    return found


def fee_of(facts: Answers, terms: Answers) -> dict[str, Any]:
    """The fee: the set's with the row's amount and rate, or one of the row's own method."""
    method = Method(facts.get("method") or terms.get("method") or Method.FREE)
    if not (facts.get("method") or terms.get("method")):
        if "amount" in facts or "rate" in facts:
            raise Refused("required", "method", "PL 50")
        return {}
    same = terms.get("method") == method
    fee = dict(terms) if same else {name: terms[name] for name in KEPT_OF_FEE if name in terms}
    fee["method"] = str(method)
    if "amount" in facts:
        _set_amount(fee, facts["amount"], method)
    if method in WITH_ROYALTY:
        fee["royalty"] = _royalty(facts, terms.get("royalty") or {}, method)
    elif "rate" in facts:
        raise Refused("rate_not_used", "rate", "PL 50")
    if method is Method.FREE:
        return {"method": str(method)}
    return fee


def _set_amount(fee: dict[str, Any], amount: str, method: Method) -> None:
    if method not in WITH_AMOUNT:
        if Decimal(amount):
            raise Refused("amount_not_used", "amount", "PL 50")
        return
    if method is Method.INSTALMENTS and fee.get("amount") != amount:
        raise Refused("instalments_fixed", "amount", "PL 50")  # who pays what when stands in the set alone
    fee["amount"] = amount


def _royalty(facts: Answers, terms: Answers, method: Method) -> dict[str, Any]:
    """How a royalty is worked out stands in the set; of another base nothing can be taken over."""
    base = BASES.get(method)
    fits = base is None or terms.get("base") in (None, str(base))
    royalty = dict(terms) if fits else {}
    if base is not None:
        royalty["base"] = str(base)
    if "rate" in facts:
        royalty["rate"] = facts["rate"]
    return royalty


def term_of(facts: Answers, terms: Answers, about: About) -> dict[str, Any]:
    """The three dates. Where nobody names the offer's last day for this patent, it is set so early that the
    last licensee too gets the whole time (design: journeys 1.5), if any day is left then.
    """
    last = facts.get("license_last_day") or terms.get("license_last_day")
    months = facts.get("duration_months") or terms.get("duration_months")
    if not last:
        return {}
    offer, latest = facts.get("offer_last_day"), _latest(last, months, about)
    if not offer:
        of_set = terms.get("offer_last_day")
        fits = of_set and (of_set <= latest or not _own_dates(facts))
        offer = of_set if fits else latest
    term = {"offer_last_day": offer, "license_last_day": last}
    return {**term, "duration_months": months} if months else term


def _own_dates(facts: Answers) -> bool:
    return bool(facts.get("license_last_day") or facts.get("duration_months"))


def _latest(last: str, months: int | None, about: About) -> str:
    end = min(date.fromisoformat(last), about.last_day)
    if not months or not 1 <= int(months) <= dates.MONTHS_MAX:
        return end.isoformat()
    found = dates.latest_full_start(int(months), offered_last_day=end, patent_last_day=about.last_day)
    return (found if found >= about.today else end).isoformat()


def use_of(facts: Answers, title: str, kept: Answers) -> dict[str, Any]:
    """For whom and for what: search asks for industry and field, so both have to be said. `kept` is what a
    draft says of it already.
    """
    said = facts.get("application") or ""
    field = technology_field(said) if said else ""
    use = {
        "summary": facts.get("summary") or kept.get("summary") or title,
        "application": "" if field else said,
        "industry": facts.get("industry") or "",
        "field": field,
    }
    return {name: value for name, value in (*kept.items(), *use.items()) if value}
