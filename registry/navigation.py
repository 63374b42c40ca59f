"""What the layout shows around every page: where the reader can go, by role. Addresses are the product's
fixed ones.
"""

from typing import Any

from flask import Flask, has_request_context, request
from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

from registry.ledger import service as ledger
from registry.parties.doors import current_actor
from registry.parties.rules import PARTY_ROLES, Actor, Role

Item = tuple[LazyString, str]
EVERYBODY: tuple[Item, ...] = ((_l("查找许可"), "/search"), (_l("核验"), "/verify"))
DESK: Item = (_l("我的办事台"), "/desk")
PARTY: tuple[Item, ...] = (
    (lazy_pgettext("navigation", "专利"), "/patents"),
    (lazy_pgettext("navigation", "声明"), "/declarations"),
    (lazy_pgettext("navigation", "实施通知"), "/holder/acceptances"),
    (_l("我的许可"), "/licenses"),
    (_l("履行事项"), "/duties"),
    (_l("待核对款项"), "/holder/payments"),
    (_l("单位"), "/organisation"),
)
OF_AGENTS = frozenset({"/patents", "/declarations", "/holder/acceptances", "/licenses", "/holder/payments"})
VENUE: tuple[Item, ...] = (
    (_l("审核与办理"), "/venue"),
    (_l("待核验主体"), "/venue/organisations"),
    (_l("待核对款项"), "/venue/payments"),
    (_l("合同与登记进度"), "/venue/contracts"),
    (_l("登记批次"), "/venue/batches"),
)
AUDITOR: tuple[Item, ...] = (
    (_l("抽样"), "/audit/sample"),
    (_l("作出的决定"), "/audit/decisions"),
    (_l("两人批准的例外"), "/audit/exceptions"),
    (lazy_pgettext("navigation", "核对"), "/reconciliation"),
    (_l("全库核验"), "/desk/audits"),
    (_l("安全日志"), "/desk/events"),
)
ADMINISTRATOR: tuple[Item, ...] = (
    (_l("标准条款何时使用"), "/admin/terms"),
    (_l("后台任务"), "/admin/jobs"),
    (_l("设置和密钥"), "/admin/settings"),
    (_l("系统自检"), "/desk/system"),
    (_l("代码表"), "/codes"),
)
SECURITY: tuple[Item, ...] = (
    (_l("单位名录"), "/admin/organisations"),
    (_l("人员和角色"), "/admin/staff"),
    (_l("设置和密钥"), "/admin/settings"),
)
OF_STAFF = {
    Role.OPERATOR: VENUE,
    Role.AUDITOR: AUDITOR,
    Role.ADMINISTRATOR: ADMINISTRATOR,
    Role.SECURITY: SECURITY,
}
FOOTER: tuple[Item, ...] = (
    (_l("关于"), "/about"),
    (_l("常见问题"), "/help"),
    (_l("统计"), "/statistics"),
    (_l("开放数据"), "/data"),
    (_l("用语"), "/glossary"),
    (_l("代码表"), "/codes"),
    (_l("标准条款"), "/terms"),
    (_l("存证日志"), "/log"),
    (_l("接口文档"), "/api/openapi.json"),
    (_l("隐私说明"), "/privacy"),
    (_l("无障碍声明"), "/accessibility"),
)


def init_app(app: Flask) -> None:
    """Give every template `actor`, `navigation`, `footer_links` and `closed_place`."""
    app.context_processor(_surroundings)
    app.jinja_env.globals["closed_place"] = ledger.closed_place  # for macros, which see no context


def items(actor: Actor | None) -> tuple[Item, ...]:
    """Where this reader can go."""
    if actor is None:
        return EVERYBODY
    if actor.power is not None:
        return (*EVERYBODY, DESK, *(one for one in PARTY if one[1] in OF_AGENTS))
    if actor.role in PARTY_ROLES:
        return (*EVERYBODY, DESK, *PARTY)
    return (*EVERYBODY, DESK, *OF_STAFF.get(actor.role, ()))


def _surroundings() -> dict[str, Any]:
    if not has_request_context():  # the worker renders papers, which have no page around them
        return {}
    actor = current_actor()
    shown = items(actor)
    here = _longest(tuple(url for _, url in shown))
    return {
        "actor": actor,
        "navigation": [(label, url, url == here) for label, url in shown],
        "footer_links": FOOTER,
    }


def _longest(urls: tuple[str, ...]) -> str:
    """The item the present address stands under: /venue/organisations is not also under /venue."""
    under = [url for url in urls if request.path == url or request.path.startswith(url + "/")]
    return max(under, key=len, default="")
