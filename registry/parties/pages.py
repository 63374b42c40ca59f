"""Doors for people without an account and at the door: register, confirm, sign in and out, forgotten
passwords; the desk.

Whether an address is known changes neither what these pages say nor how long they take.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, redirect, render_template, request, session
from werkzeug.wrappers import Response as AnyResponse

from registry import events, forms
from registry.database import transaction
from registry.errors import Refused
from registry.events import What
from registry.forms import FormState
from registry.parties import cookies, desk, doors, keys, sign_ins
from registry.parties import service as parties
from registry.parties.entrance import let_in
from registry.parties.schemas import AddressSchema, ConfirmSchema, RegisterSchema, ResetSchema, SignInSchema
from registry.text import local_path

blueprint = Blueprint("parties", __name__)
Answer = str | AnyResponse | tuple[str, int]
MEMO = "address"
TRIES = (("sign_in", 10), ("sign_in_account", 50), ("sign_in_address", 200))
"""Attempts in a quarter of an hour: at one account from one address, at one account, from one address."""
FROM_ONE_ADDRESS = 60
"""Accounts opened, letters asked for and codes tried, each in a quarter of an hour."""


@blueprint.get("/register")
@doors.public
def register_form() -> Answer:
    return render_template("parties/register.html", form=FormState())


@blueprint.post("/register")
@doors.public
def register() -> Answer:
    try:
        asked = forms.load(RegisterSchema, forms.nested(request.form))
        _count("register_address")
        password = new_password(asked["password"])
        transaction(
            lambda: parties.register(
                email=asked["email"], name=asked["name"], phone=asked["phone"], password=password
            )
        )
    except Refused as refused:
        return _again("parties/register.html", refused, RegisterSchema)
    session[MEMO] = asked["email"]
    return redirect("/confirm", 303)


@blueprint.get("/confirm")
@doors.public
def confirm_form() -> Answer:
    return render_template("parties/confirm.html", form=FormState({"email": _address()}))


@blueprint.post("/confirm")
@doors.public
def confirm() -> Answer:
    try:
        asked = forms.load(ConfirmSchema, forms.nested(request.form))
        _count("code_address")
        if not transaction(lambda: parties.confirm(asked["email"], asked["code"])):
            raise Refused("code_wrong", "code")
    except Refused as refused:
        return _again("parties/confirm.html", refused, ConfirmSchema)
    session["done"] = "confirmed"
    return redirect("/desk" if doors.current_actor() else "/login", 303)


@blueprint.post("/confirm/again")
@doors.public
def send_again() -> Answer:
    try:
        asked = forms.load(AddressSchema, forms.nested(request.form))
        _count("letter_address")
        transaction(lambda: parties.send_code(asked["email"], "confirm"))
    except Refused as refused:
        return _again("parties/confirm.html", refused, AddressSchema)
    session[MEMO], session["done"] = asked["email"], "sent"
    return redirect("/confirm", 303)


@blueprint.get("/login")
@doors.public
def sign_in_form() -> Answer:
    form = FormState({"email": _address(), "next": local_path(request.args.get("next", ""), "")})
    return render_template("parties/login.html", form=form)


@blueprint.post("/login")
@doors.public
def sign_in() -> Answer:
    try:
        asked = forms.load(SignInSchema, forms.nested(request.form))
        account_id = _checked(asked["email"], asked["password"])
    except Refused as refused:
        return _again("parties/login.html", refused, SignInSchema)
    return let_in(account_id, asked["next"])


@blueprint.post("/logout")
@doors.public
def sign_out() -> Response:
    found = doors.current_actor()
    if found is not None:
        transaction(lambda: parties.sign_out(found))
    session.clear()
    answer = cookies.clear_session(redirect("/", 303))  # type: ignore[arg-type]
    answer.headers["Clear-Site-Data"] = '"cache", "storage"'  # what "back" would show again
    return answer


@blueprint.get("/reset")
@doors.public
def forgotten() -> Answer:
    return render_template("parties/reset.html", form=FormState({"email": _address()}))


@blueprint.post("/reset")
@doors.public
def send_reset() -> Answer:
    try:
        asked = forms.load(AddressSchema, forms.nested(request.form))
        _count("letter_address")
        transaction(lambda: parties.send_code(asked["email"], "reset"))
    except Refused as refused:
        return _again("parties/reset.html", refused, AddressSchema)
    session[MEMO] = asked["email"]
    return redirect("/reset/code", 303)


@blueprint.get("/reset/code")
@doors.public
def reset_form() -> Answer:
    return render_template("parties/reset_code.html", form=FormState({"email": _address()}))


@blueprint.post("/reset/code")
@doors.public
def reset() -> Answer:
    try:
        asked = forms.load(ResetSchema, forms.nested(request.form))
        _count("code_address")
        password = new_password(asked["password"])
        if not transaction(lambda: parties.reset_password(asked["email"], asked["code"], password)):
            raise Refused("code_wrong", "code")
    except Refused as refused:
        return _again("parties/reset_code.html", refused, ResetSchema)
    session["done"] = "reset"
    return redirect("/login", 303)


@blueprint.get("/desk")
@doors.signed_in
def show_desk() -> Answer:
    return render_template("parties/desk.html", desk=desk.desk_of(doors.actor()))


@blueprint.app_context_processor
def _memo() -> dict[str, Any]:
    """What the page before has done, told once: `done()` in a template."""
    return {"done": lambda: session.pop("done", "")}


def _checked(email: str, password: str) -> UUID:
    """Whose password it was. Raises Refused `sign_in_wrong`, TooOften."""
    account_id = password_of(email, password)
    if account_id is None or not sign_ins.admits(account_id):
        known, _stored = parties.credentials(email)
        events.afterwards(What.SIGN_IN_FAILED, account_id=known, detail="sign_in_wrong")
        transaction(sign_ins.failed)
        raise Refused("sign_in_wrong", "password")
    transaction(lambda: parties.forget_attempts("sign_in", f"{email}|{request.remote_addr or ''}"))
    return account_id


def password_of(email: str, password: str) -> UUID | None:
    """Whose password it is, confirmed or not; the try is counted. Raises TooOften `too_many_attempts`."""
    address = request.remote_addr or ""
    whom = dict(zip((name for name, _ in TRIES), (f"{email}|{address}", email, address), strict=True))

    def count() -> None:
        for name, limit in TRIES:
            parties.attempt(name, whom[name], limit=limit)

    transaction(count)
    account_id, stored = parties.credentials(email)
    return account_id if keys.password_fits(stored, password) else None


def _count(what: str) -> None:
    """Count what an address does, before it is done and whoever it is about. Raises Refused."""
    address = request.remote_addr or ""
    transaction(lambda: parties.attempt(what, address, limit=FROM_ONE_ADDRESS))


def new_password(password: str) -> parties.NewPassword:
    """Hash and fresh sealed key of a password; outside a transaction."""
    signer, sealed = keys.create_sealed(password)
    return parties.NewPassword(hash=keys.hash_password(password), signer=signer, sealed=sealed)


def _address() -> str:
    """The address this visitor has already typed, so that nobody is asked twice."""
    found = doors.current_actor()
    return found.email if found else str(session.get(MEMO, ""))


def _again(template: str, refused: Refused, schema: type[forms.Schema]) -> tuple[str, int]:
    return render_template(template, form=FormState.failed(request.form, refused, schema)), 422
