"""Making a batch in three pages: choose, who applies where, check; then the batch's own page
(batch_pages).
"""

from collections.abc import Mapping
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry import forms, language, problems
from registry.codes.tables import table
from registry.contracts import cases
from registry.contracts.readiness import StampState
from registry.contracts.words import WORDS
from registry.database import transaction
from registry.errors import Refused
from registry.exports import service as exports
from registry.exports import zero_fee
from registry.exports.freezing import faults
from registry.exports.rules import SHOWN, Choice, Filter
from registry.exports.schemas import BatchSchema, FilterSchema, choice_of
from registry.exports.standings import refusal
from registry.exports.sums import NONE
from registry.forms import FormState
from registry.parties import doors

blueprint = flask.Blueprint("exports", __name__)
ALL = "all"


@blueprint.app_template_global()
def payment_method(kept: str) -> str:
    """A way of payment as the reader calls it, of the Chinese name that sums keep."""
    return next((one.name(language.current()) for one in table("payment_method") if one.name() == kept), kept)


@blueprint.get("/venue/batches")
@doors.signed_in
def choose() -> ResponseReturnValue:
    """Contracts that may go into a batch, with their faults, and the batches made so far."""
    actor = doors.actor()
    left = transaction(lambda: exports.bring_up(actor)) if exports.behind(actor) else 0
    form = FormState(request.args.to_dict(), labels=forms.labels(FilterSchema))
    try:
        asked = _filter(request.args)
    except Refused as refused:
        form, asked = FormState.failed(request.args, refused, FilterSchema), Filter()
    return render_template(
        "exports/choose.html",
        listed=exports.listed(actor, asked, request.args.get("page", 1, type=int)),
        asked=asked,
        shown=SHOWN,
        left=left,
        batches=exports.of_venue(actor),
        faults=lambda standing: [refusal(one) for one in standing.faults],
        stamps=tuple(StampState),
        registrars=[(one.name, one.name) for one in cases.registrars(exports.venue_of(actor).id)],
        roles=WORDS["applicant"],
        methods=[(row.code, row.name(language.current())) for row in table("fee_method")],
        form=form,
    )


@blueprint.get("/venue/batches/applicants")
@doors.signed_in
def applicants() -> ResponseReturnValue:
    """Who applies for each contract, and at which registrar."""
    actor = doors.actor()
    numbers = request.args.getlist("c")
    if not numbers:
        return redirect(url_for("exports.choose"), 303)
    chosen = exports.chosen(actor, numbers)
    contracts = [{"number": one.contract.number, "applicant": "seller"} for one in chosen]
    registrar = _only({one.registrar for one in chosen})
    form = FormState({"agent": actor.name, "contracts": contracts, "registrar": registrar})
    return render_template("exports/applicants.html", chosen=chosen, form=form, roles=WORDS["applicant"])


@blueprint.get("/venue/batches/all")
@doors.signed_in
def applicants_all() -> ResponseReturnValue:
    """The same for everything ready that matches a filter: one applicant, one word for all."""
    actor, asked = doors.actor(), _filter(request.args)
    found = exports.found(actor, asked, _as_asked(zero_fee.by_default()))
    registrar = _only(set(found.sums.groups["registrar"]) - {NONE})
    return render_template(
        "exports/applicants_all.html",
        found=found,
        asked=asked,
        form=FormState({"agent": actor.name, "applicant": "seller", "registrar": registrar}),
        roles=WORDS["applicant"],
    )


def _only(names: set[str]) -> str:
    """The registrar all go to, which is printed on the hand-over sheet; of several none."""
    return names.pop() if len(names) == 1 else ""


@blueprint.get("/venue/batches/check")
@doors.signed_in
def check() -> ResponseReturnValue:
    """What the batch would hold: count, sums, zero-fee contracts apart, and every fault."""
    return _check(request.args, FormState())


@blueprint.post("/venue/batches")
@doors.signed_in
def make() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        asked = forms.load(BatchSchema, forms.nested(doors.form_data()))
        choice = choice_of(asked)
        number = doors.submit(
            "batch.make", {"choice": repr(choice)}, lambda: exports.make(actor, choice).number
        )
    except Refused as refused:
        form = FormState.failed(doors.form_data(), refused, BatchSchema)
        return _check(doors.form_data(), form), problems.status(refused)
    return redirect(url_for("batches.show", number=number), 303)


def _check(given: MultiDict[str, str], form: FormState) -> str:
    asked = forms.nested(given)
    if "include_zero" not in asked and "zero_as_recorded" not in asked:
        asked |= zero_fee.by_default()
    return _check_all(asked, form) if "matching" in asked or ALL in asked else _check_named(asked, form)


def _check_named(asked: dict[str, Any], form: FormState) -> str:
    choice = choice_of(forms.load(BatchSchema, asked))
    return render_template(
        "exports/check.html",
        checked=exports.check(doors.actor(), choice),
        choice=choice,
        hidden=forms.values(asked),
        roles=WORDS["applicant"],
        faults=lambda candidate: [one.refused() for one in faults(candidate.findings)],
        form=form,
    )


def _check_all(asked: dict[str, Any], form: FormState) -> str:
    """Everything that matches, looked up anew: the form carries its count and digest."""
    asked.pop(ALL, None)
    parts = (asked.pop("matching", None) or {}).get("filter") or {}
    found = exports.found(
        doors.actor(),
        forms.load(FilterSchema, parts),  # type: ignore[arg-type]
        _as_asked(asked),
    )
    matching = {"filter": parts, "count": str(found.matching.count), "digest": found.matching.digest}
    return render_template(
        "exports/check_all.html",
        found=found,
        hidden=forms.values({**asked, "matching": matching}),
        confirmed=asked.get("not_elsewhere") == "yes",
        form=form,
    )


def _as_asked(asked: Mapping[str, Any]) -> Choice:
    """How a batch is to be made, of what a form has said so far."""
    return Choice(
        registrar=asked.get("registrar", ""),
        include_zero=asked.get("include_zero") == "yes",
        zero_as_recorded=asked.get("zero_as_recorded") == "yes",
    )


def _filter(given: MultiDict[str, str]) -> Filter:
    """The filter of a list's address; what else stands there is not its business."""
    loaded: Any = forms.load(FilterSchema, forms.nested(given))
    found: Filter = loaded
    return found
