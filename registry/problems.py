"""Problems: how a refusal becomes an answer, and the only table from classes to HTTP statuses.

Machines get RFC 9457 `application/problem+json`, people a page with the rule, why, and what to do. A refusal
carries no prose; its sentence comes from `messages`, in Chinese and English. What nobody foresaw is a
500 with a reference number and one line in the log, never a 400.
"""

import contextlib
import json
import logging
import re
import secrets
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask, Response, current_app, g, make_response, redirect, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from markupsafe import escape
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from registry import articles, forms, language
from registry.database import cut_off
from registry.errors import (
    Conflict,
    Gone,
    Invalid,
    Mistyped,
    NotAllowed,
    NotFound,
    NotProved,
    NotSignedIn,
    Paused,
    Refused,
    SecondFactorOwed,
    Stopped,
    TooLarge,
    TooOften,
    Unavailable,
)
from registry.messages import ADVICE, MESSAGES
from registry.problem_words import TITLES, UNCHANGED, UNCHANGED_BY_FORM, WHAT_TO_DO
from registry.text import local_path, readable_size

log = logging.getLogger(__name__)
_NOT_THERE = re.compile("no such|has no column named")
"""What SQLite says of them, under the same name as of a lock."""
KEEPER = "keep_form"
"""The name under which the doors bring what keeps a refused form: a function from the status to a Kept."""
JSON = "application/problem+json"
RETRY_AFTER = 2
STATUS: Mapping[type[Stopped], int] = {
    Refused: 422,
    Invalid: 422,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotProved: 403,
    SecondFactorOwed: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    TooLarge: 413,
    Mistyped: 422,
    TooOften: 429,
    Unavailable: 503,
    Paused: 503,
}
HTTP_CODES: Mapping[int, str] = {
    401: "not_signed_in",
    403: "not_allowed",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    409: "moved_on",
    410: "gone",
    413: "too_large",
    415: "unsupported_type",
    429: "too_many_requests",
    503: "busy",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What became of a form that was refused: the page that shows it again, or what to send once more."""

    page: str = ""
    again: tuple[tuple[str, str], ...] = ()


def init_app(app: Flask) -> None:
    """Answer every refusal, HTTP error and unforeseen exception; explain each code at /problems/<code>."""
    app.register_error_handler(Stopped, _stopped)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)
    app.add_url_rule("/problems/<code>", "problem", _explain)
    late = language.late
    app.jinja_env.filters.update(sentence=late(sentence), basis=late(articles.basis), size=readable_size)
    app.jinja_env.globals.update(anchor=forms.anchor, settings=app.extensions.get("settings"))


def status(refused: Stopped) -> int:
    """The HTTP status of a refusal: its own class's, or its nearest ancestor's."""
    return next(STATUS[kind] for kind in type(refused).__mro__ if kind in STATUS)


def sentence(refused: Stopped, lang: str | None = None) -> str:
    """What a refusal says, in a language or the reader's own. Never raises."""
    with force_locale(lang) if lang else contextlib.nullcontext():
        known = MESSAGES.get(refused.code)
        template: str = str(known) if known is not None else _("不能办理（代码 %(code)s）。")
        params = _Params({name: _spoken(value) for name, value in refused.params.items()})
        params.setdefault("code", refused.code)
        if isinstance(refused, TooOften):
            params.setdefault("wait", language.wait(refused.params.get("seconds", 0)))
        if isinstance(refused, Invalid):
            params.setdefault("count", len(refused.refusals))
        try:
            return str(template % params)
        except (TypeError, ValueError):
            return template


class _Params(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return "…"


def _spoken(value: Any) -> str:
    if isinstance(value, date):
        return language.day(value)
    if isinstance(value, list | tuple | set | frozenset):
        return str(_("、")).join(_spoken(one) for one in value)
    if isinstance(value, Enum):
        return str(value.value)
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def document(refused: Stopped, number: int) -> dict[str, Any]:
    """The RFC 9457 object of a refusal, its parts one by one under `errors`."""
    problem: dict[str, Any] = {
        "type": f"{_base()}/problems/{refused.code}",
        "title": str(TITLES.get(number, TITLES[422])),
        "status": number,
        "detail": sentence(refused),
        "detail_zh": sentence(refused, "zh"),
        "detail_en": sentence(refused, "en"),
        **_particulars(refused),
        "instance": request.path,
        "reference": reference(),
    }
    if isinstance(refused, TooOften):
        problem["violated-policies"] = [refused.params.get("policy", "")]
    if isinstance(refused, Invalid):
        problem["errors"] = [{**_particulars(one), "detail": sentence(one)} for one in refused.refusals]
    return problem


def _particulars(refused: Stopped) -> dict[str, Any]:
    return {
        "code": refused.code,
        "field": refused.field,
        "article": refused.article,
        "params": {name: _plain(value) for name, value in refused.params.items()},
    }


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(one) for one in value]
    return forms.shown(value.value if isinstance(value, Enum) else value)


def reference() -> str:
    """The number under which this request stands in the log."""
    if not g.get("request_id"):
        g.request_id = secrets.token_hex(8)
    return str(g.request_id)


def _stopped(refused: Stopped) -> Response:
    return answer(refused, status(refused))


def answer(refused: Stopped, number: int) -> Response:
    """A refusal as a response: a document for machines, a page or the way to the sign-in page for people."""
    if wants_document():
        text = json.dumps(document(refused, number), ensure_ascii=False)
        said = text.encode("utf-8", "backslashreplace")  # half a surrogate pair that was sent is said escaped
        response = Response(said, number, mimetype=JSON)
    else:
        kept = _kept(number)
        if isinstance(refused, NotSignedIn):
            back = kept.page or _way_back()
            response = make_response(redirect(f"/login?next={quote(back, safe='/')}", 303))
        elif isinstance(refused, NotProved):
            back = kept.page or _way_back()
            response = make_response(redirect(f"/account/proof?next={quote(back, safe='/')}", 303))
        elif isinstance(refused, SecondFactorOwed):
            response = make_response(redirect("/account/second-factor", 303))
        elif refused.code == "csrf" and kept.page:  # nothing is wrong but the page's age: back to the form
            response = make_response(redirect(kept.page, 303))
        else:
            response = make_response(_page(refused, number, kept), number)
    response.headers["Cache-Control"] = "no-store"
    if number == 401 and wants_document():
        response.headers["WWW-Authenticate"] = "Bearer"
    if refused.code == "scope_missing":  # RFC 6750 3.1
        wanted = refused.params.get("scope", "")
        response.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", scope="{wanted}"'
    if number == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER)
    if isinstance(refused, TooOften):
        response.headers["Retry-After"] = str(refused.params.get("seconds", 60))
    return response


