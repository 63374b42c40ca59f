"""Duties over all licenses, as a list and as a month; calendar files and addresses; reminders; bars read."""

import calendar as months
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, language
from registry.contracts import calendars, duty_schemas, must_withdraw, register, reminders
from registry.contracts.duties import Listed
from registry.contracts.pages import own as own_acceptance
from registry.contracts.pages import side_of
from registry.contracts.registration_pages import own
from registry.errors import Conflict, NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties import service as parties

blueprint = flask.Blueprint("duties", __name__)
blueprint.add_app_template_global(must_withdraw.receipts, "bar_receipts")
AHEAD = timedelta(days=366)
PAGE = 100
KINDS = {
    "money": ("pay", "whole", "instalment", "year", "entry", "minimum", "royalty", "other"),
    "report": ("report", "answer_report", "answer_question"),
    "paper": ("recordal", "stamp", "evidence", "handover", "receipt"),
    "right": ("annuity", "end", "renewal"),
    "quarrel": ("cure", "answer_ending", "confirm"),
}


@blueprint.get("/duties")
@doors.signed_in
def index() -> ResponseReturnValue:
    """What is late first, then what has no day, then month by month for a year; a long list in pages."""
    today, found = clock.today(), _chosen()
    waiting = [one for one in found if not one.duty.done]
    late = _by_day(one for one in waiting if one.duty.late(today))
    undated = [one for one in waiting if one.duty.day is None]
    ahead = [one for one in waiting if one.duty.day is not None and one.duty.day >= today]
    near = _by_day(one for one in ahead if one.duty.day is not None and one.duty.day <= today + AHEAD)
    shown, page, pages = _page_of([*late, *undated, *near])
    return render_template(
        "contracts/duties.html",
        late=[one for one in shown if one.duty.late(today)],
        undated=[one for one in shown if one.duty.day is None],
        months=_by_month(one for one in shown if one.duty.day is not None and one.duty.day >= today),
        further=len(ahead) - len(near),
        lates=len(late),
        total=len(waiting),
        page=page,
        pages=pages,
        **_filters(),
    )


@blueprint.get("/duties/calendar")
@doors.signed_in
def month() -> ResponseReturnValue:
    """One month as a table of weeks, Monday first."""
    first = _month(request.args.get("month", ""))
    by_day: dict[date, list[Listed]] = {}
    for one in _chosen():
        if one.duty.day is not None:
            by_day.setdefault(one.duty.day, []).append(one)
    weeks = months.Calendar().monthdatescalendar(first.year, first.month)
    return render_template(
        "contracts/duties_month.html",
        first=first,
        weeks=[
            [(day, by_day.get(day, []) if day.month == first.month else []) for day in week] for week in weeks
        ],
        before=(first - timedelta(days=1)).replace(day=1),
        after=(first + timedelta(days=32)).replace(day=1),
        today=clock.today(),
        **_filters(),
    )


@blueprint.get("/duties.ics")
@doors.signed_in
def file() -> ResponseReturnValue:
    """All duties of the organisation as a calendar file."""
    organisation = parties.organisation_of(doors.actor())
    return _ics(calendars.of_organisation(organisation.id), "duties")


@blueprint.get("/contracts/<number>/duties.ics")
@doors.signed_in
def of_contract(number: str) -> ResponseReturnValue:
    """The duties of one's own side of a contract."""
    contract = own(number)
    side = side_of(contract.acceptances[0])
    return _ics(calendars.of_contract(contract, side), contract.number)


@blueprint.get("/calendar/<token>.ics")
@doors.public
def feed(token: str) -> ResponseReturnValue:
    """What a calendar program reads: the address is the secret, and dies when it is revoked."""
    response = doors.plain_response(calendars.read(token), calendars.MEDIA_TYPE)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@blueprint.get("/duties/settings")
@doors.signed_in
def settings() -> ResponseReturnValue:
    return _settings_page("")


