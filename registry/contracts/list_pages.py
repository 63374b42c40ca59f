"""Lists as files: a holder's licenses of a year, and the venue's contracts as its list shows them."""

from collections.abc import Iterable, Iterator
from datetime import date

import flask
from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from registry import language, problems
from registry.contracts import mending, registration, yearly
from registry.contracts import service as contracts
from registry.contracts.models import Contract
from registry.contracts.readiness import Finding
from registry.contracts.registration_pages import with_faults
from registry.contracts.words import said
from registry.documents.sheets import Cell, Sheet, SheetColumn, csv_bytes, xlsx_bytes
from registry.documents.uploads import CSV, XLSX
from registry.errors import NotFound
from registry.parties import doors
from registry.parties.permissions import allow

blueprint = flask.Blueprint("lists", __name__)


@blueprint.get("/holder/licenses-<int:year>.<ending>")
@doors.signed_in
def of_year(year: int, ending: str) -> ResponseReturnValue:
    """The licenses of the reader's organisation in one year, with what was agreed and what came in."""
    if not 1985 <= year <= 9998:
        raise NotFound("not_found")
    rows = (_year_cells(one) for one in yearly.lines(doors.actor(), year))
    return _file(_("%(year)s 年专利许可清单", year=year), _year_columns(), rows, ending)


@blueprint.get("/venue/contracts.<ending>")
@doors.signed_in
def of_venue(ending: str) -> ResponseReturnValue:
    """The venue's contracts under the list's own filter."""
    actor = doors.actor()
    allow(actor, "contract.register", actor)
    wanted = request.args.get("state", "")
    found = [one for one in contracts.contracts_of_venue(actor) if wanted in ("", one.registration)]
    rows = (_contract_cells(one, faults) for one, faults in with_faults(found))
    return _file(_("合同"), _contract_columns(), rows, ending)


def _file(
    name: str, columns: list[SheetColumn], rows: Iterable[list[Cell]], ending: str
) -> ResponseReturnValue:
    if ending == "csv":
        data, kind = csv_bytes([column.heading for column in columns], rows), CSV
    elif ending == "xlsx":
        data, kind = xlsx_bytes([Sheet(name=name, columns=columns, rows=rows)]), XLSX
    else:
        raise NotFound("not_found")
    return doors.named(doors.plain_response(data, kind), f"{name}.{ending}")


def _text(heading: str) -> SheetColumn:
    return SheetColumn(heading=heading)


def _amount(heading: str) -> SheetColumn:
    return SheetColumn(heading=heading, kind="amount")


def _year_columns() -> list[SheetColumn]:
    return [
        _text(_("平台存证编号")), _text(_("专利号")), _text(_("专利名称")), _text(_("发明人")),
        _text(_("被许可方")), _text(_("生效日")), _text(_("终止日")), _amount(_("约定金额（元）")),
        _text(_("金额依据")), _amount(_("本年到账（元）")), _amount(_("本年退款（元）")),
        _amount(_("至本年末净到账（元）")), _text(_("登记")), _text(_("合同登记编号")), _text(_("登记日期")),
        _amount(_("核定成交总额（元）")), _text(_("CNIPA 备案号")),
    ]  # fmt: skip


def _year_cells(one: yearly.Line) -> list[Cell]:
    return [
        one.number, "；".join(one.patents), "；".join(one.titles), "、".join(one.inventors), one.licensee,
        _iso(one.effective_on), _iso(one.ended_on), one.agreed.amount, said(one.agreed.basis, "basis"),
        one.received, one.returned, one.kept, said(one.registration, "registration"),
        one.registration_number, _iso(one.registered_on), one.recognised, one.recordal_number,
    ]  # fmt: skip


def _contract_columns() -> list[SheetColumn]:
    return [
        _text(_("平台存证编号")), _text(_("许可方")), _text(_("被许可方")), _text(_("许可")),
        _text(_("生效日")), _amount(_("合同成交总额")), _text(_("登记")), _text(_("合同登记编号")),
        _text(_("登记日期")), _text(_("备案")), _text(_("缺项")),
    ]  # fmt: skip


def _contract_cells(one: Contract, faults: list[Finding]) -> list[Cell]:
    result = yearly.registered(one)
    return [
        one.number, one.holder.name, one.licensee.name, _states(one),
        _iso(max((a.effective_on for a in one.acceptances if a.effective_on), default=None)),
        registration.total_of(one).amount if one.erased_at is None else None,
        said(one.registration, "registration"), result.registration_number if result else "",
        _iso(result.day if result else None), said(one.recordal_state, "recordal"),
        "；".join(_sentences(faults)),
    ]  # fmt: skip


def _states(one: Contract) -> str:
    """How its licenses stand, each state once."""
    states = dict.fromkeys(str(said(license.state, "acceptance")) for license in one.acceptances)
    return "；".join(states)


def _sentences(faults: Iterable[Finding]) -> Iterator[str]:
    for one in faults:
        yield problems.sentence(mending.sentence_of(one), language.current())


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""
