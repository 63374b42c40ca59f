"""Lists of results that come back from a registrar: what each row says, and what it would do.

Rows are matched by the filing number alone (journeys 3.7); a patent or a name only proposes. Nothing here
writes: a row is matched, unchanged, in conflict, unmatched or invalid, each with its reasons as codes.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from registry import money
from registry.contracts import rules
from registry.documents.cells_in import read_amount, read_day, read_long_number, read_words
from registry.documents.tables_in import Headed, TableRow
from registry.errors import Refused

Reason = tuple[str, Mapping[str, Any]]


class Verdict(StrEnum):
    """What a row of a list is to us."""

    MATCHED = "matched"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNMATCHED = "unmatched"
    INVALID = "invalid"


NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("平台存证编号", "存证编号", "平台编号", "contract", "filing number"),
    "result": ("结果", "登记结果", "认定结果", "审核结果", "状态", "登记状态", "result", "status"),
    "day": ("登记日期", "日期", "认定日期", "办理日期", "结果日期", "day", "date"),
    "registration_number": ("合同登记编号", "登记编号", "合同登记号", "登记号", "registration number"),
    "total_amount": ("核定成交总额", "认定成交总额", "核定合同金额", "核定总额", "total amount"),
    "technology_amount": ("核定技术交易额", "认定技术交易额", "核定交易额", "technology amount"),
    "certificate_number": ("证明编号", "登记证明编号", "证书编号", "certificate number"),
    "registrar": ("登记机构", "登记点", "登记处", "registrar"),
    "ground": ("理由代码", "不予登记情形", "ground"),
    "words": ("理由", "理由说明", "说明", "补正意见", "审核意见", "words", "reason"),
    "due_on": ("补正期限", "补正截止日期", "due", "due on"),
    "expert_review": ("专家评审", "是否专家评审", "expert review"),
    "patent": ("专利号", "patent", "patent number"),
}
"""What people call each column; the first name is ours. `patent` only proposes."""
REQUIRED = ("number", "result", "day")
ANSWERS: Mapping[str, str] = {
    **dict.fromkeys(("已登记", "登记", "准予登记", "予以登记", "通过", "registered"), "已登记"),
    **dict.fromkeys(("补正", "须补正", "需补正", "待补正", "退回补正", "correction"), "补正"),
    **dict.fromkeys(("不予登记", "未予登记", "驳回", "未通过", "refused"), "不予登记"),
    **dict.fromkeys(("变更", "变更登记", "已变更", "changed"), "变更"),
    **dict.fromkeys(("注销", "注销登记", "已注销", "cancelled"), "注销"),
    **dict.fromkeys(("已受理", "受理", "accepted"), "已受理"),
}
NUMBER_LENGTHS = (14, 16)
"""Digits of a registration number; others are kept and pointed out, never refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row: the cells as brought, and what they mean unless something is wrong with them.

    `facts` are those of `schemas.ResultSchema` as JSON; empty for a row without an answer.
    """

    position: int
    number: str
    given: Mapping[str, str]
    facts: Mapping[str, Any]
    problems: tuple[Reason, ...] = ()
    patent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What we hold about the contract a row names."""

    number: str
    state: str
    total: str  # yuan, ours; empty where nobody asked
    id: UUID | None = None
    results: tuple[Mapping[str, Any], ...] = ()  # facts of what was recorded, oldest first
    erased: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A row with its verdict; `reasons` of a matched row are remarks, not objections."""

    line: Line
    verdict: Verdict
    reasons: tuple[Reason, ...] = ()


# --- reading -----------------------------------------------------------------------------------------


def read_lines(table: Headed, today: date) -> list[Line]:
    """The rows of a table as lines."""
    return [_line(table, row, today) for row in table.rows]


def check_facts(facts: Mapping[str, Any], today: date) -> list[Refused]:
    """What a registrar's answer must say, whoever types it. `facts`: loaded by `schemas.ResultSchema`."""
    found = []
    if facts["result"] == "已登记" and not facts.get("registration_number"):
        found.append(Refused("required", "registration_number"))
    if facts["result"] in ("补正", "不予登记") and not (facts.get("ground") or facts.get("words")):
        found.append(Refused("required", "words"))
    if facts["day"] > today:
        found.append(Refused("day_in_future", "day"))
    if facts.get("due_on") and facts["due_on"] < facts["day"]:
        found.append(Refused("due_before_day", "due_on"))
    total, technology = facts.get("total_amount"), facts.get("technology_amount")
    if total is not None and technology is not None and technology > total:
        found.append(Refused("technology_above_total", "technology_amount"))
    return found


