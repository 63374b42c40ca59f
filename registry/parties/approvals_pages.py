"""Doors of a second person's approval: the rule, what waits, asking, refusing."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import forms, problems
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import approvals, doors, many_approvals
from registry.parties import service as parties
from registry.parties.approval_schemas import ApprovalAskSchema, ApprovalPolicySchema
from registry.parties.permissions import may
from registry.parties.rules import Act
from registry.parties.schemas import ReasonSchema

blueprint = Blueprint("approvals", __name__)
PAGE = "/organisation/approvals"


@blueprint.get(PAGE)
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(None)


@blueprint.post(PAGE)
@doors.signed_in
def change() -> ResponseReturnValue:
    """Stricter at once; looser when another person agrees."""
    actor = doors.actor()
    try:
        wanted = forms.load(ApprovalPolicySchema, forms.nested(request.form))
        named = {**wanted, "accept_above": str(wanted["accept_above"])}
        doors.submit(
            "approval.settings", named, lambda: str(getattr(approvals.change_policy(actor, wanted), "id", ""))
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, ApprovalPolicySchema)), problems.status(refused)
    return redirect(PAGE, 303)


@blueprint.post("/approvals")
@doors.signed_in
def ask() -> ResponseReturnValue:
    """Ask the others to sign a draft as it stands."""
    actor = doors.actor()
    given = forms.load(ApprovalAskSchema, forms.nested(request.form))
    act, number = Act(given["act"]), given["number"]
    doors.submit("approval.ask", given, lambda: str(approvals.ask(actor, act, number).id))
    return redirect(PAGE, 303)


@blueprint.post("/approvals/<uuid:approval_id>/approve")
@doors.signed_in
def approve(approval_id: UUID) -> ResponseReturnValue:
    """A change of the rule; everything else is approved by signing it."""
    actor = doors.actor()
    asked = {"approval": str(approval_id)}
    doors.submit("approval.approve", asked, lambda: str(approvals.approve_policy(actor, approval_id).id))
    return redirect(PAGE, 303)


@blueprint.post("/approvals/<uuid:approval_id>/refuse")
@doors.signed_in
def refuse(approval_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        reason = forms.load(ReasonSchema, forms.nested(request.form))["reason"]
        asked = {"approval": str(approval_id), "reason": reason}
        doors.submit(
            "approval.refuse", asked, lambda: str(approvals.refuse(actor, approval_id, reason=reason).id)
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, ReasonSchema)), problems.status(refused)
    return redirect(PAGE, 303)


@blueprint.post("/approvals/<uuid:approval_id>/drop")
@doors.signed_in
def drop(approval_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    asked = {"approval": str(approval_id)}
    doors.submit("approval.drop", asked, lambda: str(approvals.drop(actor, approval_id).id))
    return redirect(PAGE, 303)


def _page(form: FormState | None) -> str:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    policy = approvals.policy_of(organisation.id)
    shown = approvals.settings_of(policy)
    return render_template(
        "parties/approvals.html",
        form=form or FormState(shown),
        organisation=organisation,
        batches=many_approvals.batches(actor),
        waiting=[(one, approvals.url_of(one)) for one in approvals.waiting(actor)],
        can=may(actor, "approval.settings", organisation),
        signs=may(actor, "approval.answer", organisation),
    )
