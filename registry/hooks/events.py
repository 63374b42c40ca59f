"""What is pushed: one list of events, each told to whoever gets the letter about the same thing.

So nobody learns by an event what no letter would have said, and what is written is written in the transaction
that writes the letter. docs/webhooks.md lists the same; a test holds them equal.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.text import N_


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A kind of event: the letter beside it, and what it is called."""

    kind: str
    letter: str
    name: str


PING = "endpoint.ping"
_LIST: tuple[tuple[str, str, str], ...] = (
    ("declaration.submitted", "declaration_submitted", N_("声明已提交审核")),
    ("declaration.published", "declaration_published", N_("声明已公布")),
    ("declaration.returned", "declaration_returned", N_("声明被退回")),
    ("declaration.refused", "declaration_refused", N_("声明未被接受")),
    ("declaration.announced", "declaration_announced", N_("国知局已公告声明")),
    ("declaration.declined", "cnipa_declined", N_("国知局未公告声明")),
    ("declaration.paused", "must_withdraw", N_("声明暂停，须撤回")),
    ("declaration.resumed", "declaration_resumed", N_("声明恢复接受通知")),
    ("declaration.expired", "declaration_expired", N_("声明到期")),
    ("declaration.ended", "declaration_ended", N_("声明被终止")),
    ("consent.answered", "consent_answered", N_("共有人已答复")),
    ("withdrawal.filed", "withdrawal_filed", N_("撤回已提出")),
    ("withdrawal.announced", "withdrawal_announced", N_("撤回已公告")),
    ("withdrawal.rejected", "withdrawal_rejected", N_("撤回未被接受")),
    ("acceptance.noticed", "notice_received", N_("实施通知已送达")),
    ("acceptance.review_needed", "review_needed", N_("通知须人工审核")),
    ("acceptance.lapsed", "acceptance_lapsed", N_("通知因未付款失效")),
    ("license.effective", "license_effective", N_("许可已生效")),
    ("license.barred", "license_barred", N_("许可所依的声明暂停")),
    ("license.ended", "license_ended", N_("许可终止")),
    ("decision.asked", "decision_asked", N_("事项已提交交易场所决定")),
    ("decision.made", "decided", N_("事项已决定")),
    ("payment.requested", "payment_requested", N_("付款请求已发出")),
    ("payment.claimed", "payment_claimed", N_("被许可方报告已付款")),
    ("payment.answered", "payment_answered", N_("付款已有答复")),
    ("refund.due", "refund_due", N_("款项应退")),
    ("refund.sent", "refund_sent", N_("退款已汇出")),
    ("refund.overdue", "refund_overdue", N_("退款逾期")),
    ("invoice.asked", "invoice_asked", N_("请求开票")),
    ("invoice.issued", "invoice_issued", N_("发票已开")),
    ("invoice.reversed", "invoice_reversed", N_("发票已红冲")),
    ("royalty.reported", "royalty_reported", N_("提成报告已提交")),
    ("royalty.asked", "royalty_asked", N_("提成报告有提问")),
    ("royalty.answered", "royalty_answered", N_("提成报告已答复")),
    ("default.noticed", "default_noticed", N_("催告已发出")),
    ("default.answered", "default_answered", N_("催告已答复")),
    ("default.closed", "default_closed", N_("催告已了结")),
    ("handover.recorded", "handover_recorded", N_("资料已交付")),
    ("handover.answered", "handover_answered", N_("资料交付已答复")),
    ("contract.registered", "registration_result", N_("合同登记有结果")),
    ("contract.corrected", "filing_corrected", N_("备案已更正")),
    ("paper.reissued", "paper_reissued", N_("文件已重新印制")),
    ("batch.packed", "batch_packed", N_("登记批次已打包")),
)
EVENTS: Mapping[str, Event] = {
    kind: Event(kind=kind, letter=letter, name=name) for kind, letter, name in _LIST
}
OF_LETTER: Mapping[str, Event] = {
    **{event.letter: event for event in EVENTS.values()},
    "batch_published": EVENTS["declaration.published"],  # one letter for many, one event for each
}
