"""Pages of collections: the public's list and page, and making, changing and retiring one's own."""

from collections.abc import Mapping
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from registry import problems
from registry.catalogue import collections, labels
from registry.catalogue import service as catalogue
from registry.catalogue.collecting import MEMBERS_MAX, CollectionState
from registry.catalogue.collection_models import Collection
from registry.catalogue.collection_schemas import CollectionSchema
from registry.catalogue.rules import Tag
from registry.errors import Invalid, Refused
from registry.forms import FormState, load, nested
from registry.forms import labels as named
from registry.parties import doors
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("collections", __name__)
TAKEN = (Tag.ANNOUNCED, Tag.LOCAL, Tag.WITHDRAWAL_FILED)
"""What can go into a basket: offers that take notices today."""


@blueprint.app_context_processor
def _of_offer() -> dict[str, Any]:
    return {"collections_of": collections.of_offer}


@blueprint.get("/collections")
@doors.public
def index() -> str:
    """All collections, newest first."""
    typed = request.args.get("page", "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and 0 < len(typed) < 6 else 1
    rows, pages = collections.public(page)
    return render_template("catalogue/collections.html", found=rows, page=page, pages=pages)


@blueprint.get("/collections/<number>")
@doors.public
def show(number: str) -> str:
    """One collection with its offers in order, for ever: ended offers are shown as ended."""
    collection = collections.find(number)
    rows = collections.offers_of(collection) if collection.state == CollectionState.PUBLIC else []
    actor = doors.current_actor()
    return render_template(
        "catalogue/collection.html",
        collection=collection,
        rows=rows,
        tag_of=catalogue.offer_tag,
        may_edit=actor is not None and may(actor, "collection.edit", collection),
        wanted=[row for row in rows if catalogue.offer_tag(row) in TAKEN],
    )


@blueprint.get("/collections/mine")
@doors.signed_in
def mine() -> str:
    """The collections of one's organisation or venue."""
    return render_template("catalogue/collections_mine.html", found=collections.own(doors.actor()))


@blueprint.get("/collections/new")
@doors.signed_in
def new() -> str:
    return _form(None, FormState(labels=named(CollectionSchema)))


@blueprint.post("/collections/new")
@doors.signed_in
def make() -> ResponseReturnValue:
    actor, typed = doors.actor(), doors.form_data()
    try:
        given = load(CollectionSchema, _given(typed))
        number = doors.submit("collection.make", given, lambda: collections.make(actor, given).number)
    except Refused as refused:
        return _form(None, _failed(typed, refused)), problems.status(refused)
    return redirect(url_for("collections.show", number=number), 303)


@blueprint.get("/collections/<number>/edit")
@doors.signed_in
def edit_form(number: str) -> str:
    collection = _editable(number)
    places = {row.number: place for place, row in enumerate(collections.offers_of(collection), start=1)}
    values = {"title": collection.title, "words": collection.words, "places": places}
    return _form(collection, FormState(values, labels=named(CollectionSchema)))


@blueprint.post("/collections/<number>/edit")
@doors.signed_in
def edit(number: str) -> ResponseReturnValue:
    actor, typed, collection = doors.actor(), doors.form_data(), _editable(number)

    def work() -> str:
        collections.edit(actor, collections.find(number), given)
        return number

    try:
        given = load(CollectionSchema, _given(typed))
        doors.submit("collection.edit", {"number": number, **given}, work)
    except Refused as refused:
        return _form(collection, _failed(typed, refused)), problems.status(refused)
    return redirect(url_for("collections.show", number=number), 303)


@blueprint.post("/collections/<number>/retire")
@doors.signed_in
def retire(number: str) -> ResponseReturnValue:
    return _moved(number, "retire")


@blueprint.post("/collections/<number>/restore")
@doors.signed_in
def restore(number: str) -> ResponseReturnValue:
    return _moved(number, "restore")


def _moved(number: str, verb: str) -> ResponseReturnValue:
    actor = doors.actor()
    act = collections.retire if verb == "retire" else collections.restore

    def work() -> str:
        act(actor, collections.find(number))
        return number

    doors.submit(f"collection.{verb}", {"number": number}, work)
    return redirect(url_for("collections.show", number=number), 303)


def _editable(number: str) -> Collection:
    collection = collections.find(number)
    allow(doors.actor(), "collection.edit", collection)
    return collection


def _given(typed: MultiDict[str, str]) -> dict[str, Any]:
    """The form's places become the list of offers in order. Raises Invalid beside each place that is no
    number.
    """
    tree = nested(typed)
    places = tree.pop("places", {})
    given = places if isinstance(places, Mapping) else {}
    wrong = [
        Refused("not_an_integer", f"places.{name}") for name, value in given.items() if not _place(value)
    ]
    if wrong:
        raise Invalid(wrong)
    return {**tree, "offers": sorted(given, key=lambda name: (int(given[name]), name))}


def _place(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 4


def _failed(typed: MultiDict[str, str], refused: Refused) -> FormState:
    return FormState.failed(typed, refused, CollectionSchema)


def _form(collection: Collection | None, form: FormState) -> str:
    return render_template(
        "catalogue/collection_form.html",
        collection=collection,
        form=form,
        rows=collections.choosable(doors.actor(), collection),
        tag_of=catalogue.offer_tag,
        tags=labels.TAGS,
        most=MEMBERS_MAX,
    )
