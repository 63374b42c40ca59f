"""The sentences of refusals about money: claims, dues, refunds, statements, invoices, accounts."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MONEY: dict[str, LazyString] = {
    "condition_missing": _l("收费方式为“其他”的，须先写明满足什么条件即取得许可。"),
    "condition_same": _l("条件与现在写的相同。"),
    "condition_before_notice": _l("条件满足的日期不能早于实施通知到达之日。"),
    "condition_same_day": _l("当日声明撤回或者出现不得许可的情形，先后由交易场所认定。"),
    "due_unknown": _l("这项许可没有这一期款项。"),
    "due_not_fixed": _l("这一期的金额还没有确定，请先提交报告。"),
    "due_paid": _l("这一期款项已经付清。"),
    "due_waived": _l("许可已经终止，这一期款项不再到期。"),
    "amount_zero_claimed": _l("金额应大于零。"),
    "payment_known": _l("这个银行流水号已经提交过。"),
    "payment_settled": _l("这笔款项已经答复过，请刷新页面查看结果。"),
    "claim_waiting": _l("已有一笔付款等待核对，请等待答复。"),
    "answer_not_due": _l("收款方的答复期限（%(day)s）还没有过；次日起可以请交易场所决定。"),
    "bank_sign": _l("“%(value)s”看不出是收入还是支出。"),
    "bank_columns_needed": _l("请至少指明日期（或时间）和收入金额（或交易金额）。"),
    "line_unmatched": _l("这笔收入现在没有可以对应的款项，请刷新页面。"),
    "line_differs": _l("所答复的与对账单上这笔收入不一致：没有到账，或者金额不同。"),
    "line_not_plain": _l("所选的到账中有金额或者付款人不相符的，请单独选中它确认。"),
    "account_change_open": _l("已有一项收款账户变更在等待，请先停止它或者等它生效。"),
    "account_none": _l("这项声明没有收款账户。"),
    "account_of_venue": _l("款项付入交易场所账户的，不能在这里变更。"),
    "account_same": _l("这就是现在的账号。"),
    "account_name": _l("收款人户名须为专利权人。"),
    "second_in_house": _l("专利权人还有别的人可以作为第二人，请由他们确认。"),
    "second_too_new": _l("第二人须在提出变更之前就是本单位的成员。"),
    "tax_number_form": _l("纳税人识别号应为 18 位统一社会信用代码，或者 15、20 位旧号。"),
    "invoice_kind_person": _l("自然人只能申请普通发票。"),
    "invoice_issued": _l("这一期的发票已经开具；开错的，请收款方先开红字发票。"),
    "red_before_invoice": _l("红字发票的日期不能早于原发票。"),
}
