"""What is refused about code tables, and what is said of words that need a second look. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

CODES: dict[str, LazyString] = {
    "code_form": _l("代码“%(value)s”只能用字母、数字、点、短横和下划线，四十个字符以内。"),
    "code_known": _l("代码“%(value)s”在这一天还有效；改名请选“自某日起改名”。"),
    "code_unknown": _l("没有代码“%(value)s”。"),
    "code_ended": _l("代码“%(value)s”已于 %(day)s 停用。"),
    "parent_unknown": _l("没有上级代码“%(value)s”。"),
    "day_not_after": _l("日期须晚于现有的行开始的日期（%(day)s）。"),
    "pattern_unreadable": _l("这个用语的写法不能识别，括号须成对。"),
    "codes_moved_on": _l("代码表刚刚有了别的改动，请重新比较。"),
    "advertising_words": _l("声明及其材料中不得有商业性宣传用语：%(words)s。请改写为可以核实的事实。"),
    "advertising_in_description": _l("介绍中含有宣传用语，建议改写为可以核实的事实：%(words)s。"),
    "monopoly_improvement": _l(
        "“%(words)s”可能属于限制改进或者单方面回授，登记机构可能不予登记；建议删去，或者写明改进成果归完成改进的一方所有。"
    ),
    "monopoly_competing": _l(
        "“%(words)s”可能属于禁止使用竞争技术，登记机构可能不予登记；建议删去，被许可方可以采用其他技术。"
    ),
    "monopoly_limits": _l(
        "“%(words)s”可能属于不合理限制数量、品种、价格、渠道或者出口，登记机构可能不予登记；建议删去，或者改为只报告、不限制。"
    ),
    "monopoly_tying": _l(
        "“%(words)s”可能属于搭售，登记机构可能不予登记；建议删去，或者写明由被许可方自愿选购。"
    ),
    "monopoly_sources": _l(
        "“%(words)s”可能属于限制原材料等的来源，登记机构可能不予登记；建议删去，或者改为推荐、不指定。"
    ),
    "monopoly_challenge": _l(
        "“%(words)s”可能属于禁止对专利权有效性提出异议，登记机构可能不予登记；建议删去，任何人都可以请求宣告专利权无效。"
    ),
}
