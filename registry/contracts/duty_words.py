"""What the states, answers and grounds of the time after a license are called."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

DUTY_WORDS: Mapping[str, Mapping[str, LazyString]] = {
    "report": {
        "reported": _l("已报告，等待答复"),
        "asked": _l("许可方有疑问"),
        "agreed": _l("双方一致"),
        "disputed": _l("有争议"),
        "superseded": _l("已由更正的报告取代"),
    },
    "report_answer": {"agree": _l("同意本报告"), "dispute": _l("提出异议")},
    "default": {
        "open": _l("催告中"),
        "answered": _l("对方已答复"),
        "cured": _l("已经履行"),
        "withdrawn": _l("已撤回"),
        "ended": _l("许可已据此解除"),
    },
    "default_answer": {
        "performed": _l("已经履行"),
        "asks_time": _l("请求延期"),
        "denies": _l("不认为有此义务或者已经迟延"),
    },
    "ending": {
        "declared": _l("已通知解除，等待对方答复"),
        "accepted": _l("对方接受"),
        "objected": _l("对方有异议"),
        "upheld": _l("解除成立"),
        "reversed": _l("解除不成立，许可恢复"),
    },
    "ending_ground": {
        "not_cured": _l("迟延履行主要债务，催告后在合理期限内仍未履行"),
        "purpose_lost": _l("违约行为致使不能实现合同目的"),
        "refused": _l("明确表示或者以行为表明不履行主要债务"),
    },
    "ending_answer": {"accept": _l("接受解除"), "object": _l("提出异议")},
    "ending_settle": {
        "uphold": _l("解除成立（双方一致，或者依裁判）"),
        "reverse": _l("解除不成立，许可恢复"),
    },
    "handover": {
        "recorded": _l("已交付，等待签收"),
        "confirmed": _l("已签收"),
        "incomplete": _l("被许可方认为不全"),
    },
    "handover_answer": {"confirm": _l("已收到，齐全"), "miss": _l("不全或者没有收到")},
    "side": {"licensee": _l("被许可方"), "holder": _l("许可方"), "both": _l("双方")},
    "duty_paper": {
        "royalty_report": _l("提成费报告"),
        "default_notice": _l("催告函"),
        "ending": _l("解除通知"),
        "handover": _l("资料交付签收单"),
        "royalty_report_en": _l("提成费报告（英文阅读版）"),
        "default_notice_en": _l("催告函（英文阅读版）"),
        "ending_en": _l("解除通知（英文阅读版）"),
        "handover_en": _l("资料交付签收单（英文阅读版）"),
    },
}
DUTIES: Mapping[str, LazyString] = {
    "report": _l("提交提成费报告"),
    "royalty": _l("支付提成费"),
    "answer_report": _l("答复提成报告"),
    "answer_question": _l("回答许可方关于提成报告的疑问"),
    "receipt": _l("签收许可方交付的资料"),
    "renewal": _l("可以办理到期后的续期"),
    "cure": _l("在催告的期限内履行"),
    "answer_ending": _l("答复解除通知"),
}
EVENTS: Mapping[str, LazyString] = {
    "report_royalty": _l("被许可方报告提成"),
    "agree_royalty": _l("许可方同意提成报告"),
    "dispute_royalty": _l("许可方对提成报告提出异议"),
    "notice_default": _l("一方催告履行"),
    "answer_default": _l("对方答复催告"),
    "cure_default": _l("催告的事项已经履行"),
    "withdraw_default": _l("撤回催告"),
    "end_breach": _l("一方通知解除许可"),
    "accept_ending": _l("对方接受解除"),
    "object_ending": _l("对方对解除提出异议"),
    "reinstate": _l("解除不成立，许可恢复"),
    "hand_over": _l("许可方交付资料"),
    "confirm_handover": _l("被许可方签收资料"),
    "miss_handover": _l("被许可方认为资料不全"),
    "remind": _l("寄出提醒"),
    "acknowledge_bar": _l("被许可方确认已知悉不得实行开放许可的情形"),
}
