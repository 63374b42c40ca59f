"""Correcting a typing error, page by page: old and new value side by side, then check and sign.

What was typed is kept as an act prepared for signing, so that the page to check has an address of its own:
it can be read again, left and come back to within the hour.
"""

from collections.abc import Mapping
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from registry import problems
from registry.contracts import corrections, corrigible
from registry.contracts.correction_schemas import CorrectionFormSchema, CorrectionSchema
from registry.contracts.corrections import Target
from registry.contracts.registration_pages import own
from registry.database import transaction
from registry.errors import Invalid, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors, prepared
from registry.parties import service as parties
from registry.parties.prepared import PreparedAct

blueprint = flask.Blueprint("corrections", __name__)


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(correction_name=name_of)


def name_of(kind: str, path: str) -> str:
    """What a corrected field is called in the reader's language."""
    return str(gettext(corrigible.FIELDS[kind][path].name))


@blueprint.get("/contracts/<number>/corrections/<int:seq>")
@doors.signed_in
def form(number: str, seq: int) -> ResponseReturnValue:
    about = _about(number, seq)
    present = {f"values.{path}": about.present[path] for path in about.fields}
    return _form(about, FormState(_nested(present)))


@blueprint.post("/contracts/<number>/corrections/<int:seq>")
@doors.signed_in
def check(number: str, seq: int) -> ResponseReturnValue:
    """Keep what would be corrected, to be read before anybody signs. Corrects nothing."""
    actor = doors.actor()

    def work() -> None:
        contract = own(number)
        act = corrections.correct_act(actor, contract, seq, **given)
        prepared.close(_prepared(number, seq))
        prepared.keep(actor, corrections.CORRECT, contract.id, act, {**given, "corrects": seq})

    try:
        given = load(CorrectionSchema, nested(request.form))
        transaction(work)
    except Refused as refused:
        return _again(number, seq, refused)
    return redirect(url_for("corrections.read", number=number, seq=seq), 303)


@blueprint.get("/contracts/<number>/corrections/<int:seq>/check")
@doors.signed_in
def read(number: str, seq: int) -> ResponseReturnValue:
    """The values that differ, side by side."""
    about, kept = _about(number, seq), _prepared(number, seq)
    if not kept:
        return redirect(url_for("corrections.form", number=number, seq=seq), 303)
    return _check(about, kept[0].facts, FormState())


def _prepared(number: str, seq: int) -> list[PreparedAct]:
    found = prepared.open_of(doors.actor(), corrections.CORRECT, own(number).id)
    return [one for one in found if one.facts["corrects"] == seq]


@blueprint.post("/contracts/<number>/corrections/<int:seq>/sign")
@doors.signed_in
def sign(number: str, seq: int) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(CorrectionFormSchema, nested(request.form))
        asked = {"values": given["values"], "reason": given["reason"]}
        if doors.first(corrections.CORRECT, {"number": number, "corrects": seq, **asked}):
            return redirect(url_for("registration.show", number=number, _anchor="corrections"), 303)
        act = corrections.correct_act(actor, own(number), seq, **asked)
        try:
            statement = parties.sign(actor, given["password"], act.statement)
        except Refused as refused:
            failed = FormState.failed(request.form, refused, CorrectionFormSchema)
            return _check(_about(number, seq), given, failed), problems.status(refused)

        def work() -> str:
            prepared.close(_prepared(number, seq))
            row = corrections.correct(actor, own(number), seq, act=act, statement=statement, **asked)
            return str(row.seq)

        doors.submit(corrections.CORRECT, {"number": number, "corrects": seq, **asked}, work)
    except Refused as refused:
        return _again(number, seq, refused)
    return redirect(url_for("registration.show", number=number, _anchor="corrections"), 303)


def _about(number: str, seq: int) -> Target:
    return corrections.target(doors.actor(), own(number), seq)


def _check(about: Target, given: Mapping[str, Any], state: FormState) -> str:
    today = corrections.differing(about, given["values"])
    return render_template(
        "contracts/correct_check.html",
        about=about,
        contract=about.contract,
        rows=[(path, name_of(about.kind, path), about.present[path], new) for path, new in today.items()],
        reason=given["reason"],
        form=FormState(state.values, state.errors, state.labels or labels(CorrectionFormSchema)),
    )


def _again(number: str, seq: int, refused: Refused) -> ResponseReturnValue:
    """The form with the errors beside their fields; what names no field has its own page."""
    if not refused.field and not isinstance(refused, Invalid):
        raise refused
    failed = FormState.failed(request.form, refused, CorrectionSchema)
    return _form(_about(number, seq), failed), problems.status(refused)


def _form(about: Target, state: FormState) -> str:
    return render_template(
        "contracts/correct.html",
        about=about,
        contract=about.contract,
        rows=[(path, one, name_of(about.kind, path)) for path, one in about.fields.items()],
        form=FormState(state.values, state.errors, _labels(about)),
    )


def _labels(about: Target) -> dict[str, Any]:
    named = {f"values.{path}": name_of(about.kind, path) for path in about.fields}
    return {**labels(CorrectionSchema), **named}


def _nested(flat: Mapping[str, str]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for path, value in flat.items():
        *parts, last = path.split(".")
        at = made
        for part in parts:
            at = at.setdefault(part, {})
        at[last] = value
    return made
