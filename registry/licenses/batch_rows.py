"""Tables of patents a holder brings to declare many at once: what each row says.

Nothing here looks anything up and nothing writes: a row is its cells, what they mean as JSON, and what cannot
be read in them. Columns and their order: design, journeys 3.1.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from registry import money, text
from registry.codes.tables import table
from registry.documents.cells_in import Cell, read_amount, read_day, read_long_number, read_words
from registry.documents.tables_in import Headed, TableRow
from registry.errors import Refused
from registry.licenses.fees import Method
from registry.patents import numbers
from registry.patents.numbers import Kind
from registry.patents.rules import check_filing_date

ROWS_MAX = 1000
INVENTORS_MAX, OWNERS_MAX = 60, 20
Reason = tuple[str, str, Mapping[str, Any]]  # code, field, params


class Verdict(StrEnum):
    """What a row would become."""

    READY = "ready"  # a draft that only has to be signed, or co-owners to consent
    INCOMPLETE = "incomplete"  # a draft, with what is still missing
    UNCHANGED = "unchanged"  # signed already: left as it is
    REFUSED = "refused"


NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("专利号", "专利号码", "patent number", "patent no"),
    "title": ("发明名称", "发明创造名称", "专利名称", "名称", "title"),
    "filing_date": ("申请日", "申请日期", "filing date"),
    "grant_date": ("授权公告日", "授权日", "授权公告日期", "grant date"),
    "owners": ("专利权人", "权利人", "patentees", "owners"),
    "main_class": ("主分类号", "分类号", "IPC主分类号", "main class"),
    "annuity_paid_to": ("年费缴至", "年费缴纳至", "annuity paid to"),
    "report": ("评价报告号", "评价报告", "专利权评价报告", "evaluation report"),
    "term_set": ("条款模板", "模板", "term set"),
    "method": ("支付方式", "使用费支付方式", "fee method"),
    "amount": ("金额", "使用费", "使用费金额", "amount"),
    "rate": ("提成率", "提成比例", "royalty rate"),
    "license_last_day": ("许可期限届满日", "许可届满日", "license last day"),
    "duration_months": ("单次许可期限", "许可期限", "duration"),
    "application": ("应用领域", "技术领域", "field"),
    "industry": ("行业代码", "国民经济行业", "行业", "industry"),
    "inventors": ("发明人", "设计人", "inventors"),
    "offer_last_day": ("接受通知的最后一日", "要约截止日", "offer last day"),
    "summary": ("简介", "摘要", "summary"),
    "emails": ("共有人邮箱", "共有人电子邮箱", "co-owners' mail"),
    "problems": ("问题", "problems"),
}
"""What people call each column; the first name is ours, the order that of the template. The last four may be
left out; `problems` is ours to fill and never read."""
REQUIRED = ("number",)
OPTIONAL = ("offer_last_day", "summary", "emails", "problems")
COLUMNS = tuple(name for name in NAMES if name not in OPTIONAL)
UNITS = {"amount": "（元）", "rate": "（%）", "duration_months": "（月）"}
METHODS: Mapping[str, Method] = {
    **dict.fromkeys(("免费", "无偿"), Method.FREE),
    **dict.fromkeys(("一次总付", "一次性支付", "总付"), Method.LUMP),
    **dict.fromkeys(("分期支付", "一次总算分期支付", "分期"), Method.INSTALMENTS),
    **dict.fromkeys(("按年定额", "按年", "年费制"), Method.PER_YEAR),
    **dict.fromkeys(("提成按净销售额", "提成支付按净销售额", "销售额提成", "提成"), Method.ROYALTY_SALES),
    **dict.fromkeys(("提成按利润额", "提成支付按利润额", "利润提成"), Method.ROYALTY_PROFIT),
    **dict.fromkeys(("入门费加提成", "入门费提成", "入门费+提成"), Method.ENTRY_ROYALTY),
    **{str(one).casefold(): one for one in Method if one is not Method.OTHER},
}
"""How fee methods are written in a cell, without spaces, commas and brackets. Others take the pages."""
IDENTITY = ("title", "filing_date", "grant_date", "owners", "main_class")
"""Without these no patent can be entered (CC 845(3))."""
_SEPARATORS = re.compile(r"[、；;，,\n]+")
_MARK = re.compile(r"\s*[（(](?P<what>单位|organisation|自然人|个人|person)[）)]$", re.IGNORECASE)
_UNIT = re.compile(
    r"公司|大学|学院|学校|研究|院$|所$|厂$|中心|集团|合作社|银行|协会|学会|基金|医院|[局站社部会]$"
    r"|\b(?:ltd|inc|llc|gmbh|co|corp|university|institute|company)\b\.?",
    re.IGNORECASE,
)
_PLAIN_METHOD = re.compile(r"[\s,，、()（）]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row. `facts` are JSON and hold only what stands in the row; with `problems` nobody uses them."""

    position: int
    number: str
    given: Mapping[str, str]
    facts: Mapping[str, Any]
    problems: tuple[Reason, ...] = ()


