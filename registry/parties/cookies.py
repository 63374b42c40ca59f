"""Cookies: the session's, a visitor's before sign-in, and what a browser is known again by. Out of scripts'
reach, and over TLS alone where the site is.
"""

import secrets
from typing import TypeVar

from flask import Response, current_app, request
from werkzeug.wrappers import Response as AnyResponse

from registry.config import Settings
from registry.parties.sign_ins import BROWSER_DAYS

R = TypeVar("R", bound=AnyResponse)
SESSION_COOKIE, VISITOR_COOKIE, BROWSER_COOKIE = "mingxu_session", "mingxu_visitor", "mingxu_browser"
KNOWN_AFTER = 24 * 3600


def set_session(response: R, token: str, *, browser: str = "") -> R:
    """The cookie outlives its session by a day: whose session has ended is still known (`refilling`).
    `browser`: what this browser is known again by, for longer than a year.
    """
    if browser:
        write(response, BROWSER_COOKIE, browser, max_age=BROWSER_DAYS * 24 * 3600)
    write(response, SESSION_COOKIE, token, max_age=_settings().session_absolute + KNOWN_AFTER)
    return response


def session_token() -> str | None:
    """The value of the session's cookie, whether the session is still open or not."""
    return read(SESSION_COOKIE)


def browser_token() -> str:
    """What this browser is known by: its cookie, or a fresh one."""
    return read(BROWSER_COOKIE) or secrets.token_urlsafe(32)


def clear_session(response: Response) -> Response:
    response.delete_cookie(_name(SESSION_COOKIE), secure=is_secure(), httponly=True, samesite="Lax")
    return response


def read(name: str) -> str | None:
    return request.cookies.get(_name(name))


def write(response: AnyResponse, name: str, value: str, *, max_age: int | None = None) -> None:
    """Until the browser is closed where no age is given."""
    response.set_cookie(
        _name(name), value, max_age=max_age, httponly=True, samesite="Lax", secure=is_secure()
    )


def is_secure() -> bool:
    """Whether the site is reached over https."""
    return _settings().base_url.startswith("https://")


def _name(name: str) -> str:
    """Behind https a browser takes `__Host-` cookies from this host alone, over TLS, for every path."""
    return f"__Host-{name}" if is_secure() else name


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
