"""The sentences of refusals about money: claims, dues, refunds, statements, invoices, accounts."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MONEY: dict[str, LazyString] = {
    "due_unknown": _l("这项许可没有这一期款项。"),
    "due_not_fixed": _l("这一期的金额还没有确定，请先提交报告。"),
    "due_paid": _l("这一期款项已经付清。"),
    "due_waived": _l("许可已经终止，这一期款项不再到期。"),
    "amount_zero_claimed": _l("金额应大于零。"),
    "payment_known": _l("这个银行流水号已经提交过。"),
    "payment_settled": _l("这笔款项已经答复过，请刷新页面查看结果。"),
    "claim_waiting": _l("已有一笔付款等待核对，请等待答复。"),
    "answer_not_due": _l("收款方的答复期限（%(day)s）还没有过；次日起可以请交易场所决定。"),
}
