"""Royalty reports, page by page: the periods, one period with its report, questions and the holder's
answer.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, money, problems
from registry.contracts import duty_acts as acts
from registry.contracts import duty_printing, duty_schemas, register
from registry.contracts import royalty_reports as reports
from registry.contracts.duty_models import RoyaltyReport
from registry.contracts.models import Acceptance
from registry.contracts.pages import again, own, side_of
from registry.contracts.royalty import Result
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("royalties", __name__)
blueprint.add_app_template_filter(lambda rate: money.percent(Decimal(rate)), "percent")


@blueprint.get("/acceptances/<number>/royalties")
@doors.signed_in
def index(number: str) -> ResponseReturnValue:
    """Every period with its report, or the day it has to be there."""
    acceptance = own(number)
    royalty = reports.terms_of(acceptance)
    newest = reports.newest(acceptance)
    return render_template(
        "contracts/royalties.html",
        acceptance=acceptance,
        royalty=royalty,
        found=[(due, newest.get(due.number)) for due in reports.periods(acceptance)],
        side=side_of(acceptance),
        today=clock.today(),
    )


@blueprint.get("/acceptances/<number>/royalties/<int:period>")
@doors.signed_in
def show(number: str, period: int) -> ResponseReturnValue:
    return _page(own(number), period, FormState(), FormState())


@blueprint.post("/acceptances/<number>/royalties/<int:period>")
@doors.signed_in
def report(number: str, period: int) -> ResponseReturnValue:
    """Without a password the figures are reckoned and shown; with one they are signed and filed."""
    posted = attachments.received()
    try:
        given = posted.load(duty_schemas.RoyaltyFormSchema)
        password = given.pop("password")
        if not password:
            return _reckoned(number, period, given, posted)
        _report(number, period, given, password)
    except Refused as refused:
        form = posted.failed(refused, duty_schemas.RoyaltyFormSchema)
        return _page(own(number), period, form, FormState()), problems.status(refused)
    return redirect(url_for("royalties.show", number=number, period=period), 303)


def _reckoned(number: str, period: int, given: dict[str, Any], posted: attachments.Posted) -> str:
    acceptance = own(number)
    allow(doors.actor(), "royalty.report", acceptance)
    result = reports.reckoned(acceptance, reports.period(acceptance, period), given)
    return _page(acceptance, period, FormState(nested(posted.form)), FormState(), result)


def _report(number: str, period: int, given: dict[str, Any], password: str) -> None:
    actor, asked = doors.actor(), {"number": number, "period": period, **given}
    if doors.first("royalty.report", asked):
        return
    act = reports.report_act(actor, own(number), period, given)
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "royalty.report",
        asked,
        lambda: str(reports.report(actor, own(number), period, given, act, statement).id),
    )


def _page(
    acceptance: Acceptance, period: int, form: FormState, answer: FormState, result: Result | None = None
) -> str:
    due = reports.period(acceptance, period)
    editions = reports.editions(acceptance, period)
    newest = editions[-1] if editions else None
    actor = doors.actor()
    over = due.period_last is not None and clock.today() > due.period_last
    return render_template(
        "contracts/royalty.html",
        acceptance=acceptance,
        royalty=reports.terms_of(acceptance),
        due=due,
        cut=reports.parts(acceptance, due),
        report=newest,
        editions=editions,
        files={one.id: acts.files_of(one.id) for one in editions},
        thread=acts.thread(newest.id) if newest else (),
        papers=acts.papers_of(newest.id) if newest else (),
        side=side_of(acceptance),
        result=result,
        can_report=over and may(actor, "royalty.report", acceptance),
        can_ask=newest is not None and may(actor, "royalty.ask", acceptance),
        can_answer=newest is not None and may(actor, "royalty.answer", acceptance),
        form=FormState(form.values, form.errors, form.labels or labels(duty_schemas.RoyaltyFormSchema)),
        answer=FormState(
            answer.values, answer.errors, answer.labels or labels(duty_schemas.ReportAnswerFormSchema)
        ),
    )


@blueprint.post("/royalty-reports/<uuid:report_id>/messages")
@doors.signed_in
def ask(report_id: UUID) -> ResponseReturnValue:
    """A question of the holder, or the licensee's answer."""
    actor, found = doors.actor(), _report_of(report_id)

    def work() -> str:
        reports.ask(actor, reports.find(report_id), given["words"])
        return str(report_id)

    try:
        given = load(duty_schemas.WordsSchema, nested(request.form))
        doors.submit("royalty.ask", {"report": str(report_id), **given}, work)
    except Refused as refused:
        return again(refused, duty_schemas.WordsSchema, lambda form: _again(report_id, form))
    return redirect(_at(found), 303)


@blueprint.post("/royalty-reports/<uuid:report_id>/answer")
@doors.signed_in
def answer(report_id: UUID) -> ResponseReturnValue:
    """The holder agrees, or disputes."""
    actor, found = doors.actor(), _report_of(report_id)
    try:
        given = load(duty_schemas.ReportAnswerFormSchema, nested(request.form))
        password = given.pop("password")
        asked = {"report": str(report_id), **given}
        if doors.first("royalty.answer", asked):
            return redirect(_at(found), 303)
        act = reports.answer_act(actor, found, given)
        statement = parties.sign(actor, password, act.statement)
        doors.submit(
            "royalty.answer",
            asked,
            lambda: str(reports.answer(actor, reports.find(report_id), given, act, statement).id),
        )
    except Refused as refused:
        return again(refused, duty_schemas.ReportAnswerFormSchema, lambda form: _again(report_id, form))
    return redirect(_at(_report_of(report_id)), 303)


@blueprint.get("/duty-papers/<uuid:paper_id>.pdf")
@doors.signed_in
def paper(paper_id: UUID) -> ResponseReturnValue:
    """A printed paper about an act after a license."""
    found, data = duty_printing.shown(doors.actor(), paper_id)
    response = doors.plain_response(data, "application/pdf")
    response.headers["ETag"] = f'"{found.digest}"'
    return doors.named(response, f"{found.kind}-{found.digest[:12]}.pdf", inline=True)


def _again(report_id: UUID, form: FormState) -> str:
    found = _report_of(report_id)
    return _page(found.acceptance, found.number, FormState(), form)


def _report_of(report_id: UUID) -> RoyaltyReport:
    found = reports.find(report_id)
    allow(doors.actor(), "acceptance.view", found.acceptance)
    if side_of(found.acceptance) == register.VENUE and request.method == "POST":
        raise NotFound("not_found")
    return found


def _at(found: RoyaltyReport) -> str:
    return url_for("royalties.show", number=found.acceptance.number, period=found.number)
