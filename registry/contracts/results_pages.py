"""Results as a list: brought or pasted, looked at row by row, saved as it was shown."""

import hashlib
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import problems
from registry.contracts import certificates_in, result_lists
from registry.contracts.registrar_schemas import ListSchema, SaveListSchema
from registry.contracts.registration_models import ResultImport, ResultImportRow
from registry.contracts.result_rows import NAMES, Verdict
from registry.documents.sheets import Sheet, SheetColumn, xlsx_bytes
from registry.documents.uploads import XLSX
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("results", __name__)
SHOWN = 200  # rows on a page
ORDER = (Verdict.INVALID, Verdict.CONFLICT, Verdict.UNMATCHED, Verdict.MATCHED, Verdict.UNCHANGED)
LEFT = (Verdict.INVALID, Verdict.CONFLICT, Verdict.UNMATCHED)


@blueprint.get("/venue/results")
@doors.signed_in
def index() -> ResponseReturnValue:
    """Bring a list, and the lists brought so far."""
    return _index(FormState())


@blueprint.post("/venue/results")
@doors.signed_in
def bring() -> ResponseReturnValue:
    """Read a list and show what it would do. Nothing of any contract is written."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)
    try:
        given = load(ListSchema, nested(doors.form_data()))
        filename, data = doors.uploaded_file("file")
        if bool(filename) == bool(given["rows"]):
            raise Refused("rows_or_file", "rows")
        read = result_lists.read_file(data) if filename else result_lists.read_text(given["rows"])
        files = certificates_in.read(request.files.getlist("certificates"))

        def work() -> str:
            kept = certificates_in.keep(actor, files)
            source = "file" if filename else "pasted"
            return str(result_lists.preview(actor, read, source=source, certificates=kept).id)

        asked = {"rows": given["rows"], "file": hashlib.sha256(data).hexdigest()}
        found = doors.submit("results.bring", asked, work)
    except Refused as refused:
        form = FormState.failed(doors.form_data(), refused, ListSchema)
        return _index(form), problems.status(refused)
    return redirect(url_for("results.show", import_id=found), 303)


@blueprint.get("/venue/results/template.xlsx")
@doors.signed_in
def template() -> ResponseReturnValue:
    """An empty list, its first column filled with the contracts an answer is waited for."""
    waiting = result_lists.waiting_contracts(doors.actor())
    names = [name for name in NAMES if name != "patent"]
    columns = [SheetColumn(heading=NAMES[name][0]) for name in names]
    rows = [[one.number, *[""] * (len(names) - 1)] for one in waiting]
    data = xlsx_bytes([Sheet(name="登记结果", columns=columns, rows=rows)])
    return doors.named(doors.plain_response(data, XLSX), "登记结果.xlsx")


@blueprint.get("/venue/results/<uuid:import_id>")
@doors.signed_in
def show(import_id: UUID) -> ResponseReturnValue:
    return _show(result_lists.find(doors.actor(), import_id))


@blueprint.post("/venue/results/<uuid:import_id>")
@doors.signed_in
def save(import_id: UUID) -> ResponseReturnValue:
    """Save exactly what was shown; where something changed meanwhile, show the list anew."""
    actor = doors.actor()
    given = load(SaveListSchema, nested(doors.form_data()))

    def work() -> str:
        saved = result_lists.save(actor, result_lists.find(actor, import_id), given["digest"])
        return "saved" if saved else "changed"

    if doors.submit("results.save", {"import": str(import_id), **given}, work) == "changed":
        return _show(result_lists.find(actor, import_id), changed=True), 409
    return redirect(url_for("results.show", import_id=import_id), 303)


@blueprint.get("/venue/results/<uuid:import_id>/left.xlsx")
@doors.signed_in
def left(import_id: UUID) -> ResponseReturnValue:
    """The rows that were not saved, as they were brought, each with what is wrong."""
    found = result_lists.find(doors.actor(), import_id)
    rows = result_lists.rows_of(found, verdicts=LEFT)
    names = [name for name in NAMES if any(name in row.given for row in rows)]
    headings = ["行", *(NAMES[name][0] for name in names), "问题", "可能是"]
    cells = [
        [str(row.position), *(row.given.get(name, "") for name in names), said(row), "、".join(row.proposals)]
        for row in rows
    ]
    columns = [SheetColumn(heading=heading) for heading in headings]
    data = xlsx_bytes([Sheet(name="未保存的行", columns=columns, rows=cells)])
    return doors.named(doors.plain_response(data, XLSX), "未保存的行.xlsx")


def said(row: ResultImportRow) -> str:
    """A row's reasons in words, each with the column it is about."""
    found = []
    for code, params in row.reasons:
        column = params.get("column", "")
        words = problems.sentence(Refused(code, **{k: v for k, v in params.items() if k != "column"}))
        found.append(f"{column}{_('：')}{words}" if column else words)
    return " ".join(found)


def _index(form: FormState) -> str:
    actor = doors.actor()
    found = result_lists.of_venue(actor)
    return render_template(
        "contracts/result_lists.html",
        form=FormState(form.values, form.errors, form.labels or labels(ListSchema)),
        found=[(one, result_lists.counts(one)) for one in found],
        names=NAMES,
    )


def _show(found: ResultImport, *, changed: bool = False) -> str:
    wanted = request.args.get("show", "")
    verdicts = [wanted] if wanted in set(Verdict) else []
    page = max(1, request.args.get("page", 1, type=int))
    numbers: Mapping[str, Any] = result_lists.counts(found)
    total = numbers.get(wanted, 0) if verdicts else sum(numbers.get(one, 0) for one in Verdict)
    return render_template(
        "contracts/result_list.html",
        one=found,
        counts=numbers,
        order=ORDER,
        rows=result_lists.rows_of(found, verdicts=verdicts, limit=SHOWN, start=(page - 1) * SHOWN),
        said_of=said,
        wanted=wanted,
        page=page,
        pages=-(-total // SHOWN),
        changed=changed,
    )
