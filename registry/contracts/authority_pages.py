"""Pages about written authorities: those an organisation brought, the papers to print, and the reward
sheet.
"""

from uuid import UUID

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry import clock, problems
from registry.contracts import authorities, authority_sheet, printing, register, reward_sheet, rules
from registry.contracts.blocks import Composed, rendered
from registry.contracts.models import Contract
from registry.contracts.registration_pages import own
from registry.contracts.stamp_schemas import AuthoritySchema
from registry.database import db
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels
from registry.parties import agency, attachments, doors
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow, may
from registry.parties.rules import AuthorityKind

blueprint = flask.Blueprint("authorities", __name__)
TITLES = {
    AuthorityKind.OFFICE: _l("法定代表人授权书"),
    AuthorityKind.UNIT: _l("内部机构授权书"),
    AuthorityKind.REGISTRATION: _l("委托登记授权书"),
}


@blueprint.get("/organisation/authorities")
@doors.signed_in
def index() -> ResponseReturnValue:
    """What the organisation brought, and what it may print."""
    return _index(FormState())


@blueprint.post("/organisation/authorities")
@doors.signed_in
def add() -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()

    def work() -> str:
        organisation = parties.organisation_of(actor)
        allow(actor, "organisation.edit", organisation)
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        venue = _venue(given["venue"]) if given["venue"] else None
        return str(authorities.add(actor, organisation, given, upload, venue=venue).id)

    try:
        allow(actor, "organisation.edit", parties.organisation_of(actor))
        given = posted.load(AuthoritySchema)
        doors.submit("authority.add", given, work)
    except Refused as refused:
        return _index(posted.failed(refused, AuthoritySchema)), problems.status(refused)
    return redirect(url_for("authorities.index"), 303)


@blueprint.post("/organisation/authorities/<uuid:authority_id>/end")
@doors.signed_in
def end(authority_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        authorities.end(actor, authority_id)
        return str(authority_id)

    doors.submit("authority.end", {"authority": str(authority_id)}, work)
    return redirect(url_for("authorities.index"), 303)


@blueprint.get("/organisation/authorities/08a.pdf")
@doors.signed_in
def office() -> ResponseReturnValue:
    """08a to print: the legal representative authorises a unit or a person."""
    organisation = parties.organisation_of(doors.actor())
    unit = flask.request.args.get("unit", "").strip()[:100]
    matters = [one for one in agency.PRINTED if one in flask.request.args.getlist("matters")]
    composed = authority_sheet.office(organisation, unit=unit, matters=matters, watermark=_watermark())
    return _pdf(composed, "08a 法定代表人授权书.pdf")


@blueprint.get("/organisation/authorities/08b/<code>.pdf")
@doors.signed_in
def registration(code: str) -> ResponseReturnValue:
    """08b to print for all contracts at a venue."""
    organisation, venue = parties.organisation_of(doors.actor()), _venue(code)
    composed = authority_sheet.registration(organisation, venue, watermark=_watermark())
    return _pdf(composed, f"08b 委托登记授权书 {venue.code}.pdf")


@blueprint.get("/contracts/<number>/registration-authority.pdf")
@doors.signed_in
def of_contract(number: str) -> ResponseReturnValue:
    """08b to print for one contract."""
    contract = own(number)
    register.check_kept(contract)
    composed = authority_sheet.registration(
        contract.holder, contract.venue, contract=number, project=_project(contract), watermark=_watermark()
    )
    return _pdf(composed, f"08b 委托登记授权书 {number}.pdf")


@blueprint.get("/contracts/<number>/reward-sheet.pdf")
@doors.signed_in
def reward(number: str) -> ResponseReturnValue:
    """The inventors' sheet, for the holder alone."""
    contract = own(number)
    allow(doors.actor(), "contract.reward", contract)
    register.check_kept(contract)
    licenses = [printing.facts_of(one) for one in contract.acceptances if one.effective_on is not None]
    if not licenses:
        raise NotFound("not_found")
    return _pdf(reward_sheet.compose(licenses, clock.today()), f"奖酬金领取表 {number}.pdf")


def _index(form: FormState) -> str:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    venues = db.session.scalars(select(Venue).order_by(Venue.code)).all()
    soon = {one.id for one in authorities.expiring(organisation.id, clock.today())}
    return render_template(
        "contracts/authorities.html",
        organisation=organisation,
        found=authorities.of(organisation),
        soon=soon,
        slot=authorities.SLOT,
        matters=agency.NAMES,
        titles=TITLES,
        venues=venues,
        may_edit=may(actor, "organisation.edit", organisation),
        form=FormState(form.values, form.errors, form.labels or labels(AuthoritySchema)),
    )


def _venue(code: str) -> Venue:
    found = db.session.scalar(select(Venue).where(Venue.code == code))
    if found is None:
        raise NotFound("not_found")
    return found


def _project(contract: Contract) -> str:
    records = [one.record for one in contract.acceptances]
    pairs = [(one["title"], one["number"]) for record in records for one in record["patents"]]
    return rules.project_name(records[0]["track"], pairs)


def _watermark() -> str:
    return "演示" if register.settings().demo else ""


def _pdf(composed: Composed, filename: str) -> flask.Response:
    made = rendered(composed, printing.font_set())
    return doors.named(doors.plain_response(made.data, printing.PDF), filename, inline=True)
