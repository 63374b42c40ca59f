"""What stands at every door: who comes in, deny by default, forged requests refused, strict headers, doing
things once.

Every view is marked `@public` or `@signed_in`; one without a mark is refused, and a test names it. A browser
is known by its session cookie, a machine under /api/ by `Authorization: Bearer` alone.
"""

import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar, cast
from urllib.parse import quote, urlsplit
from uuid import UUID

from flask import Flask, Response, current_app, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.http import dump_options_header

from registry import clock, idempotency
from registry.config import Settings
from registry.database import db, transaction
from registry.documents import scanning
from registry.errors import NotAllowed, NotFound, NotSignedIn, Refused, SecondFactorOwed
from registry.parties import ceremonies, cookies, gate, scopes, sessions
from registry.parties.cookies import SESSION_COOKIE, VISITOR_COOKIE
from registry.parties.models import Upload
from registry.parties.rules import Actor

View = TypeVar("View", bound=Callable[..., Any])
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; connect-src 'self'"
)


def public(view: View) -> View:
    """Anybody may come in."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Somebody must be signed in; services decide what they may do."""
    view.access = "account"  # type: ignore[attr-defined]
    return view


def machine(verb: str) -> Callable[[View], View]:
    """A machine's key must carry the scope of this verb of the permission table; services decide the rest."""
    needed = scopes.of(verb)

    def mark(view: View) -> View:
        view.access, view.scope = "account", str(needed)  # type: ignore[attr-defined]
        return view

    return mark


def any_machine(view: View) -> View:
    """Every live key may come in, whatever it is for."""
    view.access, view.scope = "account", ""  # type: ignore[attr-defined]
    return view


def even_owing(view: View) -> View:
    """Also those who owe a second factor: here they settle it, or leave."""
    view.even_owing = True  # type: ignore[attr-defined]
    return view


def owes_second() -> bool:
    """Whether whoever is here acts for nobody before a second factor was shown."""
    found = current_actor()
    return found is not None and found.owes_second


def current_actor() -> Actor | None:
    return cast("Actor | None", g.get("actor"))


def actor() -> Actor:
    """The actor of a `@signed_in` view."""
    found = current_actor()
    if found is None:
        raise NotSignedIn("not_signed_in")
    return found


def account_id() -> UUID:
    """The account of a `@signed_in` view."""
    found = actor().account_id
    assert found is not None
    return found


def submit(verb: str, data: Mapping[str, Any], work: Callable[[], str]) -> str:
    """Do a form's work once: in one transaction, under the form's hidden key; a second submit gets the first
    reference.
    """
    return once(verb, data, work, key=request.form.get("idempotency_key", ""))


def once(
    verb: str, data: Mapping[str, Any], work: Callable[[], str], *, key: str, reference: str = ""
) -> str:
    """`submit` with a key from wherever it came; the API passes its header, and the reference if it is known.

    A machine's key counts in one membership of its account: another membership never reads its answer. A
    form's key is drawn with its page, and founding an organisation changes whom one acts for.
    """
    account, asked = account_id(), _asked(verb, data)
    done, replayed = transaction(lambda: idempotency.once(account, key, asked, work, reference=reference))
    g.replayed = replayed
    return done


def first(verb: str, data: Mapping[str, Any]) -> str:
    """The reference of what this very form has done already; empty when it comes for the first time.

    Asked before anything is prepared for a signature: what a form changed refuses to be changed again, and a
    second press is to lead to the first result, not to be told that things have moved on.
    """
    known = idempotency.find(account_id(), request.form.get("idempotency_key", ""))
    if known is None or known.fingerprint != _asked(verb, data):
        return ""
    g.replayed = True
    return known.reference


def _asked(verb: str, data: Mapping[str, Any]) -> str:
    """Files count by their content: a browser that sends a form again brings them again."""
    who = actor()
    acting = [str(who.organisation_id or ""), str(who.venue_id or ""), str(who.role)] if _by_machine() else []
    acting += [str(who.power.id)] if acting and who.power else []
    brought = {name: value for name, value in data.items() if name.endswith("_upload") and value}
    digests = {name: _digest(value) for name, value in brought.items()}
    return idempotency.fingerprint(verb, {"as": acting, "asked": {**data, **digests}})


def _digest(upload_id: object) -> str:
    try:
        found = db.session.get(Upload, UUID(str(upload_id)))
    except ValueError:
        found = None
    return str(upload_id) if found is None else found.digest


def replayed() -> bool:
    """Whether this request's work had been done before, under the same key."""
    return bool(g.get("replayed"))


def uploaded_file(name: str) -> tuple[str, bytes]:
    """File name and content of a part of a multipart form; empty when there is none. The body limit bounds
    it.
    """
    part = request.files.get(name)
    return (part.filename or "", part.read()) if part else ("", b"")


def plain_response(data: bytes, media_type: str) -> Response:
    """Bytes as they are."""
    return Response(data, content_type=media_type)


def named(response: Response, filename: str, *, inline: bool = False) -> Response:
    """Say what a file is called when it is saved. Headers are ASCII: other names go as RFC 6266 says."""
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode().strip()
    options = {"filename": plain if plain.partition(".")[0] else f"file{plain}"}
    if not filename.isascii():
        options["filename*"] = f"UTF-8''{quote(filename, safe='')}"
    kind = "inline" if inline else "attachment"
    response.headers["Content-Disposition"] = dump_options_header(kind, options)
    return response


def init_app(app: Flask) -> None:
    app.before_request(_enter)
    app.after_request(_leave)
    app.jinja_env.globals["csrf_token"] = csrf_token
    app.jinja_env.globals["idempotency_key"] = lambda: secrets.token_urlsafe(18)


