"""The access matrix of the pages about licenses taken: notices, money, duties."""

from collections.abc import Mapping

from tests.access import (
    ANSWER,
    AUDITOR,
    CLAIM,
    CLAIMING,
    FOREIGN,
    HOLDER,
    INVOICE,
    ISSUED,
    LICENSEE,
    MONEY,
    MONEY_OF_HOLDER,
    NEW_ACCOUNT,
    NOTICE,
    OPERATORS,
    READERS,
    SIGNED,
    SIGNED_IN,
    STATEMENTS,
    TALKING,
    TODAY,
    UUID0,
    VENUE,
    Line,
    drafting,
    line,
    signing,
    those,
)
from tests.browser import PASSWORD

CONTRACTS: Mapping[str, Line] = {
    # licenses
    "GET contracts.ask": line(drafting(HOLDER, LICENSEE, FOREIGN), number="offered"),
    "POST contracts.draft": line(drafting(HOLDER, LICENSEE, FOREIGN), NOTICE, number="offered"),
    "GET contracts.check": line(LICENSEE, number="drafted"),
    "POST contracts.send": line(signing(LICENSEE), {**SIGNED, "consent": "yes"}, number="drafted"),
    "GET contracts.edit": line(drafting(LICENSEE), number="drafted"),
    "POST contracts.edit": line(drafting(LICENSEE), NOTICE, number="drafted"),
    "POST contracts.refresh": line(drafting(LICENSEE), number="drafted"),
    "GET contracts.show": line(READERS, number="effective"),
    "GET contracts.receipt": line(READERS, number="effective"),
    "GET registration.mine": line(SIGNED_IN),
    # money
    "GET payments.slip": line(CLAIMING, number="awaiting"),
    "POST payments.claim": line(CLAIMING, {**CLAIM, "password": PASSWORD}, number="awaiting"),
    "POST payments.ask_venue": line(CLAIMING, number="claimed"),
    "GET dues.index": line(READERS, number="awaiting"),
    "GET dues.show": line(READERS, number="yearly", key="=year:2"),
    "POST dues.ask": line(CLAIMING, number="yearly", key="=year:3"),
    "GET dues.paper": line(READERS, request_id="request"),
    "GET accounts.show": line(HOLDER | VENUE | AUDITOR, number="paying"),
    "POST accounts.ask": line(signing(HOLDER), {**NEW_ACCOUNT, "password": PASSWORD}, number="paying"),
    "GET accounts.of_venue": line(OPERATORS),
    "POST accounts.approve": line(
        those(HOLDER, "owner", "signer", "finance") | VENUE,
        {"password": PASSWORD},
        change_id="account_change",
    ),
    "POST accounts.stop": line(
        those(HOLDER, "owner", "signer", "finance") | VENUE, {"reason": "可疑"}, change_id="account_change"
    ),
    "GET doubts.show": line(CLAIMING, payment_id="payment"),
    "POST doubts.bring_receipt": line(CLAIMING, {"receipt_upload": "{slip}"}, payment_id="payment"),
    "POST doubts.dispute": line(CLAIMING, {"reason": "金额不对"}, payment_id="payment"),
    "GET doubts.payer_statement_form": line(CLAIMING, number="awaiting"),
    "GET invoices.ask": line(CLAIMING, number="awaiting"),
    "POST invoices.ask": line(CLAIMING, INVOICE, number="awaiting"),
    "GET invoices.of_holder": line(SIGNED_IN),
    "GET invoices.of_venue": line(OPERATORS),
    "GET invoices.show": line(READERS, invoice_id="invoice"),
    "POST invoices.issue": line(
        MONEY, {**ISSUED, "kind": "ordinary", "amount": "1.00"}, invoice_id="invoice"
    ),
    "POST invoices.reverse": line(MONEY, {**ISSUED, "reason": "抬头有误"}, invoice_id="invoice"),
    "GET bank.index": line(STATEMENTS),
    "POST bank.bring": line(STATEMENTS),
    "POST bank.columns": line(STATEMENTS, {"day": "日", "credit": "元", "headings[]": "日"}),
    "POST bank.confirm": line(STATEMENTS, {"lines[]": UUID0, "password": PASSWORD}),
    "POST bank.put_aside": line(MONEY_OF_HOLDER, {"verb": "set_aside"}, line_id="bank_line"),
    "GET bank.unmatched": line(STATEMENTS),
    "POST payments.decide_refund": line(
        VENUE, {"received": "yes", "reason": "流水"}, refund_id="disputed_refund"
    ),
    "GET payments.of_holder": line(SIGNED_IN),
    "GET payments.acceptances": line(SIGNED_IN),
    "GET payments.of_venue": line(OPERATORS),
    "GET payments.match": line(READERS, payment_id="payment"),
    "POST payments.answer": line(MONEY, {**ANSWER, "password": PASSWORD}, payment_id="payment"),
    "GET payments.refund": line(READERS, refund_id="refund"),
    "POST payments.send_refund": line(MONEY, {"sent_on": TODAY, "slip_upload": "{slip}"}, refund_id="refund"),
    "POST payments.received": line(CLAIMING, {"received": "yes"}, refund_id="refund"),
    "GET payments.object_to": line(signing(HOLDER), number="awaiting"),
    "GET conditions.show": line(signing(HOLDER, LICENSEE), number="worded"),
    "POST conditions.state": line(signing(HOLDER, LICENSEE), {"reason": "设备没有交付。"}, number="worded"),
    "POST payments.object_to": line(
        signing(HOLDER), {"ground": "other_law", "reason": "事实说明"}, number="awaiting"
    ),
    "GET decisions.index": line(OPERATORS),
    "GET decisions.show": line(VENUE, decision_id="decision"),
    "POST decisions.decide": line(
        VENUE, {"outcome": "stands", "reasons": "理由", "password": PASSWORD}, decision_id="decision"
    ),
    "GET decisions.review": line(VENUE, number="abroad"),
    "POST decisions.review": line(VENUE, {"verdict": "clear", "reason": "依据"}, number="abroad"),
    # after the license
    "GET royalties.index": line(READERS, number="royal"),
    "GET royalties.show": line(READERS, number="royal", period="=1"),
    "POST royalties.report": line(
        signing(LICENSEE), {"nil": "yes", "password": PASSWORD}, number="royal", period="=1"
    ),
    "POST royalties.ask": line(TALKING, {"words": "怎样计算？"}, report_id="report"),
    "POST royalties.answer": line(
        those(HOLDER, "owner", "signer", "finance"),
        {"outcome": "agree", "password": PASSWORD},
        report_id="report",
    ),
    "GET royalties.paper": line(READERS, paper_id="duty_paper"),
    "GET breaches.notice": line(signing(HOLDER, LICENSEE), number="royal"),
    "POST breaches.notice": line(
        signing(HOLDER, LICENSEE),
        {"key": "stamp", "words": "请履行", "password": PASSWORD},
        number="royal",
    ),
    "GET breaches.show_notice": line(READERS, notice_id="default"),
    "POST breaches.answer_notice": line(
        signing(HOLDER, LICENSEE),
        {"outcome": "denies", "words": "没有迟延", "password": PASSWORD},
        notice_id="default",
    ),
    "POST breaches.close_notice": line(signing(HOLDER, LICENSEE), {"verb": "cure"}, notice_id="default"),
    "GET breaches.end": line(signing(HOLDER, LICENSEE), number="royal"),
    "POST breaches.end": line(
        signing(HOLDER, LICENSEE),
        {"ground": "refused", "words": "拒绝履行", "password": PASSWORD},
        number="royal",
    ),
    "GET breaches.show_ending": line(READERS, ending_id="ending"),
    "POST breaches.answer_ending": line(
        signing(HOLDER, LICENSEE), {"outcome": "accept", "password": PASSWORD}, ending_id="ending"
    ),
    "POST breaches.settle_ending": line(
        VENUE, {"outcome": "uphold", "words": "双方一致", "password": PASSWORD}, ending_id="ending"
    ),
    "GET breaches.show_handover": line(READERS, number="royal"),
    "POST breaches.hand_over": line(
        signing(HOLDER), {"day": TODAY, "items": "图纸", "password": PASSWORD}, number="royal"
    ),
    "POST breaches.answer_handover": line(
        signing(LICENSEE), {"outcome": "confirm", "password": PASSWORD}, handover_id="handover"
    ),
    "GET duties.index": line(SIGNED_IN),
    "GET duties.month": line(SIGNED_IN),
    "GET duties.file": line(SIGNED_IN),
    "GET duties.of_contract": line(READERS, number="royal_contract"),
    "GET duties.feed": line(frozenset(), token="=unknown"),
    "GET duties.settings": line(SIGNED_IN),
    "POST duties.subscribe": line(SIGNED_IN),
    "POST duties.revoke": line(frozenset(), feed_id="=" + UUID0),
    "POST duties.choose": line(SIGNED_IN),
    "POST duties.acknowledge": line(signing(LICENSEE), {"bar": "B3 2026-01-01"}, number="royal"),
    "GET recordals.index": line(SIGNED_IN),
    "GET recordal_pack.annuity_pack": line(HOLDER | VENUE | AUDITOR, number="offer"),
}
