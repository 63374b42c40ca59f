"""付款通知单: many finance offices pay only against paper. Account and amount as the declaration fixed
them.
"""

from registry import money
from registry.contracts import evidence
from registry.contracts.blocks import Composed, Facts, Title
from registry.contracts.paper_facts import PaperFacts
from registry.licenses import wording

TITLE = ("付款通知单", "Payment Request")


def compose(facts: PaperFacts) -> Composed:
    """What is due at the start, to whom, until when. Raises ValueError when nothing is."""
    if not facts.amount_due or facts.pay_by is None:
        raise ValueError("nothing is due at the start")
    title = facts.say(*TITLE)
    return Composed(
        title=title,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        lang=facts.lang,
        blocks=(
            Title(title),
            *facts.worded("payment_request", _words(facts), {"amount": [_amount(facts)]}),
            evidence.qr(facts),
        ),
    )


def _amount(facts: PaperFacts) -> Facts:
    account, say, due = facts.record["account"], facts.say, facts.amount_due
    price = wording.price(facts.fee, facts.lang)
    return Facts(
        (
            (say("金额", "Amount"), say(f"{money.yuan(due)} 元", f"CNY {money.yuan(due)}")),
            (say("金额大写", "In words"), say(money.capitals(due), money.in_words(due))),
            (say("收款人户名", "Payee"), account.get("name", "")),
            (say("开户银行", "Bank"), account.get("bank", "")),
            (say("账号", "Account number"), account.get("number", "")),
            (say("付款参考号", "Payment reference"), facts.reference),
            (say("最后付款日", "Last day to pay"), facts.day(facts.pay_by)),
            (
                say("款项", "For"),
                say(f"使用费（{price}）中起始应付的部分", f"the part due at the start of the fee ({price})"),
            ),
            (say("付款人", "Payer"), facts.record["licensee"]["name"]),
        )
    )


def _words(facts: PaperFacts) -> dict[str, object]:
    record = facts.record
    return {
        "licensee": record["licensee"]["name"],
        "noticed_day": facts.day(facts.noticed_on),
        "title": facts.patent["title"],
        "patent": facts.patent["number"],
        "acceptance": record["acceptance"],
        "reference": facts.reference,
        "last_day": facts.day(facts.pay_by),
        "confirm_days": facts.say("三个工作日内", "within three working days"),
        "venue_account": record["account"].get("whose") == "venue",
        "venue": record["venue"]["name"],
        "tax": tax(facts),
        "contract": facts.contract,
        "nonce": record["nonce"],
    }


def tax(facts: PaperFacts) -> str:
    """What the amount includes, in words."""
    included, rate = facts.fee.tax_included, facts.fee.tax_rate
    at = money.percent(rate) if rate is not None else ""
    zh = f"以上金额{'含' if included else '不含'}增值税" + (f"，税率 {at}" if at else "")
    en = f"the amount {'includes' if included else 'excludes'} value added tax" + (f" at {at}" if at else "")
    return facts.say(zh, en)