@blueprint.post("/duties/settings")
@doors.signed_in
def subscribe() -> ResponseReturnValue:
    """Make a private address; it is shown this once."""
    actor = doors.actor()
    given = load(duty_schemas.FeedSchema, nested(request.form))
    shown: list[str] = []

    def work() -> str:
        contract = own(given["contract"]) if given["contract"] else None
        shown.append(calendars.subscribe(actor, contract=contract, lang=given["language"]))
        return "subscribed"

    try:
        doors.submit("calendar.subscribe", given, work)
    except Conflict as conflict:
        return _settings_page("", conflict), 409
    return _settings_page(shown[-1] if shown else "")


@blueprint.post("/duties/settings/<uuid:feed_id>/revoke")
@doors.signed_in
def revoke(feed_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        calendars.revoke(actor, feed_id)
        return str(feed_id)

    doors.submit("calendar.revoke", {"feed": str(feed_id)}, work)
    return redirect(url_for("duties.settings"), 303)


@blueprint.post("/duties/reminders")
@doors.signed_in
def choose() -> ResponseReturnValue:
    """Switch one's own reminders on or off."""
    actor = doors.actor()
    given = load(duty_schemas.ReminderSchema, nested(request.form))

    def work() -> str:
        reminders.choose(actor, on=given["wanted"])
        return "chosen"

    doors.submit("reminders.choose", given, work)
    return redirect(url_for("duties.settings"), 303)


@blueprint.post("/acceptances/<number>/bar")
@doors.signed_in
def acknowledge(number: str) -> ResponseReturnValue:
    """The licensee says it has read what a bar means for its license."""
    actor, acceptance = doors.actor(), own_acceptance(number)
    bar = request.form.get("bar", "")

    def work() -> str:
        must_withdraw.acknowledge(actor, own_acceptance(number), bar)
        return number

    doors.submit("bar.acknowledge", {"number": number, "bar": bar}, work)
    return redirect(url_for("registration.show", number=acceptance.contract.number), 303)


def _settings_page(token: str, refused: Refused | None = None) -> str:
    actor = doors.actor()
    parties.organisation_of(actor)
    errors = (refused,) if refused else ()
    return render_template(
        "contracts/duties_settings.html",
        feeds=calendars.feeds(actor),
        address=f"{register.settings().base_url}/calendar/{token}.ics" if token else "",
        wanted=reminders.wanted(actor),
        form=FormState({"language": language.current()}, errors, labels(duty_schemas.FeedSchema)),
    )


def _chosen() -> list[Listed]:
    """One's duties, as the filters of the page ask."""
    organisation = parties.organisation_of(doors.actor())
    found = calendars.of_organisation(organisation.id)
    side, kind = request.args.get("side", ""), request.args.get("kind", "")
    return [
        one for one in found if side in ("", one.side) and (kind not in KINDS or one.duty.code in KINDS[kind])
    ]


def _filters() -> dict[str, Any]:
    return {"side": request.args.get("side", ""), "kind": request.args.get("kind", ""), "kinds": tuple(KINDS)}


def _page_of(found: list[Listed]) -> tuple[list[Listed], int, int]:
    """The rows of the page that is asked for, its number, and how many pages there are."""
    pages = max(1, -(-len(found) // PAGE))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    return found[(page - 1) * PAGE : page * PAGE], page, pages


def _by_day(found: Iterable[Listed]) -> list[Listed]:
    return sorted(found, key=lambda one: (one.duty.day or date.max, one.acceptance.number))


def _by_month(found: Iterable[Listed]) -> list[tuple[date, list[Listed]]]:
    grouped: dict[date, list[Listed]] = {}
    for one in _by_day(found):
        assert one.duty.day is not None
        grouped.setdefault(one.duty.day.replace(day=1), []).append(one)
    return sorted(grouped.items())


def _month(text: str) -> date:
    """The first day of `2026-11`; this month where nothing is asked. Raises NotFound for anything else."""
    if not text:
        return clock.today().replace(day=1)
    try:
        found = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise NotFound("not_found")
    if not 2000 <= found.year <= 2200:
        raise NotFound("not_found")
    return found


def _ics(found: list[Listed], name: str) -> ResponseReturnValue:
    response = doors.plain_response(calendars.file_of(found, lang=language.current()), calendars.MEDIA_TYPE)
    return doors.named(response, f"{name}.ics")
