"""Single cells of tables people bring: days, amounts and long numbers, as they are typed here and as
spreadsheets spoil them.

A cell is text, a number, a day or an instant. Nothing is guessed: what a spreadsheet has shortened
(`1.23E+15`) or rounded (more than fifteen digits) is refused with the way to set the cell to text.
"""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from registry import money
from registry.errors import Refused

Cell = str | Decimal | date | datetime | time

EXACT_DIGITS = 15
"""What a spreadsheet's numbers hold: further digits have become zeros."""
_FIRST_DAY, _LAST_DAY = 18264, 109574  # 1950-01-01 and 2199-12-31 as a spreadsheet numbers them
_ZERO_DAY = date(1899, 12, 30)
_DAY = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|年([0-9]{1,2})月([0-9]{1,2})日?)")
_BARE_DAY = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})")
_CLOCK = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:\.0+)?)?")
_SHORTENED = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?[eE]\+?[0-9]+")
_UNITS = re.compile(r"(?P<sum>.*?)(?P<unit>万元|万|元)?")


def read_words(cell: Cell) -> str:
    """What the cell shows, on one line; a number without an exponent."""
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    if isinstance(cell, datetime):
        return cell.isoformat(" ", "seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    return " ".join(cell.split())


def read_long_number(cell: Cell, *, field: str = "") -> str:
    """An official number, every digit and leading zero kept; full-width digits and spaces are understood.

    Refuses: number_shortened, number_lost_digits.
    """
    if isinstance(cell, Decimal):
        if len(cell.as_tuple().digits) + max(_exponent(cell), 0) > EXACT_DIGITS:
            raise Refused("number_lost_digits", field)
        return f"{cell:f}"
    words = unicodedata.normalize("NFKC", read_words(cell)).replace(" ", "").removeprefix("'")
    if _SHORTENED.fullmatch(words):
        raise Refused("number_shortened", field)
    return words


def read_amount(cell: Cell, *, wan: bool = False, signed: bool = False, field: str = "") -> Decimal:
    """Yuan. `wan`: the heading says 万元, unless the cell itself says 元; `signed`: a minus is allowed.

    Refuses like `money.parse_amount`, and number_shortened.
    """
    words = f"{cell:f}" if isinstance(cell, Decimal) else _amount_words(cell)
    if _SHORTENED.fullmatch(words):
        raise Refused("number_shortened", field)
    found = _UNITS.fullmatch(words)
    assert found is not None  # both groups may be empty
    bare = found["sum"]
    negative = signed and bare.startswith("-")
    tenthousands = found["unit"] in ("万", "万元") or (wan and not found["unit"])
    bare = bare.removeprefix("-") if negative else bare
    amount = money.parse_amount(_times_wan(bare) if tenthousands else bare, field=field)
    return -amount if negative else amount


def read_day(cell: Cell, *, field: str = "") -> date:
    """A day: `2026/3/1`, `2026-3-1`, `2026年3月1日`, `20260301`, a sheet's day number; a time is dropped.

    Refuses: required, not_a_date.
    """
    return read_moment(cell, field=field)[0]


def read_moment(cell: Cell, *, field: str = "") -> tuple[date, time | None]:
    """A day, and the time of day where one stands beside it. Refuses: required, not_a_date."""
    if isinstance(cell, datetime):
        clock = cell.time().replace(microsecond=0, tzinfo=None)
        return _sane(cell.date(), field), clock if clock != time() else None
    if isinstance(cell, date):
        return _sane(cell, field), None
    if isinstance(cell, Decimal):
        return _of_number(cell, field)
    if isinstance(cell, time):
        raise Refused("not_a_date", field)
    return _of_words(unicodedata.normalize("NFKC", cell).strip(), field)


def _of_number(number: Decimal, field: str) -> tuple[date, time | None]:
    if number == int(number) and _BARE_DAY.fullmatch(str(int(number))):
        return _of_words(str(int(number)), field)
    if not _FIRST_DAY <= number <= _LAST_DAY:
        raise Refused("not_a_date", field)
    day = _ZERO_DAY + timedelta(days=int(number))
    seconds = int((number % 1 * 86400).to_integral_value())
    if not 0 < seconds < 86400:
        return day, None
    return day, (datetime.combine(day, time()) + timedelta(seconds=seconds)).time()


def _of_words(words: str, field: str) -> tuple[date, time | None]:
    if not words:
        raise Refused("required", field)
    day, _, clock = words.replace("T", " ").partition(" ")
    if re.fullmatch(r"[0-9]{5}(\.[0-9]+)?", words):
        return _of_number(Decimal(words), field)
    if not _DAY.fullmatch(day) and not _BARE_DAY.fullmatch(day):
        day, clock = "".join(words.split()), ""  # 2026 年 3 月 1 日
    found = _DAY.fullmatch(day) or _BARE_DAY.fullmatch(day)
    hour = _CLOCK.fullmatch(clock.strip())
    if found is None or (clock.strip() and hour is None):
        raise Refused("not_a_date", field)
    parts = [int(part) for part in found.groups() if part and part.isdigit()]
    try:
        stated = time.fromisoformat(_iso(hour)) if hour else None
        return _sane(date(*parts), field), stated
    except ValueError:
        raise Refused("not_a_date", field) from None


def _iso(hour: re.Match[str]) -> str:
    return ":".join(part.zfill(2) for part in hour.groups(default="00"))


def _sane(day: date, field: str) -> date:
    if not 1950 <= day.year < 2200:
        raise Refused("not_a_date", field)
    return day


def _amount_words(cell: Cell) -> str:
    if not isinstance(cell, str):
        return read_words(cell)
    words = "".join(unicodedata.normalize("NFKC", cell).split())
    return words.removeprefix("'").removeprefix("人民币").lstrip("¥￥")


def _times_wan(words: str) -> str:
    """The same sum in yuan, digits moved and none rounded; what is no number is left for the parser."""
    bare = words.replace(",", "")
    if not re.fullmatch(r"[0-9]{1,30}(\.[0-9]{1,30})?", bare):
        return words
    moved = Decimal(bare).scaleb(4)
    return f"{moved:f}".rstrip("0").rstrip(".") if "." in f"{moved:f}" else f"{moved:f}"


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0
