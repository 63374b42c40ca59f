"""Code tables, page by page: which stand, one with its rows, a change, a list brought, who changed what.

Everybody may read and download a table; an administrator changes it.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import clock, problems
from registry.codebook import lists, schemas, words
from registry.codebook import service as codebook
from registry.codes import overlay, tables
from registry.codes.overlay import Change
from registry.codes.tables import Code
from registry.documents.sheets import csv_bytes
from registry.errors import Invalid, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("codebook", __name__)
SHOWN = 200
"""Rows on one page."""
blueprint.add_app_template_global(words.title, "codes_title")
blueprint.add_app_template_global(words.confidence, "codes_confidence")
blueprint.add_app_template_global(words.confidences, "codes_confidences")
blueprint.add_app_template_global(words.verb, "codes_verb")


@blueprint.get("/codes")
@doors.public
def index() -> ResponseReturnValue:
    found = [codebook.standing(name) for name in tables.names()]
    return render_template(
        "codebook/index.html", found=found, can=may(doors.current_actor(), codebook.CHANGE)
    )


@blueprint.get("/codes/<name>")
@doors.public
def show(name: str) -> ResponseReturnValue:
    """One table on a day, searched by code or name."""
    standing = codebook.standing(name)
    wanted, day, every = request.args.get("q", "").strip(), _day(), request.args.get("every") == "1"
    rows = [row for row in standing.table if (every or row.valid_on(day)) and _fits(row, wanted)]
    page = max(request.args.get("page", 1, type=int), 1)
    return render_template(
        "codebook/table.html",
        standing=standing,
        rows=rows[(page - 1) * SHOWN : page * SHOWN],
        count=len(rows),
        page=page,
        pages=-(-len(rows) // SHOWN),
        wanted=wanted,
        day=day,
        every=every,
        columns=overlay.columns(standing.table),
        mapped=_mapped(standing.table.mapped),
        digest=overlay.digest(standing.table),
        can=may(doors.current_actor(), codebook.CHANGE),
        sees=may(doors.current_actor(), codebook.VIEW),
    )


@blueprint.get("/codes/<name>.csv")
@doors.public
def download(name: str) -> ResponseReturnValue:
    """The rows of a day (`?on=`), or all with their days (`?every=1`), for a spreadsheet."""
    table, day = codebook.standing(name).table, _day()
    every = request.args.get("every") == "1"
    rows = (overlay.cells(table, row) for row in table if every or row.valid_on(day))
    data = csv_bytes([*overlay.HEADINGS, *overlay.columns(table)], rows)
    return doors.named(doors.plain_response(data, "text/csv; charset=utf-8"), f"{name}.csv")


@blueprint.route("/codes/<name>/change", methods=["GET", "POST"])
@doors.signed_in
def change(name: str) -> ResponseReturnValue:
    """Add a code, end one, name one anew from a day, or say what a registrar calls it."""
    actor = doors.actor()
    allow(actor, codebook.CHANGE)
    if request.method == "GET":
        return _change(name, FormState(_prefilled(name)))
    try:
        given = load(schemas.ChangeSchema, nested(doors.form_data()))
        source = given.pop("source")
        doors.submit(
            "codes.change",
            {"table": name, "source": source, **given},
            lambda: str(codebook.change(actor, name, [Change(**given)], source=source)[0].version),
        )
    except Refused as refused:
        failed = FormState.failed(doors.form_data(), refused, schemas.ChangeSchema)
        return _change(name, failed), problems.status(refused)
    return redirect(url_for("codebook.show", name=name, q=given["code"], every=1), 303)


@blueprint.route("/codes/<name>/list", methods=["GET", "POST"])
@doors.signed_in
def bring(name: str) -> ResponseReturnValue:
    """A list of rows as a file or as text: what it would change is shown, nothing written yet."""
    allow(doors.actor(), codebook.CHANGE)
    if request.method == "GET":
        return _list(name, FormState({"day": clock.today()}))
    try:
        posted, (_, data) = doors.form_data(), doors.uploaded_file("file")
        text = lists.text_of(data) if data else posted.get("text", "")
        given = load(schemas.ListSchema, {**nested(posted), **({"text": text} if text.strip() else {})})
        found = lists.read(codebook.standing(name).table, given["text"], given["day"])
    except Refused as refused:
        failed = FormState.failed(doors.form_data(), refused, schemas.ListSchema)
        return _list(name, failed), problems.status(refused)
    return _preview(name, given, found, ())


@blueprint.post("/codes/<name>/list/apply")
@doors.signed_in
def apply(name: str) -> ResponseReturnValue:
    """Write what was shown; when the table or the list is not what was shown, it is shown again."""
    actor = doors.actor()
    allow(actor, codebook.CHANGE)
    given = load(schemas.ListSchema, nested(doors.form_data()))

    def work() -> str:
        table = codebook.standing(name).table
        lists.same(table, given["digest"])
        changes = lists.fitting(lists.read(table, given["text"], given["day"]))
        return str(codebook.change(actor, name, changes, source=given["source"])[-1].version)

    try:
        doors.submit("codes.list", {"table": name, **given}, work)
    except Refused as refused:
        found = lists.read(codebook.standing(name).table, given["text"], given["day"])
        said = refused.refusals if isinstance(refused, Invalid) else (refused,)
        return _preview(name, given, found, said), problems.status(refused)
    return redirect(url_for("codebook.history", name=name), 303)


@blueprint.get("/codes/<name>/history")
@doors.signed_in
def history(name: str) -> ResponseReturnValue:
    """Who changed what, on what source, and where it is filed."""
    changes = codebook.changes_of(doors.actor(), name)
    people = codebook.people(changes)
    standing = codebook.standing(name)
    return render_template("codebook/history.html", standing=standing, changes=changes, people=people)


def _preview(name: str, given: Mapping[str, Any], found: lists.Found, said: Sequence[Refused]) -> str:
    standing = codebook.standing(name)
    return render_template(
        "codebook/preview.html",
        standing=standing,
        given=given,
        found=found,
        said=said,
        digest=overlay.digest(standing.table),
    )


def _change(name: str, form: FormState) -> str:
    standing = codebook.standing(name)
    return render_template(
        "codebook/change.html",
        standing=standing,
        columns=overlay.columns(standing.table),
        confidence=tables.CONFIDENCE,
        form=FormState(form.values, form.errors, form.labels or labels(schemas.ChangeSchema)),
    )


def _list(name: str, form: FormState) -> str:
    return render_template(
        "codebook/list.html",
        standing=codebook.standing(name),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.ListSchema)),
        table_limit=lists.BOUNDS.size,
    )


def _prefilled(name: str) -> dict[str, Any]:
    """The row an administrator came from, as it stands."""
    verb, code = request.args.get("verb", "add"), request.args.get("code", "")
    known = codebook.standing(name).table.index.get(code)
    if verb == "add" or not known:
        return {"verb": "add", "day": clock.today()}
    row = known[-1]
    names = ("zh", "en", "parent", "confidence")
    plain = {key: getattr(row, key) for key in names} if verb == "amend" else {}
    facts = {"facts": dict(row.facts)} if verb == "amend" else {}
    return {"verb": verb, "code": code, "day": clock.today(), **plain, **facts}


def _fits(row: Code, wanted: str) -> bool:
    plain = wanted.casefold()
    return not plain or plain in row.code.casefold() or plain in f"{row.zh} {row.en}".casefold()


def _mapped(mapped: Mapping[tuple[str, str], str]) -> dict[str, list[tuple[str, str]]]:
    """By code: each registrar and what it says."""
    found: dict[str, list[tuple[str, str]]] = {}
    for (registrar, code), value in sorted(mapped.items()):
        found.setdefault(code, []).append((registrar, value))
    return found


def _day() -> date:
    """The day asked for with `?on=`; today when there is none or it is no day."""
    try:
        return date.fromisoformat(request.args.get("on", ""))
    except ValueError:
        return clock.today()
