"""Doors for passkeys: sign in with one, register a device, let it state itself, end it; and the question to a
device wherever a form is signed with one.
"""

from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, g, jsonify, redirect, render_template, request, session
from flask.typing import ResponseReturnValue

from registry import forms
from registry.database import db, transaction
from registry.errors import Invalid, NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import accounts, ceremonies, doors, passkeys
from registry.parties import service as parties
from registry.parties.ceremonies import Purpose
from registry.parties.entrance import let_in
from registry.parties.models import Passkey
from registry.parties.schemas import NewPasskeySchema, PasskeyAnswerSchema, PasskeyEndSchema
from registry.parties.sign_in_pages import check_password

blueprint = Blueprint("passkeys", __name__)
QUESTION = "application/vnd.open-license.passkey+json"
CHALLENGES = 300
"""Asked for from one address in a quarter of an hour."""


@blueprint.app_errorhandler(passkeys.PasskeyAsked)
def ask(asked: passkeys.PasskeyAsked) -> ResponseReturnValue:
    """A form wants to be signed by a device: the browser asks it and sends the form again with its answer."""
    db.session.rollback()
    return _question(transaction(lambda: passkeys.ask(asked)))


@blueprint.post("/login/passkey/options")
@doors.public
def sign_in_options() -> ResponseReturnValue:
    address = request.remote_addr or ""

    def work() -> dict[str, Any]:
        accounts.attempt("passkey", address, limit=CHALLENGES)
        return passkeys.begin_sign_in()

    return _question(transaction(work))


@blueprint.post("/login/passkey")
@doors.public
def sign_in() -> ResponseReturnValue:
    asked = forms.load(PasskeyAnswerSchema, forms.nested(request.form))
    try:
        account_id = transaction(lambda: passkeys.sign_in(_uuid(asked["ceremony"]), asked["answer"]))
    except Refused as refused:
        form = FormState.failed(request.form, refused, PasskeyAnswerSchema)
        return render_template("parties/login.html", form=form), 422
    return let_in(account_id, asked["next"], second=True)


@blueprint.get("/account/passkeys")
@doors.even_owing
@doors.signed_in
def index() -> ResponseReturnValue:
    return _index(FormState())


@blueprint.post("/account/passkeys")
@doors.even_owing
@doors.signed_in
def begin() -> ResponseReturnValue:
    """Begin to register a device; the password is shown again."""
    actor = doors.actor()
    try:
        asked = forms.load(NewPasskeySchema, forms.nested(request.form))
        check_password(asked["password"])
        ceremony_id = transaction(lambda: passkeys.begin(actor, asked["name"]).id)
    except Refused as refused:
        return _index(FormState.failed(request.form, refused, NewPasskeySchema)), 422
    return redirect(f"/account/passkeys/new/{ceremony_id}", 303)


@blueprint.get("/account/passkeys/new/<uuid:ceremony_id>")
@doors.even_owing
@doors.signed_in
def create(ceremony_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    ceremony = ceremonies.find(Purpose.REGISTER, ceremony_id, account_id=actor.account_id)
    options = passkeys.creation_options(actor, ceremony)
    return render_template("parties/passkey_new.html", options=options, name=ceremony.facts["name"])


@blueprint.post("/account/passkeys/new/<uuid:ceremony_id>")
@doors.even_owing
@doors.signed_in
def register(ceremony_id: UUID) -> ResponseReturnValue:
    actor, answer = doors.actor(), request.form.get("answer", "")
    kid = transaction(lambda: passkeys.register(actor, ceremony_id, answer).kid)
    return redirect(f"/account/passkeys/{kid}", 303)


@blueprint.get("/account/passkeys/<kid>")
@doors.even_owing
@doors.signed_in
def show(kid: str) -> ResponseReturnValue:
    return _page(kid, FormState())


@blueprint.post("/account/passkeys/<kid>")
@doors.even_owing
@doors.signed_in
def enrol(kid: str) -> ResponseReturnValue:
    """The device states its own key; from then on it signs."""
    actor = doors.actor()
    statement = passkeys.stated(actor, kid)
    doors.submit("passkey.enrol", {"kid": kid}, lambda: passkeys.enrol(actor, kid, statement).kid)
    session["done"] = "passkey"
    return redirect("/account/passkeys", 303)


@blueprint.post("/account/passkeys/<kid>/end")
@doors.even_owing
@doors.signed_in
def end(kid: str) -> ResponseReturnValue:
    """End a device's key; the account's own key states it."""
    actor = doors.actor()
    try:
        asked = forms.load(PasskeyEndSchema, forms.nested(request.form))
        check_password(asked["password"])
        act = passkeys.removal_of(actor, kid, asked["reason"])
        filing = None if act is None else act.signed(parties.sign(actor, asked["password"], act.statement))
        named = {"kid": kid, "reason": asked["reason"]}
        doors.submit("passkey.end", named, lambda: _ended(kid, filing))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _page(kid, FormState.failed(request.form, refused, PasskeyEndSchema)), 422
    session["done"] = "passkey_ended"
    return redirect("/account/passkeys", 303)


def _ended(kid: str, filing: Any) -> str:
    passkeys.remove(doors.actor(), kid, filing)
    return kid


def has_passkey() -> bool:
    """Whether whoever is here can sign with a device."""
    if "has_passkey" not in g:
        actor = doors.current_actor()
        g.has_passkey = actor is not None and bool(passkeys.of(actor.account_id, enrolled=True))
    return bool(g.has_passkey)


@blueprint.record_once
def _ready(state: Any) -> None:
    app: Flask = state.app
    app.jinja_env.globals["has_passkey"] = has_passkey


def _question(asked: dict[str, Any]) -> ResponseReturnValue:
    answer = jsonify(asked)
    answer.content_type = QUESTION
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _index(form: FormState) -> str:
    found: list[Passkey] = passkeys.of(doors.actor().account_id)
    return render_template("parties/passkeys.html", form=form, passkeys=found, most=passkeys.MOST)


def _page(kid: str, form: FormState) -> str:
    return render_template("parties/passkey.html", form=form, passkey=passkeys.own(doors.actor(), kid))


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("passkey_wrong")
