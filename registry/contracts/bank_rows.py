"""Bank statements as people download them: which columns there are, which rows are credits, what they say.

Nothing is guessed: a row that cannot be read is reported with its number and the reason, a debit is passed
over and never kept. References are found inside remarks whatever stands between their characters.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from itertools import product

from registry.codes.tables import table
from registry.documents.cells_in import read_amount, read_long_number, read_moment, read_words
from registry.documents.tables_in import Headed, TableRow, find_headings
from registry.errors import Refused
from registry.ledger.canonical import jcs, sha256_hex

REMARKS = ("remark", "summary", "purpose", "note")
DAYS, AMOUNTS = ("day", "booked", "time"), ("credit", "amount")
_CREDIT = ("贷", "收入", "收", "入", "c", "credit", "cr", "in", "转入", "来账", "存入")
_DEBIT = ("借", "支出", "支", "付", "出", "d", "debit", "dr", "out", "转出", "往账", "支取")
_READ_AS = str.maketrans("IOSZ", "1052")
_NOTHING = re.compile(r"[-—–/\s]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """Money that came in, as the bank states it. `digest` is the row's, the same in every file."""

    row: int
    day: date
    at: time | None
    amount: Decimal
    payer: str
    payer_account: str
    remark: str
    serial: str
    digest: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A statement read: its credits, how many rows were debits or empty, the rows nobody could read."""

    credits: tuple[Credit, ...]
    passed_over: int
    faults: tuple[tuple[int, Refused], ...]


def names(own: Mapping[str, Sequence[str]] | None = None) -> dict[str, list[str]]:
    """Our name of each column → what banks call it: the table's, then what this owner has said."""
    known = {row.code: row.facts["headings"].split("|") for row in table("bank_column").rows}
    return {code: [*said, *(own or {}).get(code, ())] for code, said in known.items()}


def columns(lang: str) -> list[tuple[str, str]]:
    """Our name of each column and what it is called, for a page that asks which is which."""
    return [(row.code, row.name(lang)) for row in table("bank_column").rows]


def headed(rows: Sequence[TableRow], known: Mapping[str, Sequence[str]]) -> Headed:
    """The row of headings: one that says the day and the money that came in. Raises Refused."""
    refused: Refused | None = None
    for required in product(DAYS, AMOUNTS):
        try:
            found = find_headings(rows, known, required)
        except Refused as refusal:
            if refusal.code != "headings_missing":
                raise
            refused = refused or refusal
            continue
        if "credit" in found.columns or "sign" in found.columns or "debit" not in found.columns:
            return found
    assert refused is not None
    raise refused


def read(found: Headed) -> Statement:
    """The credits of a statement. Sums and empty rows are passed over, unreadable ones reported."""
    credits_: list[Credit] = []
    faults: list[tuple[int, Refused]] = []
    over = 0
    for row in found.rows:
        try:
            credit = _credit(found, row)
        except Refused as refused:
            faults.append((row.number, refused))
            continue
        if credit is None:
            over += 1
        else:
            credits_.append(credit)
    return Statement(credits=tuple(_digested(credits_)), passed_over=over, faults=tuple(faults))


def references(remark: str, known: Iterable[str]) -> list[str]:
    """Those of the known references that stand in a remark, whatever signs and spaces stand between."""
    bare = _run_together(remark)
    return [one for one in known if one in bare]


def names_one(remark: str, known: Set[str]) -> bool:
    """Whether any of many known references stands in a remark; they all have eight characters."""
    bare = _run_together(remark)
    return any(bare[start : start + 8] in known for start in range(len(bare) - 7))


def _run_together(remark: str) -> str:
    plain = unicodedata.normalize("NFKC", remark).upper()
    return "".join(one for one in plain if one.isascii() and one.isalnum()).translate(_READ_AS)


def same_name(one: str, other: str) -> bool:
    """Whether two account names are the same but for width, case, spaces and brackets."""
    return bool(_bare(one)) and _bare(one) == _bare(other)


def _bare(name: str) -> str:
    folded = unicodedata.normalize("NFKC", name).casefold()
    return "".join(char for char in folded if char.isalnum())


def _credit(found: Headed, row: TableRow) -> Credit | None:
    amount = _amount(found, row)
    if amount is None or amount <= 0:
        return None
    day, at = _moment(found, row)
    cells = {name: row.at(found.columns.get(name)) for name in (*REMARKS, "payer")}
    words = [read_words(cells[name]) for name in REMARKS]
    return Credit(
        row=row.number,
        day=day,
        at=at,
        amount=amount,
        payer=read_words(cells["payer"])[:200],
        payer_account=read_long_number(row.at(found.columns.get("payer_account")), field="payer_account")[
            :40
        ],
        remark=" ".join(dict.fromkeys(word for word in words if word))[:1000],
        serial=read_long_number(row.at(found.columns.get("serial")), field="serial")[:60],
    )


def _amount(found: Headed, row: TableRow) -> Decimal | None:
    """Yuan that came in; None for a debit, and for a row that says no amount (titles, page sums)."""
    column = found.columns.get("credit") or found.columns.get("amount")
    assert column is not None
    cell = row.at(column)
    if cell == "" or (isinstance(cell, str) and _NOTHING.fullmatch(cell)):
        return None
    if "credit" not in found.columns and (sign := found.columns.get("sign")) is not None:
        said = read_words(row.at(sign)).casefold()
        if said in _DEBIT or said.startswith(("借", "支")):
            return None
        if said not in _CREDIT and not said.startswith(("贷", "收")):
            raise Refused("bank_sign", "sign", value=said[:20])
    return read_amount(cell, wan=column.wan, signed=True, field="amount")


def _moment(found: Headed, row: TableRow) -> tuple[date, time | None]:
    """The day with the time of day, from one column or from two."""
    day_cell = next((row.at(found.columns[name]) for name in ("day", "booked") if name in found.columns), "")
    time_cell = row.at(found.columns.get("time"))
    if day_cell == "":
        return read_moment(time_cell, field="day")
    day, at = read_moment(day_cell, field="day")
    if isinstance(time_cell, time):
        return day, time_cell.replace(microsecond=0, tzinfo=None)
    if at is not None or time_cell == "":
        return day, at
    try:
        return day, _clock(read_words(time_cell), day)
    except Refused:
        return day, None  # a time nobody can read is none: the day alone decides then


def _clock(words: str, day: date) -> time | None:
    plain = words.replace("：", ":")
    if re.fullmatch(r"[0-9]{6}", plain):
        plain = f"{plain[:2]}:{plain[2:4]}:{plain[4:]}"
    if re.fullmatch(r"[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?", plain):
        return read_moment(f"{day.isoformat()} {plain}")[1]
    return read_moment(plain)[1]


def _digested(found: Iterable[Credit]) -> Iterator[Credit]:
    """Each with its row's digest; rows that say the same are told apart by their turn within the file."""
    seen: Counter[str] = Counter()
    for one in found:
        said = {
            "day": one.day.isoformat(),
            "at": one.at.isoformat() if one.at else "",
            "amount": f"{one.amount:.2f}",
            "payer": one.payer,
            "account": one.payer_account,
            "remark": one.remark,
            "serial": one.serial,
        }
        bare = sha256_hex(jcs(said))
        turn = 0 if one.serial else seen[bare]
        seen[bare] += 1
        yield replace(one, digest=sha256_hex(jcs({**said, "turn": turn})))
