"""The venue's reviewers: queue, one declaration beside its check list, decision, rules set aside by two."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, problems
from registry.errors import Invalid, NotFound, Refused
from registry.forms import AnySchema, FormState, load, nested
from registry.licenses import (
    assembly,
    batch_reviews,
    conditions,
    review_queue,
    reviewing,
    reviews,
    reviews_schemas,
    rules,
    timeline,
)
from registry.licenses import service as licenses
from registry.licenses.models import Declaration
from registry.licenses.pages import own
from registry.parties import desk, doors
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.patents import service as patents

blueprint = flask.Blueprint("reviews", __name__)
LOOKED_AT = 50
"""Declarations of a batch whose remarks the queue tells: of all of them it would take seconds."""


@blueprint.get("/venue")
@doors.signed_in
def home() -> ResponseReturnValue:
    """What waits at the venue, from every folder's cards."""
    actor = doors.actor()
    cards = [card for card in desk.cards_for(actor) if card.url.startswith("/venue")]
    return render_template("venue/home.html", cards=cards, queue=review_queue.queue(actor)[:5])


@blueprint.get("/venue/reviews")
@doors.signed_in
def queue() -> ResponseReturnValue:
    actor = doors.actor()
    waiting = review_queue.queue(actor)
    return render_template(
        "venue/reviews.html",
        queue=waiting,
        looked_at=LOOKED_AT,
        batch_of=batch_reviews.batches_of([one.declaration for one in waiting]),
        recheck=review_queue.due_for_recheck(actor),
        open_offers=reviewing.offered(actor),
        promised=timeline.promised_days(),
    )


@blueprint.get("/venue/reviews/<number>")
@doors.signed_in
def review(number: str) -> ResponseReturnValue:
    return _review(reviewed(number))


