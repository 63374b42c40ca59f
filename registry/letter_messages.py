"""The sentences of refusals about letters: resending, choices, delivery reports, saved searches."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

LETTERS: dict[str, LazyString] = {
    "letter_stale": _l("验证码信件不能重发：请本人在登录页重新申请。"),
    "letter_required": _l("这类信件涉及权利、期限或者款项，必须发送，不能关闭。"),
    "letter_waits": _l("上一封测试信还没有发出，请稍后再看。"),
    "bounce_large": _l("退信报告超过 1 MB，没有读取。"),
    "bounce_unread": _l("读不出退信报告：没有状态码，或者不是本站信件的退信。"),
    "search_empty": _l("请先写明要找什么，再保存。"),
    "searches_many": _l("最多保存 %(most)s 个查找，请先删除一个。"),
    "leak_notice": _l("读不懂通知文件：须为 TOML，写明 number，以及 zh、en 两部分各自的六项内容。"),
    "leak_list": _l("收件人名单第 %(line)s 行不是邮箱地址。"),
    "leak_many": _l("收件人名单过长，最多 %(max)s 个地址；请分成几份，用同一个编号发送。"),
    "leak_changed": _l("通知或者名单与预览时不同；请重新预览后再发送。"),
    "one_click": _l("请求中须有 List-Unsubscribe=One-Click。"),
}
