"""Doors for parties themselves: found, edit, bring a document; and for operators who compare the two."""

import hashlib
from typing import Any
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, redirect, render_template, request
from werkzeug.datastructures import MultiDict

from registry import forms, language
from registry.codes.tables import table
from registry.database import transaction
from registry.errors import NotAllowed, NotFound, Refused
from registry.forms import FormState
from registry.parties import doors, identifiers, organisations
from registry.parties import service as parties
from registry.parties.models import Organisation
from registry.parties.pages import Answer
from registry.parties.permissions import allow
from registry.parties.rules import OrganisationKind
from registry.parties.schemas import (
    OrganisationParticularsSchema,
    OrganisationSchema,
    PersonParticularsSchema,
    PersonSchema,
    ReasonSchema,
)
from registry.text import local_path

blueprint = Blueprint("organisations", __name__)
SCHEMAS = {OrganisationKind.ORGANISATION: OrganisationSchema, OrganisationKind.PERSON: PersonSchema}
PARTICULARS = {
    OrganisationKind.ORGANISATION: OrganisationParticularsSchema,
    OrganisationKind.PERSON: PersonParticularsSchema,
}


@blueprint.get("/organisation")
@doors.signed_in
def show() -> Answer:
    if doors.actor().organisation_id is None:
        return redirect("/organisation/new", 303)
    return _own_page(FormState())


@blueprint.get("/organisation/new")
@doors.signed_in
def choose() -> Answer:
    onward = f"?next={quote(_onward())}" if _onward() else ""
    return render_template("parties/organisation_kind.html", onward=onward)


@blueprint.get("/organisation/new/<kind>")
@doors.signed_in
def found_form(kind: str) -> Answer:
    actor = doors.actor()
    prefilled = {"contact_name": actor.name, "contact_email": actor.email, "country": "CN"}
    return _found_page(_kind(kind), FormState(prefilled))


@blueprint.post("/organisation/new/<kind>")
@doors.signed_in
def found(kind: str) -> Answer:
    actor, chosen = doors.actor(), _kind(kind)
    schema = SCHEMAS[chosen]
    try:
        asked = {**forms.load(schema, forms.nested(request.form)), "kind": chosen}
        doors.submit("organisation.found", asked, lambda: str(parties.found(actor, asked).id))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _found_page(chosen, FormState.failed(request.form, refused, schema)), 422  # type: ignore[return-value]
    return redirect(_onward() or "/organisation", 303)


@blueprint.get("/organisation/edit")
@doors.signed_in
def edit_form() -> Answer:
    organisation = parties.organisation_of(doors.actor())
    allow(doors.actor(), "organisation.edit", organisation)
    present = {name: getattr(organisation, name) for name in organisations.EDITABLE}
    return _edit_page(organisation, FormState(present))


@blueprint.post("/organisation/edit")
@doors.signed_in
def edit() -> Answer:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    schema = PARTICULARS[OrganisationKind(organisation.kind)]
    try:
        asked = forms.load(schema, forms.nested(request.form))
        transaction(lambda: parties.edit(actor, parties.organisation_of(actor), asked))
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _edit_page(organisation, FormState.failed(request.form, refused, schema)), 422  # type: ignore[return-value]
    return redirect("/organisation", 303)


@blueprint.post("/organisation/evidence")
@doors.signed_in
def bring_evidence() -> Answer:
    actor = doors.actor()
    try:
        name, data = doors.uploaded_file("file")
        if not data:
            raise Refused("required", "file")

        def work() -> str:
            upload = parties.keep_upload(actor, data=data, filename=name, purpose="identity")
            parties.bring_evidence(actor, parties.organisation_of(actor), upload)
            return str(upload.id)

        asked = {"organisation": actor.organisation_id, "sha256": hashlib.sha256(data).hexdigest()}
        doors.submit("organisation.evidence", asked, work)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        return _own_page(FormState.failed(MultiDict(), refused)), 422  # type: ignore[return-value]
    return redirect("/organisation", 303)


@blueprint.get("/venue/organisations")
@doors.signed_in
def waiting() -> Answer:
    allow(doors.actor(), "organisation.verify")
    return render_template("parties/waiting.html", organisations=parties.unverified())


@blueprint.get("/venue/organisations/<uuid:organisation_id>")
@doors.signed_in
def compare(organisation_id: UUID) -> Answer:
    return _compare_page(organisation_id, FormState())


@blueprint.post("/venue/organisations/<uuid:organisation_id>/verify")
@doors.signed_in
def verify(organisation_id: UUID) -> Answer:
    actor, named = doors.actor(), str(organisation_id)

    def work() -> str:
        parties.verify(actor, parties.organisation(actor, organisation_id))
        return named

    doors.submit("organisation.verify", {"organisation": named}, work)
    return redirect("/venue/organisations", 303)


@blueprint.post("/venue/organisations/<uuid:organisation_id>/send-back")
@doors.signed_in
def send_back(organisation_id: UUID) -> Answer:
    actor, named = doors.actor(), str(organisation_id)
    try:
        reason = forms.load(ReasonSchema, forms.nested(request.form))["reason"]

        def work() -> str:
            parties.send_back(actor, parties.organisation(actor, organisation_id), reason)
            return named

        doors.submit("organisation.send_back", {"organisation": named, "reason": reason}, work)
    except (NotAllowed, NotFound):
        raise
    except Refused as refused:
        form = FormState.failed(request.form, refused, ReasonSchema)
        return _compare_page(organisation_id, form), 422  # type: ignore[return-value]
    return redirect("/venue/organisations", 303)


def _kind(name: str) -> OrganisationKind:
    try:
        return OrganisationKind(name)
    except ValueError:
        raise NotFound("not_found")


def _own_page(form: FormState) -> str:
    actor = doors.actor()
    organisation = parties.organisation_of(actor)
    identity = parties.identity_of(actor, organisation)
    return render_template(
        "parties/organisation.html",
        form=form,
        organisation=organisation,
        identity=identity,
        number=identifiers.masked(identity.number) if identity else "",
        keys=[key for key in parties.keys_of(actor) if key.organisation_id is not None],
        **_tables(),
    )


def _found_page(kind: OrganisationKind, form: FormState) -> str:
    template = "parties/found_person.html" if kind == OrganisationKind.PERSON else "parties/found.html"
    return render_template(template, form=form, kind=kind, onward=_onward(), **_tables())


def _onward() -> str:
    """Where somebody was who had to found an organisation first; empty for who came by themselves."""
    return local_path(request.form.get("_next") or request.args.get("next", ""), "")


def _edit_page(organisation: Organisation, form: FormState) -> str:
    return render_template("parties/edit.html", form=form, organisation=organisation, **_tables())


def _compare_page(organisation_id: UUID, form: FormState) -> str:
    actor = doors.actor()
    allow(actor, "organisation.verify")
    organisation = parties.organisation(actor, organisation_id)
    identity, evidence = parties.identity_of(actor, organisation), organisation.evidence_upload
    return render_template(
        "parties/compare.html",
        form=form,
        organisation=organisation,
        identity=identity,
        number=identity.number if identity else "",
        evidence=parties.shown(actor, evidence) if evidence else None,
        warnings=[Refused(code) for code in parties.warnings(organisation)],
        **_tables(),
    )


def _tables() -> dict[str, Any]:
    lang = language.current()
    natures = [pair for pair in table("party_nature").choices(lang) if pair[0] != "person"]
    countries = table("country").choices(lang)
    return {
        "natures": natures,
        "countries": countries,
        "nature_names": dict(natures),
        "country_names": dict(countries),
    }