def _line(table: Headed, row: TableRow, today: date) -> Line:
    given = {key: read_words(row.at(column)) for key, column in table.columns.items()}
    number, problems = "", list[Refused]()
    facts: dict[str, Any] = {}
    try:
        number = read_long_number(row.at(table.columns["number"]), field="number").upper()
    except Refused as refused:
        problems.append(refused)
    if not number and not problems:
        problems.append(Refused("required", "number"))
    if given.get("result", ""):
        facts = _facts(table, row, problems)
    if facts and not problems:
        problems += check_facts(facts, today)
    return Line(
        position=row.number,
        number=number,
        given=given,
        facts={} if problems else plain_facts(facts),
        problems=tuple((one.code, {**one.params, "column": _heading(table, one.field)}) for one in problems),
        patent=given.get("patent", ""),
    )


def _facts(table: Headed, row: TableRow, problems: list[Refused]) -> dict[str, Any]:
    """The cells' meaning; what cannot be read is collected, so that a row names everything wrong with it."""

    def read(key: str, reader: Any, default: Any = "", **more: Any) -> Any:
        cell = row.at(table.columns.get(key))
        if cell == "" and key != "day":
            return default
        try:
            return reader(cell, field=key, **more)
        except Refused as refused:
            problems.append(refused)
            return default

    def wan(key: str) -> bool:
        return key in table.columns and table.columns[key].wan

    def words(cell: Any, *, field: str) -> str:
        return read_words(cell)

    return {
        "result": read("result", _answer),
        "day": read("day", read_day, None),
        "registrar": read("registrar", words),
        "registration_number": read("registration_number", read_long_number),
        "total_amount": read("total_amount", read_amount, None, wan=wan("total_amount")),
        "technology_amount": read("technology_amount", read_amount, None, wan=wan("technology_amount")),
        "certificate_number": read("certificate_number", read_long_number),
        "ground": read("ground", _ground),
        "words": read("words", words),
        "due_on": read("due_on", read_day, None),
        "expert_review": read("expert_review", _yes, False),
    }


