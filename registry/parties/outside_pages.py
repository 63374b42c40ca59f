"""Doors to sign-in elsewhere: there, back, and linking it with an account of ours."""

from typing import Any
from uuid import UUID

from flask import Blueprint, current_app, redirect, render_template, request, session

from registry import clock, forms
from registry.config import Settings
from registry.database import db, transaction
from registry.errors import NotFound, Refused
from registry.forms import FormState
from registry.parties import accounts, doors, oidc, outside
from registry.parties.entrance import let_in
from registry.parties.oidc import Outside
from registry.parties.pages import Answer
from registry.parties.schemas import StepUpSchema
from registry.parties.sign_in_pages import check_password
from registry.text import local_path

blueprint = Blueprint("outside", __name__)
GONE, CAME = "oidc", "outside"
"""In the browser's memo: what went to the issuer, and who came back and is not linked yet."""
STARTS = 60
"""Ways to the issuer asked for from one address, in a quarter of an hour."""


@blueprint.get("/login/elsewhere")
@doors.public
def begin() -> Answer:
    """A link, not a form: our pages let no form lead to another site."""
    settings, address = _settings(), request.remote_addr or ""
    _on(settings)
    transaction(lambda: accounts.attempt("outside", address, limit=STARTS))
    begun = oidc.begin(settings, back=local_path(request.args.get("next", ""), "/desk"))
    session[GONE] = begun.memo
    return redirect(begun.address, 303)


@blueprint.get("/login/elsewhere/return")
@doors.public
def come_back() -> Answer:
    """The memo is taken away first: an answer of the issuer is looked at once."""
    settings = _settings()
    _on(settings)
    memo: dict[str, Any] = session.pop(GONE, None) or {}
    db.session.rollback()
    who = oidc.finish(settings, memo, request.args.to_dict())
    account_id = transaction(lambda: outside.account_of(who))
    if account_id is not None:
        return let_in(account_id, str(memo["back"]))
    session[CAME] = {"issuer": who.issuer, "subject": who.subject, "at": int(clock.now().timestamp())}
    return redirect("/account/elsewhere" if doors.current_actor() else "/login/elsewhere/new", 303)


@blueprint.get("/login/elsewhere/new")
@doors.public
def stranger() -> Answer:
    _on(_settings())
    return render_template("parties/outside_new.html", waiting=_came() is not None)


@blueprint.get("/account/elsewhere")
@doors.signed_in
def show() -> Answer:
    return _page(FormState())


@blueprint.post("/account/elsewhere")
@doors.signed_in
def link() -> Answer:
    actor, who = doors.actor(), _came()
    if who is None:
        raise Refused("outside_state")
    try:
        asked = forms.load(StepUpSchema, forms.nested(request.form))
        check_password(asked["password"])
        transaction(lambda: outside.link(actor, who))
    except Refused as refused:
        if refused.field != "password":
            raise
        return _page(FormState.failed(request.form, refused, StepUpSchema)), 422  # type: ignore[return-value]
    session.pop(CAME, None)
    session["done"] = "outside_linked"
    return redirect("/account/elsewhere", 303)


@blueprint.post("/account/elsewhere/<uuid:identity_id>/end")
@doors.signed_in
def end(identity_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: outside.end(actor, identity_id))
    session["done"] = "outside_ended"
    return redirect("/account/elsewhere", 303)


def _came() -> Outside | None:
    """Who came back from the issuer to this browser within ten minutes and is linked with nobody yet."""
    kept = session.get(CAME) or {}
    if not kept or int(kept.get("at", 0)) + oidc.LIFE < clock.now().timestamp():
        return None
    return Outside(issuer=str(kept["issuer"]), subject=str(kept["subject"]))


def _page(form: FormState) -> str:
    actor = doors.actor()
    return render_template(
        "parties/outside.html",
        form=form,
        identities=outside.identities_of(actor),
        waiting=_came(),
    )


def _on(settings: Settings) -> None:
    if not settings.oidc_issuer:
        raise NotFound("not_found")


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
