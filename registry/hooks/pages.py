"""Doors for people to addresses that events are pushed to: list, register, look at one and its deliveries."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session

from registry import forms
from registry.database import transaction
from registry.errors import Invalid, Refused
from registry.forms import FormState
from registry.hooks import outbox
from registry.hooks import service as hooks
from registry.hooks.events import EVENTS
from registry.hooks.models import Endpoint
from registry.hooks.rules import DELIVERY_NAMES, ENDPOINT_NAMES, MOST
from registry.hooks.schemas import EndpointSchema, RotationSchema
from registry.parties import doors
from registry.parties.pages import Answer

blueprint = Blueprint("hooks", __name__)
ONE = "/webhooks/<uuid:endpoint_id>"


@blueprint.get("/webhooks")
@doors.signed_in
def index() -> Answer:
    found = hooks.endpoints_of(doors.actor())
    return render_template("hooks/index.html", endpoints=found, names=ENDPOINT_NAMES, most=MOST)


@blueprint.get("/webhooks/new")
@doors.signed_in
def new() -> Answer:
    hooks.may_register(doors.actor())  # refused here, not only when it is sent
    return _form(FormState())


@blueprint.post("/webhooks/new")
@doors.signed_in
def make() -> Answer:
    actor = doors.actor()
    hooks.may_register(actor)
    try:
        asked = forms.load(EndpointSchema, forms.nested(request.form))
        made = doors.submit("webhook.make", asked, lambda: str(hooks.register(actor, **asked).id))
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _form(FormState.failed(request.form, refused, EndpointSchema)), 422  # type: ignore[return-value]
    return _secret(hooks.find(actor, UUID(made)))


@blueprint.get(ONE)
@doors.signed_in
def show(endpoint_id: UUID) -> Answer:
    return _page(endpoint_id, FormState(values={"hours": "24"}))


@blueprint.post(f"{ONE}/rotation")
@doors.signed_in
def rotate(endpoint_id: UUID) -> Answer:
    actor = doors.actor()
    try:
        asked = forms.load(RotationSchema, forms.nested(request.form))
        named = {"id": str(endpoint_id), **asked}
        doors.submit("webhook.rotate", named, lambda: str(hooks.rotate(actor, endpoint_id, **asked).id))
    except Invalid as refused:
        return _page(endpoint_id, FormState.failed(request.form, refused, RotationSchema)), 422  # type: ignore[return-value]
    return _secret(hooks.find(actor, endpoint_id))


@blueprint.post(f"{ONE}/<any(pause, resume, end):verb>")
@doors.signed_in
def move(endpoint_id: UUID, verb: str) -> Answer:
    actor = doors.actor()
    transaction(lambda: hooks.move(actor, endpoint_id, verb))
    session["done"] = f"webhook_{verb}"
    return redirect("/webhooks" if verb == "end" else f"/webhooks/{endpoint_id}", 303)


@blueprint.post(f"{ONE}/ping")
@doors.signed_in
def ping(endpoint_id: UUID) -> Answer:
    actor, asked = doors.actor(), {"id": str(endpoint_id)}
    doors.submit("webhook.ping", asked, lambda: str(hooks.ping(actor, endpoint_id).id))
    session["done"] = "webhook_ping"
    return redirect(f"/webhooks/{endpoint_id}", 303)


@blueprint.post(f"{ONE}/deliveries/<uuid:delivery_id>/again")
@doors.signed_in
def again(endpoint_id: UUID, delivery_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: hooks.send_again(actor, endpoint_id, delivery_id))
    session["done"] = "webhook_again"
    return redirect(f"/webhooks/{endpoint_id}", 303)


def _secret(row: Endpoint) -> Answer:
    """The secret is shown with the first answer; a second submit leads back to the address."""
    if doors.replayed():
        return redirect(f"/webhooks/{row.id}", 303)
    return render_template("hooks/secret.html", endpoint=row, secret=hooks.secret_of(row))


def _form(form: FormState) -> str:
    return render_template("hooks/new.html", form=form, events=EVENTS.values())


def _page(endpoint_id: UUID, form: FormState) -> str:
    row = hooks.find(doors.actor(), endpoint_id)
    return render_template(
        "hooks/show.html",
        endpoint=row,
        form=form,
        deliveries=hooks.deliveries_of(row),
        events=EVENTS,
        names=ENDPOINT_NAMES,
        states=DELIVERY_NAMES,
        event_id=outbox.event_id,
    )