@blueprint.post("/venue/reviews/<number>")
@doors.signed_in
def save(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        found = load(reviews_schemas.ReviewSchema, nested(request.form))["lines"]

        def work() -> str:
            reviewing.note_lines(actor, reviewed(number), found)
            return number

        doors.submit("review.lines", {"number": number, "lines": found}, work)
    except Refused as refused:
        return _review(reviewed(number), failed(refused, reviews_schemas.ReviewSchema)), problems.status(
            refused
        )
    return redirect(url_for("reviews.decide", number=number), 303)


@blueprint.get("/venue/reviews/<number>/decision")
@doors.signed_in
def decide(number: str) -> ResponseReturnValue:
    return _decide(reviewed(number))


@blueprint.post("/venue/reviews/<number>/approve")
@doors.signed_in
def approve(number: str) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        reviews.approve(actor, reviewed(number))
        return number

    try:
        doors.submit("review.approve", {"number": number}, work)
    except Refused as refused:
        return _decide(reviewed(number), failed(refused)), problems.status(refused)
    return redirect(url_for("reviews.review", number=number), 303)


@blueprint.post("/venue/reviews/<number>/return")
@doors.signed_in
def send_back(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(reviews_schemas.ReturnSchema, nested(request.form))

        def work() -> str:
            reviews.send_back(actor, reviewed(number), given["note"])
            return number

        doors.submit("review.return", {"number": number, **given}, work)
    except Refused as refused:
        return _decide(reviewed(number), failed(refused, reviews_schemas.ReturnSchema)), problems.status(
            refused
        )
    return redirect(url_for("reviews.queue"), 303)


@blueprint.post("/venue/reviews/<number>/condition")
@doors.signed_in
def condition(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(reviews_schemas.ConditionSchema, nested(request.form))

        def work() -> str:
            conditions.write(actor, reviewed(number), given["condition"])
            return number

        doors.submit("review.condition", {"number": number, **given}, work)
    except Refused as refused:
        return _decide(reviewed(number), failed(refused, reviews_schemas.ConditionSchema)), problems.status(
            refused
        )
    return redirect(url_for("reviews.queue"), 303)


@blueprint.post("/venue/reviews/<number>/refuse")
@doors.signed_in
def refuse(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(reviews_schemas.RefusalSchema, nested(request.form))

        def work() -> str:
            reviews.refuse(actor, reviewed(number), **given)
            return number

        doors.submit("review.refuse", {"number": number, **given}, work)
    except Refused as refused:
        return _decide(reviewed(number), failed(refused, reviews_schemas.RefusalSchema)), problems.status(
            refused
        )
    return redirect(url_for("reviews.queue"), 303)


@blueprint.post("/venue/reviews/<number>/checked")
@doors.signed_in
def checked(number: str) -> ResponseReturnValue:
    """The patent has been compared with the office's register today."""
    actor = doors.actor()

    def work() -> str:
        patents.mark_checked(actor, reviewed(number).patent)
        return number

    doors.submit("patent.checked", {"number": number}, work)
    return redirect(url_for("reviews.review", number=number), 303)


# --- setting a rule aside ----------------------------------------------------------------------------


@blueprint.get("/venue/reviews/<number>/overrides/<rule>")
@doors.signed_in
def override(number: str, rule: str) -> ResponseReturnValue:
    return _override(reviewed(number), rule, FormState())


@blueprint.post("/venue/reviews/<number>/overrides/<rule>")
@doors.signed_in
def ask_override(number: str, rule: str) -> ResponseReturnValue:
    try:
        _ask_override(number, rule, load(reviews_schemas.OverrideSchema, nested(request.form)))
    except Refused as refused:
        form = failed(refused, reviews_schemas.OverrideSchema)
        return _override(reviewed(number), rule, form), problems.status(refused)
    return redirect(url_for("reviews.override", number=number, rule=rule), 303)


def _ask_override(number: str, rule: str, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    asked = {"number": number, "rule": rule, **given}
    if doors.first("review.ask_override", asked):
        return
    act = reviews.override_act(reviewed(number), rule, given["reason"])
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "review.ask_override",
        asked,
        lambda: reviews.ask_override(actor, reviewed(number), act, statement).rule,
    )


@blueprint.post("/venue/reviews/<number>/overrides/<rule>/second")
@doors.signed_in
def approve_override(number: str, rule: str) -> ResponseReturnValue:
    try:
        given = load(reviews_schemas.SecondPersonSchema, nested(request.form))
        _approve_override(number, rule, given["password"])
    except Refused as refused:
        form = failed(refused, reviews_schemas.SecondPersonSchema)
        return _override(reviewed(number), rule, form), problems.status(refused)
    return redirect(url_for("reviews.decide", number=number), 303)


def _approve_override(number: str, rule: str, password: str) -> None:
    actor, declaration, asked = doors.actor(), reviewed(number), {"number": number, "rule": rule}
    if doors.first("review.approve_override", asked):
        return
    said = reviews.second_statement(reviewing.override(declaration, rule), declaration)
    statement = parties.sign(actor, password, said)

    def work() -> str:
        reviews.approve_override(actor, reviewing.override(reviewed(number), rule), statement)
        return rule

    doors.submit("review.approve_override", asked, work)


# --- pages -------------------------------------------------------------------------------------------


def reviewed(number: str) -> Declaration:
    """A declaration the actor may review. Raises NotFound, NotAllowed."""
    declaration = own(number)
    allow(doors.actor(), "declaration.review", declaration)
    return declaration


def failed(refused: Refused, schema: AnySchema | None = None) -> FormState:
    """The same page again; a refusal that names no field has a page of its own."""
    if not refused.field and not isinstance(refused, Invalid):
        raise refused
    return FormState.failed(request.form, refused, schema)


def _review(declaration: Declaration, form: FormState | None = None) -> str:
    kept = reviews.lines_of(declaration)
    values = {name: {"verdict": line.verdict, "note": line.note} for name, line in kept.items()}
    return render_template(
        "venue/review.html",
        declaration=declaration,
        form=form or FormState({"lines": values}),
        lines=reviews.LINES,
        evidence=reviews.evidence(declaration),
        public=assembly.public(declaration),
        reviewing=declaration.state in ("submitted", "under_review"),
        offered=declaration.state in rules.OFFERED_STATES,
        mine=declaration.created_by == doors.actor().account_id,
        warnings=licenses.warnings(declaration),
        today=clock.today(),
    )


def _decide(declaration: Declaration, form: FormState | None = None) -> str:
    obstacles = reviews.obstacles(declaration)
    return render_template(
        "venue/decision.html",
        declaration=declaration,
        form=form or FormState(),
        lines=reviews.LINES,
        found=reviews.lines_of(declaration),
        obstacles=obstacles,
        overrides=reviews.overrides_of(declaration),
        overridable=sorted({one.code for one in licenses.checks(declaration)} & rules.OVERRIDABLE),
        bars=rules.BARS,
        condition=conditions.present(declaration) if conditions.needed(declaration) else None,
    )


def _override(declaration: Declaration, rule: str, form: FormState) -> str:
    if rule not in rules.OVERRIDABLE:
        raise NotFound("not_found")
    known = reviews.overrides_of(declaration).get(rule)
    return render_template(
        "venue/override.html",
        declaration=declaration,
        rule=rule,
        form=form,
        override=known,
        mine=known is not None and known.asked_by == doors.actor().account_id,
        refusals=[one for one in licenses.checks(declaration) if one.code == rule],
    )