def csrf_token() -> str:
    """Bound to the session, or before sign-in to a visitor cookie set with the page."""
    bound = cookies.read(SESSION_COOKIE) or cookies.read(VISITOR_COOKIE) or g.get("visitor")
    if not bound:
        bound = g.visitor = secrets.token_urlsafe(24)
    return hmac.new(_settings().secret_key.encode(), f"csrf:{bound}".encode(), hashlib.sha256).hexdigest()


def form_data() -> MultiDict[str, str]:
    """The form without what doors themselves put there."""
    doors_own = {"csrf_token", "idempotency_key"}
    return MultiDict((name, value) for name, value in request.form.items(multi=True) if name not in doors_own)


def _enter() -> None:
    g.request_id = secrets.token_hex(8)
    mark = _access()
    if mark == "static":
        return
    g.actor = _who()
    gate.count(_settings(), by_machine=_by_machine())
    if mark not in {"public", "account"}:
        raise NotAllowed("not_allowed")
    if mark == "account" and g.actor is None:
        raise NotSignedIn("not_signed_in")
    if mark == "account" and _by_machine():
        gate.check_scope(actor())
    if mark == "account" and owes_second() and not _even_owing():
        raise SecondFactorOwed("second_factor_owed")
    if mark == "account":
        gate.check_power(actor())
    ceremonies.take_in_hand(None)
    if request.method not in SAFE and not _by_machine():
        _refuse_forgery()
        ceremonies.take_in_hand(_in_hand())
    _refuse_zeros()
    _scan()


def _scan() -> None:
    """Look at every file before any transaction: a scanner may take its time. Whoever reads an infected one
    gets Refused `file_infected`. Raises Unavailable `scanner_down`."""
    setting = _settings().scanner
    if setting == "none" or request.method in SAFE or g.actor is None:
        return
    db.session.rollback()
    for name, part in request.files.items(multi=True):
        barred = scanning.look(part.read(), setting, field=name)
        part.seek(0)
        if barred is not None:
            part.close()
            part.stream = barred


def _access() -> str:
    if request.endpoint is None:
        return "public"  # nothing there: let it become a 404
    if request.endpoint.endswith("static"):
        return "static"
    view = current_app.view_functions[request.endpoint]
    return str(getattr(view, "access", "none"))


def _even_owing() -> bool:
    view = current_app.view_functions[str(request.endpoint)]
    return bool(getattr(view, "even_owing", False))


def _by_machine() -> bool:
    return request.path.startswith("/api/")


def _who() -> Actor | None:
    return gate.actor_of_request() if _by_machine() else _person()


def _person() -> Actor | None:
    token = cookies.read(SESSION_COOKIE)
    row = sessions.read(token, _settings()) if token else None
    if row is None:
        return None
    found, row_id, ends = (
        sessions.actor_of_session(row, _settings()),
        row.id,
        row.expires_at,
    )
    idle = row.seen_at + timedelta(seconds=_settings().session_idle)
    if sessions.needs_touch(row):
        transaction(lambda: sessions.touch(row_id))
        idle = clock.now() + timedelta(seconds=_settings().session_idle)
    g.session_expires = min(ends, idle)
    return found


def _in_hand() -> ceremonies.InHand | None:
    """A form that says it is to be signed with a passkey, with the device's answer or before it was asked.

    Raises Conflict `ceremony_over`.
    """
    found = current_actor()
    if found is None or request.form.get("_signing") != "passkey":
        return None
    try:
        ceremony_id = UUID(request.form.get("_ceremony", ""))
    except ValueError:
        return ceremonies.InHand()
    ceremony = ceremonies.find(ceremonies.Purpose.SIGN, ceremony_id, account_id=found.account_id)
    answer, kept = request.form.get("_answer", ""), list(ceremony.facts["acts"])
    db.session.rollback()
    return ceremonies.InHand(ceremony_id=ceremony_id, answer=answer, kept=kept)


def _refuse_forgery() -> None:
    """CSRF: the page's own token, and where the browser says where it comes from, our own origin."""
    if comes_from_elsewhere():
        raise NotAllowed("csrf")
    if not hmac.compare_digest(request.form.get("csrf_token", "").encode(), csrf_token().encode()):
        raise NotAllowed("csrf")


def comes_from_elsewhere() -> bool:
    """Whether the browser says that another site sent this request."""
    origin = request.headers.get("Origin")
    foreign = bool(origin) and (origin == "null" or urlsplit(origin or "").netloc != request.host)
    return foreign or request.headers.get("Sec-Fetch-Site") == "cross-site"


def _refuse_zeros() -> None:
    """PostgreSQL takes no text with a zero in it, and nobody types one: refused before all else."""
    if "\x00" in request.path:
        raise NotFound("not_found")
    typed = [*request.args.items(multi=True), *request.form.items(multi=True)]
    if any("\x00" in name or "\x00" in value for name, value in typed):
        raise Refused("name_control", character="U+0000")


def _leave(response: Response) -> Response:
    if visitor := g.get("visitor"):
        cookies.write(response, VISITOR_COOKIE, visitor)
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    if cookies.is_secure():
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if not (request.endpoint or "").endswith("static"):
        headers.setdefault("Cache-Control", "no-store" if g.get("actor") else "no-cache")
        headers["X-Request-Id"] = str(g.get("request_id", ""))
    gate.say_standing(response)
    if g.get("replayed"):
        headers["Idempotency-Replayed"] = "true"
    db.session.rollback()
    return response


def _settings() -> Settings:
    return cast(Settings, current_app.extensions["settings"])


def idempotency_header() -> str:
    """The API's key. Raises Refused `idempotency_missing`."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        raise Refused("idempotency_missing", "Idempotency-Key")
    return key
