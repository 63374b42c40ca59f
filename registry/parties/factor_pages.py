"""Doors to one's second factor: set up an app, draw recovery codes, turn it off; and what an organisation or
the registry asks of its people.
"""

import segno
from flask import Blueprint, current_app, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from registry import forms
from registry.config import Settings
from registry.database import transaction
from registry.errors import NotAllowed, NotProved, Refused
from registry.forms import FormState
from registry.parties import doors, factors, proofs, totp
from registry.parties.factor_schemas import AppCodeSchema

blueprint = Blueprint("factors", __name__)
PAGE = "/account/second-factor"


@blueprint.get(PAGE)
@doors.even_owing
@doors.signed_in
def show() -> ResponseReturnValue:
    return _page(FormState())


@blueprint.post(PAGE)
@doors.even_owing
@doors.signed_in
def begin() -> ResponseReturnValue:
    """Draw a secret for an app."""
    actor = doors.actor()
    transaction(lambda: factors.begin(actor))
    return redirect(f"{PAGE}/app", 303)


@blueprint.get(f"{PAGE}/app")
@doors.even_owing
@doors.signed_in
def app_form() -> ResponseReturnValue:
    return _app_page(FormState())


@blueprint.post(f"{PAGE}/app")
@doors.even_owing
@doors.signed_in
def confirm() -> ResponseReturnValue:
    """The app shows the right code: it guards the account, and ten codes for the worst day are shown once."""
    actor, drawn = doors.actor(), [""]

    def work() -> str:
        drawn[:] = factors.confirm(actor, asked["code"])
        proofs.note_app(actor)
        return "app"

    try:
        asked = forms.load(AppCodeSchema, forms.nested(request.form))
        transaction(lambda: proofs.count_code(actor))
        doors.submit("factor.confirm", asked, work)
    except NotAllowed:
        raise
    except Refused as refused:
        if not refused.field and refused.code != "invalid":
            raise
        return _app_page(FormState.failed(request.form, refused, AppCodeSchema), 422)
    return _codes_page(drawn)


@blueprint.post(f"{PAGE}/codes")
@doors.even_owing
@doors.signed_in
def draw() -> ResponseReturnValue:
    """Fresh recovery codes in place of the former."""
    actor, drawn = doors.actor(), [""]

    def work() -> str:
        drawn[:] = factors.draw_codes(actor)
        return "codes"

    doors.submit("factor.codes", {}, work)
    return _codes_page(drawn)


@blueprint.post(f"{PAGE}/end")
@doors.even_owing
@doors.signed_in
def end() -> ResponseReturnValue:
    actor = doors.actor()
    transaction(lambda: factors.end(actor))
    session["done"] = "factor_ended"
    return redirect(PAGE, 303)


def _page(form: FormState) -> str:
    standing = factors.standing(doors.account_id())
    wanted = doors.owes_second()
    return render_template("parties/second_factor.html", form=form, standing=standing, wanted=wanted)


def _app_page(form: FormState, status: int = 200) -> ResponseReturnValue:
    actor = doors.actor()
    secret = factors.secret_begun(actor)
    if secret is None:
        return redirect(PAGE, 303)
    if not proofs.fresh(actor):  # the secret is shown to nobody who found the browser open
        raise NotProved("proof_wanted")
    address = totp.address(secret, person=actor.email, place=_place())
    square = segno.make(address, error="m", micro=False).svg_data_uri(scale=5, border=3)
    shown = {"square": square, "secret": totp.in_text(secret), "address": address}
    return render_template("parties/authenticator.html", form=form, **shown), status


def _codes_page(drawn: list[str]) -> ResponseReturnValue:
    """Shown with the answer that drew them; a form sent twice leads back, for they stand nowhere any more."""
    if doors.replayed():
        return redirect(PAGE, 303)
    return render_template("parties/recovery_codes.html", codes=drawn)


def _place() -> str:
    """What the app calls us; the demonstration shows that it is one."""
    settings: Settings = current_app.extensions["settings"]
    return "Mingxu DEMO" if settings.demo else "Mingxu"
