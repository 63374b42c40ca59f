"""What the states of payments, dues, refunds, invoices and account changes are called."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MONEY: Mapping[str, Mapping[str, LazyString]] = {
    "payment": {
        "due": _l("待付"),
        "claimed": _l("等待核对"),
        "confirmed": _l("已到账"),
        "short": _l("不足"),
        "over": _l("多付"),
        "late": _l("逾期，须退款"),
        "other_payer": _l("由他人付款"),
        "not_arrived": _l("未到账"),
        "duplicate": _l("重复付款"),
        "disputed": _l("等待决定"),
    },
    "due_state": {
        "unreported": _l("待报告"),
        "open": _l("未到期"),
        "overdue": _l("已逾期"),
        "claimed": _l("等待核对"),
        "disputed": _l("等待决定"),
        "paid": _l("已付清"),
        "waived": _l("不再到期"),
    },
    "due_name": {
        "start": _l("起始应付的部分"),
        "instalment": _l("第 %(n)s 期"),
        "year": _l("第 %(n)s 个许可年度的使用费"),
        "minimum": _l("第 %(n)s 个许可年度的最低提成费"),
        "royalty": _l("第 %(n)s 个结算期的提成费"),
    },
    "refund": {
        "to_refund": _l("待退款"),
        "sent": _l("已退出，待确认"),
        "confirmed": _l("已收到退款"),
        "disputed": _l("称未收到退款"),
        "dropped": _l("不再退还"),
    },
    "refund_reason": {
        "over": _l("多付"),
        "duplicate": _l("重复付款"),
        "arrived_late": _l("到账时要约已经关闭"),
        "lapsed": _l("通知已因未付款失效"),
        "same_day": _l("撤回当日到账，经决定不生效"),
        "after_withdrawal": _l("撤回之后才具备条件"),
        "no_answer": _l("经决定不成立"),
        "notice_not_from_person": _l("通知不是由所署名的人发出"),
        "money_not_received": _l("经决定不成立"),
        "bar_existed": _l("当日存在不得许可的情形"),
        "foreign_party": _l("一方在境外或者港澳台地区"),
        "other_law": _l("违反其他法律、行政法规"),
    },
    "account_change": {
        "asked": _l("等待第二人确认"),
        "approved": _l("已确认，等待生效"),
        "in_force": _l("已生效"),
        "stopped": _l("已停止"),
    },
    "invoice": {"asked": _l("等待开票"), "issued": _l("已开票"), "reversed": _l("已红冲")},
    "invoice_kind": {"ordinary": _l("增值税普通发票"), "special": _l("增值税专用发票")},
    "outcome": {
        "paid": _l("款项已经到账，许可生效"),
        "unpaid": _l("款项没有到账，仍须付款"),
        "void": _l("许可不成立，款项退回"),
        "stands": _l("异议不成立，维持原状"),
        "met": _l("认定条件已经满足，许可生效"),
        "unmet": _l("条件没有满足，通知继续有效"),
    },
    "outcome_later": {
        "paid": _l("款项已经到账"),
        "unpaid": _l("款项没有到账，仍须付款"),
    },
    "result": {
        "agrees": _l("相符：款项已到账"),
        "other_payer": _l("由他人付款，接受"),
        "not_arrived": _l("没有到账"),
        "duplicate": _l("重复付款"),
    },
    "result_hint": {
        "agrees": _l("金额多于或少于应付的，按到账金额填写，由系统判断。"),
        "other_payer": _l("须说明原因，例如关联公司代付；请对方出具说明。"),
        "not_arrived": _l("交由交易场所凭回单决定；请对方提供银行盖章的回单。"),
        "duplicate": _l("同一笔应付款付了两次，多付的退回原账户。"),
    },
}
