"""Which language a person reads, and how days, instants and amounts look in it: Chinese or English.

Chosen by `?lang=`, then the `lang` cookie, then a browser that asks for English before Chinese; else Chinese.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from babel.support import NullTranslations
from flask import Flask, Response, has_request_context, redirect, request
from flask.globals import app_ctx
from flask_babel import Babel, Domain, get_locale
from flask_babel.speaklater import LazyString
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from registry import clock, sentences
from registry.sentences import CATALOGUES, catalogue
from registry.text import local_path

TAGS = {"zh": "zh-CN", "en": "en"}
"""Our languages and their names in `lang` attributes."""

COOKIE = "lang"
COOKIE_SECONDS = 365 * 24 * 3600
NOTHING = "—"
_WAITS = ((3600, "小时", "hour"), (60, "分钟", "minute"), (1, "秒", "second"))
_here = app_ctx._get_current_object  # type: ignore[attr-defined]
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def _text(said: LazyString) -> Markup:
    return escape(str(said))


LazyString.__html__ = _text
"""The library calls a sentence that is said later markup as it stands; with a name in it, it is what somebody
typed, and text like any other."""


def init_app(app: Flask) -> None:
    """Set up the catalogues, the choice of language and the filters `day`, `instant`, `exact` and `yuan`."""
    babel = Babel(
        app,
        default_locale="zh",
        default_timezone="Asia/Shanghai",
        default_translation_directories=str(CATALOGUES),
        locale_selector=select,
    )
    babel.domain_instance = Catalogues()
    sentences.init_app(app, current)
    app.after_request(_remember)
    app.add_url_rule("/language", "language", _choose, methods=["POST"])
    spoken: dict[str, Callable[..., str]] = {"day": day, "instant": instant, "exact": exact, "yuan": yuan}
    app.jinja_env.filters.update({name: late(work) for name, work in spoken.items()})
    app.jinja_env.globals.update(language=current, language_tag=tag, language_url=url)


def late(work: Callable[..., Any]) -> Callable[..., Any]:
    """A filter that is asked at every reading. Of a constant (`{{ 'PL 50' | basis }}`) the template engine
    asks once, while it compiles the page: all would read it in the language of who came first.
    """

    @pass_context
    @wraps(work)
    def at_each_reading(_: Context, *given: Any, **named: Any) -> Any:
        return work(*given, **named)

    return at_each_reading


class Catalogues(Domain):  # type: ignore[misc]
    """What `gettext` and sentences said later ask: the library finds the catalogue anew for each of them."""

    def get_translations(self) -> NullTranslations:
        return catalogue(current())


def select() -> str:
    """The language of the present request; Chinese where there is none."""
    if not has_request_context():
        return "zh"
    for wish in (request.args.get("lang"), request.cookies.get(COOKIE)):
        if wish in TAGS:
            return wish
    return request.accept_languages.best_match(tuple(TAGS)) or "zh"


def current() -> str:
    """`zh` or `en`."""
    try:  # what the library remembers of this request, without the four looks it takes to find it
        locale = _here().g.__dict__["_flask_babel"].babel_locale
    except (RuntimeError, KeyError, AttributeError):
        locale = None
    if locale is None:  # not asked yet, or forgotten where something was said in another language
        locale = get_locale()
    return "en" if locale is not None and locale.language == "en" else "zh"


def tag() -> str:
    return TAGS[current()]


def url(lang: str) -> str:
    """The present page in another language."""
    args = [(name, value) for name, value in request.args.items(multi=True) if name != "lang"]
    return f"{request.path}?{urlencode([*args, ('lang', lang)])}"


def _choose() -> Response:
    """Remember a language and go back; the only thing changed is a cookie."""
    response = redirect(local_path(request.form.get("next", "/")), 303)
    lang = request.form.get("lang", "")
    return _set(response, lang) if lang in TAGS else response  # type: ignore[arg-type,return-value]


_choose.access = "public"  # type: ignore[attr-defined]  # the doors' mark; they stand above this file


def _remember(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.vary.update(("Accept-Language", "Cookie"))
        response.headers.setdefault("Content-Language", tag())
    wish = request.args.get("lang")
    return _set(response, wish) if wish in TAGS and request.cookies.get(COOKIE) != wish else response


def _set(response: Response, lang: str) -> Response:
    response.set_cookie(
        COOKIE, lang, max_age=COOKIE_SECONDS, samesite="Lax", httponly=True, secure=request.is_secure
    )
    return response


def day(value: date | datetime | str | None) -> str:
    """`2026年3月1日` or `1 March 2026`. An instant means its day in Shanghai, a text must be an ISO date."""
    if not value:
        return NOTHING
    if isinstance(value, str):
        value = date.fromisoformat(value)
    if isinstance(value, datetime):
        value = clock.legal_day(value)
    if current() == "en":
        return f"{value.day} {_MONTHS[value.month - 1]} {value.year}"
    return clock.chinese_day(value)


def wait(seconds: int) -> str:
    """`90 秒`, `15 分钟`, `20 小时`, or the same in English: never less than there is to wait."""
    for length, zh, en in _WAITS:
        if seconds > 2 * length or length == 1:
            count = -(-seconds // length)
            return f"{count} {zh}" if current() == "zh" else f"{count} {en}{'' if count == 1 else 's'}"
    raise AssertionError("unreachable")


def instant(value: datetime | None) -> Markup:
    """Day and minute in Shanghai; the element carries the exact instant, its title says both clocks."""
    if value is None:
        return Markup("—")
    local, utc = value.astimezone(clock.SHANGHAI), value.astimezone(UTC)
    title = f"{local:%Y-%m-%d %H:%M:%S} UTC+8 = {utc:%Y-%m-%d %H:%M:%S} UTC"
    return Markup('<time datetime="{}" title="{}">{} {}</time>').format(
        clock.rfc3339(value), title, day(value), f"{local:%H:%M}"
    )


def exact(value: datetime) -> Markup:
    """Day and time in Shanghai to the millisecond, for answers in which the order of instants decides."""
    local = value.astimezone(clock.SHANGHAI)
    words = f"{local:%H:%M:%S}.{local.microsecond // 1000:03}"
    return Markup('<time datetime="{}">{} {}</time>').format(clock.rfc3339(value), day(value), words)


def yuan(value: Decimal | int | str | None) -> str:
    """`¥68,000.00`; never rounded, amounts have at most two decimals."""
    return NOTHING if value is None else f"¥{Decimal(value):,.2f}"
