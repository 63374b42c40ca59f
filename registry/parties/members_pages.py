"""Doors for those who act for an organisation: who they are, who was asked, and taking it up."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import forms, problems
from registry.database import transaction
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import doors, invitations, organisations, units
from registry.parties import service as parties
from registry.parties.permissions import may
from registry.parties.rules import PARTY_ROLES
from registry.parties.schemas import InviteSchema, UnitSchema

blueprint = Blueprint("members", __name__)


@blueprint.get("/organisation/members")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(FormState({"role": "signer"}))


@blueprint.post("/organisation/members")
@doors.signed_in
def invite() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        asked = forms.load(InviteSchema, forms.nested(request.form))
        doors.submit("member.invite", asked, lambda: str(invitations.invite_member(actor, **asked).id))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        failed = FormState.failed(request.form, refused, InviteSchema)
        return _page(failed), problems.status(refused)
    return redirect("/organisation/members", 303)


@blueprint.post("/organisation/members/<uuid:membership_id>/end")
@doors.signed_in
def end(membership_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    asked = {"membership": str(membership_id)}
    doors.submit("member.end", asked, lambda: str(invitations.end(actor, membership_id).id))
    return redirect("/organisation/members", 303)


@blueprint.post("/organisation/members/<uuid:membership_id>/unit")
@doors.signed_in
def place(membership_id: UUID) -> ResponseReturnValue:
    """For which internal unit somebody acts."""
    actor, given = doors.actor(), forms.load(UnitSchema, forms.nested(request.form))
    unit = UUID(given["unit"]) if given["unit"] else None
    asked = {"membership": str(membership_id), **given}
    doors.submit("member.place", asked, lambda: str(units.place(actor, membership_id, unit).id))
    return redirect("/organisation/members", 303)


@blueprint.post("/organisation/second-factor")
@doors.signed_in
def demand_second_factor() -> ResponseReturnValue:
    """Whether members act for it only with a second factor."""
    actor, wanted = doors.actor(), request.form.get("second_factor") == "yes"
    try:
        transaction(
            lambda: organisations.demand_second_factor(actor, parties.organisation_of(actor), wanted)
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused)), problems.status(refused)
    return redirect("/organisation/members", 303)


@blueprint.post("/invitations/<uuid:invitation_id>/drop")
@doors.signed_in
def drop(invitation_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    asked = {"invitation": str(invitation_id)}
    doors.submit("member.drop", asked, lambda: str(invitations.drop(actor, invitation_id).id))
    return redirect("/organisation/members" if actor.organisation_id else "/admin/staff", 303)


@blueprint.get("/invitations/<uuid:invitation_id>")
@doors.signed_in
def show(invitation_id: UUID) -> ResponseReturnValue:
    """What one was asked, before taking it up."""
    return render_template("parties/invitation.html", one=invitations.find(doors.actor(), invitation_id))


@blueprint.post("/invitations/<uuid:invitation_id>/accept")
@doors.signed_in
def accept(invitation_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    work = {"invitation": str(invitation_id)}
    doors.submit("member.accept", work, lambda: str(invitations.accept(actor, invitation_id).id))
    return redirect("/desk", 303)


def _page(form: FormState) -> str:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    return render_template(
        "parties/members.html",
        form=form,
        organisation=organisation,
        people=invitations.members(actor, organisation),
        asked=invitations.asked(actor, organisation),
        roles=PARTY_ROLES,
        units=units.of(organisation),
        standing=units.standing(organisation),
        can=may(actor, "member.manage", organisation) and not organisation.is_person,
    )
