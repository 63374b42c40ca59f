"""Numbers of patents, applications, publications and classes: read in any common spelling, kept in one.

Sources: ZC 0006-2003 (application numbers, in use since 2003-10-01, and the shorter ones before), ZC 0007
(publication numbers), IPC and Locarno classification. Whether a number was ever given, only the office can
say.

What the check character finds: every weight is prime to 11, and so is every difference of neighbouring
weights. So each single wrong digit and each swap of two different neighbouring digits before the dot
changes it. Two independent errors pass once in eleven, and a swap of the last digit with the check
character can pass; the tests count both claims.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from registry.codes.tables import table
from registry.errors import Refused

_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {
    ord("。"): ".",
    ord("．"): ".",
    ord("　"): " ",
}
_PREFIXED = re.compile(r"(?P<prefix>CN|ZL|CNZL)?(?P<body>\d{12}|\d{8})\.?(?P<check>[0-9X])", re.ASCII)
_PUBLICATION = re.compile(r"(?:CN)?(\d{7}|\d{8}|\d{9})([ABUSCYD][0-9]?)", re.ASCII)
_IPC = re.compile(r"([A-H]\d{2})([A-Z])(\d{1,4})/(\d{2,6})", re.ASCII)
_LOCARNO = re.compile(r"(?:LOC(?:\(\d{1,2}\))?)?(?:CL\.?)?(\d{2})-(\d{2})", re.ASCII)
_LAST_LOCARNO_CLASS = 32


class Kind(StrEnum):
    """The three patents of PL 2; the codes of table `patent_kind`."""

    INVENTION = "invention"
    UTILITY_MODEL = "utility_model"
    DESIGN = "design"


_KINDS = {
    "1": Kind.INVENTION,
    "2": Kind.UTILITY_MODEL,
    "3": Kind.DESIGN,
    "8": Kind.INVENTION,
    "9": Kind.UTILITY_MODEL,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PatentNumber:
    """A number whose check character agrees. `str()` is the form that is stored: `ZL201810323021.5`."""

    year: int
    kind: Kind
    pct: bool
    digits: str
    check: str
    old_form: bool

    @property
    def serial(self) -> str:
        return self.digits[3:] if self.old_form else self.digits[5:]

    @property
    def application(self) -> str:
        """The application number: the same without ZL."""
        return f"{self.digits}.{self.check}"

    def __str__(self) -> str:
        return f"ZL{self.application}"


def parse(text: str, *, field: str = "") -> PatentNumber:
    """A patent number, with or without ZL, CN, spaces and dot, full-width too.

    Refuses: required, patent_number_form, patent_number_check (expected: the character the digits ask for).
    """
    return _parse(text, noun="patent_number", field=field)


def application(text: str, *, field: str = "") -> PatentNumber:
    """An application number; ZL is refused, since an application is not yet a patent.

    Refuses: required, application_number_form, application_number_check.
    """
    if "ZL" in _compact(text):
        raise Refused("application_number_form", field)
    return _parse(text, noun="application_number", field=field)


def check_character(digits: str) -> str:
    """The check character of 12 (or, before October 2003, 8) digits."""
    remainder = sum(int(d) * w for d, w in zip(digits, _WEIGHTS, strict=False)) % 11
    return "X" if remainder == 10 else str(remainder)


def publication(text: str, *, field: str = "") -> str:
    """`CN108766507B`. Refuses: required, publication_number_form."""
    found = _match(_PUBLICATION, text, code="publication_number_form", field=field)
    return f"CN{found[1]}{found[2]}"


def ipc(text: str, *, field: str = "") -> str:
    """`G16H 10/60`. Refuses: required, ipc_form, ipc_class (no such class in the table)."""
    found = _match(_IPC, text, code="ipc_form", field=field)
    if found[1] not in table("ipc_class"):
        raise Refused("ipc_class", field, value=found[1])
    return f"{found[1]}{found[2]} {found[3]}/{found[4]}"


def locarno(text: str, *, field: str = "") -> str:
    """`14-02`, the class of a design. Refuses: required, locarno_form."""
    found = _match(_LOCARNO, text, code="locarno_form", field=field)
    if not 1 <= int(found[1]) <= _LAST_LOCARNO_CLASS or found[2] == "00":
        raise Refused("locarno_form", field)
    return f"{found[1]}-{found[2]}"


def main_class(kind: Kind, text: str, *, field: str = "") -> str:
    """The main class as the kind has it: Locarno for designs, IPC for the others."""
    return locarno(text, field=field) if kind is Kind.DESIGN else ipc(text, field=field)


def _parse(text: str, *, noun: str, field: str) -> PatentNumber:
    found = _match(_PREFIXED, text, code=f"{noun}_form", field=field)
    digits, old_form = found["body"], len(found["body"]) == 8
    year = _year(digits, old_form=old_form)
    kind_digit = digits[2] if old_form else digits[4]
    if year is None or kind_digit not in _KINDS:
        raise Refused(f"{noun}_form", field, "ZC 0006-2003")
    expected = check_character(digits)
    if found["check"] != expected:
        raise Refused(f"{noun}_check", field, "ZC 0006-2003", expected=expected)
    return PatentNumber(
        year=year,
        kind=_KINDS[kind_digit],
        pct=kind_digit in "89",
        digits=digits,
        check=expected,
        old_form=old_form,
    )


def _year(digits: str, *, old_form: bool) -> int | None:
    """1985 (the first applications) to 2003 in the old form, from 2003 in the new one."""
    if not old_form:
        year = int(digits[:4])
        return year if 2003 <= year <= 2099 else None
    short = int(digits[:2])
    if short >= 85:
        return 1900 + short
    return 2000 + short if short <= 3 else None


def _compact(text: str) -> str:
    if not isinstance(text, str):
        return ""
    return "".join(text.translate(_FULL_WIDTH).upper().split())


def _match(pattern: re.Pattern[str], text: str, *, code: str, field: str) -> re.Match[str]:
    compact = _compact(text)
    if not compact:
        raise Refused("required", field)
    found = pattern.fullmatch(compact)
    if not found:
        raise Refused(code, field)
    return found
