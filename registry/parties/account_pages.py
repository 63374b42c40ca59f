"""Doors to one's own account: keys, sessions, password, whom one acts for, and one's files."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session
from sqlalchemy import select

from registry import clock, forms
from registry.database import db, transaction
from registry.documents import store
from registry.errors import Invalid, Refused
from registry.forms import FormState
from registry.parties import doors, keys, passwords, sessions
from registry.parties import service as parties
from registry.parties.files import PICTURES
from registry.parties.models import Account, Organisation, Session
from registry.parties.pages import Answer
from registry.parties.rules import Actor
from registry.parties.schemas import ChangePasswordSchema, StepUpSchema

blueprint = Blueprint("account", __name__)
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@blueprint.get("/account")
@doors.even_owing
@doors.signed_in
def show() -> Answer:
    return _page(FormState())


@blueprint.post("/acting")
@doors.even_owing
@doors.signed_in
def act_for() -> Answer:
    actor, chosen = doors.actor(), _uuid(request.form.get("membership", ""))
    transaction(lambda: parties.act_for(actor, chosen))
    return redirect("/desk", 303)


@blueprint.post("/account/sessions/<uuid:session_id>/end")
@doors.even_owing
@doors.signed_in
def end_session(session_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: parties.end_session(actor, session_id))
    return redirect("/account", 303)


@blueprint.post("/account/sessions/end")
@doors.even_owing
@doors.signed_in
def end_other_sessions() -> Answer:
    actor = doors.actor()
    transaction(lambda: parties.end_other_sessions(actor))
    session["done"] = "sessions"
    return redirect("/account", 303)


@blueprint.get("/account/password")
@doors.even_owing
@doors.signed_in
def password_form() -> Answer:
    return render_template("parties/password.html", form=FormState())


@blueprint.post("/account/password")
@doors.even_owing
@doors.signed_in
def change_password() -> Answer:
    actor = doors.actor()
    try:
        asked = forms.load(ChangePasswordSchema, forms.nested(request.form))
        passwords.check_new(asked["password"], _own_names(actor))
        sealed = parties.key_of(actor.account_id).sealed or b""
        resealed = keys.reseal(sealed, asked["present_password"], asked["password"], field="present_password")
        hashed = keys.hash_password(asked["password"])
        transaction(lambda: parties.change_password(actor, password_hash=hashed, sealed=resealed))
    except Refused as refused:
        form = FormState.failed(request.form, refused, ChangePasswordSchema)
        return render_template("parties/password.html", form=form), 422
    session["done"] = "password"
    return redirect("/account", 303)


@blueprint.get("/account/key")
@doors.even_owing
@doors.signed_in
def renew_form() -> Answer:
    return render_template("parties/key_renew.html", form=FormState())


@blueprint.post("/account/key")
@doors.even_owing
@doors.signed_in
def renew_key() -> Answer:
    """Make a new account key for somebody who fears the old one; the password is shown again."""
    actor = doors.actor()
    try:
        asked = forms.load(StepUpSchema, forms.nested(request.form))
        made = parties.prepare_renewal(actor, asked["password"])
        doors.submit("account.renew_key", {}, lambda: parties.renew_key(actor, made).kid)
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        form = FormState.failed(request.form, refused, StepUpSchema)
        return render_template("parties/key_renew.html", form=form), 422
    session["done"] = "renewed"
    return redirect("/account", 303)


@blueprint.get("/files/<uuid:upload_id>")
@doors.signed_in
def file(upload_id: UUID) -> Answer:
    """A file somebody brought. It is handed out to be saved; pictures and PDF also to be looked at."""
    upload = parties.shown(doors.actor(), upload_id)
    look = "inline" in request.args and upload.media_type in PICTURES
    response = doors.plain_response(store.get(upload.digest), upload.media_type)
    response.headers["Content-Security-Policy"] = SANDBOX
    return doors.named(response, upload.filename, inline=bool(look))


def _own_names(actor: Actor) -> list[str]:
    """What a guesser tries first at this person's account."""
    found = db.session.get(Organisation, actor.organisation_id) if actor.organisation_id else None
    return [actor.name, actor.email, *([found.name] if found else [])]


def _page(form: FormState) -> str:
    actor = doors.actor()
    account = db.session.get_one(Account, actor.account_id)
    return render_template(
        "parties/account.html",
        form=form,
        account=account,
        memberships=db.session.scalars(sessions.memberships_of(account.id)).all(),
        keys=parties.keys_of(actor),
        sessions=_live_sessions(account.id),
        machine_keys=len(parties.api_keys_of(actor)),
    )


def _live_sessions(account_id: UUID) -> list[Session]:
    query = select(Session).where(
        Session.account_id == account_id, Session.revoked_at.is_(None), Session.expires_at > clock.now()
    )
    return list(db.session.scalars(query.order_by(Session.seen_at.desc())))


def _uuid(text: Any) -> UUID:
    try:
        return UUID(str(text))
    except ValueError:
        raise Refused("not_a_choice", "membership")
