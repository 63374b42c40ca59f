"""Pages about stamps: a party's sheets and uploads, one sheet for several contracts, the clerk's
comparison.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import history, problems
from registry.contracts import printing, signature_sheet, stamp_policy, stamp_schemas, stamps
from registry.contracts.blocks import rendered
from registry.contracts.models import Contract
from registry.contracts.registration_pages import own
from registry.contracts.stamp_models import SealReading
from registry.contracts.stamping import Seat, StampPolicy
from registry.database import db
from registry.documents import store
from registry.documents.pictures import first_picture
from registry.errors import NotFound, Refused
from registry.forms import AnySchema, FormState, labels
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("stamps", __name__)


@blueprint.get("/contracts/<number>/signatures")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    """Every seat of the contract: its sheet to print, what came for it, how it was read."""
    return _show(own(number), FormState())


@blueprint.post("/contracts/<number>/signatures")
@doors.signed_in
def bring(number: str) -> ResponseReturnValue:
    actor, posted, schema = doors.actor(), attachments.received(), stamp_schemas.SheetSchema

    def work() -> str:
        contract = own(number)
        allow(actor, "contract.attach", contract)
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        stamps.bring(actor, contract, upload, given["seats"])
        return number

    try:
        given = posted.load(schema)
        doors.submit("stamps.bring", {"number": number, **given}, work)
    except Refused as refused:
        return _show(own(number), posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("stamps.show", number=number), 303)


@blueprint.get("/contracts/<number>/signatures/<seat>.pdf")
@doors.signed_in
def sheet(number: str, seat: str) -> ResponseReturnValue:
    """One seat's sheet to print, stamp or sign."""
    contract = own(number)
    found = next((one.seat for one in stamps.places(contract) if one.seat.key == seat), None)
    if found is None or not stamps.in_force(contract):
        raise NotFound("not_found")
    return _sheet([(contract, found)], f"签署页 {number} {seat}.pdf")


@blueprint.get("/contracts/<number>/signatures/<uuid:sheet_id>/picture")
@doors.signed_in
def picture(number: str, sheet_id: UUID) -> ResponseReturnValue:
    """The picture of a sheet that came: the image itself, or the scan of a PDF's first page, undecoded."""
    upload = parties.shown(doors.actor(), stamps.sheet(own(number), sheet_id).upload_id)
    with store.open_stream(upload.digest) as stream:
        found = first_picture(stream.read(), upload.media_type)
    if found is None:
        raise NotFound("not_found")
    response = doors.plain_response(*found)
    response.headers["Cache-Control"] = "private, max-age=600"
    return response


@blueprint.post("/contracts/<number>/signatures/originals")
@doors.signed_in
def originals(number: str) -> ResponseReturnValue:
    """The venue notes the day a paper original came."""
    actor, posted, schema = doors.actor(), attachments.received(), stamp_schemas.OriginalSchema

    def work() -> str:
        stamps.receive_original(actor, own(number), given["seat"], given["day"])
        return number

    try:
        given = posted.load(schema)
        doors.submit("stamps.original", {"number": number, **given}, work)
    except Refused as refused:
        return _show(own(number), posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("stamps.show", number=number, _anchor="originals"), 303)


# --- one sheet for several contracts -----------------------------------------------------------------


@blueprint.get("/stamps")
@doors.signed_in
def mine() -> ResponseReturnValue:
    """The contracts that wait for the reader's own stamp."""
    return _mine(FormState())


@blueprint.post("/stamps")
@doors.signed_in
def bring_several() -> ResponseReturnValue:
    """One stamped sheet for all contracts it lists, all or nothing; or the sheet itself, to print."""
    if "_sheet" in request.form:
        chosen = request.form.getlist("contracts[]")
        query = urlencode([("contracts[]", number) for number in chosen])
        return redirect(f"{url_for('stamps.sheet_of_several')}?{query}", 303)
    actor, posted, schema = doors.actor(), attachments.received(), stamp_schemas.SheetsSchema

    def work() -> str:
        chosen = _chosen(sorted(set(given["contracts"])))
        upload = parties.uploaded(actor, given["file_upload"], field="file_upload")
        for contract, seat in chosen:
            stamps.bring(actor, contract, upload, [seat.key])
        return str(upload.id)

    try:
        given = posted.load(schema)
        doors.submit("stamps.bring_several", given, work)
    except Refused as refused:
        return _mine(posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("stamps.mine"), 303)


@blueprint.get("/stamps/sheet.pdf")
@doors.signed_in
def sheet_of_several() -> ResponseReturnValue:
    """The sheet that lists the chosen contracts."""
    numbers = list(dict.fromkeys(request.args.getlist("contracts[]")))[: stamp_schemas.SHEETS_MAX]
    if not numbers:
        return redirect(url_for("stamps.mine"), 303)
    return _sheet(_chosen(numbers), f"签署页 {numbers[0]} 等 {len(numbers)} 份.pdf")


# --- the clerk ---------------------------------------------------------------------------------------


@blueprint.route("/contracts/<number>/stamp", methods=["GET", "POST"])
@doors.signed_in
def compare(number: str) -> ResponseReturnValue:
    """Stamp and written name side by side, party by party; then the next contract."""
    actor, schema = doors.actor(), stamp_schemas.ReadingsSchema
    allow(actor, "contract.register", own(number))
    if request.method == "GET":
        return _compare(own(number), FormState())
    posted = attachments.received()

    def work() -> str:
        stamps.read(actor, own(number), [_reading(seal) for seal in given["seals"]])
        return number

    try:
        given = posted.load(schema)
        doors.submit("stamps.read", {"number": number, **given}, work)
    except Refused as refused:
        return _compare(own(number), posted.failed(refused, schema)), problems.status(refused)
    following = stamps.to_read(actor, after=own(number)) if given["onward"] else None
    if following is not None:
        return redirect(url_for("stamps.compare", number=following.number), 303)
    return redirect(url_for("stamps.show", number=number), 303)