def plain_facts(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Facts as JSON: days ISO, amounts plain, what is empty left out."""
    found: dict[str, Any] = {}
    for key, value in facts.items():
        if isinstance(value, date):
            found[key] = value.isoformat()
        elif key in ("total_amount", "technology_amount") and value is not None:
            found[key] = money.plain(value)
        elif value not in ("", None, False):
            found[key] = value
    return found


def _answer(cell: Any, *, field: str) -> str:
    said = unicodedata.normalize("NFKC", "".join(read_words(cell).split())).casefold()
    if said not in ANSWERS:
        raise Refused("result_unknown", field, said=read_words(cell)[:20])
    return ANSWERS[said]


def _ground(cell: Any, *, field: str) -> str:
    """A ground's number, as `8`, `第8项` or `（8）`; other words are no code."""
    said = unicodedata.normalize("NFKC", read_words(cell)).strip(" ()[]第项款情形.、")
    if said not in rules.REFUSAL_GROUNDS:
        raise Refused("ground_unknown", field)
    return said


def _yes(cell: Any, *, field: str) -> bool:
    said = unicodedata.normalize("NFKC", read_words(cell)).casefold()
    if said not in ("是", "yes", "true", "1", "否", "no", "false", "0"):
        raise Refused("not_true_or_false", field)
    return said in ("是", "yes", "true", "1")


def _heading(table: Headed, key: str) -> str:
    return table.columns[key].heading if key in table.columns else NAMES.get(key, ("",))[0]


# --- judging -----------------------------------------------------------------------------------------


def judge_all(
    lines: Sequence[Line], known: Mapping[str, Known], numbers: Mapping[str, str]
) -> list[Judged]:
    """Every line's verdict. `known`: by filing number; `numbers`: registration number → contract it was
    given to, of all we hold."""
    several = _several(lines)
    taken, seen, judged = dict(numbers), set[str](), []
    for line in lines:
        found = judge(line, known.get(line.number), taken)
        if found.verdict is Verdict.MATCHED and line.number in several:
            found = _of_several(line, line.number in seen, several[line.number])
        if found.verdict is Verdict.MATCHED:
            seen.add(line.number)
            if number := line.facts.get("registration_number"):
                taken.setdefault(str(number), line.number)
        judged.append(found)
    return judged


def judge(line: Line, known: Known | None, numbers: Mapping[str, str]) -> Judged:
    """One line against what we hold."""
    if line.problems:
        return Judged(line=line, verdict=Verdict.INVALID, reasons=line.problems)
    if known is None:
        return _said(line, Verdict.UNMATCHED, "result_unmatched", number=line.number)
    if not line.facts:
        return _said(line, Verdict.UNCHANGED, "result_blank")
    if any(_repeats(line.facts, plain_facts(one)) for one in known.results):
        return _said(line, Verdict.UNCHANGED, "result_known")
    if known.erased:
        return _said(line, Verdict.CONFLICT, "contract_erased")
    given_to = numbers.get(str(line.facts.get("registration_number", "")), known.number)
    if given_to != known.number:
        return _said(line, Verdict.CONFLICT, "registration_number_taken", contract=given_to)
    if known.results and str(line.facts["day"]) < str(known.results[-1]["day"]):
        return _said(line, Verdict.CONFLICT, "result_before_last", day=str(known.results[-1]["day"]))
    if not rules.REGISTRATION.allows(known.state, rules.RESULT_VERBS[line.facts["result"]]):
        return _said(line, Verdict.CONFLICT, "result_state", state=known.state, result=line.facts["result"])
    return Judged(line=line, verdict=Verdict.MATCHED, reasons=tuple(_remarks(line, known)))


def _repeats(facts: Mapping[str, Any], recorded: Mapping[str, Any]) -> bool:
    """Whether everything the row says has been recorded; a list need not say all we hold."""
    return all(recorded.get(key) == value for key, value in facts.items() if key != "expert_review")


def _remarks(line: Line, known: Known) -> Iterable[Reason]:
    recognised = line.facts.get("total_amount")
    if recognised is not None and known.total and recognised != known.total:
        ours, theirs = (money.yuan(Decimal(one)) for one in (known.total, recognised))
        yield "recognised_differs", {"ours": ours, "theirs": theirs}
    number = str(line.facts.get("registration_number", ""))
    if number and (not number.isascii() or not number.isdigit() or len(number) not in NUMBER_LENGTHS):
        yield "registration_number_length", {"number": number}


def _several(lines: Sequence[Line]) -> dict[str, bool]:
    """Contracts that more than one line answers for: whether those lines say the same."""
    said: dict[str, list[Mapping[str, Any]]] = {}
    for line in lines:
        if line.facts:
            said.setdefault(line.number, []).append(line.facts)
    return {number: all(one == facts[0] for one in facts) for number, facts in said.items() if len(facts) > 1}


def _of_several(line: Line, again: bool, alike: bool) -> Judged:
    if not alike:
        return _said(line, Verdict.CONFLICT, "contract_twice")
    if again:
        return _said(line, Verdict.UNCHANGED, "row_repeated")
    return Judged(line=line, verdict=Verdict.MATCHED)


def _said(line: Line, verdict: Verdict, code: str, **params: Any) -> Judged:
    return Judged(line=line, verdict=verdict, reasons=((code, params),))