def wants_document() -> bool:
    """Whether a machine is asking: the API's paths, or an Accept header that prefers JSON to HTML."""
    if request.path.startswith("/api/"):
        return True
    offered = ("text/html", JSON, "application/json")
    return bool(request.accept_mimetypes) and request.accept_mimetypes.best_match(offered) != "text/html"


def _way_back() -> str:
    """Where to go on after signing in; a form that was sent leads back to the page it stood on."""
    if request.method in ("GET", "HEAD"):
        return local_path(request.full_path.removesuffix("?"))
    came_from = urlsplit(request.referrer or "")
    return local_path(came_from.path) if came_from.netloc == request.host else "/"


def _kept(number: int) -> Kept:
    keep = current_app.extensions.get(KEEPER)
    try:
        return keep(number) if keep is not None else Kept()
    except Exception:  # what is to be said stays to be said
        _log("the form could not be kept")
        return Kept()


def _anew(page: str) -> str:
    """The same page at an address that is not the present one's: a form goes to the page it stands on, and a
    browser that stands at an address already only looks for the fragment there and asks for nothing.
    """
    path, mark, place = page.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{mark}{place}"


def _page(refused: Stopped, number: int, kept: Kept) -> str:
    try:
        return render_template(
            "problem.html",
            status=number,
            title=TITLES.get(number, TITLES[422]),
            refused=refused,
            refusals=getattr(refused, "refusals", ()),
            advice=ADVICE.get(refused.code) or WHAT_TO_DO.get(number, WHAT_TO_DO[400]),
            unchanged=UNCHANGED_BY_FORM.get(number) if request.method == "POST" else UNCHANGED.get(number),
            kept=kept,
            here=_way_back(),
            form_page=_anew(kept.page) if kept.page else "",
            reference=reference(),
        )
    except Exception:  # the page around the problem may need what has just failed
        _log("the problem page itself failed")
        words = escape(f"{number} {sentence(refused, 'zh')} {sentence(refused, 'en')} [{reference()}]")
        head = f'<!doctype html><html lang="zh-CN"><title>明许 Mingxu {number}</title>'
        return f"{head}<h1>{number}</h1><p>{words}</p>"


def _http(error: HTTPException) -> Response:
    if error.response is not None or error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]  # a redirect or a ready answer
    if error.code >= 500 and error.code != 503:
        return _unforeseen(error)
    response = answer(_from_http(error), error.code)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def _from_http(error: HTTPException) -> Refused:
    messages = (getattr(error, "data", None) or {}).get("messages")
    if messages:
        return forms.refusal_of(messages)
    if error.code == 413:
        return _overlarge()
    kind = NotSignedIn if error.code == 401 else Refused
    return kind(HTTP_CODES.get(error.code or 0, "bad_request"))


def _overlarge() -> TooLarge:
    """A request that was not read: too much in all, or too many words in its form."""
    size, most = request.content_length, request.max_content_length
    whole = readable_size(most or 0)
    if size is None:
        return TooLarge("too_large", max=whole)
    if most is not None and size > most:
        each = readable_size(current_app.extensions["settings"].upload_limit)
        return TooLarge("body_too_large", size=readable_size(size), max=whole, each=each)
    words = readable_size(request.max_form_memory_size or 0)
    return TooLarge("form_too_long", max=words, parts=request.max_form_parts)


def _unforeseen(error: Exception) -> Response:
    if _is_database_away(error):
        _log("database away")
        return answer(Unavailable("busy"), 503)
    _log("unforeseen")
    return answer(Refused("unforeseen", reference=reference()), 500)


def _is_database_away(error: Exception) -> bool:
    """Lost, full, locked, out of connections or out of patience. A statement that is wrong is our own
    mistake, and so is a column that is not there: waiting brings none.
    """
    if isinstance(error, OperationalError) and _NOT_THERE.search(str(error.orig)):
        return False
    return isinstance(error, OperationalError | InterfaceError | PoolTimeout) or cut_off(error)


def _log(event: str) -> None:
    """One line of JSON: control characters are escaped, so that nobody forges lines of the log."""
    line = {
        "event": event,
        "reference": reference(),
        "method": request.method,
        "path": request.path,
        "traceback": traceback.format_exc(),
    }
    log.error("%s", json.dumps(line, ensure_ascii=True))


def _explain(code: str) -> str:
    """What a code means; the `type` of every problem document leads here."""
    if code not in MESSAGES:
        raise NotFound("not_found")
    return render_template("problem_type.html", refused=Refused(code), advice=ADVICE.get(code))


_explain.access = "public"  # type: ignore[attr-defined]  # the doors' mark; they stand above this file


def _base() -> str:
    settings = current_app.extensions.get("settings")
    return settings.base_url if settings else ""
