"""The reconciliation page of a venue and of the auditor, and the same as a file."""

from collections.abc import Iterator
from datetime import date
from tempfile import TemporaryFile
from typing import BinaryIO

import flask
from flask import Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry.contracts import reconciling
from registry.contracts.reconciling import Asked, Line
from registry.contracts.words import said
from registry.database import transaction
from registry.documents.archive import CHUNK
from registry.documents.sheets import Cell, Sheet, SheetColumn, csv_chunks, write_xlsx
from registry.documents.uploads import CSV, XLSX
from registry.errors import NotFound
from registry.parties import doors
from registry.parties.rules import Actor

blueprint = flask.Blueprint("reconciliation", __name__)


@blueprint.get("/reconciliation")
@doors.signed_in
def show() -> ResponseReturnValue:
    """Filings, payments, recordals and registrations side by side, those that differ first."""
    actor, asked = doors.actor(), _asked()
    left = _brought_up(actor)
    return render_template(
        "contracts/reconciliation.html",
        listed=reconciling.listed(actor, asked, request.args.get("page", 1, type=int)),
        months=reconciling.months(actor),
        asked=asked,
        left=left,
        every=not actor.venue_id,
    )


@blueprint.get("/reconciliation.<ending>")
@doors.signed_in
def file(ending: str) -> ResponseReturnValue:
    """The same rows as a file, all of them; on disk, so that memory does not grow and no half is handed out.
    """
    if ending not in ("xlsx", "csv"):
        raise NotFound("not_found")
    actor, columns = doors.actor(), _columns()
    reconciling.check_looked(_brought_up(actor))
    rows = (_cells(line) for line in reconciling.lines(actor, _asked()))
    kept = TemporaryFile()  # noqa: SIM115 - closed with the response
    if ending == "csv":
        kept.writelines(csv_chunks([column.heading for column in columns], rows))
    else:
        write_xlsx(kept, [Sheet(name=_("核对"), columns=columns, rows=rows)])
    kept.seek(0)
    response = Response(_parts(kept), content_type=CSV if ending == "csv" else XLSX)
    response.call_on_close(kept.close)  # a reader who goes away before the first byte
    return doors.named(response, f"{_('核对')}.{ending}")


def _parts(kept: BinaryIO) -> Iterator[bytes]:
    with kept:
        while part := kept.read(CHUNK):
            yield part


def _brought_up(actor: Actor) -> int:
    return transaction(lambda: reconciling.bring_up(actor)) if reconciling.behind(actor) else 0


def _asked() -> Asked:
    """The month and the difference asked for; anything else means all."""
    try:
        month = date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        month = None
    return Asked(month=month, only=request.args.get("only", ""))


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


def _cells(line: Line) -> list[Cell]:
    one = line.at
    return [
        one.number, line.venue, "；".join(said(code, "difference") for code in line.codes), line.seller,
        line.buyer, "；".join(said(state, "acceptance") for state in one.states), _iso(one.noticed_on),
        _iso(one.effective_on), one.due_at_start, one.paid, one.refunded, said(one.recordal, "recordal"),
        _iso(one.recordal_day), said(one.registration, "registration"), one.registration_number, one.total,
        one.recognised, one.technology, one.filings,
    ]  # fmt: skip


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
