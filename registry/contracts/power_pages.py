"""Pages about agents: the powers one gave and was given, naming an agent, one power and its end, and acting
under it.
"""

from datetime import timedelta
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, problems
from registry.contracts import power_sheet, printing, register
from registry.contracts.blocks import rendered
from registry.contracts.money_schemas import StepUpSchema
from registry.contracts.pages import again
from registry.contracts.power_schemas import PowerEndSchema, PowerSchema
from registry.database import transaction
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import agency, attachments, doors, powers
from registry.parties import service as parties
from registry.parties.permissions import allow, may
from registry.parties.power_models import PowerOfAttorney

blueprint = flask.Blueprint("powers", __name__)
YEAR = timedelta(days=364)


@blueprint.get("/powers")
@doors.signed_in
def index() -> ResponseReturnValue:
    """What one gave and what one was given."""
    actor = doors.actor()
    if actor.power is not None:  # an agent sees its own alone
        return redirect(url_for("powers.show", number=actor.power.number), 303)
    organisation = parties.organisation_of(actor)
    allow(actor, "power.view", organisation)
    return render_template(
        "contracts/powers.html",
        organisation=organisation,
        given=powers.given(actor),
        held=powers.held(actor),
        can=may(actor, "power.grant", organisation),
    )


@blueprint.get("/powers/new")
@doors.signed_in
def new() -> ResponseReturnValue:
    today = clock.today()
    known = {"first_day": today.isoformat(), "last_day": (today + YEAR).isoformat()}
    return _form(FormState(known))


@blueprint.post("/powers/new")
@doors.signed_in
def draft() -> ResponseReturnValue:
    """Keep it as a draft, to be read and signed on the next page."""
    actor, posted = doors.actor(), attachments.received()

    def work() -> str:
        kept = given["power_upload"]
        upload = parties.uploaded(actor, kept, field="power_upload") if kept else None
        return powers.draft(actor, given, upload).number

    try:
        allow(actor, "power.grant", parties.organisation_of(actor))
        given = posted.load(PowerSchema)
        number = doors.submit("power.draft", given, work)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _form(posted.failed(refused, PowerSchema)), problems.status(refused)
    return redirect(url_for("powers.show", number=number), 303)


@blueprint.get("/powers/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    return _page(number, FormState())


@blueprint.get("/powers/<number>.pdf")
@doors.signed_in
def paper(number: str) -> ResponseReturnValue:
    """The power to print, to show, and where somebody asks for it to seal."""
    found = powers.find(doors.actor(), number)
    mark = "演示" if register.settings().demo else ""
    made = rendered(power_sheet.compose(found, watermark=mark), printing.font_set())
    name = f"授权委托书 {found.number}.pdf"
    return doors.named(doors.plain_response(made.data, printing.PDF), name, inline=True)


@blueprint.post("/powers/<number>/sign")
@doors.signed_in
def sign(number: str) -> ResponseReturnValue:
    try:
        _sign(number, load(StepUpSchema, nested(request.form)))
    except Refused as refused:
        return again(refused, StepUpSchema, lambda form: _page(number, form))
    return redirect(url_for("powers.show", number=number), 303)


def _sign(number: str, given: dict[str, Any]) -> None:
    actor = doors.actor()
    if doors.first("power.grant", {"number": number}):
        return
    act = powers.grant_act(actor, powers.find(actor, number))
    statement = parties.sign(actor, given["password"], act.statement)
    doors.submit(
        "power.grant", {"number": number}, lambda: powers.grant(actor, number, act, statement).number
    )


@blueprint.post("/powers/<number>/drop")
@doors.signed_in
def drop(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    doors.submit("power.drop", {"number": number}, lambda: powers.drop(actor, number).number)
    return redirect(url_for("powers.index"), 303)


@blueprint.post("/powers/<number>/accept")
@doors.signed_in
def accept(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    doors.submit("power.accept", {"number": number}, lambda: powers.accept(actor, number).number)
    return redirect(url_for("powers.show", number=number), 303)


@blueprint.post("/powers/<number>/end")
@doors.signed_in
def end(number: str) -> ResponseReturnValue:
    """Taken back, declined or given up: at once."""
    actor, given = doors.actor(), load(PowerEndSchema, nested(request.form))
    doors.submit("power.end", {"number": number, **given}, lambda: powers.end(actor, number, **given).number)
    return redirect(url_for("powers.show", number=number), 303)


@blueprint.post("/powers/<number>/act")
@doors.signed_in
def act(number: str) -> ResponseReturnValue:
    """Act for the principal from now on."""
    actor = doors.actor()
    transaction(lambda: powers.act_under(actor, number).number)
    return redirect("/desk", 303)


@blueprint.post("/powers/leave")
@doors.signed_in
def leave() -> ResponseReturnValue:
    """Act for one's own organisation again."""
    actor = doors.actor()
    transaction(lambda: powers.leave(actor))
    return redirect("/desk", 303)


def _form(form: FormState) -> str:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    allow(actor, "power.grant", organisation)
    return render_template(
        "contracts/power_new.html",
        organisation=organisation,
        names=agency.NAMES,
        form=FormState(form.values, form.errors, form.labels or labels(PowerSchema)),
    )


def _page(number: str, form: FormState) -> str:
    actor = doors.actor()
    found = powers.find(actor, number)
    return render_template(
        "contracts/power.html",
        power=found,
        names=agency.NAMES,
        principal=actor.organisation_id == found.principal_id and actor.power is None,
        stands=found.stands(clock.today()),
        late=_late(found),
        can=lambda verb: actor.power is None and may(actor, verb, found),
        form=FormState(form.values, form.errors, form.labels or labels(StepUpSchema)),
    )


def _late(power: PowerOfAttorney) -> bool:
    """Whether it waits for its first day."""
    return power.first_day > clock.today()
