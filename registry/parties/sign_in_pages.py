"""Doors that ask for a code: after the password, and before an account is changed."""

from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry import events, forms
from registry.database import transaction
from registry.errors import Refused
from registry.events import What
from registry.forms import FormState
from registry.parties import cookies, doors, entrance, factors, keys, proofs, sign_ins
from registry.parties.factor_schemas import CodeSchema, ProofSchema
from registry.parties.rules import PROOF_LASTS
from registry.parties.schemas import PasskeyAnswerSchema
from registry.text import local_path

blueprint = Blueprint("proofs", __name__)


@blueprint.get("/login/code")
@doors.public
def code_form() -> ResponseReturnValue:
    return _code_page(FormState({"next": local_path(request.args.get("next", ""), "")}))


@blueprint.post("/login/code")
@doors.public
def code() -> ResponseReturnValue:
    """The same words whatever was wrong: the digits, their age, their second use."""
    half = session.get(entrance.HALF, "")
    browser = cookies.browser_token()
    try:
        asked = forms.load(CodeSchema, forms.nested(request.form))
        transaction(lambda: sign_ins.count_code(_whose(half)))
        token = transaction(lambda: _entered(half, asked["code"], browser))
        if not token:
            events.afterwards(What.SIGN_IN_FAILED, account_id=_whose(half), detail="second_wrong")
            raise Refused("second_wrong", "code")
    except Refused as refused:
        return _code_page(FormState.failed(request.form, refused, CodeSchema), 422)
    session.pop(entrance.HALF, None)
    answer = redirect(local_path(asked["next"], "/desk"), 303)
    return cookies.set_session(answer, token, browser=browser)


@blueprint.get("/account/proof")
@doors.even_owing
@doors.signed_in
def show() -> ResponseReturnValue:
    return _proof_page(FormState({"next": local_path(request.args.get("next", ""), "/account")}))


@blueprint.post("/account/proof")
@doors.even_owing
@doors.signed_in
def prove() -> ResponseReturnValue:
    """The password or a code; one of them is enough."""
    actor = doors.actor()
    try:
        asked = forms.load(ProofSchema, forms.nested(request.form))
        if asked["code"]:
            transaction(lambda: proofs.count_code(actor))
            if not transaction(lambda: proofs.by_code(actor, asked["code"])):
                raise Refused("second_wrong", "code")
        else:
            check_password(asked["password"])
            transaction(lambda: proofs.by_password(actor))
    except Refused as refused:
        return _proof_page(FormState.failed(request.form, refused, ProofSchema)), 422
    return redirect(_on(asked["next"]), 303)


@blueprint.post("/account/proof/passkey")
@doors.even_owing
@doors.signed_in
def prove_by_passkey() -> ResponseReturnValue:
    actor = doors.actor()
    try:
        asked = forms.load(PasskeyAnswerSchema, forms.nested(request.form))
        ceremony = _ceremony(asked["ceremony"])
        transaction(lambda: proofs.by_passkey(actor, ceremony, asked["answer"]))
    except Refused as refused:
        typed = MultiDict({"next": request.form.get("next", "")})
        return _proof_page(FormState.failed(typed, refused, PasskeyAnswerSchema)), 422
    return redirect(_on(asked["next"]), 303)


def check_password(password: str) -> None:
    """The password once more. Raises Refused `password_wrong`, `too_many_attempts`."""
    account_id = doors.actor().account_id
    transaction(lambda: proofs.count_password(account_id))
    if not keys.password_fits(proofs.stored_password(account_id), password):
        raise Refused("password_wrong", "password")


def _on(where: str) -> str:
    """Back to where one was; the fragment shows a form that was kept."""
    return local_path(where, "/account")


def _whose(half: str) -> UUID | None:
    row = sign_ins.half(half)
    return row.account_id if row is not None else None


def _entered(half: str, typed: str, browser: str) -> str:
    done = sign_ins.complete(half, typed)
    return entrance.enter(done[0], browser, second=done[1]) if done else ""


def _code_page(form: FormState, status: int = 200) -> ResponseReturnValue:
    row = sign_ins.half(session.get(entrance.HALF, ""))
    if row is None:
        session.pop(entrance.HALF, None)
        return redirect("/login", 303)
    return render_template("parties/login_code.html", form=form, asks=row.asks), status


def _proof_page(form: FormState) -> str:
    account_id = doors.account_id()
    minutes = int(PROOF_LASTS.total_seconds() // 60)
    standing = factors.standing(account_id)
    return render_template("parties/proof.html", form=form, standing=standing, minutes=minutes)


def _ceremony(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Refused("passkey_wrong")
