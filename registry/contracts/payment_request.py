"""付款通知单: many finance offices pay only against paper. Account and amount as the declaration fixed
them.
"""

from registry import money
from registry.contracts import evidence, paper_wording
from registry.contracts.blocks import Composed, Facts, Title
from registry.contracts.paper_facts import PaperFacts, day
from registry.licenses import wording

TITLE = "付款通知单"


def compose(facts: PaperFacts) -> Composed:
    """What is due at the start, to whom, until when. Raises ValueError when nothing is."""
    if not facts.amount_due or facts.pay_by is None:
        raise ValueError("nothing is due at the start")
    record, account = facts.record, facts.record["account"]
    amount = Facts(
        (
            ("金额", f"{money.yuan(facts.amount_due)} 元"),
            ("金额大写", money.capitals(facts.amount_due)),
            ("收款人户名", account.get("name", "")),
            ("开户银行", account.get("bank", "")),
            ("账号", account.get("number", "")),
            ("付款参考号", facts.reference),
            ("最后付款日", day(facts.pay_by)),
            ("款项", f"{wording.price(facts.fee)}中起始应付的部分"),
            ("付款人", record["licensee"]["name"]),
        )
    )
    words = {
        "licensee": record["licensee"]["name"],
        "noticed_day": day(facts.noticed_on),
        "title": facts.patent["title"],
        "patent": facts.patent["number"],
        "acceptance": record["acceptance"],
        "reference": facts.reference,
        "last_day": day(facts.pay_by),
        "confirm_days": "三个工作日内",
        "venue_account": account.get("whose") == "venue",
        "venue": record["venue"]["name"],
        "tax": _tax(facts),
        "contract": facts.contract,
        "nonce": record["nonce"],
    }
    return Composed(
        title=TITLE,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(
            Title(TITLE),
            *paper_wording.blocks(record["wording"], "payment_request", words, {"amount": [amount]}),
            evidence.qr(facts),
        ),
    )


def _tax(facts: PaperFacts) -> str:
    rate = f"，税率 {money.percent(facts.fee.tax_rate)}" if facts.fee.tax_rate is not None else ""
    return f"以上金额{'含' if facts.fee.tax_included else '不含'}增值税{rate}"
