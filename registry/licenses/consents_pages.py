"""Co-owners' consent: the holder sees who has answered, each co-owner answers through its own link.

The link is the authority; whoever follows it needs a confirmed account, not a membership.
"""

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.errors import Conflict, Refused
from registry.forms import FormState, load, nested
from registry.ledger.filings import Statement
from registry.licenses import assembly, consents, outgoing, signing_schemas
from registry.licenses.models import Consent
from registry.licenses.pages import own
from registry.parties import attachments, doors
from registry.parties import service as parties

blueprint = flask.Blueprint("consents", __name__)


@blueprint.get("/declarations/<number>/consents")
@doors.signed_in
def status(number: str) -> ResponseReturnValue:
    declaration = own(number)
    return render_template(
        "licenses/consents.html", declaration=declaration, standings=consents.status(declaration)
    )


@blueprint.post("/declarations/<number>/consents")
@doors.signed_in
def ask(number: str) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        consents.ask(actor, own(number))
        return number

    doors.submit("consent.ask", {"number": number}, work)
    return redirect(url_for("consents.status", number=number), 303)


# --- the co-owner's five pages -----------------------------------------------------------------------


@blueprint.get("/consent/<token>")
@doors.public
def named(token: str) -> ResponseReturnValue:
    return _page("named", token)


@blueprint.get("/consent/<token>/text")
@doors.public
def text(token: str) -> ResponseReturnValue:
    return _page("text", token)


@blueprint.get("/consent/<token>/answer")
@doors.public
def choose(token: str) -> ResponseReturnValue:
    return _page("choose", token)


@blueprint.post("/consent/<token>/answer")
@doors.signed_in
def answer(token: str) -> ResponseReturnValue:
    try:
        wanted = load(signing_schemas.ConsentSchema, nested(request.form))
        if wanted["answer"] == "agreed":
            return redirect(url_for("consents.sign_form", token=token), 303)
        _answer(token, answer=wanted["answer"], reason=wanted["reason"])
    except Refused as refused:
        return _again(
            "choose", token, FormState.failed(request.form, refused, signing_schemas.ConsentSchema), refused
        )
    return redirect(url_for("consents.done", token=token), 303)


@blueprint.get("/consent/<token>/sign")
@doors.signed_in
def sign_form(token: str) -> ResponseReturnValue:
    return _page("sign", token)


@blueprint.post("/consent/<token>/sign")
@doors.signed_in
def sign(token: str) -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    try:
        wanted = posted.load(signing_schemas.AgreementSchema)
        consent = consents.by_token(token)
        if wanted["digest"] != consent.digest:
            raise Conflict("stale_digest", "digest")
        if wanted["consent_upload"]:
            _answer(token, answer="agreed", upload_id=str(wanted["consent_upload"]))
        else:
            statement = parties.sign(actor, wanted["password"], consents.statement_for(consent))
            _answer(token, answer="agreed", statement=statement)
    except Refused as refused:
        return _again("sign", token, posted.failed(refused, signing_schemas.AgreementSchema), refused)
    return redirect(url_for("consents.done", token=token), 303)


@blueprint.get("/consent/<token>/sheet")
@doors.public
def sheet(token: str) -> ResponseReturnValue:
    """The sheet to print, stamp and bring: 全体共有人同意开放许可的书面声明."""
    return _page("sheet", token)


@blueprint.get("/consent/<token>/done")
@doors.signed_in
def done(token: str) -> ResponseReturnValue:
    return _page("done", token)


def _answer(
    token: str, *, answer: str, reason: str = "", statement: Statement | None = None, upload_id: str = ""
) -> None:
    actor = doors.actor()

    def work() -> str:
        consent = consents.by_token(token)
        upload = parties.uploaded(actor, upload_id, field="consent_upload") if upload_id else None
        consents.answer(actor, consent, answer=answer, reason=reason, statement=statement, upload=upload)
        return str(consent.id)

    doors.submit("consent.answer", {"token": token, "answer": answer, "reason": reason}, work)


def _page(name: str, token: str, form: FormState | None = None) -> str:
    consent = consents.by_token(token)
    if consent.answer and name not in ("done", "sheet", "text"):
        name = "done"
    return render_template(
        f"licenses/consent/{name}.html", token=token, form=form or FormState(), **_shown(consent)
    )


def _again(name: str, token: str, form: FormState, refused: Refused) -> ResponseReturnValue:
    return _page(name, token, form), problems.status(refused)


def _shown(consent: Consent) -> dict[str, object]:
    """What a co-owner sees: the exact text it is asked about and its own share; nobody else's."""
    declaration = consent.declaration
    withdraw = consent.purpose == "withdraw"
    return {
        "consent": consent,
        "declaration": declaration,
        "withdraw": withdraw,
        "public": None if withdraw else assembly.public(declaration),
        "full_text": outgoing.consent_text(consent),
        "share": assembly.owner_item(declaration, consent.position).get("share"),
        "account": declaration.draft.get("account") or {},
    }
