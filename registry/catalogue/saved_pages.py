"""Pages of saved searches and followed industries."""

from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext as _

from registry import forms
from registry.catalogue import labels, saved_searches, watching
from registry.catalogue.pages import code_name
from registry.catalogue.saved_schemas import SaveSchema
from registry.catalogue.watching import Every, Kind
from registry.codes.tables import table
from registry.database import transaction
from registry.errors import Refused
from registry.forms import FormState
from registry.parties import doors
from registry.parties.pages import Answer

blueprint = Blueprint("saved", __name__)


@blueprint.get("/searches")
@doors.signed_in
def show() -> Answer:
    actor = doors.actor()
    return render_template(
        "catalogue/saved.html",
        found=saved_searches.watched(actor),
        followed=[one.query["industry"] for one in saved_searches.of_account(actor, Kind.INDUSTRY)],
        rhythms=rhythms(),
        most=saved_searches.NEW_MOST,
    )


@blueprint.get("/searches/new")
@doors.signed_in
def new() -> Answer:
    """The search stands in the address, as on its own page."""
    parameters = saved_searches.checked(_parameters())
    return _form(parameters, FormState({"name": _named(parameters), "every": Every.DAILY}))


@blueprint.post("/searches/new")
@doors.signed_in
def save() -> Answer:
    actor, parameters = doors.actor(), saved_searches.checked(_parameters())
    try:
        asked = forms.load(SaveSchema, forms.nested(doors.form_data()))
        doors.submit(
            "search.save",
            {"query": parameters, **asked},
            lambda: str(saved_searches.save(actor, parameters, **asked).id),
        )
    except Refused as refused:
        return _form(parameters, FormState.failed(request.form, refused, SaveSchema)), 422
    session["done"] = "search_saved"
    return redirect("/searches", 303)


@blueprint.get("/searches/<uuid:search_id>")
@doors.signed_in
def look(search_id: UUID) -> Answer:
    """Going to the result is having seen it."""
    actor = doors.actor()
    return redirect(transaction(lambda: saved_searches.look(actor, search_id)), 303)


@blueprint.get("/searches/<uuid:search_id>/edit")
@doors.signed_in
def edit_form(search_id: UUID) -> Answer:
    found = saved_searches.one(doors.actor(), search_id)
    return _edit(found, FormState({"name": found.search.name, "every": found.search.every}))


@blueprint.post("/searches/<uuid:search_id>/edit")
@doors.signed_in
def edit(search_id: UUID) -> Answer:
    actor = doors.actor()
    try:
        asked = forms.load(SaveSchema, forms.nested(doors.form_data()))
        transaction(lambda: saved_searches.change(actor, search_id, asked).id)
    except Refused as refused:
        found = saved_searches.one(actor, search_id)
        return _edit(found, FormState.failed(request.form, refused, SaveSchema)), 422
    session["done"] = "search_saved"
    return redirect("/searches", 303)


@blueprint.post("/searches/<uuid:search_id>/delete")
@doors.signed_in
def drop(search_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: saved_searches.drop(actor, search_id))
    session["done"] = "search_dropped"
    return redirect("/searches", 303)


@blueprint.get("/searches/industries")
@doors.signed_in
def industries() -> Answer:
    rows = saved_searches.of_account(doors.actor(), Kind.INDUSTRY)
    every = rows[0].every if rows else Every.WEEKLY
    return _industries(FormState({"sections": [one.query["industry"] for one in rows], "every": every}))


@blueprint.post("/searches/industries")
@doors.signed_in
def follow() -> Answer:
    actor, sections = doors.actor(), request.form.getlist("sections[]")
    every = request.form.get("every", "")
    try:
        if every not in (Every.DAILY, Every.WEEKLY):
            raise Refused("not_a_choice", "every")
        transaction(lambda: saved_searches.follow(actor, sections, every=every))
    except Refused as refused:
        return _industries(FormState({"sections": sections, "every": every}, (refused,))), 422
    session["done"] = "industries"
    return redirect("/searches", 303)


def rhythms() -> dict[str, str]:
    """What each rhythm is called."""
    return {"daily": _("每天"), "weekly": _("每周"), "none": _("不通知")}


def _parameters() -> dict[str, str]:
    return request.args.to_dict()


def _named(parameters: dict[str, str]) -> str:
    """A name to begin with: the words, or what the filters are called."""
    names = {
        "method": "fee_method", "kind": "patent_kind", "industry": "industry", "stage": "stage",
        "field": "technology_field", "section": "ipc_section",
    }  # fmt: skip
    said = [parameters[one] for one in ("q", "holder", "ipc") if one in parameters]
    said += [code_name(code, parameters[one]) for one, code in names.items() if one in parameters]
    said += [str(labels.TAGS[parameters["tag"]])] if parameters.get("tag") in labels.TAGS else []  # type: ignore[index]
    return "、".join(said)[:100]


def _form(parameters: dict[str, str], form: FormState) -> str:
    asked: dict[str, Any] = {"address": watching.address(parameters), "rhythms": rhythms()}
    return render_template("catalogue/save_search.html", form=form, search=None, **asked)


def _edit(found: saved_searches.Watched, form: FormState) -> str:
    asked: dict[str, Any] = {"address": found.address, "rhythms": rhythms()}
    return render_template("catalogue/save_search.html", form=form, search=found.search, **asked)


def _industries(form: FormState) -> str:
    codes = [one.code for one in table("industry") if len(one.code) == 1]
    sections = [(code, code_name("industry", code)) for code in codes]
    return render_template("catalogue/industries.html", form=form, sections=sections, rhythms=rhythms())
