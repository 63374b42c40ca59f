"""Doors to the log of security: one's own account's events, and everybody's for auditors, as a page and a
file.
"""

from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO
from urllib.parse import urlencode

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import clock
from registry.documents.sheets import Cell, csv_chunks
from registry.forms import FormState
from registry.parties import doors, event_log
from registry.parties.event_log import Asked, Row
from registry.parties.event_words import DETAILS, KINDS, SUBJECTS
from registry.parties.permissions import allow

CHUNK = 64 * 1024
blueprint = Blueprint("events", __name__)


@blueprint.get("/account/events")
@doors.signed_in
def own() -> ResponseReturnValue:
    found = event_log.own(doors.actor(), request.args.get("page", 1, type=int))
    return render_template("parties/own_events.html", found=found, kinds=KINDS, details=DETAILS)


@blueprint.get("/desk/events")
@doors.signed_in
def index() -> ResponseReturnValue:
    wanted = asked()
    found = event_log.search(doors.actor(), wanted, request.args.get("page", 1, type=int))
    form = FormState({name: request.args.get(name, "") for name in Asked.__slots__})
    words = {"kinds": KINDS, "details": DETAILS, "subjects": SUBJECTS}
    return render_template("parties/events.html", found=found, form=form, query=_query(), **words)


@blueprint.get("/desk/events.csv")
@doors.signed_in
def file() -> ResponseReturnValue:
    """The same rows, all of them; on disk first, so that memory does not grow and no half is handed out."""
    actor, wanted = doors.actor(), asked()
    allow(actor, "events.view")
    headings = [
        _("时间"), _("种类"), _("内容"), _("账号"), _("姓名"), _("角色"), _("对象种类"), _("对象"),
        _("来源地址"), _("请求"),
    ]  # fmt: skip

    kept = TemporaryFile()  # noqa: SIM115 - closed with the response
    kept.writelines(csv_chunks(headings, (_cells(row) for row in event_log.every(actor, wanted))))
    kept.seek(0)
    response = Response(_parts(kept), content_type="text/csv; charset=utf-8")
    response.call_on_close(kept.close)  # a reader who goes away before the first byte
    return doors.named(response, "security-events.csv")


def _parts(kept: BinaryIO) -> Iterator[bytes]:
    with kept:
        while part := kept.read(CHUNK):
            yield part


def _cells(row: Row) -> list[Cell]:
    event, name, _email = row
    return [
        clock.rfc3339(event.at), event.what, event.detail, str(event.account_id or ""), name, event.role,
        event.subject_kind, event.subject, event.address, event.request,
    ]  # fmt: skip


def asked() -> Asked:
    """What the address asks for; a day that is none means any."""
    given = {name: request.args.get(name, "").strip()[:254] for name in Asked.__slots__}
    since, until = _day(given.pop("since")), _day(given.pop("until"))
    return Asked(**given, since=since, until=until)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _query() -> str:
    """The question again, for the pages that follow and for the file."""
    asked = {name: request.args.get(name, "") for name in Asked.__slots__}
    return urlencode({name: value for name, value in asked.items() if value})
