"""Doors to another mail address: ask, confirm from there, take back from the former one."""

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from registry import forms
from registry.database import db, transaction
from registry.errors import NotAllowed, Refused
from registry.forms import FormState
from registry.parties import addresses, doors
from registry.parties.models import Account
from registry.parties.rules import CONFIRM_ADDRESS_HOURS, TAKE_BACK_DAYS
from registry.parties.schemas import AddressSchema

blueprint = Blueprint("addresses", __name__)
PAGE = "/account/address"


@blueprint.get(PAGE)
@doors.even_owing
@doors.signed_in
def show() -> ResponseReturnValue:
    return _page(FormState())


@blueprint.post(PAGE)
@doors.even_owing
@doors.signed_in
def ask() -> ResponseReturnValue:
    """The same answer whether the address has an account."""
    actor = doors.actor()
    try:
        asked = forms.load(AddressSchema, forms.nested(request.form))
        transaction(lambda: addresses.ask(actor, asked["email"]))
    except NotAllowed:
        raise
    except Refused as refused:
        return _page(FormState.failed(request.form, refused, AddressSchema)), 422
    session["done"] = "address_asked"
    return redirect(PAGE, 303)


@blueprint.get(f"{PAGE}/<token>")
@doors.even_owing
@doors.signed_in
def confirm_form(token: str) -> ResponseReturnValue:
    """Reading it changes nothing: mail programs open links by themselves."""
    row = addresses.asked(doors.actor(), token)
    return render_template("parties/address_confirm.html", change=row, days=TAKE_BACK_DAYS)


@blueprint.post(f"{PAGE}/<token>")
@doors.even_owing
@doors.signed_in
def confirm(token: str) -> ResponseReturnValue:
    actor = doors.actor()
    transaction(lambda: addresses.confirm(actor, token))
    session["done"] = "address"
    return redirect("/account", 303)


@blueprint.get(f"{PAGE}/back/<token>")
@doors.public
def back_form(token: str) -> ResponseReturnValue:
    row = addresses.changed(token)
    return render_template("parties/address_back.html", change=row)


@blueprint.post(f"{PAGE}/back/<token>")
@doors.public
def take_back(token: str) -> ResponseReturnValue:
    """The link is all that shows who it is: whoever took the account may have taken the password too."""
    session["address"] = transaction(lambda: addresses.take_back(token))
    session["done"] = "address_returned"
    return redirect("/reset", 303)


def _page(form: FormState) -> str:
    account = db.session.get_one(Account, doors.account_id())
    shown = {"account": account, "hours": CONFIRM_ADDRESS_HOURS, "days": TAKE_BACK_DAYS}
    return render_template("parties/address.html", form=form, **shown)
