"""Patents for their holders: list, enter, correct, show. State and report are steps of a declaration."""

from typing import Any

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import language, problems
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import attachments, doors
from registry.parties import service as parties
from registry.parties.attachments import Posted
from registry.patents import numbers, schemas, words
from registry.patents import service as patents
from registry.patents.models import Patent
from registry.text import local_path

blueprint = flask.Blueprint("patents", __name__)
blueprint.add_app_template_global(attachments.filename, "kept_filename")
blueprint.add_app_template_global(words.choices, "choices")
for name in (words.fact_kind, words.code_name, words.patent_kind):
    blueprint.add_app_template_filter(language.late(name))
MORE_ROWS = 2


@blueprint.get("/patents")
@doors.signed_in
def index() -> ResponseReturnValue:
    return render_template("patents/index.html", patents=patents.of_holder(doors.actor()))


@blueprint.get("/patents/new")
@doors.signed_in
def new() -> ResponseReturnValue:
    typed = request.args.get("number", "")
    if not typed:
        return render_template("patents/number.html", form=FormState())
    try:
        number = numbers.parse(load(schemas.NumberSchema, {"number": typed})["number"])
    except Refused as refused:
        form = FormState.failed(request.args, refused, schemas.NumberSchema)
        return render_template("patents/number.html", form=form), problems.status(refused)
    return _form(FormState(_known_of(number), labels=labels(schemas.PatentSchema)))


@blueprint.post("/patents/new")
@doors.signed_in
def add() -> ResponseReturnValue:
    actor, posted = doors.actor(), attachments.received()
    if _more():
        return _form(FormState(nested(posted.form)), more=True)
    try:
        facts = posted.load(schemas.PatentSchema)
        number = doors.submit("patent.add", facts, lambda: patents.add(actor, facts).number)
    except Refused as refused:
        return _form(posted.failed(refused, schemas.PatentSchema)), problems.status(refused)
    return redirect(_next(url_for("patents.show", number=number)), 303)


@blueprint.get("/patents/<number>")
@doors.signed_in
def show(number: str) -> ResponseReturnValue:
    patent = patents.own(doors.actor(), number)
    return render_template("patents/show.html", patent=patent, last_day=patents.last_day(patent))


@blueprint.route("/patents/<number>/edit", methods=["GET", "POST"])
@doors.signed_in
def edit(number: str) -> ResponseReturnValue:
    actor = doors.actor()
    patent = patents.own(actor, number)
    if request.method == "GET":
        return _form(FormState(_values(patent)), patent=patent)
    posted = attachments.received()
    if _more():
        return _form(FormState(nested(posted.form)), patent=patents.own(actor, number), more=True)
    try:
        _save(posted, number)
    except Refused as refused:
        form = posted.failed(refused, schemas.PatentSchema)
        return _form(form, patent=patents.own(actor, number)), problems.status(refused)
    return redirect(_next(url_for("patents.show", number=number)), 303)


def _save(posted: Posted, number: str) -> None:
    actor, facts = doors.actor(), posted.load(schemas.PatentSchema)

    def work() -> str:
        patents.edit(actor, patents.own(actor, number), facts)
        return number

    doors.submit("patent.edit", {"patent": number, **facts}, work)


def _form(form: FormState, *, patent: Patent | None = None, more: bool = False) -> str:
    """The page of a patent's particulars; blank rows at the end of the owners are simply not filled in."""
    rows = form.rows("owners") + (2 * MORE_ROWS if more else MORE_ROWS)
    return render_template(
        "patents/form.html",
        form=form,
        patent=patent,
        owner_rows=min(rows, schemas.OWNERS_MAX),
        next=_next(""),
    )


def _known_of(number: numbers.PatentNumber) -> dict[str, Any]:
    """What a number and the actor's organisation already say."""
    organisation = parties.organisation_of(doors.actor())
    owner = {
        "name": organisation.name,
        "uscc": organisation.uscc or "",
        "person": organisation.is_person or None,
    }
    return {"number": str(number), "kind": number.kind.value, "owners": [owner]}


def _values(patent: Patent) -> dict[str, Any]:
    names = (
        "number", "kind", "title", "filing_date", "grant_date", "main_class", "publication",
        "compensation_days", "certificate_upload",
    )  # fmt: skip
    owners = [{"name": one.name, "uscc": one.uscc, "person": one.person or None} for one in patent.owners]
    plain = {name: getattr(patent, name) for name in names}
    return {**plain, "owners": owners, "inventors": "\n".join(patent.inventors)}


def _more() -> bool:
    """Whether the reader asked for more rows instead of saving."""
    return bool(request.form.get("_more"))


def _next(default: str) -> str:
    """Where the reader came from, when that is a page of ours."""
    wanted = request.values.get("next", "") or request.form.get("_next", "")
    return local_path(wanted, default) if wanted else default
