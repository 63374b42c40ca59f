"""Doors for machines to machines' keys: list, make, give a new secret, end. A key gives no more than it
has.
"""

from typing import Any
from uuid import UUID

from registry import openapi
from registry.database import transaction
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.machine_models import ApiKey
from registry.parties.machine_schemas import (
    MachineKeyAnswer,
    MachineKeysAnswer,
    MachineKeySchema,
    MachineSecretAnswer,
    RotationSchema,
)

blueprint = openapi.Blueprint(
    "machines-api", __name__, url_prefix="/api/v1/machine-keys", description="Keys for machines"
)
VERB = "machine.manage"


@blueprint.route("")
@blueprint.response(200, MachineKeysAnswer)
@doors.machine(VERB)
def index() -> dict[str, Any]:
    """The live keys of the account, newest first."""
    return {"keys": [_key(one) for one in parties.api_keys_of(doors.actor())]}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(MachineKeySchema)
@blueprint.response(201, MachineSecretAnswer)
@doors.machine(VERB)
def make(asked: dict[str, Any]) -> dict[str, Any]:
    """Make a key for the same membership, or under one power it holds, with no scope this one has not. Needs
    Idempotency-Key.
    """
    actor, made = doors.actor(), [""]

    def work() -> str:
        made[0] = parties.create_api_key(actor, **{**asked, "kid": asked["kid"] or None})
        prefix = made[0][:12]
        return next(str(one.id) for one in parties.api_keys_of(actor) if one.prefix == prefix)

    made_id = doors.once("machine.make", asked, work, key=doors.idempotency_header())
    return {**_key(parties.api_key(actor, UUID(made_id))), "secret": _said(made[0])}


@blueprint.route("/<uuid:api_key_id>")
@blueprint.response(200, MachineKeyAnswer)
@doors.machine(VERB)
def show(api_key_id: UUID) -> dict[str, Any]:
    """One key of the account."""
    return _key(parties.api_key(doors.actor(), api_key_id))


@blueprint.route("/<uuid:api_key_id>/rotation", methods=["POST"])
@blueprint.arguments(RotationSchema)
@blueprint.response(201, MachineSecretAnswer)
@doors.machine(VERB)
def rotate(asked: dict[str, Any], api_key_id: UUID) -> dict[str, Any]:
    """Give the key a new secret; the one before holds `hours` more. Needs Idempotency-Key."""
    actor, made = doors.actor(), [""]

    def work() -> str:
        made[0] = parties.rotate_api_key(actor, api_key_id, hours=asked["hours"])
        return str(api_key_id)

    named = {"id": str(api_key_id), **asked}
    doors.once("machine.rotate", named, work, key=doors.idempotency_header())
    return {**_key(parties.api_key(actor, api_key_id)), "secret": _said(made[0])}


@blueprint.route("/<uuid:api_key_id>", methods=["DELETE"])
@blueprint.response(204)
@doors.machine(VERB)
def revoke(api_key_id: UUID) -> str:
    """End a key at once; one may end itself."""
    actor = doors.actor()
    transaction(lambda: parties.revoke_api_key(actor, api_key_id))
    return ""


def _said(made: str) -> str | None:
    return None if doors.replayed() else made


def _key(row: ApiKey) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "prefix": row.prefix,
        "label": row.label,
        "scopes": row.scopes.split(),
        "signing_key": row.kid,
        "power": row.power.number if row.power is not None else None,
        "created_at": row.created_at,
        "rotated_at": row.rotated_at,
        "used_at": row.used_at,
        "expires_at": row.expires_at,
        "old_secret_until": row.old_until,
    }
