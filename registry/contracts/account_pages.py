"""Changing the receiving account, page by page: what is in force, what was, what waits, and for whom."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.contracts import account_changes, money_schemas, receiving_accounts
from registry.contracts.money_models import AccountChange
from registry.contracts.pages import again
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import register as offers
from registry.licenses.models import Declaration
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("accounts", __name__)


@blueprint.get("/declarations/<number>/receiving-account")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    return _page(_declaration(number), FormState())


@blueprint.post("/declarations/<number>/receiving-account")
@doors.signed_in
def ask(number: str) -> ResponseReturnValue:
    try:
        _ask(number, load(money_schemas.AccountChangeSchema, nested(request.form)))
    except Refused as refused:
        page = money_schemas.AccountChangeSchema
        return again(refused, page, lambda form: _page(_declaration(number), form))
    return redirect(url_for("accounts.show", number=number), 303)


def _ask(number: str, given: dict[str, Any]) -> None:
    actor, password = doors.actor(), given.pop("password")
    asked = {"number": number, **given}
    if doors.first("account.change", asked):
        return
    act = account_changes.ask_act(actor, _declaration(number), given)
    statement = parties.sign(actor, password, act.statement)
    doors.submit(
        "account.change",
        asked,
        lambda: str(account_changes.ask(actor, _declaration(number), given, act, statement).id),
    )


@blueprint.post("/account-changes/<uuid:change_id>/approve")
@doors.signed_in
def approve(change_id: UUID) -> ResponseReturnValue:
    """The second person signs."""
    number = _change(change_id).declaration.number
    try:
        _approve(change_id, load(money_schemas.StepUpSchema, nested(request.form))["password"])
    except Refused as refused:
        return again(refused, money_schemas.StepUpSchema, lambda form: _page(_declaration(number), form))
    return redirect(url_for("accounts.show", number=number), 303)


def _approve(change_id: UUID, password: str) -> None:
    actor, change = doors.actor(), _change(change_id)
    asked = {"change": str(change_id)}
    if doors.first("account.approve", asked):
        return
    account_changes.check_second(actor, change)
    statement = parties.sign(actor, password, account_changes.second_statement(change))
    doors.submit(
        "account.approve",
        asked,
        lambda: str(account_changes.approve(actor, _change(change_id), statement).id),
    )


@blueprint.post("/account-changes/<uuid:change_id>/stop")
@doors.signed_in
def stop(change_id: UUID) -> ResponseReturnValue:
    """Taken back by the holder, or objected to by the venue."""
    actor, number = doors.actor(), _change(change_id).declaration.number
    try:
        given = load(money_schemas.ReasonSchema, nested(request.form))
        doors.submit(
            "account.stop",
            {"change": str(change_id), **given},
            lambda: str(account_changes.stop(actor, _change(change_id), **given).id),
        )
    except Refused as refused:
        return again(refused, money_schemas.ReasonSchema, lambda form: _page(_declaration(number), form))
    return redirect(url_for("accounts.show", number=number), 303)


@blueprint.get("/venue/account-changes")
@doors.signed_in
def of_venue() -> ResponseReturnValue:
    actor = doors.actor()
    allow(actor, "payment.decide", actor)
    return render_template("contracts/account_changes.html", found=account_changes.waiting(actor))


def _page(declaration: Declaration, form: FormState) -> str:
    actor, change = doors.actor(), account_changes.open_of(declaration)
    return render_template(
        "contracts/account.html",
        declaration=declaration,
        account=receiving_accounts.of(declaration),
        former=receiving_accounts.former(declaration),
        change=change,
        mine=change is not None and change.asked_by == actor.account_id,
        can=lambda verb: may(actor, verb, declaration),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.AccountChangeSchema)),
    )


def _declaration(number: str) -> Declaration:
    found = offers.find(number)
    allow(doors.actor(), "account.view", found)
    return found


def _change(change_id: UUID) -> AccountChange:
    found = account_changes.find(change_id)
    allow(doors.actor(), "account.view", found.declaration)
    return found
