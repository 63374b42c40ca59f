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
