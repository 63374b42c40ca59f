"""What is refused about agents and their powers of attorney, in words. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

POWERS: dict[str, LazyString] = {
    "unit_unauthorised": _l("“%(unit)s”没有今天有效的书面授权办理这件事；请由负责人在授权书页上传或者换发。"),
    "unit_never": _l("这件事由本单位的负责人办理，内部机构的成员不能办理。"),
    "unit_owner": _l("负责人代表整个单位，不归入内部机构。"),
    "unit_of_person": _l("自然人没有内部机构。"),
    "power_missing": _l("委托代理机构的，须提交委托书。"),
    "agency_required": _l("在中国内地没有经常居所或者营业所的，须委托专利代理机构办理。"),
    "outside_power": _l("这件事不在委托书 %(number)s 的权限之内；请由委托人自己办理，或者另作委托。"),
    "power_over": _l("委托书 %(number)s 已经不再有效，不能再以代理人的身份办理。"),
    "not_for_agents": _l("这一页不对代理人开放，由委托人自己的成员办理。"),
    "agent_suspended": _l("代理人一方已被暂停办理。"),
    "self_dealing": _l("代理人不得以委托人的名义与自己实施法律行为；委托人同意的，请在委托书中写明。"),
    "double_agency": _l("代理人同时受双方委托；双方的委托书都写明同意的，才可以办理。"),
    "agent_unknown": _l("没有找到这个代理人：单位填统一社会信用代码，自然人填其账号的邮箱；对方须先登记。"),
    "power_to_oneself": _l("不能委托自己。"),
    "power_backdated": _l("委托不能早于今天开始。"),
    "power_too_long": _l("一份委托书最长 %(years)s 年，到期可以另作委托。"),
    "scope_for_agents": _l("按委托书使用的接口密钥只能有“查阅”“起草”“提交”“款项”的权限范围。"),
    "power_patents": _l("最多列明 %(max)s 件专利；不列明的，及于全部专利。"),
}