# --- reading -----------------------------------------------------------------------------------------


def read_lines(found: Headed) -> list[Line]:
    """The rows of a table as lines."""
    return [_line(found, row) for row in found.rows]


def heading(name: str) -> str:
    """What the template calls a column."""
    return NAMES[name][0] + UNITS.get(name, "")


def read_given(rows: Iterable[Mapping[str, Any]]) -> list[Line]:
    """Rows a machine sent, loaded by `batch_schemas.BatchRowSchema`; their place in the list is the row's."""
    lines = []
    for position, row in enumerate(rows, start=1):
        facts = {name: value for name, value in row.items() if value not in ("", None, [])}
        facts |= {name: value.isoformat() for name, value in facts.items() if isinstance(value, date)}
        if "amount" in facts:
            facts["amount"] = money.plain(facts["amount"])
        if "rate" in facts:
            facts["rate"] = f"{facts['rate']:f}"
        if "method" in facts:
            facts["method"] = str(facts["method"])
        given = {name: _shown(value) for name, value in facts.items()}
        if isinstance(facts.get("report"), Mapping):
            report = facts["report"]
            facts["report"] = {**report, "day": report["day"].isoformat() if report.get("day") else ""}
            given["report"] = str(report.get("number", ""))
        lines.append(Line(position=position, number=facts["number"], given=given, facts=facts))
    return lines


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(one["name"] if isinstance(one, Mapping) else str(one) for one in value)
    return str(value)


def _line(found: Headed, row: TableRow) -> Line:
    given = {key: read_words(row.at(column)) for key, column in found.columns.items() if key != "problems"}
    facts: dict[str, Any] = {}
    problems: list[Refused] = []
    for name, reader in _READERS.items():
        column = found.columns.get(name)
        cell = row.at(column)
        if column is None or read_words(cell) == "":
            continue
        try:
            facts[name] = reader(cell, name, column.wan)
        except Refused as refused:
            problems.append(refused)
    number = facts.get("number", given.get("number", "")[:40])
    if not problems and "number" not in facts:
        problems.append(Refused("required", "number"))
    if not problems:
        problems += check_identity(facts)
    return Line(
        position=row.number,
        number=number,
        given=given,
        facts={} if problems else facts,
        problems=tuple(reason(one) for one in problems),
    )


def reason(refused: Refused) -> Reason:
    """A refusal as it is kept beside its row."""
    return refused.code, refused.field, {name: str(value) for name, value in refused.params.items()}


def check_identity(facts: Mapping[str, Any]) -> list[Refused]:
    """What the number itself contradicts (ZC 0006; PL 39, 40)."""
    number, refused = numbers.parse(facts["number"], field="number"), []
    filed, granted = facts.get("filing_date"), facts.get("grant_date")
    if filed:
        try:
            check_filing_date(number, date.fromisoformat(filed), field="filing_date")
        except Refused as one:
            refused.append(one)
    if filed and granted and granted <= filed:
        refused.append(Refused("grant_before_filing", "grant_date", "PL 39, 40"))
    if facts.get("main_class"):
        try:
            numbers.main_class(number.kind, facts["main_class"], field="main_class")
        except Refused as one:
            refused.append(one)
    if facts.get("report") and number.kind is Kind.INVENTION:
        refused.append(Refused("report_not_needed", "report", "PL 66"))
    return refused


# --- single cells ------------------------------------------------------------------------------------


def _number(cell: Cell, name: str, wan: bool) -> str:
    return str(numbers.parse(read_long_number(cell, field=name), field=name))


def _name(most: int) -> Callable[[Cell, str, bool], str]:
    def read(cell: Cell, name: str, wan: bool) -> str:
        try:
            cleaned = text.clean_name(read_words(cell))
        except Refused as refused:
            raise Refused(refused.code, name, refused.article, **refused.params) from None
        if len(cleaned) > most:
            raise Refused("too_long", name, max=most, length=len(cleaned))
        return cleaned

    return read


def _day(cell: Cell, name: str, wan: bool) -> str:
    return read_day(cell, field=name).isoformat()


def _amount(cell: Cell, name: str, wan: bool) -> str:
    return money.plain(read_amount(cell, wan=wan, field=name))


def _rate(cell: Cell, name: str, wan: bool) -> str:
    words = unicodedata.normalize("NFKC", read_long_number(cell, field=name)).removesuffix("%")
    return f"{money.parse_rate(words, field=name):f}"


