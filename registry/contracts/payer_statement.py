"""代付说明: who pays for another says so, with a reason; filled in, signed and stamped by hand."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from registry import money
from registry.contracts import paper_wording
from registry.contracts.blocks import Composed, Facts, Signatures, Title
from registry.contracts.paper_facts import PaperFacts
from registry.documents.tables import Signatory

TITLE, WORDING = "代付说明", "2026-11"
BLANK = "　" * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What is paid for another: the due's reference, what is left of it, and the account."""

    reference: str
    amount: Decimal
    account: Mapping[str, Any]


def compose(facts: PaperFacts, paid: Paid) -> Composed:
    """The form with what is known; who pays, and why, stays blank."""
    licensee = facts.record["licensee"]["name"]
    known = Facts(
        (
            ("被许可方（由其代付）", licensee),
            ("合同编号（平台存证编号）", facts.contract),
            ("付款参考号", paid.reference),
            ("金额", f"{money.yuan(paid.amount)} 元" if paid.amount else "/"),
            ("收款人户名", paid.account.get("name", "")),
            ("付款人（名称）", BLANK),
            ("付款人统一社会信用代码或者证件号", BLANK),
            ("付款账号", BLANK),
            ("与被许可方的关系", BLANK),
            ("代付的原因", BLANK),
        )
    )
    words = {"licensee": licensee, "title": facts.patent["title"], "patent": facts.patent["number"]}
    return Composed(
        title=TITLE,
        number=facts.contract,
        digest=facts.digest,
        watermark=facts.watermark,
        blocks=(
            Title(TITLE),
            *paper_wording.blocks(WORDING, "payer_statement", words, {"facts": [known]}),
            Signatures((Signatory(role="付款人", name=""), Signatory(role="被许可方", name=licensee))),
        ),
    )