@blueprint.get("/venue/stamps")
@doors.signed_in
def waiting() -> ResponseReturnValue:
    """The first contract whose seals wait to be compared, or the venue's contracts when none does."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)
    found = stamps.to_read(actor)
    if found is None:
        return redirect(url_for("registration.of_venue"), 303)
    return redirect(url_for("stamps.compare", number=found.number), 303)


@blueprint.route("/venue/stamping", methods=["GET", "POST"])
@doors.signed_in
def policy() -> ResponseReturnValue:
    """What the venue's registrar asks for, and where originals go."""
    actor, schema = doors.actor(), stamp_schemas.PolicySchema
    allow(actor, "contract.register", actor)
    venue = db.session.get_one(Venue, actor.venue_id)
    if request.method == "GET":
        return _policy(venue, FormState({"stamp_track": venue.stamp_track, "courier": venue.courier}))
    posted = attachments.received()

    def work() -> str:
        own_venue = db.session.get_one(Venue, actor.venue_id)
        wanted = StampPolicy(given["stamp_track"])
        stamp_policy.set_policy(actor, own_venue, policy=wanted, courier=given["courier"])
        return own_venue.code

    try:
        given = posted.load(schema)
        doors.submit("stamps.policy", given, work)
    except Refused as refused:
        return _policy(venue, posted.failed(refused, schema)), problems.status(refused)
    return redirect(url_for("stamps.policy"), 303)


# --- inside ------------------------------------------------------------------------------------------


def _show(contract: Contract, form: FormState) -> str:
    actor, found = doors.actor(), stamps.places(contract)
    mine = [one.seat.key for one in found if _signs(contract, one.seat)]
    values = form.values or {"seats": mine}
    return render_template(
        "contracts/signatures.html",
        contract=contract,
        places=found,
        mine=mine,
        open=stamps.in_force(contract),
        text=printing.issued(contract, "contract"),
        can=lambda verb: may(actor, verb, contract),
        form=FormState(values, form.errors, form.labels or labels(stamp_schemas.SheetSchema)),
    )


def _signs(contract: Contract, seat: Seat) -> bool:
    place = stamps.own_place(doors.actor(), contract)
    return place is not None and place.seat.key == seat.key


def _mine(form: FormState) -> str:
    found = stamps.to_stamp(doors.actor())
    values = form.values or {"contracts": [contract.number for contract, _ in found]}
    return render_template(
        "contracts/stamps.html",
        found=found,
        form=FormState(values, form.errors, form.labels or labels(stamp_schemas.SheetsSchema)),
    )


def _chosen(numbers: list[str]) -> list[tuple[Contract, Seat]]:
    """The reader's own seats in contracts of these numbers, all under one name. Raises NotFound."""
    actor, found = doors.actor(), []
    for number in numbers:
        contract = own(number)
        place = stamps.own_place(actor, contract)
        if place is None or not stamps.in_force(contract):
            raise NotFound("not_found")
        found.append((contract, place.seat))
    if len({seat.name for _, seat in found}) > 1:
        raise Refused("names_differ", "contracts", "CC 490")
    return found


def _sheet(chosen: list[tuple[Contract, Seat]], filename: str) -> flask.Response:
    listed = [_listed(contract, seat) for contract, seat in chosen]
    composed = signature_sheet.compose(listed, chosen[0][0].venue.courier)
    response = doors.plain_response(rendered(composed, printing.font_set()).data, printing.PDF)
    return doors.named(response, filename, inline=True)


def _listed(contract: Contract, seat: Seat) -> signature_sheet.Listed:
    text = printing.issued(contract, "contract")
    return signature_sheet.Listed(
        facts=printing.facts_of(contract.acceptances[0]),
        seat=seat,
        text_digest=text.digest if text else "",
        text_pages=text.pages if text else 0,
    )


def _compare(contract: Contract, form: FormState) -> str:
    found = [one for one in stamps.places(contract) if one.sheet is not None]
    values = form.values or {"seals": [_as_read(one.reading) for one in found]}
    return render_template(
        "contracts/stamp.html",
        contract=contract,
        places=found,
        pictures={one.sheet.id for one in found if one.sheet and _has_picture(one.sheet.upload_id)},
        more=stamps.to_read(doors.actor(), after=contract) is not None,
        form=FormState(values, form.errors, form.labels or labels(stamp_schemas.ReadingsSchema)),
    )


def _has_picture(upload_id: UUID) -> bool:
    upload = parties.shown(doors.actor(), upload_id)
    with store.open_stream(upload.digest) as stream:
        return first_picture(stream.read(), upload.media_type) is not None


def _as_read(reading: SealReading | None) -> dict[str, str]:
    """The last reading as the form shows it again."""
    if reading is None:
        return {}
    verdict = "agrees" if reading.agrees else "differs"
    return {"verdict": verdict, "sealed": reading.sealed, "reason": reading.reason}


def _reading(seal: Mapping[str, Any]) -> stamps.Reading:
    return stamps.Reading(
        seat=seal["seat"], sealed=seal["sealed"], agrees=seal["verdict"] == "agrees", reason=seal["reason"]
    )


def _policy(venue: Venue, form: FormState) -> str:
    schema: AnySchema = stamp_schemas.PolicySchema
    return render_template(
        "contracts/stamping.html",
        venue=venue,
        changes=history.of(venue, verbs=("stamp_policy",)),
        form=FormState(form.values, form.errors, form.labels or labels(schema)),
    )
