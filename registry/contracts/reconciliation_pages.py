"""The reconciliation page of a venue and of the auditor, and the same as a file."""

from datetime import date

import flask
from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.contracts import reconciling
from registry.contracts.reconciliation import Position, sums
from registry.contracts.words import said
from registry.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from registry.documents.uploads import CSV, XLSX
from registry.errors import NotFound
from registry.parties import doors

blueprint = flask.Blueprint("reconciliation", __name__)
SHOWN = 200


@blueprint.get("/reconciliation")
@doors.signed_in
def show() -> ResponseReturnValue:
    """Filings, payments, recordals and registrations side by side, those that differ first."""
    actor, month = doors.actor(), _month()
    found = reconciling.positions(actor, month)
    only = request.args.get("only", "")
    listed = [pair for pair in found if not only or only in pair[1] or (only == "any" and pair[1])]
    page = max(1, request.args.get("page", 1, type=int))
    codes = [code for _one, several in found for code in several]
    return render_template(
        "contracts/reconciliation.html",
        listed=listed[(page - 1) * SHOWN : page * SHOWN],
        sums=sums(found),
        counts={code: codes.count(code) for code in dict.fromkeys(codes)},
        months=reconciling.months(actor),
        month=month,
        only=only,
        page=page,
        pages=-(-len(listed) // SHOWN),
        every=not actor.venue_id,
    )


@blueprint.get("/reconciliation.<ending>")
@doors.signed_in
def file(ending: str) -> ResponseReturnValue:
    """The same rows as a file, all of them."""
    if ending not in ("xlsx", "csv"):
        raise NotFound("not_found")
    found = reconciling.positions(doors.actor(), _month())
    columns = _columns()
    rows = [_cells(one, codes) for one, codes in found]
    if ending == "csv":
        data, kind = csv_bytes([column.heading for column in columns], rows), CSV
    else:
        data, kind = xlsx_bytes([Sheet(name=_("核对"), columns=columns, rows=rows)]), XLSX
    return doors.named(doors.plain_response(data, kind), f"{_('核对')}.{ending}")


def _month() -> date | None:
    """The month asked for; anything else means all."""
    try:
        return date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return None


def _columns() -> list[SheetColumn]:
    def text(heading: str) -> SheetColumn:
        return SheetColumn(heading=heading)

    def amount(heading: str) -> SheetColumn:
        return SheetColumn(heading=heading, kind="amount")

    return [
        text(_("平台存证编号")), text(_("交易场所")), text(_("差异")), text(_("许可方")), text(_("被许可方")),
        text(_("许可")), text(_("通知日")), text(_("生效日")), amount(_("起始应付")), amount(_("到账")),
        amount(_("已退")), text(_("备案")), text(_("备案日")), text(_("登记")), text(_("合同登记编号")),
        amount(_("合同成交总额")), amount(_("核定成交总额")), amount(_("核定技术交易额")),
        SheetColumn(heading=_("存证"), kind="count"),
    ]  # fmt: skip


def _cells(one: Position, codes: tuple[str, ...]) -> list[Cell]:
    return [
        one.number, one.venue, "；".join(said(code, "difference") for code in codes), one.seller, one.buyer,
        "；".join(said(state, "acceptance") for state in one.states), _iso(one.noticed_on),
        _iso(one.effective_on), one.due_at_start, one.paid, one.refunded, said(one.recordal, "recordal"),
        _iso(one.recordal_day), said(one.registration, "registration"), one.registration_number, one.total,
        one.recognised, one.technology, one.filings,
    ]  # fmt: skip


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
