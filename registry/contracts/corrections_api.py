"""Corrections for machines: prepare, sign elsewhere, send."""

from typing import Any
from uuid import UUID

from flask import url_for

from registry import openapi
from registry.contracts import corrections, outgoing, register, rules, schemas
from registry.contracts.correction_schemas import CorrectionActSchema
from registry.contracts.corrections import CORRECT
from registry.contracts.models import Contract
from registry.errors import NotFound
from registry.parties import doors, prepared
from registry.parties import service as parties
from registry.parties.permissions import allow

blueprint = openapi.Blueprint(
    "corrections-api", __name__, url_prefix="/api/v1", description="Corrections of typing errors in filings"
)


@blueprint.route("/contracts/<number>/corrections/prepare", methods=["POST"])
@blueprint.arguments(CorrectionActSchema)
@blueprint.response(201, schemas.PreparedAnswer)
@doors.machine("contract.correct")
def prepare(given: dict[str, Any], number: str) -> dict[str, Any]:
    """Prepare the correction of one filing of a contract: what to sign. Needs Idempotency-Key."""
    actor = doors.actor()

    def work() -> str:
        found = _contract(number)
        asked = {"values": given["values"], "reason": given["reason"]}
        act = corrections.correct_act(actor, found, given["corrects"], **asked)
        return str(prepared.keep(actor, CORRECT, found.id, act, given).id)

    made = doors.once(CORRECT + ".prepare", {"number": number, **given}, work, key=doors.idempotency_header())
    return outgoing.prepared(prepared.find(actor, UUID(made)))


@blueprint.route("/contracts/<number>/corrections", methods=["POST"])
@blueprint.arguments(schemas.PreparedSignatureSchema)
@blueprint.response(201, schemas.ContractAnswer)
@doors.machine("contract.correct")
def correct(given: dict[str, Any], number: str) -> Any:
    """Enter a prepared correction with its signature. Needs Idempotency-Key."""
    actor, signature = doors.actor(), parties.parse_signature(given["signature"])

    def work() -> str:
        row, act = prepared.take(actor, CORRECT, given["prepared"])
        found = _contract(number)
        if row.subject_id != found.id:
            raise NotFound("not_found")
        asked = {"values": row.facts["values"], "reason": row.facts["reason"]}
        statement = parties.external(actor, given["kid"], signature, act.statement)
        corrections.correct(actor, found, row.facts["corrects"], act=act, statement=statement, **asked)
        return number

    doors.once(CORRECT, {"number": number, **given}, work, key=doors.idempotency_header())
    where = url_for("contracts-api.contract", number=number)
    return outgoing.contract(_contract(number), doors.actor()), 201, {"Location": where}


def _contract(number: str) -> Contract:
    """A contract the machine may see whose notice was sent. Raises NotFound."""
    found = register.find_contract(number)
    allow(doors.actor(), "contract.view", found)
    if all(one.state == rules.AcceptanceState.DRAFTED for one in found.acceptances):
        raise NotFound("not_found")
    return found
