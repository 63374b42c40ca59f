"""What of a filing may be corrected: a closed list of typing errors, and who may mend which.

Terms accepted are frozen for ever (PL 51; CC 543): another fee, term, act, patent or party is another
license. The frozen record is never changed either; a correction stands beside it, and papers printed
afterwards name it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry import money
from registry.errors import Refused, refuse_all
from registry.text import N_, clean_name, clean_text

LICENSEE, HOLDER, OFFICE = "licensee", "holder", "office"
NOTICE, REGISTRATION, RECORDAL = "license.noticed", "registration.result", "recordal.result"
LINE, LINES, SPELLING, AMOUNT, DAY = "line", "lines", "spelling", "amount", "day"
MOST_CHANGED = 2  # characters of a person's name


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value that may be mended: by whom, in which form, at most how long. `name` is a message id."""

    side: str
    name: str
    form: str = LINE
    longest: int = 200


def _party(side: str, root: str, names: tuple[str, ...]) -> dict[str, Field]:
    """Particulars of one party, in the order of PARTICULARS."""
    found = {
        f"{root}.{one}": Field(side=side, name=name) for one, name in zip(PARTICULARS, names, strict=False)
    }
    spelt = Field(side=side, name=names[-2], form=SPELLING), Field(side=side, name=names[-1], form=SPELLING)
    return {**found, f"{root}.legal_representative": spelt[0], f"signers.{root}": spelt[1]}


PARTICULARS = ("address", "contact_name", "contact_phone", "contact_email", "bank_name")
_LICENSEE = (
    N_("被许可方地址"), N_("被许可方联系人"), N_("被许可方联系电话"), N_("被许可方电子邮箱"),
    N_("被许可方开户银行"), N_("被许可方法定代表人姓名的写法"), N_("被许可方签署人姓名的写法"),
)  # fmt: skip
_LICENSOR = (
    N_("许可方地址"), N_("许可方联系人"), N_("许可方联系电话"), N_("许可方电子邮箱"),
    N_("许可方开户银行"), N_("许可方法定代表人姓名的写法"), N_("许可方签署人姓名的写法"),
)  # fmt: skip

FIELDS: Mapping[str, Mapping[str, Field]] = {
    NOTICE: {
        **_party(LICENSEE, "licensee", _LICENSEE),
        "notice.contact.name": Field(side=LICENSEE, name=N_("通知中的联系人"), longest=100),
        "notice.contact.phone": Field(side=LICENSEE, name=N_("通知中的联系电话"), longest=40),
        "notice.contact.email": Field(side=LICENSEE, name=N_("通知中的电子邮箱"), longest=254),
        "notice.use": Field(side=LICENSEE, name=N_("实施用途的文字"), form=LINES, longest=1000),
        "notice.product": Field(side=LICENSEE, name=N_("产品或者服务的名称")),
        **_party(HOLDER, "licensor", _LICENSOR),
        "account.bank": Field(side=HOLDER, name=N_("收款账户的开户银行")),
    },
    REGISTRATION: {
        "registration_number": Field(side=OFFICE, name=N_("合同登记编号"), longest=40),
        "day": Field(side=OFFICE, name=N_("登记结果的日期"), form=DAY),
        "registrar": Field(side=OFFICE, name=N_("登记机构")),
        "total_amount": Field(side=OFFICE, name=N_("核定成交总额"), form=AMOUNT),
        "technology_amount": Field(side=OFFICE, name=N_("核定技术交易额"), form=AMOUNT),
        "certificate_number": Field(side=OFFICE, name=N_("证明编号"), longest=60),
        "words": Field(side=OFFICE, name=N_("理由说明"), form=LINES, longest=2000),
    },
    RECORDAL: {
        "number": Field(side=OFFICE, name=N_("备案号"), longest=40),
        "day": Field(side=OFFICE, name=N_("备案结果的日期"), form=DAY),
    },
}
"""By type of filing and path. Whatever is not here is frozen."""


def of_side(kind: str, side: str) -> dict[str, Field]:
    """The fields of a type of filing that one side may mend."""
    return {path: one for path, one in FIELDS[kind].items() if one.side == side}


def changed(
    kind: str, present: Mapping[str, str], asked: Mapping[str, Any], *, side: str, today: date
) -> dict[str, str]:
    """The corrected values that differ, each in its one spelling.

    Raises Refused or Invalid: field_frozen for what may never be corrected, field_of_other_side, not_spelling
    for another name, nothing_changes when nothing differs.
    """
    refusals: list[Refused] = []
    found: dict[str, str] = {}
    for path, value in asked.items():
        try:
            clean = _read(kind, path, value, side=side, today=today)
            if clean != present.get(path, ""):
                _check_spelling(FIELDS[kind][path], path, present.get(path, ""), clean)
                found[path] = clean
        except Refused as refused:
            refusals.append(refused)
    refuse_all(refusals)
    if not found:
        raise Refused("nothing_changes", "values")
    return found


def applied(record: Mapping[str, Any], corrections: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """The record with corrections in their order, as papers of today print it; the record itself stays."""
    made: dict[str, Any] = _copy(record)
    for values in corrections:
        for path, value in values.items():
            _put(made, path.split("."), value)
    return made


def value_at(record: Mapping[str, Any], path: str) -> str:
    """The text at a dotted path, empty where there is none."""
    found: Any = record
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return str(found) if found else ""


def edits(before: str, after: str) -> int:
    """The least number of characters to put in, take out or replace (Levenshtein)."""
    row = list(range(len(after) + 1))
    for i, one in enumerate(before, start=1):
        corner, row[0] = row[0], i
        for j, other in enumerate(after, start=1):
            corner, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, corner + (one != other))
    return row[-1]


def _read(kind: str, path: str, value: Any, *, side: str, today: date) -> str:
    field = FIELDS[kind].get(path)
    if field is None:
        raise Refused("field_frozen", f"values.{path}", "PL 51; CC 543")
    if field.side != side:
        raise Refused("field_of_other_side", f"values.{path}", "CC 543")
    where = f"values.{path}"
    if not isinstance(value, str):
        raise Refused("not_text", where)
    if field.form == AMOUNT:
        return money.plain(money.parse_amount(value, field=where))
    if field.form == DAY:
        return _day(value, where, today)
    clean = (clean_text if field.form == LINES else clean_name)(value, field=where)
    if not clean:
        raise Refused("required", where)
    if len(clean) > field.longest:
        raise Refused("too_long", where, max=field.longest)
    return clean


def _day(value: str, where: str, today: date) -> str:
    try:
        found = date.fromisoformat(value.strip())
    except ValueError:
        raise Refused("not_a_date", where)
    if found > today:
        raise Refused("day_in_future", where)
    return found.isoformat()


def _check_spelling(field: Field, path: str, before: str, after: str) -> None:
    """A name may be spelt right, never exchanged: most of it stays."""
    if field.form != SPELLING:
        return
    if not before or edits(before, after) > min(MOST_CHANGED, len(before) - 1):
        raise Refused("not_spelling", f"values.{path}", "CC 143", max=MOST_CHANGED)


def _copy(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _copy(one) for name, one in value.items()}
    return [_copy(one) for one in value] if isinstance(value, list) else value


def _put(record: dict[str, Any], parts: list[str], value: str) -> None:
    *path, last = parts
    for part in path:
        record = record.setdefault(part, {})
    record[last] = value
