"""The sentences of refusals about the time after a license: reports, notices, endings, hand-overs."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

DUTY_MESSAGES: dict[str, LazyString] = {
    "license_not_in_force": _l("许可 %(number)s 现在没有生效，不能办理此事。"),
    "period_running": _l("本结算期到 %(day)s 才届满，届满之后才能报告。"),
    "deductions_over_base": _l("扣除额不能多于被扣除的金额；亏损的作零报告。"),
    "nil_with_figures": _l("零报告不填金额；有发生的请填写金额，不选零报告。"),
    "too_many_editions": _l("本期报告已经更正到 %(max)s 次，不能再更正；请与对方协商。"),
    "later_reported": _l("预付的最低提成费按期抵扣，后一期已经报告，本期不能再更正；请在下一期补报。"),
    "earlier_unreported": _l("预付的最低提成费按期抵扣，请先报告第 %(number)s 期。"),
    "agreed_lowered": _l(
        "这一期双方已经认可，更正后的应付金额不能少于认可的金额；确有错误的，请与对方协商。"
    ),
    "too_many_messages": _l("提问和回答已有 %(max)s 条；仍有不同意见的，请提出异议。"),
    "too_many_files": _l("一次最多附 %(max)s 个文件。"),
    "cure_too_short": _l("履行期限不少于 %(days)s 日。"),
    "not_late": _l("只能就已经到期而没有完成的事项催告。"),
    "notice_open": _l("就这一事项已有一份催告。"),
    "own_notice": _l("这是您自己一方作出的，由对方答复。"),
    "not_your_notice": _l("只有发出催告的一方可以了结或者撤回。"),
    "notice_first": _l("以迟延履行为由解除的，须先催告；请选择所依据的催告。"),
    "notice_performed": _l("所催告的事项在履行期限（%(day)s）内已经完成，不能再以此解除。"),
    "cure_running": _l("催告的履行期限到 %(day)s，届满之后才能以此解除。"),
    "day_before_license": _l("不能早于许可生效之日（%(day)s）。"),
    "handover_open": _l("已有一次交付等待签收。"),
    "too_many_feeds": _l("日历地址最多 %(max)s 个；请先撤销不用的。"),
    "annuity_not_announced": _l("声明还没有公告；年费减免以公告的开放许可和已备案的许可为前提。"),
}
