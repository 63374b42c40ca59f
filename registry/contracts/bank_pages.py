"""Bank statements, page by page: bring one, see what each credit might be, confirm what is right."""

from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import language
from registry.contracts import bank_lines, bank_rows, money_schemas
from registry.contracts.money_rules import LineState
from registry.contracts.pages import again
from registry.database import transaction
from registry.documents.cells_in import read_words
from registry.documents.sheets import csv_bytes
from registry.documents.tables_in import LOOK_FOR_HEADINGS, TableRow, read_table
from registry.errors import Invalid, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties import service as parties
from registry.problems import sentence

blueprint = flask.Blueprint("bank", __name__)
SHOWN = 200
"""Lines on one page; the rest is in the file of unmatched lines."""


@blueprint.get("/bank")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _page(FormState())


@blueprint.post("/bank")
@doors.signed_in
def bring() -> ResponseReturnValue:
    """Read a statement: credits are kept, nothing is confirmed."""
    actor = doors.actor()
    bank_lines.owner(actor)
    rows: list[TableRow] = []
    try:
        name, data = doors.uploaded_file("file")
        if not name:
            raise Refused("required", "file")
        rows = read_table(data)
        brought = transaction(lambda: bank_lines.bring(actor, rows))
    except Refused as refused:
        if refused.code == "headings_missing":
            return _columns(_headings(rows), FormState(errors=(refused,))), 422
        return again(refused, None, _page)
    return _page(FormState(), brought)


@blueprint.post("/bank/columns")
@doors.signed_in
def columns() -> ResponseReturnValue:
    """What this bank calls its columns; remembered, so that the file is read when it is brought again."""
    actor, given = doors.actor(), nested(request.form)
    bank_lines.owner(actor)
    headings = [str(one) for one in given.pop("headings", []) if isinstance(one, str)][:60]
    try:
        named = load(money_schemas.BankColumnsSchema, given)
        if any(heading and heading not in headings for heading in named.values()):
            raise Refused("not_a_choice", "day")
        transaction(lambda: bank_lines.remember(actor, named))
    except Refused as refused:
        schema = money_schemas.BankColumnsSchema
        return again(refused, schema, lambda form: _columns(headings, form))
    return redirect(url_for("bank.index", remembered="yes"), 303)


@blueprint.post("/bank/confirm")
@doors.signed_in
def confirm() -> ResponseReturnValue:
    """Confirm the ticked proposals: each is an act of its own, signed with one password."""
    actor = doors.actor()
    try:
        given = load(money_schemas.BankConfirmSchema, nested(request.form))
        ids = list(dict.fromkeys(given["lines"]))
        if len(ids) > bank_lines.MOST_TOGETHER:
            raise Refused("too_many", "lines", max=bank_lines.MOST_TOGETHER)
        asked = {"lines": [str(one) for one in ids]}
        if doors.first("bank.confirm", asked):
            return redirect(url_for("bank.index"), 303)
        together = len(ids) > 1
        signed = []
        for line_id in ids:
            proposed = bank_lines.proposal(actor, bank_lines.find(actor, line_id))
            acts = bank_lines.acts_for(actor, proposed)
            said = [parties.sign(actor, given["password"], act.statement) for act in acts]
            signed.append((line_id, acts, said))

        def work() -> str:
            for line_id, acts, said in signed:
                line = bank_lines.find(actor, line_id)
                bank_lines.confirm(actor, line, acts, said, together=together)
            return str(len(signed))

        doors.submit("bank.confirm", asked, work)
    except Refused as refused:
        if not refused.field and not isinstance(refused, Invalid):
            refused = type(refused)(refused.code, "lines", refused.article, **refused.params)
        return again(refused, money_schemas.BankConfirmSchema, _page)
    return redirect(url_for("bank.index"), 303)


@blueprint.post("/bank/lines/<uuid:line_id>")
@doors.signed_in
def put_aside(line_id: UUID) -> ResponseReturnValue:
    """None of ours, or ours after all."""
    actor, verb = doors.actor(), request.form.get("verb", "")

    def work() -> str:
        bank_lines.put_aside(actor, bank_lines.find(actor, line_id), verb)
        return str(line_id)

    doors.submit("bank.line", {"line": str(line_id), "verb": verb}, work)
    return redirect(url_for("bank.index"), 303)


@blueprint.get("/bank/unmatched.csv")
@doors.signed_in
def unmatched() -> ResponseReturnValue:
    """Credits that nothing fits, as a table."""
    _, alone = bank_lines.proposals(doors.actor())
    heads = ("到账日期", "到账金额", "付款人户名", "付款账号", "附言", "银行流水号")
    rows = [
        (one.day.isoformat(), one.amount, one.payer, one.payer_account, one.remark, one.serial)
        for one in alone
    ]
    response = doors.plain_response(csv_bytes(heads, rows), "text/csv; charset=utf-8")
    return doors.named(response, "unmatched.csv")


def _page(form: FormState, brought: bank_lines.Brought | None = None) -> str:
    actor = doors.actor()
    proposed, alone = bank_lines.proposals(actor)
    faults = [] if brought is None else [(number, sentence(one)) for number, one in brought.faults[:50]]
    return render_template(
        "contracts/bank.html",
        proposed=proposed[:SHOWN],
        alone=alone[:SHOWN],
        more=max(len(alone) - SHOWN, 0),
        aside=bank_lines.lines(actor, LineState.SET_ASIDE)[:SHOWN],
        brought=brought,
        faults=faults,
        remembered=request.args.get("remembered"),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.BankConfirmSchema)),
    )


def _headings(rows: list[TableRow]) -> list[str]:
    """The row that looks most like headings: many cells, all of them words."""
    best: list[str] = []
    for row in rows[:LOOK_FOR_HEADINGS]:
        words = [read_words(cell)[:100] for cell in row.cells if isinstance(cell, str) and cell.strip()]
        if len(set(words)) > len(best):
            best = list(dict.fromkeys(words))
    return best[:60]


def _columns(headings: list[str], form: FormState) -> str:
    return render_template(
        "contracts/bank_columns.html",
        headings=headings,
        columns=bank_rows.columns(language.current()),
        form=FormState(form.values, form.errors, form.labels or labels(money_schemas.BankColumnsSchema)),
    )
