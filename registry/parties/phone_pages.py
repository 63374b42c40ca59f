"""Doors to one's mobile number: ask for a code, enter it; and, before anybody comes in, confirm an account by
it instead of by mail. There every answer is the same, whosever address was typed.
"""

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from registry import forms
from registry.database import db, transaction
from registry.errors import Invalid, NotAllowed, Refused
from registry.forms import FormState
from registry.parties import doors, phones, texts
from registry.parties.factor_schemas import (
    AppCodeSchema,
    AskByPhoneSchema,
    ConfirmByPhoneSchema,
    PhoneSchema,
)
from registry.parties.models import Account
from registry.parties.pages import MEMO, new_password, password_of

blueprint = Blueprint("phones", __name__)
PAGE, OUTSIDE = "/account/phone", "/confirm/mobile"


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
    actor = doors.actor()
    try:
        asked = forms.load(AppCodeSchema, forms.nested(request.form))
        if not transaction(lambda: phones.confirm(actor, asked["code"])):
            raise Refused("phone_code_wrong", "code")
    except NotAllowed:
        raise
    except Refused as refused:
        return _code_page(FormState.failed(request.form, refused, AppCodeSchema), 422)
    session["done"] = "phone"
    return redirect("/account", 303)


# --- an account confirmed by it ----------------------------------------------------------------------


@blueprint.get(OUTSIDE)
@doors.public
def outside() -> ResponseReturnValue:
    return _outside_page(FormState({"email": session.get(MEMO, "")}))


@blueprint.post(OUTSIDE)
@doors.public
def ask_outside() -> ResponseReturnValue:
    """A code goes out where the password opens an account nobody has confirmed; the answer does not say."""
    try:
        texts.require()
        asked = forms.load(AskByPhoneSchema, forms.nested(request.form))
        account_id = password_of(asked["email"], asked["password"])
        if account_id is not None:
            transaction(lambda: phones.ask_outside(account_id, asked["phone"]))
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _outside_page(FormState.failed(request.form, refused, AskByPhoneSchema)), 422
    session[MEMO] = asked["email"]
    return redirect(f"{OUTSIDE}/code", 303)


@blueprint.get(f"{OUTSIDE}/code")
@doors.public
def outside_code() -> ResponseReturnValue:
    return _outside_code_page(FormState({"email": session.get(MEMO, "")}))


@blueprint.post(f"{OUTSIDE}/code")
@doors.public
def confirm_outside() -> ResponseReturnValue:
    """The password once more: the fresh key that states by what it was confirmed is sealed with it."""
    try:
        asked = forms.load(ConfirmByPhoneSchema, forms.nested(request.form))
        account_id, fresh = password_of(asked["email"], asked["password"]), new_password(asked["password"])
        done = account_id is not None and transaction(
            lambda: phones.confirm_account(account_id, asked["code"], fresh)
        )
        if not done:
            raise Refused("phone_code_wrong", "code")
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _outside_code_page(FormState.failed(request.form, refused, ConfirmByPhoneSchema)), 422
    session["done"] = "confirmed"
    return redirect("/login", 303)


# --- inside ------------------------------------------------------------------------------------------


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
    shown = {"phone": masked, "minutes": phones.MINUTES}
    return render_template("parties/phone_code.html", form=form, **shown), status


def _outside_page(form: FormState) -> str:
    shown = {"available": texts.available(), "minutes": phones.MINUTES}
    return render_template("parties/confirm_mobile.html", form=form, **shown)


def _outside_code_page(form: FormState) -> str:
    return render_template("parties/confirm_mobile_code.html", form=form, minutes=phones.MINUTES)
