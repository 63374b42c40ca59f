"""Doors to machines' keys for the person whose they are: list, make, give a new secret, end."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session

from registry import forms
from registry.database import db, transaction
from registry.errors import Invalid, Refused
from registry.forms import FormState
from registry.parties import access, doors, scopes, sessions
from registry.parties import service as parties
from registry.parties.machine_models import ApiKey
from registry.parties.machine_schemas import OVERLAPS, MachineKeySchema, RotationSchema
from registry.parties.models import Key
from registry.parties.pages import Answer
from registry.parties.rules import Role

blueprint = Blueprint("machines", __name__)


@blueprint.get("/account/machine-keys")
@doors.signed_in
def show() -> Answer:
    return _page(FormState())


@blueprint.post("/account/machine-keys")
@doors.signed_in
def create() -> Answer:
    actor, made = doors.actor(), [""]
    try:
        asked = forms.load(MachineKeySchema, forms.nested(request.form))

        def work() -> str:
            made[0] = parties.create_api_key(actor, **{**asked, "kid": asked["kid"] or None})
            return made[0][:12]

        doors.submit("account.machine_key", asked, work)
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _page(FormState.failed(request.form, refused, MachineKeySchema)), 422  # type: ignore[return-value]
    return _secret(made[0], label=asked["label"])


@blueprint.get("/account/machine-keys/<uuid:api_key_id>/rotation")
@doors.signed_in
def rotation(api_key_id: UUID) -> Answer:
    return _rotation(api_key_id, FormState(values={"hours": OVERLAPS[0]}))


@blueprint.post("/account/machine-keys/<uuid:api_key_id>/rotation")
@doors.signed_in
def rotate(api_key_id: UUID) -> Answer:
    actor, made = doors.actor(), [""]
    try:
        asked = forms.load(RotationSchema, forms.nested(request.form))

        def work() -> str:
            made[0] = parties.rotate_api_key(actor, api_key_id, hours=asked["hours"])
            return made[0][:12]

        doors.submit("account.machine_key_rotation", {"id": str(api_key_id), **asked}, work)
    except Invalid as refused:
        return _rotation(api_key_id, FormState.failed(request.form, refused, RotationSchema)), 422  # type: ignore[return-value]
    return _secret(made[0], label=parties.api_key(actor, api_key_id).label)


@blueprint.post("/account/machine-keys/<uuid:api_key_id>/revoke")
@doors.signed_in
def revoke(api_key_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: parties.revoke_api_key(actor, api_key_id))
    session["done"] = "machine_ended"
    return redirect("/account/machine-keys", 303)


def _secret(made: str, *, label: str) -> Answer:
    """The secret was shown with the first answer; a second submit leads back to the list."""
    if doors.replayed():
        return redirect("/account/machine-keys", 303)
    return render_template("parties/machine_key.html", secret=made, label=label)


def _rotation(api_key_id: UUID, form: FormState) -> str:
    row = parties.api_key(doors.actor(), api_key_id)
    return render_template("parties/machine_rotation.html", machine=row, form=form, overlaps=OVERLAPS)


def _page(form: FormState) -> str:
    actor = doors.actor()
    assert actor.account_id is not None
    return render_template(
        "parties/machine_keys.html",
        form=form,
        machines=[_line(one) for one in parties.api_keys_of(actor)],
        names=scopes.NAMES,
        signing_keys=[one.kid for one in parties.keys_of(actor) if _signs(one)],
        powers=access.powers_for(actor),
        pushes=actor.role in (Role.OWNER, Role.OPERATOR),
        acts=db.session.scalars(sessions.memberships_of(actor.account_id)).first() is not None,
    )


def _line(row: ApiKey) -> dict[str, Any]:
    return {"row": row, "member": row.membership, "scopes": row.scopes.split()}


def _signs(key: Key) -> bool:
    return key.organisation_id is not None and key.enrolled_seq is not None and key.revoked_seq is None
