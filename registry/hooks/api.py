"""Doors for machines to addresses that events are pushed to. Scope `webhook`."""

from typing import Any
from uuid import UUID

from registry import openapi
from registry.database import transaction
from registry.hooks import outbox
from registry.hooks import service as hooks
from registry.hooks.models import Delivery, Endpoint
from registry.hooks.schemas import (
    DeliveriesAnswer,
    DeliveryAnswer,
    EndpointAnswer,
    EndpointsAnswer,
    EndpointSchema,
    RotationSchema,
    SecretAnswer,
)
from registry.parties import doors

blueprint = openapi.Blueprint(
    "hooks-api", __name__, url_prefix="/api/v1/webhooks", description="Events pushed to an address"
)
ONE = "/<uuid:endpoint_id>"


@blueprint.route("")
@blueprint.response(200, EndpointsAnswer)
@doors.machine(hooks.VERB)
def index() -> dict[str, Any]:
    """The addresses of the party or venue, newest first."""
    return {"webhooks": [_endpoint(one) for one in hooks.endpoints_of(doors.actor())]}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(EndpointSchema)
@blueprint.response(201, SecretAnswer)
@doors.machine(hooks.VERB)
def make(asked: dict[str, Any]) -> dict[str, Any]:
    """Register an https address; its secret is said once. Needs Idempotency-Key."""
    actor, key = doors.actor(), doors.idempotency_header()
    made = doors.once("webhook.make", asked, lambda: str(hooks.register(actor, **asked).id), key=key)
    return _with_secret(hooks.find(actor, UUID(made)))


@blueprint.route(ONE)
@blueprint.response(200, EndpointAnswer)
@doors.machine(hooks.VERB)
def show(endpoint_id: UUID) -> dict[str, Any]:
    """One address."""
    return _endpoint(hooks.find(doors.actor(), endpoint_id))


@blueprint.route(ONE, methods=["DELETE"])
@blueprint.response(204)
@doors.machine(hooks.VERB)
def end(endpoint_id: UUID) -> str:
    """Push nothing to it any more; what awaited is given up."""
    actor = doors.actor()
    transaction(lambda: hooks.move(actor, endpoint_id, "end"))
    return ""


@blueprint.route(f"{ONE}/rotation", methods=["POST"])
@blueprint.arguments(RotationSchema)
@blueprint.response(201, SecretAnswer)
@doors.machine(hooks.VERB)
def rotate(asked: dict[str, Any], endpoint_id: UUID) -> dict[str, Any]:
    """Give it a new secret; for `hours` more deliveries carry both signatures. Needs Idempotency-Key."""
    actor, key = doors.actor(), doors.idempotency_header()
    named = {"id": str(endpoint_id), **asked}
    doors.once("webhook.rotate", named, lambda: str(hooks.rotate(actor, endpoint_id, **asked).id), key=key)
    return _with_secret(hooks.find(actor, endpoint_id))


@blueprint.route(f"{ONE}/pause", methods=["POST"])
@blueprint.response(200, EndpointAnswer)
@doors.machine(hooks.VERB)
def pause(endpoint_id: UUID) -> dict[str, Any]:
    """Push nothing until it is resumed; events meanwhile are not kept for it."""
    actor = doors.actor()
    transaction(lambda: hooks.move(actor, endpoint_id, "pause"))
    return _endpoint(hooks.find(actor, endpoint_id))


@blueprint.route(f"{ONE}/resumption", methods=["POST"])
@blueprint.response(200, EndpointAnswer)
@doors.machine(hooks.VERB)
def resume(endpoint_id: UUID) -> dict[str, Any]:
    """Push to it again, whether it was paused or stopped for failing."""
    actor = doors.actor()
    transaction(lambda: hooks.move(actor, endpoint_id, "resume"))
    return _endpoint(hooks.find(actor, endpoint_id))


@blueprint.route(f"{ONE}/pings", methods=["POST"])
@blueprint.response(201, DeliveryAnswer)
@doors.machine(hooks.VERB)
def ping(endpoint_id: UUID) -> dict[str, Any]:
    """Push an event about nothing (`endpoint.ping`). Needs Idempotency-Key."""
    actor, key = doors.actor(), doors.idempotency_header()
    asked = {"id": str(endpoint_id)}
    made = doors.once("webhook.ping", asked, lambda: str(hooks.ping(actor, endpoint_id).id), key=key)
    return _one(actor, endpoint_id, UUID(made))


@blueprint.route(f"{ONE}/deliveries")
@blueprint.response(200, DeliveriesAnswer)
@doors.machine(hooks.VERB)
def deliveries(endpoint_id: UUID) -> dict[str, Any]:
    """Its newest hundred deliveries and what became of each."""
    found = hooks.deliveries_of(hooks.find(doors.actor(), endpoint_id))
    return {"deliveries": [_delivery(one) for one in found]}


@blueprint.route(f"{ONE}/deliveries/<uuid:delivery_id>/again", methods=["POST"])
@blueprint.response(200, DeliveryAnswer)
@doors.machine(hooks.VERB)
def again(endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """Push a delivery once more, under the same webhook-id."""
    actor = doors.actor()
    transaction(lambda: hooks.send_again(actor, endpoint_id, delivery_id))
    return _one(actor, endpoint_id, delivery_id)


def _one(actor: Any, endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    return _delivery(hooks.delivery(actor, endpoint_id, delivery_id))


def _with_secret(row: Endpoint) -> dict[str, Any]:
    return {**_endpoint(row), "secret": None if doors.replayed() else hooks.secret_of(row)}


def _endpoint(row: Endpoint) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "url": row.url,
        "label": row.label,
        "events": row.events.split(),
        "state": row.state,
        "created_at": row.created_at,
        "answered_at": row.answered_at,
        "failing_since": row.failing_since,
        "old_secret_until": row.old_until,
    }


def _delivery(row: Delivery) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "event": outbox.event_id(row),
        "type": row.kind,
        "subject": row.subject or None,
        "state": row.state,
        "attempts": row.attempts,
        "status": row.status,
        "words": row.words,
        "created_at": row.created_at,
        "tried_at": row.tried_at,
        "next_at": row.next_at,
        "delivered_at": row.delivered_at,
    }
