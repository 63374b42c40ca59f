"""Correcting a typing error, page by page: old and new value side by side, then check and sign."""

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
from registry.errors import Invalid, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties import service as parties

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
    """The values that differ, side by side, before anybody signs. Changes nothing."""
    try:
        return _check(_about(number, seq), load(CorrectionSchema, nested(request.form)), FormState())
    except Refused as refused:
        return _again(number, seq, refused)


@blueprint.post("/contracts/<number>/corrections/<int:seq>/sign")
@doors.signed_in
def sign(number: str, seq: int) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        given = load(CorrectionFormSchema, nested(request.form))
        asked = {"values": given["values"], "reason": given["reason"]}
        act = corrections.correct_act(actor, own(number), seq, **asked)
        try:
            statement = parties.sign(actor, given["password"], act.statement)
        except Refused as refused:
            failed = FormState.failed(request.form, refused, CorrectionFormSchema)
            return _check(_about(number, seq), given, failed), problems.status(refused)

        def work() -> str:
            row = corrections.correct(actor, own(number), seq, act=act, statement=statement, **asked)
            return str(row.seq)

        doors.submit("contract.correct", {"number": number, "corrects": seq, **asked}, work)
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
