"""The sentence of every refusal code, Chinese source; English stands in the catalogue. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

MESSAGES: dict[str, LazyString] = {
    # general
    "invalid": _l("有 %(count)s 处需要改正。"),
    "required": _l("请填写此项。"),
    "unknown_field": _l("不认识的字段。"),
    "not_text": _l("应为文字。"),
    "not_a_number": _l("应为数字。"),
    "not_an_integer": _l("应为整数。"),
    "not_a_date": _l("请按“2026-03-01”的样式填写日期。"),
    "not_true_or_false": _l("请选择“是”或“否”。"),
    "not_a_choice": _l("请在列出的选项中选择。"),
    "too_long": _l("不能超过 %(max)s 个字。"),
    "too_short": _l("至少 %(min)s 个字。"),
    "too_small": _l("不能小于 %(min)s。"),
    "too_big": _l("不能大于 %(max)s。"),
    "not_valid": _l("填写的内容不正确。"),
    "not_found": _l("没有找到，或者您无权查看。"),
    "not_allowed": _l("您的身份不能办理此事。"),
    "not_signed_in": _l("请先登录。"),
    "busy": _l("系统正忙，请稍后用同样的内容再试；没有任何内容被写入。"),
    "csrf": _l("表单已过期或不是从本站提交的，请返回后重试。"),
    "too_large": _l("文件或内容超过上限（%(max)s）。"),
}
