"""Pages of needs: the public's list, posting and changing one's own, answering, and a person's reading."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import language, problems
from registry.catalogue import service as catalogue
from registry.codes.tables import table
from registry.demand import needs, words
from registry.demand.need_models import Need
from registry.demand.need_rules import NeedState
from registry.demand.need_schemas import NeedReplySchema, NeedReturnSchema, NeedSchema, NeedsSchema
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("needs", __name__)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"need_words": words.NEEDS, "need_tones": words.NEED_TONES}


@blueprint.get("/needs")
@doors.public
def index() -> str:
    """What organisations look for, newest first."""
    try:
        asked = load(NeedsSchema(unknown="exclude"), nested(request.args))
    except Refused:
        asked = {"industry": "", "page": 1}
    rows, pages = needs.public(asked["industry"], asked["page"])
    return render_template("demand/needs.html", found=rows, pages=pages, **asked)


@blueprint.get("/needs/<number>")
@doors.public
def show(number: str) -> str:
    """A public need; whoever posted it sees what was found and answered, an operator what to do."""
    return _show(needs.seen(doors.current_actor(), number), FormState())


@blueprint.get("/needs/mine")
@doors.signed_in
def mine() -> str:
    """The organisation's own needs, and those of others near its offers."""
    actor = doors.actor()
    if actor.organisation_id is None:
        raise Refused("no_organisation")
    return render_template("demand/needs_mine.html", found=needs.own(actor), near=needs.for_holder(actor))


@blueprint.get("/needs/new")
@doors.signed_in
def new() -> str:
    allow(doors.actor(), "need.post")
    typed = {"title": request.args.get("q", "")[:60]}
    return _form(None, FormState(typed, labels=labels(NeedSchema)))


@blueprint.post("/needs/new")
@doors.signed_in
def post() -> ResponseReturnValue:
    actor, typed = doors.actor(), doors.form_data()
    try:
        given = load(NeedSchema, nested(typed))
        number = doors.submit("need.post", given, lambda: needs.post(actor, given).number)
    except Refused as refused:
        return _form(None, FormState.failed(typed, refused, NeedSchema)), problems.status(refused)
    return redirect(url_for("needs.show", number=number), 303)


@blueprint.get("/needs/<number>/edit")
@doors.signed_in
def edit_form(number: str) -> str:
    need = _own(number)
    values = {
        name: getattr(need, name) for name in ("title", "problem", "industry", "budget", "until", "named")
    }
    return _form(need, FormState({**values, "field": need.technology_field}, labels=labels(NeedSchema)))


@blueprint.post("/needs/<number>/edit")
@doors.signed_in
def edit(number: str) -> ResponseReturnValue:
    actor, typed, need = doors.actor(), doors.form_data(), _own(number)

    def work() -> str:
        needs.send(actor, needs.find(number), given)
        return number

    try:
        given = load(NeedSchema, nested(typed))
        doors.submit("need.send", {"number": number, **given}, work)
    except Refused as refused:
        return _form(need, FormState.failed(typed, refused, NeedSchema)), problems.status(refused)
    return redirect(url_for("needs.show", number=number), 303)


@blueprint.post("/needs/<number>/withdraw")
@doors.signed_in
def withdraw(number: str) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        needs.withdraw(actor, needs.find(number))
        return number

    doors.submit("need.withdraw", {"number": number}, work)
    return redirect(url_for("needs.show", number=number), 303)


@blueprint.get("/needs/<number>/answer")
@doors.signed_in
def answer_form(number: str) -> str:
    return _answer(number, FormState(labels=labels(NeedReplySchema)))


@blueprint.post("/needs/<number>/answer")
@doors.signed_in
def answer(number: str) -> ResponseReturnValue:
    actor, typed = doors.actor(), doors.form_data()

    def work() -> str:
        return str(needs.answer(actor, needs.find(number), given).id)

    try:
        given = load(NeedReplySchema, nested(typed))
        doors.submit("need.answer", {"number": number, **given}, work)
    except Refused as refused:
        return _answer(number, FormState.failed(typed, refused, NeedReplySchema)), problems.status(refused)
    flask.session["done"] = "need_answered"
    return redirect(url_for("needs.show", number=number), 303)


@blueprint.get("/venue/needs")
@doors.signed_in
def waiting() -> str:
    """Needs that wait for a person, longest first."""
    return render_template("demand/needs_waiting.html", found=needs.to_review(doors.actor()))


@blueprint.post("/venue/needs/<number>/publish")
@doors.signed_in
def publish(number: str) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        needs.publish(actor, needs.find(number))
        return number

    doors.submit("need.publish", {"number": number}, work)
    return redirect(url_for("needs.waiting"), 303)


@blueprint.post("/venue/needs/<number>/return")
@doors.signed_in
def send_back(number: str) -> ResponseReturnValue:
    actor, typed = doors.actor(), doors.form_data()

    def work() -> str:
        needs.send_back(actor, needs.find(number), words=given["words"])
        return number

    try:
        given = load(NeedReturnSchema, nested(typed))
        doors.submit("need.return", {"number": number, **given}, work)
    except Refused as refused:
        form = FormState.failed(typed, refused, NeedReturnSchema)
        return _show(needs.seen(actor, number), form), problems.status(refused)
    return redirect(url_for("needs.waiting"), 303)


def _own(number: str) -> Need:
    need = needs.find(number)
    allow(doors.actor(), "need.edit", need)
    return need


def _show(need: Need, form: FormState) -> str:
    actor = doors.current_actor()
    own = actor is not None and may(actor, "need.edit", need)
    return render_template(
        "demand/need.html",
        need=need,
        own=own,
        review=actor is not None and may(actor, "need.review", need),
        matches=needs.matches_of(need) if own else (),
        answers=needs.answers_to(doors.actor(), need) if own else (),
        tag_of=catalogue.offer_tag,
        form=form,
    )


def _form(need: Need | None, form: FormState) -> str:
    lang = language.current()
    choices = {name: table(name).choices(lang) for name in ("industry", "technology_field")}
    return render_template("demand/need_form.html", need=need, form=form, choices=choices)


def _answer(number: str, form: FormState) -> str:
    actor, need = doors.actor(), needs.find(number)
    allow(actor, "need.answer")
    if need.state != NeedState.PUBLIC:
        raise NotFound("not_found")
    offers = [(row.number, f"{row.title} {row.patent_number}") for row in needs.offers_of(actor)]
    return render_template("demand/need_answer.html", need=need, form=form, offers=offers)
