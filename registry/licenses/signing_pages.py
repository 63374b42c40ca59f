"""Check and sign: the exact public text, its price, what stays closed, the declarant's signature."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import language, money, problems
from registry.database import transaction
from registry.errors import Conflict, Invalid, Refused
from registry.forms import FormState, load, nested
from registry.ledger.filings import Statement
from registry.licenses import assembly, fee_fields, rules, signing_schemas, task_list, timeline, wording
from registry.licenses import service as licenses
from registry.licenses.answers import TICKS
from registry.licenses.models import Declaration
from registry.licenses.pages import own
from registry.licenses.public_text import RECEIVING_SYSTEM, STANDING_AUTHORISATION, UNDERTAKING
from registry.licenses.words import word
from registry.parties import approvals, doors
from registry.parties import service as parties
from registry.parties.rules import Act

blueprint = flask.Blueprint("signing", __name__)


@blueprint.get("/declarations/<number>/check")
@doors.signed_in
def check(number: str) -> ResponseReturnValue:
    declaration = own(number)
    if declaration.state not in assembly.EDITABLE:
        return redirect(url_for("licenses.show", number=number), 303)
    return _check(declaration, FormState(declaration.draft.get("signing") or {}))


@blueprint.post("/declarations/<number>/check")
@doors.signed_in
def sign(number: str) -> ResponseReturnValue:
    if _already(own(number), request.form.get("digest", "")):
        return redirect(url_for("signing.submitted", number=number), 303)
    try:
        _submit(number, load(signing_schemas.SigningSchema, nested(request.form)))
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        form = FormState.failed(request.form, refused, signing_schemas.SigningSchema)
        return _check(own(number), form), problems.status(refused)
    return redirect(url_for("signing.submitted", number=number), 303)


def _submit(number: str, given: Mapping[str, Any]) -> None:
    """Keep the ticks, sign what they complete outside any transaction, hand in once."""
    actor, read = doors.actor(), given["digest"]
    ticks = {name: given[name] for name in TICKS}
    transaction(lambda: licenses.tick(actor, own(number), ticks))
    declaration = own(number)
    if assembly.present(declaration).digest != read:
        raise Conflict("stale_digest", "digest")
    statement = parties.sign(actor, given["password"], licenses.prepare(actor, declaration))
    doors.submit("declaration.submit", {"number": number, "digest": read}, _hand_in(number, statement, read))


def _hand_in(number: str, statement: Statement, read: str) -> Callable[[], str]:
    actor = doors.actor()

    def work() -> str:
        licenses.submit(actor, own(number), statement, digest=read)
        return number

    return work


@blueprint.get("/declarations/<number>/submitted")
@doors.signed_in
def submitted(number: str) -> ResponseReturnValue:
    declaration = own(number)
    if declaration.current is None:
        return redirect(url_for("licenses.show", number=number), 303)
    return render_template(
        "licenses/submitted.html",
        declaration=declaration,
        digest=declaration.current.digest,
        due=timeline.reviewed_by(declaration),
    )


def _already(declaration: Declaration, read: str) -> bool:
    """Whether this very text has been handed in: a second press of the button shows the first result."""
    version = declaration.current
    handed_in = declaration.state not in assembly.EDITABLE
    return handed_in and version is not None and version.digest == read


def _check(declaration: Declaration, form: FormState) -> str:
    found = task_list.problems(declaration)
    ticked = [one for one in found if task_list.step_of(one) == task_list.CHECK]
    blocking = [one for one in found if one not in ticked and one.code not in rules.OVERRIDABLE]
    public = _public(declaration)
    return render_template(
        "licenses/check.html",
        declaration=declaration,
        form=form,
        public=public,
        price=_price(declaration),
        blocking=[(one, task_list.step_of(one)) for one in blocking],
        to_decide=[one for one in found if one.code in rules.OVERRIDABLE and one not in ticked],
        warnings=task_list.warnings(declaration),
        titles=task_list.TITLES,
        step_url=lambda step: task_list.url(declaration, step),
        clauses={"undertaking": UNDERTAKING, "standing_authorisation": STANDING_AUTHORISATION,
                 "receives_here": RECEIVING_SYSTEM},
        approval=approvals.standing(doors.actor(), Act.DECLARE, declaration.number) if public else None,
        institution=declaration.holder.nature[:3] in assembly.PUBLIC_INSTITUTIONS,
    )  # fmt: skip


def _public(declaration: Declaration) -> assembly.Public | None:
    """The text as it would be published, or None while fee or dates are missing."""
    try:
        return assembly.present(declaration)
    except Refused:
        return None


def _price(declaration: Declaration) -> dict[str, Any] | None:
    """The price box: figure, capitals, one line, a worked example."""
    try:
        fee = fee_fields.from_fields(declaration.draft.get("fee") or {})
    except Refused:
        return None
    lang = language.current()
    amount = fee.amount if fee.amount is not None and not fee.royalty else None
    zero = Decimal(0) if fee.method == "FREE" else None
    return {
        "amount": amount if amount is not None else zero,
        "capitals": money.capitals(fee.amount) if fee.amount else "",
        "words": wording.price(fee, lang) if amount is None and zero is None else word(fee.method, "method"),
        "example": wording.worked_example(fee, lang),
        "condition": wording.describe_condition(fee, lang),
    }
