"""Doors to one's mobile number: ask for a code, enter it; and confirm an account by it instead of by mail."""

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from registry import forms
from registry.database import db, transaction
from registry.errors import NotAllowed, Refused
from registry.forms import FormState
from registry.parties import doors, phones, texts
from registry.parties.factor_schemas import AppCodeSchema, ConfirmByPhoneSchema, PhoneSchema
from registry.parties.models import Account
from registry.parties.pages import new_password
from registry.parties.sign_in_pages import check_password

blueprint = Blueprint("phones", __name__)
PAGE = "/account/phone"


@blueprint.get(PAGE)
@doors.even_owing
@doors.signed_in
def show() -> ResponseReturnValue:
    return _page(FormState({"phone": _account().phone}))


@blueprint.post(PAGE)
@doors.even_owing
@doors.signed_in
def ask() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        asked = forms.load(PhoneSchema, forms.nested(request.form))
        transaction(lambda: phones.ask(actor, asked["phone"]))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, PhoneSchema)), 422
    return redirect(f"{PAGE}/code", 303)


@blueprint.get(f"{PAGE}/code")
@doors.even_owing
@doors.signed_in
def code_form() -> ResponseReturnValue:
    return _code_page(FormState())


@blueprint.post(f"{PAGE}/code")
@doors.even_owing
@doors.signed_in
def confirm() -> ResponseReturnValue:
    schema = AppCodeSchema if _account().confirmed_at else ConfirmByPhoneSchema
    try:
        asked = forms.load(schema, forms.nested(request.form))
        if not _confirmed(asked["code"], asked.get("password")):
            raise Refused("phone_code_wrong", "code")
    except NotAllowed:
        raise
    except Refused as refused:
        return _code_page(FormState.failed(request.form, refused, schema), 422)
    session["done"] = "phone"
    return redirect("/account", 303)


def _confirmed(code: str, password: str | None) -> bool:
    """With the password where the account itself is confirmed: its key has to state by what."""
    actor = doors.actor()
    if password is None:
        return transaction(lambda: phones.confirm(actor, code))
    check_password(password)
    fresh = new_password(password)
    return transaction(lambda: phones.confirm_account(actor, code, fresh))


def _account() -> Account:
    return db.session.get_one(Account, doors.account_id())


def _page(form: FormState) -> str:
    shown = {"account": _account(), "available": texts.available(), "minutes": phones.MINUTES}
    return render_template("parties/phone.html", form=form, **shown)


def _code_page(form: FormState, status: int = 200) -> ResponseReturnValue:
    phone = phones.waiting(doors.actor())
    if not phone:
        return redirect(PAGE, 303)
    masked = f"{phone[:3]}••••{phone[-4:]}"
    shown = {"phone": masked, "account": _account(), "minutes": phones.MINUTES}
    return render_template("parties/phone_code.html", form=form, **shown), status
