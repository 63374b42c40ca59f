"""Doors to enroll a key the organisation keeps itself: paste its public half, sign some bytes elsewhere,
paste the signature.
"""

import hashlib

from flask import Blueprint, redirect, render_template, request

from registry import forms
from registry.database import transaction
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.ledger.filings import statement_bytes
from registry.parties import doors, enrolment
from registry.parties import service as parties
from registry.parties.pages import Answer
from registry.parties.permissions import allow
from registry.parties.schemas import PublicKeySchema, SignatureSchema

blueprint = Blueprint("keys", __name__)


@blueprint.get("/organisation/keys/new")
@doors.signed_in
def new() -> Answer:
    allow(doors.actor(), "key.enroll", parties.organisation_of(doors.actor()))
    return render_template("parties/key_new.html", form=FormState())


@blueprint.post("/organisation/keys/new")
@doors.signed_in
def prepare() -> Answer:
    actor = doors.actor()
    allow(actor, "key.enroll", parties.organisation_of(actor))
    try:
        asked = forms.load(PublicKeySchema, forms.nested(request.form))
        alg, public = parties.parse_public(asked["public_key"])
        kid = transaction(lambda: parties.prepare_key(actor, public, alg=alg).kid)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        form = FormState.failed(request.form, refused, PublicKeySchema)
        return render_template("parties/key_new.html", form=form), 422
    return redirect(f"/organisation/keys/{kid}", 303)


@blueprint.get("/organisation/keys/<kid>")
@doors.signed_in
def show(kid: str) -> Answer:
    return _page(kid, FormState())


@blueprint.get("/organisation/keys/<kid>/statement.bin")
@doors.signed_in
def statement(kid: str) -> Answer:
    """The exact bytes the key has to sign."""
    key = parties.organisation_key(doors.actor(), kid)
    response = doors.plain_response(statement_bytes(enrolment.fields_of(key)), "application/octet-stream")
    response.headers["Content-Disposition"] = "attachment; filename=statement.bin"
    return response


@blueprint.post("/organisation/keys/<kid>")
@doors.signed_in
def enroll(kid: str) -> Answer:
    actor = doors.actor()
    try:
        asked = forms.load(SignatureSchema, forms.nested(request.form))
        signature = parties.parse_signature(asked["signature"])
        doors.submit(
            "key.enroll", {"kid": kid, **asked}, lambda: parties.enroll_key(actor, kid, signature).kid
        )
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if refused.code in ("signature_invalid", "signature_form"):
            refused = Refused(refused.code, "signature", **refused.params)
        return _page(kid, FormState.failed(request.form, refused, SignatureSchema)), 422  # type: ignore[return-value]
    return redirect(f"/organisation/keys/{kid}", 303)


def _page(kid: str, form: FormState) -> str:
    key = parties.organisation_key(doors.actor(), kid)
    prepared = key.enrolled_seq is None
    digest = hashlib.sha256(statement_bytes(enrolment.fields_of(key))).hexdigest() if prepared else ""
    return render_template("parties/key.html", key=key, form=form, digest=digest)
