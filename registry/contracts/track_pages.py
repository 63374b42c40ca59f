"""The venue's registrars, and of each contract: who applies where, the venue's own numbers, and the steps
between export and result.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.contracts import cases, registration, rules
from registry.contracts.models import Contract
from registry.contracts.registrar_schemas import (
    ApplicantSchema,
    NumbersSchema,
    RegistrarSchema,
    StepSchema,
    registrar_values,
)
from registry.contracts.registration_models import Registrar
from registry.contracts.registration_pages import form_page, own
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("track", __name__)
ADDED = {"working_days": "7", "expert_days": "20", "applicants": ["seller", "intermediary"]}
"""What a new registrar's form begins with [second-hand]; its source and confidence are asked for."""


@blueprint.get("/venue/registrars")
@doors.signed_in
def registrars() -> ResponseReturnValue:
    """The venue's registrars, each with what it serves and its view on contracts without a price."""
    actor = doors.actor()
    allow(actor, "registrar.edit", actor)
    return render_template("contracts/registrars.html", found=cases.registrars(_venue()))


@blueprint.route("/venue/registrars/new", methods=["GET", "POST"])
@doors.signed_in
def new_registrar() -> ResponseReturnValue:
    actor = doors.actor()
    allow(actor, "registrar.edit", actor)
    return _registrar_form(None, ADDED)


@blueprint.route("/venue/registrars/<uuid:registrar_id>", methods=["GET", "POST"])
@doors.signed_in
def registrar(registrar_id: UUID) -> ResponseReturnValue:
    found = cases.registrar(doors.actor(), registrar_id)
    return _registrar_form(found, registrar_values(found))


def _registrar_form(found: Registrar | None, known: Mapping[str, Any]) -> ResponseReturnValue:
    actor, registrar_id = doors.actor(), found.id if found else None

    def page(form: FormState) -> str:
        shown = FormState(form.values, form.errors, form.labels or labels(RegistrarSchema))
        return render_template("contracts/registrar.html", form=shown, registrar_id=registrar_id)

    if flask.request.method == "GET":
        return page(FormState(known))

    def work() -> str:
        if registrar_id is None:
            return str(cases.enter_registrar(actor, given).id)
        cases.change_registrar(actor, cases.registrar(actor, registrar_id), given)
        return str(registrar_id)

    try:
        given = load(RegistrarSchema, nested(doors.form_data()))
        doors.submit("registrar.save", {"id": str(registrar_id), **given}, work)
    except Refused as refused:
        return page(FormState.failed(doors.form_data(), refused, RegistrarSchema)), problems.status(refused)
    return redirect(url_for("track.registrars"), 303)


@blueprint.route("/contracts/<number>/applicant", methods=["GET", "POST"])
@doors.signed_in
def applicant(number: str) -> ResponseReturnValue:
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    place, case = cases.standing(contract), cases.of(contract)
    known = {
        "applicant": place.applicant,
        "registrar": case.registrar_id if case else "",
        "elsewhere": case.elsewhere if case else "",
    }
    held = cases.registrars(contract.venue_id)
    return form_page(
        number, ApplicantSchema, "applicant.html", _set_applicant, known=known, place=place, registrars=held
    )


def _set_applicant(actor: Any, contract: Contract, given: Mapping[str, Any]) -> None:
    cases.set_applicant(actor, registration.lock(contract), given)


@blueprint.route("/contracts/<number>/numbers", methods=["GET", "POST"])
@doors.signed_in
def numbers(number: str) -> ResponseReturnValue:
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    case = cases.of(contract)
    known = {"voucher": case.voucher, "deal": case.deal} if case else {}
    return form_page(number, NumbersSchema, "numbers.html", _set_numbers, known=known)


def _set_numbers(actor: Any, contract: Contract, given: Mapping[str, Any]) -> None:
    cases.set_numbers(actor, registration.lock(contract), given)


@blueprint.route("/contracts/<number>/submitted", methods=["GET", "POST"])
@doors.signed_in
def submitted(number: str) -> ResponseReturnValue:
    """The contract was handed to the registrar, or again after a correction."""
    contract = own(number)
    allow(doors.actor(), "contract.register", contract)
    verbs = rules.REGISTRATION.verbs(contract.registration)
    return form_page(
        number, StepSchema, "submitted.html", _submit, known={}, possible={"submit", "resubmit"} & set(verbs)
    )


def _submit(actor: Any, contract: Contract, given: Mapping[str, Any]) -> None:
    registration.submit(actor, contract, given["day"])


@blueprint.post("/contracts/<number>/mend")
@doors.signed_in
def mend(number: str) -> ResponseReturnValue:
    """Back to the beginning of the track, to be mended and go into a new batch."""
    actor = doors.actor()

    def work() -> str:
        registration.mend(actor, own(number))
        return number

    doors.submit("contract.mend", {"number": number}, work)
    return redirect(url_for("registration.show", number=number, _anchor="registration"), 303)


def _venue() -> UUID:
    venue_id = doors.actor().venue_id
    if venue_id is None:
        raise NotFound("not_found")
    return venue_id
