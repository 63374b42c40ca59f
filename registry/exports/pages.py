"""Making a batch in three pages: choose, who applies where, check; then the batch's own page
(batch_pages).
"""

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry import forms, problems
from registry.contracts.readiness import Severity
from registry.contracts.registration_form import APPLICANT_ROLES
from registry.errors import Refused
from registry.exports import service as exports
from registry.exports.schemas import BatchSchema, choice_of
from registry.forms import FormState
from registry.parties import doors

blueprint = flask.Blueprint("exports", __name__)
SHOWN = ("", "ready", "faults", "zero")


@blueprint.get("/venue/batches")
@doors.signed_in
def choose() -> ResponseReturnValue:
    """Contracts that may go into a batch, with their faults, and the batches made so far."""
    actor = doors.actor()
    found = exports.candidates(actor)
    show = request.args.get("show", "")
    listed = [one for one in found if show in _kinds(one)]
    return render_template(
        "exports/choose.html",
        listed=listed,
        show=show,
        counts={name: sum(1 for one in found if name in _kinds(one)) for name in SHOWN},
        total=sum(one.total.amount for one in listed),
        batches=exports.of_venue(actor),
        faults=_faults,
    )


@blueprint.get("/venue/batches/applicants")
@doors.signed_in
def applicants() -> ResponseReturnValue:
    """Who applies for each contract, and at which registrar."""
    actor = doors.actor()
    numbers = list(dict.fromkeys(request.args.getlist("c")))
    if not numbers:
        return redirect(url_for("exports.choose"), 303)
    found = {one.contract.number: one for one in exports.candidates(actor)}
    chosen = [found[number] for number in numbers if number in found]
    values = {
        "agent": actor.name,
        "registrar": "",
        "contracts": [{"number": one.contract.number, "applicant": "seller"} for one in chosen],
    }
    return render_template(
        "exports/applicants.html", chosen=chosen, form=FormState(values), roles=APPLICANT_ROLES
    )


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
    if "include_zero" not in asked and exports.default_include_zero():
        asked["include_zero"] = "yes"
    choice = choice_of(forms.load(BatchSchema, asked))
    return render_template(
        "exports/check.html",
        checked=exports.check(doors.actor(), choice),
        choice=choice,
        hidden=forms.values(asked),
        roles=APPLICANT_ROLES,
        faults=_faults,
        form=form,
    )


def _faults(candidate: exports.Candidate) -> list[Refused]:
    """The faults of one contract, as refusals whose sentences the catalogues hold."""
    return [found.refused() for found in candidate.findings if found.severity is Severity.FAULT]


def _kinds(one: exports.Candidate) -> tuple[str, ...]:
    """Which of the list's filters a contract passes."""
    return ("", "ready" if one.ready else "faults", *(("zero",) if one.zero else ()))
