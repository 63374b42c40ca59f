"""The sentences of refusals about a list of offers that are taken together."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LISTS: dict[str, LazyString] = {
    "list_empty": _l("清单里没有可以办理的许可。"),
    "list_too_long": _l("一份清单最多 %(max)s 项。"),
    "list_twice": _l("同一项声明在清单里出现了两次。"),
    "list_changed": _l("清单里有 %(n)s 项在加入之后有了变化，请先逐项确认。"),
    "sent_with_list": _l("这份通知属于清单 %(number)s，须与清单一并核对和发出。"),
}
