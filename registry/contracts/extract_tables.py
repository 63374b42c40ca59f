"""The tables of an auditor's extracts: each row once for programs, under names that never change, and once
for a spreadsheet, in the reader's words.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import clock
from registry.contracts.models import Contract
from registry.contracts.oversight import Decided, SetAside
from registry.contracts.register import HOLDER
from registry.contracts.words import said
from registry.documents.sheets import Cell, Sheet, SheetColumn, xlsx_bytes
from registry.events import SecurityEvent
from registry.ledger.extract_form import Drawn
from registry.licenses.words import rule_name

T = TypeVar("T")
XLSX = "table.xlsx"


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """A column: its name for programs, its heading, what stands in it, and how that is said to people."""

    key: str
    heading: LazyString
    value: Callable[[T], Any]
    word: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Table(Generic[T]):
    """A table in both forms."""

    name: LazyString
    columns: Sequence[Column[T]]
    things: Sequence[T]

    def rows(self) -> Iterable[dict[str, Any]]:
        """For programs: codes, instants in UTC, null for what is not there."""
        for thing in self.things:
            yield {column.key: _plain(column.value(thing)) for column in self.columns}

    def sheet(self) -> bytes:
        """The workbook, made safe as all of ours are."""
        columns = [SheetColumn(heading=str(column.heading)) for column in self.columns]
        rows = ([_cell(column.value(thing), column.word) for column in self.columns] for thing in self.things)
        return xlsx_bytes([Sheet(name=str(self.name), columns=columns, rows=rows)])


def of_sample(contracts: Sequence[Contract], drawn: Drawn) -> Table[Contract]:
    """The contracts drawn as they stand at the making, in the order in which they were drawn."""
    places = {number: place for place, number in enumerate(drawn.numbers, start=1)}

    def noticed(one: Contract) -> str:
        return one.split_from.number if one.split_from else one.number

    columns: Sequence[Column[Contract]] = (
        Column("place", _l("抽出次序"), lambda one: places[noticed(one)]),
        Column("number", _l("平台存证编号"), lambda one: one.number),
        Column("noticed_under", _l("实施通知所载编号"), noticed),
        Column("venue", _l("交易场所"), lambda one: one.venue.name),
        Column("holder", _l("许可方"), lambda one: one.holder.name),
        Column("licensee", _l("被许可方"), lambda one: one.licensee.name),
        Column("created_at", _l("开始"), lambda one: one.created_at),
        Column("registration", _l("登记（摘录之时）"), lambda one: one.registration, _in("registration")),
    )
    return Table(_l("抽出的合同"), columns, contracts)


def of_decisions(found: Sequence[Decided], people: Callable[[Decided], str]) -> Table[Decided]:
    """Decisions with the side they went against, and their places in the log."""
    columns: Sequence[Column[Decided]] = (
        Column("contract", _l("平台存证编号"), lambda one: one.acceptance.contract.number),
        Column("license", _l("许可编号"), lambda one: one.acceptance.number),
        Column("ground", _l("事由"), lambda one: one.decision.ground, _in("ground")),
        Column("outcome", _l("结果"), lambda one: one.decision.outcome, _in("outcome")),
        Column("against", _l("对哪一方不利"), lambda one: one.against or None, _in("side")),
        Column("party", _l("该方名称"), _party),
        Column("decided_by", _l("决定人"), lambda one: people(one) or None),
        Column("decided_at", _l("时间"), lambda one: one.decision.decided_at),
        Column("reasons", _l("理由"), lambda one: one.decision.reasons),
        Column("seq", _l("存证序号"), lambda one: one.decision.seq),
    )
    return Table(_l("作出的决定"), columns, found)


def of_exceptions(found: Sequence[SetAside]) -> Table[SetAside]:
    """Caps set aside, with both persons."""
    columns: Sequence[Column[SetAside]] = (
        Column("declaration", _l("声明"), lambda one: one.number),
        Column("text_digest", _l("声明文本摘要"), lambda one: one.override.digest),
        Column("rule", _l("越过的规则"), lambda one: one.override.rule, rule_name),
        Column("reason", _l("理由"), lambda one: one.override.reason),
        Column("asked_by", _l("提出人"), lambda one: one.asked),
        Column("asked_at", _l("提出时间"), lambda one: one.override.asked_at),
        Column("approved_by", _l("批准人"), lambda one: one.approved or None),
        Column("approved_at", _l("批准时间"), lambda one: one.override.approved_at),
    )
    return Table(_l("两人批准的例外"), columns, found)


def of_events(found: Sequence[tuple[SecurityEvent, str, str]]) -> Table[tuple[SecurityEvent, str, str]]:
    """Events of security, among them who read personal data, as the log of security has them."""

    def part(name: str) -> Callable[[tuple[SecurityEvent, str, str]], Any]:
        return lambda row: getattr(row[0], name) or None

    columns: Sequence[Column[tuple[SecurityEvent, str, str]]] = (
        Column("at", _l("时间"), part("at")),
        Column("what", _l("种类"), part("what")),
        Column("detail", _l("内容"), part("detail")),
        Column("account", _l("账号"), part("account_id")),
        Column("name", _l("姓名"), lambda row: row[1] or None),
        Column("role", _l("角色"), part("role")),
        Column("subject_kind", _l("对象种类"), part("subject_kind")),
        Column("subject", _l("对象"), part("subject")),
        Column("address", _l("来源地址"), part("address")),
        Column("request", _l("请求"), part("request")),
    )
    return Table(_l("安全日志"), columns, found)


def _party(one: Decided) -> str | None:
    if not one.against:
        return None
    side = one.acceptance.holder if one.against == HOLDER else one.acceptance.licensee
    return side.name


def _in(group: str) -> Callable[[Any], str]:
    return lambda value: said(value, group)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, int):
        return value
    if isinstance(value, datetime):
        return clock.rfc3339(value)
    return unicodedata.normalize("NFC", str(value))


def _cell(value: Any, word: Callable[[Any], str]) -> Cell:
    plain = _plain(value)
    return plain if plain is None or isinstance(value, (int, datetime)) else word(plain)
