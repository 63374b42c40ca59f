"""What the states of wishes are called on pages."""

from flask_babel import lazy_gettext as _l

INTERESTS = {
    "unconfirmed": _l("等待确认邮箱"),
    "open": _l("等待公告"),
    "told": _l("已通知您"),
    "ended": _l("要约未开放即结束"),
    "withdrawn": _l("已撤销"),
}
INTEREST_TONES = {"unconfirmed": "wait", "open": "info", "told": "ok", "ended": "plain", "withdrawn": "plain"}
NEEDS = {
    "waiting": _l("等待审核"),
    "returned": _l("退回修改"),
    "public": _l("已公开"),
    "withdrawn": _l("已撤回"),
    "ended": _l("已到期"),
}
NEED_TONES = {"waiting": "wait", "returned": "stop", "public": "ok", "withdrawn": "plain", "ended": "plain"}
WHY = {
    "price": _l("价格"),
    "term": _l("期限"),
    "unclear": _l("没看明白"),
    "not_mature": _l("技术还不成熟"),
    "found_other": _l("找到了别的"),
    "other": _l("其他"),
}
