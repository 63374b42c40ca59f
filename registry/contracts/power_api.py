"""Agents for machines: a power drafted, prepared, granted with the principal's signature; taken on; ended.

A key that acts under a power sees that one alone and changes none: it was made by the agent for something
else.
"""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import clock, openapi
from registry.contracts import outgoing, schemas
from registry.contracts.power_schemas import PowerAnswer, PowerDraftSchema, PowerEndSchema, PowersAnswer
from registry.database import transaction
from registry.errors import NotFound
from registry.parties import doors, powers, prepared
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.power_models import PowerOfAttorney

blueprint = openapi.Blueprint(
    "powers-api", __name__, url_prefix="/api/v1/powers", description="Agents and their powers of attorney"
)
GRANT = "power.grant"


@blueprint.route("")
@blueprint.response(200, PowersAnswer)
@doors.machine("power.view")
def index() -> dict[str, Any]:
    """The powers the organisation gave and those it holds, newest first."""
    actor = doors.actor()
    if actor.power is not None:
        return {"given": [_shown(powers.find(actor, actor.power.number))], "held": []}
    allow(actor, "power.view", parties.organisation_of(actor))
    given, held = powers.given(actor), powers.held(actor)
    return {"given": [_shown(one) for one in given], "held": [_shown(one) for one in held]}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(PowerDraftSchema)
@blueprint.response(201, PowerAnswer)
@doors.machine("power.grant")
def draft(given: dict[str, Any]) -> Any:
    """Write down whom one names and for what; nothing holds before it is granted. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        kept = given["power_upload"]
        upload = parties.uploaded(actor, kept, field="power_upload") if kept else None
        return powers.draft(actor, given, upload).number

    number = doors.once("power.draft", given, work, key=doors.idempotency_header())
    return _shown(powers.find(actor, number)), 201, _location(number)


@blueprint.route("/<number>")
@blueprint.response(200, PowerAnswer)
@doors.machine("power.view")
def show(number: str) -> dict[str, Any]:
    """One power, given or held."""
    return _shown(powers.find(doors.actor(), number))


@blueprint.route("/<number>", methods=["DELETE"])
@blueprint.response(204)
@doors.machine("power.grant")
def drop(number: str) -> str:
    """Put a draft aside."""
    actor = doors.actor()
    transaction(lambda: powers.drop(actor, number).number)
    return ""


@blueprint.route("/<number>/grant/prepare", methods=["POST"])
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("power.grant")
def prepare(number: str) -> dict[str, Any]:
    """Prepare a drafted power: what the principal signs. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        found = powers.find(actor, number)
        return str(prepared.keep(actor, GRANT, found.id, powers.grant_act(actor, found), {}).id)

    made = doors.once(GRANT + ".prepare", {"number": number}, work, key=doors.idempotency_header())
    return outgoing.prepared(prepared.find(actor, UUID(made)))


@blueprint.route("/<number>/grant", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, PowerAnswer)
@doors.machine("power.grant")
def grant(given: dict[str, Any], number: str) -> Any:
    """Grant a prepared power with the principal's signature: a filing; the agent is asked to take it on.
    Needs Idempotency-Key.
    """
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])

    def work() -> str:
        row, act = prepared.take(actor, GRANT, given["prepared"])
        if row.subject_id != powers.find(actor, number).id:
            raise NotFound("not_found")
        statement = parties.external(actor, given["kid"], signature, act.statement)
        return powers.grant(actor, number, act, statement).number

    doors.once(GRANT, {"number": number, **given}, work, key=doors.idempotency_header())
    return _shown(powers.find(actor, number)), 201, _location(number)


@blueprint.route("/<number>/acceptance", methods=["POST"])
@blueprint.response(200, PowerAnswer)
@doors.machine("power.answer")
def accept(number: str) -> dict[str, Any]:
    """Take the agency on. Needs Idempotency-Key."""
    actor, key = doors.actor(), doors.idempotency_header()
    doors.once("power.accept", {"number": number}, lambda: powers.accept(actor, number).number, key=key)
    return _shown(powers.find(actor, number))


@blueprint.route("/<number>/end", methods=["POST"])
@blueprint.arguments(PowerEndSchema)
@blueprint.response(200, PowerAnswer)
@doors.machine("power.end")
def end(given: dict[str, Any], number: str) -> dict[str, Any]:
    """End a power at once: taken back by the principal, declined or given up by the agent; keys made for it
    end too. Needs Idempotency-Key.
    """
    actor, asked = doors.actor(), {"number": number, **given}
    key = doors.idempotency_header()
    doors.once("power.end", asked, lambda: powers.end(actor, number, **given).number, key=key)
    return _shown(powers.find(actor, number))


def _shown(row: PowerOfAttorney) -> dict[str, Any]:
    names = (
        "number", "state", "matters", "patents", "first_day", "last_day", "own_side", "both_sides",
        "granted_at", "granted_seq", "digest", "answered_at", "ended_at", "ended_seq", "reason",
    )  # fmt: skip
    return {
        **{name: getattr(row, name) for name in names},
        "principal": row.principal.name,
        "agent": row.agent.name,
        "stands": row.stands(clock.today()),
    }


def _location(number: str) -> dict[str, str]:
    return {"Location": url_for("powers-api.show", number=number)}
