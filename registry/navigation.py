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
    (_l("取得的许可"), "/licenses"),
    (_l("待核对款项"), "/holder/payments"),
    (_l("单位"), "/organisation"),
)
VENUE: tuple[Item, ...] = (
    (_l("审核与办理"), "/venue"),
    (_l("主体核验"), "/venue/organisations"),
    (_l("到账核对"), "/venue/payments"),
    (_l("登记批次"), "/venue/batches"),
)
FOOTER: tuple[Item, ...] = (
    (_l("统计"), "/statistics"),
    (_l("用语"), "/glossary"),
    (_l("代码表"), "/codes"),
    (_l("存证日志"), "/log"),
    (_l("接口文档"), "/api/openapi.json"),
)


def init_app(app: Flask) -> None:
    """Give every template `actor`, `navigation`, `footer_links` and `closed_place`."""
    app.context_processor(_surroundings)
    app.jinja_env.globals["closed_place"] = ledger.closed_place  # for macros, which see no context


def items(actor: Actor | None) -> tuple[Item, ...]:
    """Where this reader can go."""
    if actor is None:
        return EVERYBODY
    if actor.role in PARTY_ROLES:
        return (*EVERYBODY, DESK, *PARTY)
    return (*EVERYBODY, DESK, *(VENUE if actor.role == Role.OPERATOR else ()))


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