def _months(cell: Cell, name: str, wan: bool) -> int:
    words = unicodedata.normalize("NFKC", read_words(cell)).replace(" ", "")
    bare = words.removesuffix("个月").removesuffix("月")
    if re.fullmatch(r"[0-9]{1,3}(\.0+)?", bare) is None:
        raise Refused("not_an_integer", name)
    return int(Decimal(bare))


def _method(cell: Cell, name: str, wan: bool) -> str:
    said = _PLAIN_METHOD.sub("", unicodedata.normalize("NFKC", read_words(cell))).casefold()
    if said not in METHODS:
        raise Refused("fee_method_unknown", name, said=read_words(cell)[:20])
    return str(METHODS[said])


def _industry(cell: Cell, name: str, wan: bool) -> str:
    """A code or a name of the table."""
    return _coded("industry", read_words(cell), name)


def _coded(of: str, words: str, name: str) -> str:
    said = unicodedata.normalize("NFKC", words).strip()
    code = said.partition(" ")[0].upper()
    if code in table(of):
        return table(of).choose(code, field=name).code
    found = [row.code for row in table(of) if said in (row.zh, row.en)]
    if len(set(found)) != 1:
        raise Refused("not_a_choice", name, table=of, value=said[:20])
    return found[0]


def _split(cell: Cell) -> list[str]:
    """Entries of one cell; text keeps its line breaks until here."""
    words = cell if isinstance(cell, str) else read_words(cell)
    return [" ".join(one.split()) for one in _SEPARATORS.split(words) if one.strip()]


def _names(most: int, longest: int) -> Callable[[Cell, str, bool], list[str]]:
    clean = _name(longest)

    def read(cell: Cell, name: str, wan: bool) -> list[str]:
        found = [clean(one, name, wan) for one in _split(cell)]
        if len(found) > most:
            raise Refused("too_many", name, max=most)
        if len(set(found)) != len(found):
            raise Refused("name_twice", name, name=next(one for one in found if found.count(one) > 1))
        return found

    return read


def _owners(cell: Cell, name: str, wan: bool) -> list[dict[str, Any]]:
    return [owner(one) for one in _names(OWNERS_MAX, 200)(cell, name, wan)]


def owner(written: str) -> dict[str, Any]:
    """A patentee of a cell. A name that is no unit's by its words is taken for a person's: then it is never
    filed in the open. `张三（单位）` and `某某（自然人）` say it.
    """
    marked = _MARK.search(written)
    name = written[: marked.start()].strip() if marked else written
    if marked:
        return {"name": name, "person": marked["what"].casefold() not in ("单位", "organisation")}
    return {"name": name, "person": _UNIT.search(name) is None}


def _report(cell: Cell, name: str, wan: bool) -> dict[str, Any]:
    """A report's number, and behind it the day and the conclusion where they are known."""
    parts = [one for one in re.split(r"[\s；;，,、]+", read_words(cell)) if one]
    if not parts:
        raise Refused("not_valid", name)
    found: dict[str, Any] = {"number": _name(40)(parts[0], name, wan), "day": "", "positive": None}
    for part in parts[1:]:
        if part in ("肯定", "正面", "positive", "+"):
            found["positive"] = True
        elif part in ("否定", "负面", "negative", "-"):
            found["positive"] = False
        else:
            found["day"] = read_day(part, field=name).isoformat()
    return found


_READERS: Mapping[str, Callable[[Cell, str, bool], Any]] = {
    "number": _number,
    "title": _name(300),
    "filing_date": _day,
    "grant_date": _day,
    "owners": _owners,
    "main_class": _name(20),
    "annuity_paid_to": _day,
    "report": _report,
    "term_set": _name(60),
    "method": _method,
    "amount": _amount,
    "rate": _rate,
    "license_last_day": _day,
    "duration_months": _months,
    "application": _name(1000),
    "industry": _industry,
    "inventors": _names(INVENTORS_MAX, 100),
    "offer_last_day": _day,
    "summary": _name(2000),
    "emails": _names(OWNERS_MAX, 254),
}


def technology_field(words: str) -> str:
    """The code of a technology field, where the words are its code or its name; else empty."""
    try:
        return _coded("technology_field", words, "application")
    except Refused:
        return ""


def repeated(lines: Sequence[Line]) -> dict[int, int]:
    """Position of each row whose patent stands in an earlier row already, and that row's position."""
    first: dict[str, int] = {}
    found = {}
    for line in lines:
        if line.problems:
            continue
        if line.number in first:
            found[line.position] = first[line.number]
        first.setdefault(line.number, line.position)
    return found
