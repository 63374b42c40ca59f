"""Doors for administrators: who works for venues and for the registry, asked, approved, ended."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registry import forms, problems
from registry.database import db
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import doors, invitations
from registry.parties.models import Venue
from registry.parties.permissions import may
from registry.parties.schemas import InviteStaffSchema, ReasonSchema

blueprint = Blueprint("staff", __name__)
PAGE = "/admin/staff"


@blueprint.get(PAGE)
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(FormState({"role": "operator"}))


@blueprint.post(PAGE)
@doors.signed_in
def invite() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = forms.load(InviteStaffSchema, forms.nested(request.form))
        asked = {"email": given["email"], "role": given["role"], "venue_code": given["venue"]}
        doors.submit("staff.invite", asked, lambda: str(invitations.invite_staff(actor, **asked).id))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        failed = FormState.failed(request.form, refused, InviteStaffSchema)
        return _page(failed), problems.status(refused)
    return redirect(PAGE, 303)


@blueprint.post("/invitations/<uuid:invitation_id>/approve")
@doors.signed_in
def approve(invitation_id: UUID) -> ResponseReturnValue:
    """The second administrator."""
    actor = doors.actor()
    asked = {"invitation": str(invitation_id)}
    doors.submit("staff.approve", asked, lambda: str(invitations.approve(actor, invitation_id).id))
    return redirect(PAGE, 303)


@blueprint.post(f"{PAGE}/<uuid:membership_id>/end")
@doors.signed_in
def end(membership_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        reason = forms.load(ReasonSchema, forms.nested(request.form))["reason"]
        asked = {"membership": str(membership_id), "reason": reason}
        doors.submit("staff.end", asked, lambda: str(invitations.end(actor, membership_id, reason=reason).id))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, ReasonSchema)), problems.status(refused)
    return redirect(PAGE, 303)


def _page(form: FormState) -> str:
    actor = doors.actor()
    return render_template(
        "parties/staff.html",
        form=form,
        people=invitations.staff(actor),
        asked=invitations.asked_of_staff(actor),
        venues=[(one.code, one.name) for one in db.session.scalars(select(Venue).order_by(Venue.code))],
        can=may(actor, "staff.manage"),
    )
