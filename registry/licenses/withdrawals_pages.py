"""Withdrawing a declaration: ground, text with co-owners' consents, signature, what it means (GL 4)."""

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, problems
from registry.errors import Conflict, Invalid, NotFound, Refused
from registry.forms import AnySchema, FormState, load, nested
from registry.licenses import consents, offers, rules, signing_schemas, withdrawals
from registry.licenses.models import Declaration, Withdrawal
from registry.licenses.pages import own
from registry.parties import approvals, doors
from registry.parties import service as parties
from registry.parties.rules import Act

blueprint = flask.Blueprint("withdrawals", __name__)


@blueprint.get("/declarations/<number>/withdraw")
@doors.signed_in
def ground(number: str) -> ResponseReturnValue:
    return _ground(own(number), FormState())


@blueprint.post("/declarations/<number>/withdraw")
@doors.signed_in
def prepare(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    try:
        wanted = load(signing_schemas.WithdrawalSchema, nested(request.form))
        made = doors.submit(
            "declaration.prepare_withdrawal",
            {"number": number, **wanted},
            lambda: withdrawals.prepare(actor, own(number), **wanted).number,
        )
    except Refused as refused:
        form = _failed(refused, signing_schemas.WithdrawalSchema)
        return _ground(own(number), form), problems.status(refused)
    return redirect(url_for("withdrawals.check", number=number, withdrawal=made), 303)


@blueprint.get("/declarations/<number>/withdrawals/<withdrawal>")
@doors.signed_in
def check(number: str, withdrawal: str) -> ResponseReturnValue:
    found = _found(number, withdrawal)
    if found.filed_at is not None:
        return render_template("licenses/withdrawn.html", **_shown(found))
    return render_template("licenses/withdrawal.html", form=FormState(), **_shown(found))


@blueprint.post("/declarations/<number>/withdrawals/<withdrawal>")
@doors.signed_in
def file(number: str, withdrawal: str) -> ResponseReturnValue:
    actor, found = doors.actor(), _found(number, withdrawal)
    here = redirect(url_for("withdrawals.check", number=number, withdrawal=withdrawal), 303)
    if found.filed_at is not None:
        return here
    try:
        signing = load(signing_schemas.SignedTextSchema, nested(request.form))
        if signing["digest"] != found.digest:
            raise Conflict("stale_digest", "digest")
        missing = withdrawals.obstacles(found)
        if missing:
            raise Invalid(missing)
        fields = withdrawals.statement_for(found, power=actor.power)
        statement = parties.sign(actor, signing["password"], fields)

        def work() -> str:
            withdrawals.file(actor, _found(number, withdrawal), statement)
            return withdrawal

        doors.submit("declaration.withdraw", {"withdrawal": withdrawal, "digest": found.digest}, work)
    except Refused as refused:
        page = render_template(
            "licenses/withdrawal.html",
            form=_failed(refused, signing_schemas.SignedTextSchema),
            **_shown(_found(number, withdrawal)),
        )
        return page, problems.status(refused)
    return here


def _failed(refused: Refused, schema: AnySchema) -> FormState:
    if not refused.field and not isinstance(refused, Invalid):
        raise refused
    return FormState.failed(request.form, refused, schema)


def _ground(declaration: Declaration, form: FormState) -> str:
    return render_template(
        "licenses/withdraw.html", declaration=declaration, form=form, local=_is_local(declaration)
    )


def _shown(withdrawal: Withdrawal) -> dict[str, object]:
    declaration = withdrawal.declaration
    return {
        "withdrawal": withdrawal,
        "approval": approvals.standing(doors.actor(), Act.WITHDRAW, withdrawal.number),
        "declaration": declaration,
        "standings": consents.status(declaration, "withdraw"),
        "obstacles": withdrawals.obstacles(withdrawal) if withdrawal.filed_at is None else (),
        "local": _is_local(declaration),
        "closed": declaration.state == rules.DeclarationState.WITHDRAWN,
    }


def _is_local(declaration: Declaration) -> bool:
    """Whether the filing here closes the offer at once."""
    if declaration.current is None:
        raise NotFound("not_found")
    return rules.withdraws_locally(offers.offer_of(declaration), clock.today())


def _found(number: str, withdrawal: str) -> Withdrawal:
    """A withdrawal of a declaration the actor may see. Raises NotFound."""
    found = withdrawals.find(withdrawal)
    if found.declaration_id != own(number).id:
        raise NotFound("not_found")
    return found
