"""Batches: bring a table, see what it would become, make drafts, mend, ask co-owners, sign in one act."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from registry import language, problems
from registry.database import db, transaction
from registry.documents.uploads import CSV, XLSX
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import (
    batch_drafts,
    batch_evidence,
    batch_schemas,
    batch_sheets,
    batch_signing,
    batch_words,
    batches,
    task_list,
    term_sets,
)
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.batch_rows import NAMES, Verdict, heading
from registry.parties import doors
from registry.parties import service as parties
from registry.parties.models import Venue
from registry.parties.permissions import allow

blueprint = flask.Blueprint("declaration_batches", __name__)
SHOWN = 100  # rows on a page
CHANGEABLE = tuple(one for one in term_sets.STEPS if one not in ("declarant", "fee_note"))
AT = "/declarations/batches/<uuid:batch_id>"
blueprint.add_app_template_filter(language.late(batch_words.sentence), "row_sentence")


@blueprint.get("/declarations/batches")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _index(FormState({"term_set": request.args.get("term_set", "")}))


@blueprint.post("/declarations/batches")
@doors.signed_in
def bring() -> ResponseReturnValue:
    """Read a table and show what it would become. Nothing of any patent or declaration is written."""
    actor = doors.actor()
    try:
        given = load(batch_schemas.BringSchema, nested(doors.form_data()))
        if actor.power is None:  # how far an agent's reaches, the rows say
            allow(actor, "declaration.draft", parties.organisation_of(actor))
        venue = db.session.scalar(select(Venue).where(Venue.code == given["venue"]))
        if venue is None:
            raise Refused("not_a_choice", "venue")
        read, source = _read(given)
        venue_id = venue.id

        def work() -> str:
            place = db.session.get_one(Venue, venue_id)
            return str(batches.preview(actor, read, place, source=source, usual=given["term_set"]).id)

        asked = {**given, "table": hashlib.sha256(repr(read).encode("utf-8", "replace")).hexdigest()}
        found = doors.submit("declarations.batch", asked, work)
    except Refused as refused:
        return _index(failed(refused, batch_schemas.BringSchema)), problems.status(refused)
    return redirect(url_for("declaration_batches.preview", batch_id=found), 303)


@blueprint.get("/declarations/batches/template.<any(xlsx, csv):form>")
@doors.signed_in
def template(form: str) -> ResponseReturnValue:
    names = [one.name for one in term_sets.of_holder(doors.actor())]
    data = batch_sheets.template(names) if form == "xlsx" else batch_sheets.template_csv()
    return doors.named(doors.plain_response(data, XLSX if form == "xlsx" else CSV), f"批量声明.{form}")


@blueprint.get(f"{AT}/preview")
@doors.signed_in
def preview(batch_id: UUID) -> ResponseReturnValue:
    found = batches.find(doors.actor(), batch_id)
    if found.state != "previewed":
        return redirect(url_for("declaration_batches.show", batch_id=batch_id), 303)
    return _preview(found)


@blueprint.post(f"{AT}/preview")
@doors.signed_in
def make(batch_id: UUID) -> ResponseReturnValue:
    """Make exactly the drafts that were shown; where something changed meanwhile, show the table anew."""
    actor = doors.actor()
    given = load(batch_schemas.ShownSchema, nested(doors.form_data()))

    def work() -> str:
        made = batch_drafts.make_drafts(actor, batches.find(actor, batch_id), given["digest"])
        return "made" if made else "changed"

    if doors.submit("declarations.batch_make", {"batch": str(batch_id), **given}, work) == "changed":
        return _preview(batches.find(actor, batch_id), changed=True), 409
    return redirect(url_for("declaration_batches.show", batch_id=batch_id), 303)


@blueprint.post(f"{AT}/discard")
@doors.signed_in
def discard(batch_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    _once("declarations.batch_discard", batch_id, lambda found: batches.discard(actor, found))
    return redirect(url_for("declaration_batches.index"), 303)


@blueprint.get(AT)
@doors.signed_in
def show(batch_id: UUID) -> ResponseReturnValue:
    found = batches.find(doors.actor(), batch_id)
    if found.state == "previewed" and not batches.counts(found, live=True).get("written"):
        return redirect(url_for("declaration_batches.preview", batch_id=batch_id), 303)
    return _show(found, FormState())


@blueprint.post(f"{AT}/again")
@doors.signed_in
def again(batch_id: UUID) -> ResponseReturnValue:
    """A corrected table: show what it would change."""
    actor = doors.actor()
    try:
        given = load(batch_schemas.BringAgainSchema, nested(doors.form_data()))
        read, _source = _read(given)
        transaction(
            lambda: batches.bring_again(actor, batches.find(actor, batch_id), read, usual=given["term_set"])
        )
    except Refused as refused:
        form = failed(refused, batch_schemas.BringAgainSchema)
        return _show(batches.find(actor, batch_id), form), problems.status(refused)
    return redirect(url_for("declaration_batches.preview", batch_id=batch_id), 303)


@blueprint.get(f"{AT}/rows.<any(xlsx, csv):form>")
@doors.signed_in
def rows(batch_id: UUID, form: str) -> ResponseReturnValue:
    """The table given back, each row with what is wrong in its last column."""
    found = batches.find(doors.actor(), batch_id)
    members = batch_words.members(_rows(found))
    make_file = batch_sheets.given_back_xlsx if form == "xlsx" else batch_sheets.given_back_csv
    data = make_file(members)
    return doors.named(doors.plain_response(data, XLSX if form == "xlsx" else CSV), f"批量声明-问题.{form}")


@blueprint.post(f"{AT}/files")
@doors.signed_in
def files(batch_id: UUID) -> ResponseReturnValue:
    """Certificates, receipts and reports, each to the draft its name says."""
    actor = doors.actor()
    found = batches.find(actor, batch_id)
    try:
        allow(actor, "declaration.draft", found)
        parts = [(one.filename or "", one.read()) for one in request.files.getlist("files")]
        pieces, left = batch_evidence.read(parts)
        if not pieces and not left:
            raise Refused("required", "files")
        brought = transaction(
            lambda: batch_evidence.attach(
                actor, batches.find(actor, batch_id), batches.members(found), pieces
            )
        )
    except Refused as refused:
        return _show(batches.find(actor, batch_id), failed(refused)), problems.status(refused)
    done = {"attached": brought.attached, "left": [*left, *brought.left]}
    return _show(batches.find(actor, batch_id), FormState(), brought=done)


# --- inside ------------------------------------------------------------------------------------------


def _read(given: Mapping[str, Any]) -> tuple[batches.Read, str]:
    filename, data = doors.uploaded_file("file")
    if bool(filename) == bool(given["rows"]):
        raise Refused("rows_or_file", "rows")
    if filename:
        return batches.read_file(data), "file"
    return batches.read_text(given["rows"]), "pasted"


def _once(verb: str, batch_id: UUID, act: Callable[[DeclarationBatch], object]) -> None:
    actor = doors.actor()

    def work() -> str:
        act(batches.find(actor, batch_id))
        return str(batch_id)

    doors.submit(verb, {"batch": str(batch_id)}, work)


def failed(refused: Refused, schema: Any = None) -> FormState:
    """The page again with the refusal beside its field; one without a field has its own page."""
    if not refused.field and not hasattr(refused, "refusals"):
        raise refused
    return FormState.failed(doors.form_data(), refused, schema)


def _rows(found: DeclarationBatch) -> Any:
    live = batches.members(found)
    return live or batches.rows_of(found, live=False)


def _index(form: FormState) -> str:
    actor = doors.actor()
    return render_template(
        "licenses/batches/index.html",
        table_limit=batches.BOUNDS.size,
        form=FormState(form.values, form.errors, form.labels or labels(batch_schemas.BringSchema)),
        venues=db.session.scalars(select(Venue).order_by(Venue.code)).all(),
        term_sets=term_sets.of_holder(actor),
        found=[(one, batches.counts(one, live=one.state != "previewed")) for one in batches.of_holder(actor)],
        columns=[(heading(name), NAMES[name][1:], batch_sheets.ABOUT[name]) for name in NAMES],
    )


def _preview(found: DeclarationBatch, *, changed: bool = False) -> str:
    wanted = request.args.get("show", "")
    verdicts = [wanted] if wanted in set(Verdict) else []
    numbers = batches.counts(found, live=False)
    page = max(1, request.args.get("page", 1, type=int))
    total = numbers.get(wanted, 0) if verdicts else sum(numbers.get(one, 0) for one in Verdict)
    return render_template(
        "licenses/batches/preview.html",
        one=found,
        counts=numbers,
        rows=batches.rows_of(found, live=False, verdicts=verdicts, limit=SHOWN, start=(page - 1) * SHOWN),
        said_of=batch_words.said,
        common=batch_words.commonest(batches.rows_of(found, live=False)),
        verdicts=batch_words.VERDICTS,
        tones=batch_words.TONES,
        wanted=wanted,
        page=page,
        pages=-(-total // SHOWN),
        changed=changed,
        again=bool(batches.counts(found, live=True)["written"]),
    )


def _show(found: DeclarationBatch, form: FormState, *, brought: Mapping[str, Any] | None = None) -> str:
    members = batch_words.members(batches.members(found))
    counts = batch_words.counted(members)
    wanted = request.args.get("show", "")
    chosen = [one for one in members if not wanted or one.standing == wanted]
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "licenses/batches/show.html",
        table_limit=batches.BOUNDS.size,
        one=found,
        form=form if form.values else replace(form, values={"term_set": batches.usual_set(found)}),
        counts=counts,
        members=chosen[(page - 1) * SHOWN : page * SHOWN],
        said_of=batch_words.of_member,
        common=batch_words.commonest(members),
        standings=batch_words.STANDINGS,
        tones=batch_words.TONES,
        steps=[(name, task_list.TITLES[name]) for name in CHANGEABLE],
        term_sets=term_sets.of_holder(doors.actor()),
        signings=[(one, batch_signing.progress(one)) for one in batch_signing.signings_of(found)],
        progress=batches.counts(found, live=True),
        brought=brought,
        wanted=wanted,
        page=page,
        pages=-(-len(chosen) // SHOWN),
    )
