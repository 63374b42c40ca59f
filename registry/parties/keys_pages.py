"""Doors to enroll a key the organisation keeps itself: paste its public half, sign some bytes elsewhere,
paste the signature.
"""

import hashlib

from flask import Blueprint, redirect, render_template, request

from registry import forms
from registry.database import transaction
from registry.errors import Invalid, NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.ledger.filings import statement_bytes
from registry.parties import doors, enrolment
from registry.parties import service as parties
from registry.parties.pages import Answer
from registry.parties.permissions import allow
from registry.parties.schemas import KeyRevocationSchema, PublicKeySchema, SignatureSchema

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
        old = parties.parse_signature(asked["old_signature"], field="old_signature")

        def work() -> str:
            if old:
                return parties.rotate_key(actor, kid, signature=signature, old_signature=old).kid
            return parties.enroll_key(actor, kid, signature).kid

        doors.submit("key.enroll", {"kid": kid, **asked}, work)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if refused.code in ("signature_invalid", "signature_form"):
            refused = Refused(refused.code, refused.field or _wrong_field(kid, refused), **refused.params)
        return _page(kid, FormState.failed(request.form, refused, SignatureSchema)), 422  # type: ignore[return-value]
    return redirect(f"/organisation/keys/{kid}", 303)


@blueprint.get("/organisation/keys/<kid>/rotate")
@doors.signed_in
def rotate_form(kid: str) -> Answer:
    return _rotation(kid, FormState())


@blueprint.post("/organisation/keys/<kid>/rotate")
@doors.signed_in
def rotate(kid: str) -> Answer:
    actor = doors.actor()
    try:
        asked = forms.load(PublicKeySchema, forms.nested(request.form))
        alg, public = parties.parse_public(asked["public_key"])
        new_kid = transaction(lambda: parties.prepare_rotation(actor, kid, public, alg=alg).kid)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _rotation(kid, FormState.failed(request.form, refused, PublicKeySchema)), 422  # type: ignore[return-value]
    return redirect(f"/organisation/keys/{new_kid}", 303)


@blueprint.get("/organisation/keys/<kid>/revoke")
@doors.signed_in
def revoke_form(kid: str) -> Answer:
    return _revocation(kid, FormState())


@blueprint.post("/organisation/keys/<kid>/revoke")
@doors.signed_in
def revoke(kid: str) -> Answer:
    """End a key after the password was shown again: the account's key signs the revocation."""
    actor = doors.actor()
    try:
        asked = forms.load(KeyRevocationSchema, forms.nested(request.form))
        act = parties.revocation_of(actor, kid, asked["reason"])
        filing = act.signed(parties.sign(actor, asked["password"], act.statement))
        named = {"kid": kid, "reason": asked["reason"]}
        doors.submit("key.revoke", named, lambda: parties.revoke_key(actor, kid, filing).kid)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            raise
        return _revocation(kid, FormState.failed(request.form, refused, KeyRevocationSchema)), 422  # type: ignore[return-value]
    return redirect(f"/organisation/keys/{kid}", 303)


def _rotation(kid: str, form: FormState) -> str:
    allow(doors.actor(), "key.enroll", parties.organisation_of(doors.actor()))
    key = parties.organisation_key(doors.actor(), kid)
    return render_template("parties/key_rotate.html", key=key, form=form)


def _revocation(kid: str, form: FormState) -> str:
    allow(doors.actor(), "key.revoke", parties.organisation_of(doors.actor()))
    key = parties.organisation_key(doors.actor(), kid)
    return render_template("parties/key_revoke.html", key=key, form=form)


def _wrong_field(kid: str, refused: Refused) -> str:
    """Which of the two signatures of a rotation did not hold."""
    return "signature" if refused.params.get("kid", kid) == kid else "old_signature"


def _page(kid: str, form: FormState) -> str:
    key = parties.organisation_key(doors.actor(), kid)
    prepared = key.enrolled_seq is None
    digest = hashlib.sha256(statement_bytes(enrolment.fields_of(key))).hexdigest() if prepared else ""
    replaces = enrolment.replaced_by(key)
    return render_template("parties/key.html", key=key, form=form, digest=digest, replaces=replaces)
