"""A second person's approval for machines: what waits, asking, taking back, refusing.

Approving is signing: whoever is to approve signs the draft itself, at its own address, with a key of the
organisation's, from a key's account other than the one that asked.
"""

from typing import Any
from uuid import UUID

from registry import openapi
from registry.parties import approvals, doors
from registry.parties.approval_models import Approval
from registry.parties.approval_schemas import ApprovalAnswer, ApprovalAskSchema, ApprovalsAnswer
from registry.parties.rules import Act
from registry.parties.schemas import ReasonSchema

blueprint = openapi.Blueprint(
    "approvals-api", __name__, url_prefix="/api/v1/approvals", description="A second person's approval"
)


@blueprint.route("")
@blueprint.response(200, ApprovalsAnswer)
@doors.machine("approval.view")
def index() -> dict[str, Any]:
    """The organisation's open requests, oldest first."""
    return {"approvals": [_shown(one) for one in approvals.waiting(doors.actor())]}


@blueprint.route("", methods=["POST"])
@blueprint.arguments(ApprovalAskSchema)
@blueprint.response(201, ApprovalAnswer)
@doors.machine("approval.ask")
def ask(given: dict[str, Any]) -> dict[str, Any]:
    """Ask the others to sign a draft as it stands; an earlier request about it is replaced. Needs
    Idempotency-Key.
    """
    actor, act, number = doors.actor(), Act(given["act"]), given["number"]
    key = doors.idempotency_header()
    made = doors.once("approval.ask", given, lambda: str(approvals.ask(actor, act, number).id), key=key)
    return _shown(approvals.find(actor, UUID(made)))


@blueprint.route("/<uuid:approval_id>")
@blueprint.response(200, ApprovalAnswer)
@doors.machine("approval.view")
def show(approval_id: UUID) -> dict[str, Any]:
    """One request, and what became of it."""
    return _shown(approvals.find(doors.actor(), approval_id))


@blueprint.route("/<uuid:approval_id>/refusal", methods=["POST"])
@blueprint.arguments(ReasonSchema)
@blueprint.response(200, ApprovalAnswer)
@doors.machine("approval.answer")
def refuse(given: dict[str, Any], approval_id: UUID) -> dict[str, Any]:
    """Do not sign, and say why; not by whoever asked. Needs Idempotency-Key."""
    actor, asked = doors.actor(), {"approval": str(approval_id), **given}
    doors.once(
        "approval.refuse",
        asked,
        lambda: str(approvals.refuse(actor, approval_id, reason=given["reason"]).id),
        key=doors.idempotency_header(),
    )
    return _shown(approvals.find(actor, approval_id))


@blueprint.route("/<uuid:approval_id>/withdrawal", methods=["POST"])
@blueprint.response(200, ApprovalAnswer)
@doors.machine("approval.ask")
def drop(approval_id: UUID) -> dict[str, Any]:
    """Take one's own request back. Needs Idempotency-Key."""
    actor, asked = doors.actor(), {"approval": str(approval_id)}
    key = doors.idempotency_header()
    doors.once("approval.drop", asked, lambda: str(approvals.drop(actor, approval_id).id), key=key)
    return _shown(approvals.find(actor, approval_id))


def _shown(row: Approval) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "act": row.act,
        "number": row.number,
        "digest": row.digest,
        "state": row.state,
        "asked_by": row.asker.name,
        "asked_at": row.asked_at,
        "until": row.until,
        "answered_at": row.answered_at,
        "reason": row.reason,
        "own": row.asked_by == doors.actor().account_id,
        "url": approvals.url_of(row),
    }
