"""Nothing typed is lost: a form that could not be taken is kept, and its page shows it again.

The refusal's page leads back to the form; whoever must sign in first finds it afterwards. Only a form that
came from a page of our own is kept, so that nobody plants one into another's account. A service that is busy
keeps nothing: its page carries the form in hidden inputs, to be sent once more by hand.
"""

import hmac
from collections.abc import Iterator
from io import BytesIO
from typing import IO, Any
from uuid import UUID

import flask
from flask import Blueprint, Flask, Response, current_app, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

from registry.database import db, transaction
from registry.parties import cookies, doors, kept_forms, sessions
from registry.problems import KEEPER, Kept
from registry.refill import refilled
from registry.text import local_path

blueprint = Blueprint("kept", __name__)
PLACE = "kept"
"""The fragment under which a page's notice stands."""
LONGEST = 500
READ_ON = 4
"""So many times the limit of a request is read of one that exceeds it: for what was typed, and because a
browser hears no answer before it has sent everything.
"""


class _Nowhere(BytesIO):
    """Where the files of a request go that is too large to be taken."""

    def write(self, data: Any, /) -> int:
        return memoryview(data).nbytes


class Request(flask.Request):
    """A request whose files can be let go while its words are read."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if g.get("words_alone"):
            return _Nowhere()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def init_app(app: Flask) -> None:
    app.request_class = Request
    app.extensions[KEEPER] = keep
    app.after_request(_look)


@blueprint.post("/kept/forget")
@doors.signed_in
def forget() -> AnyResponse:
    """What was typed is not wanted any more."""
    account_id, page = doors.account_id(), local_path(request.form.get("page", ""), "/desk")
    transaction(lambda: kept_forms.forget_page(account_id, page))
    return redirect(page, 303)


def keep(number: int) -> Kept:
    """Keep the present request's form, which is answered with this status. Never raises."""
    if request.method != "POST" or request.endpoint is None or request.path.startswith("/api/"):
        return Kept()
    try:
        if number == 413:
            _read_on()
        fields = kept_forms.typed_in(request.form.items(multi=True))
        if not fields or not _is_ours():
            return Kept()
        if number == 503:
            once = request.form.get("idempotency_key", "")
            return Kept(again=(*fields, *([("idempotency_key", once)] if once else [])))
        return _keep(fields)
    except HTTPException:  # far too large, or too long a text
        return Kept()


def _read_on() -> None:
    """Read what somebody typed who is signed in, however large the files are that came with it."""
    if doors.current_actor() is not None:
        g.words_alone = True
        request.max_content_length = READ_ON * current_app.config["MAX_CONTENT_LENGTH"]


def _keep(fields: list[tuple[str, str]]) -> Kept:
    db.session.rollback()
    account_id, page, action = _whose(), page_of_form(), request.path
    path, _, query = page.partition("?")
    if account_id is None or path == "/" or max(len(path), len(action)) > LONGEST:
        return Kept()
    transaction(lambda: kept_forms.keep(account_id, action=action, page=path, fields=fields))
    g.form_kept = True
    return Kept(page=f"{path}{'?' if query else ''}{query}#{PLACE}")


def _is_ours() -> bool:
    """Whether a page of this site sent the form, in this browser: by its token, or by the browser's word."""
    if doors.comes_from_elsewhere():
        return False
    token = request.form.get("csrf_token", "").encode()
    stated = request.headers.get("Origin") or request.headers.get("Sec-Fetch-Site") == "same-origin"
    return bool(stated) or hmac.compare_digest(token, doors.csrf_token().encode())


def _whose() -> UUID | None:
    """The account that sent the form: signed in, or until its session ended by itself."""
    found = doors.current_actor()
    token = cookies.session_token()
    return found.account_id if found else sessions.ended_account(token) if token else None


def page_of_form() -> str:
    """The page the form stood on, as far as it can be read again; else the nearest address above its own."""
    return next((one for one in _pages() if _can_be_read(one.partition("?")[0])), "/")


def _pages() -> Iterator[str]:
    origin = request.host_url
    if (request.referrer or "").startswith(origin):
        came_from = f"/{(request.referrer or '').removeprefix(origin).partition('#')[0]}"
        if local_path(came_from, ""):
            yield came_from
    path = request.path
    while path:
        yield path
        path = path.rpartition("/")[0]


def _can_be_read(path: str) -> bool:
    return bool(path) and current_app.url_map.bind(request.host).test(path, method="GET")


def _look(response: Response) -> Response:
    """Fill the form of a page that is shown; forget a form that has been taken."""
    found = doors.current_actor()
    if found is None or found.account_id is None or request.path.startswith("/api/"):
        return response
    account_id, status = found.account_id, response.status_code
    if request.method == "POST" and status < 400 and not g.get("form_kept"):
        taken = kept_forms.sent_to(account_id, request.path)
        if taken is not None:
            transaction(lambda: kept_forms.drop(taken))
    elif request.method == "GET" and status == 200 and response.mimetype == "text/html":
        _fill(response, account_id)
    return response


def _fill(response: Response, account_id: UUID) -> None:
    kept = None if response.is_streamed else kept_forms.of_page(account_id, request.path)
    if kept is None:
        return

    def notice(lost: object) -> str:
        return render_template("parties/_kept.html", kept=kept, lost=lost)

    response.set_data(refilled(response.get_data(as_text=True), kept.action, kept.typed, notice))
