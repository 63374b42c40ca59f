"""Money and rates: read, printed in figures, printed in capitals. Decimal yuan everywhere, never rounded.

Rules: domain notes on amounts in capitals (the People's Bank's rules for bills). More than two decimals is an
error, never a truncation.
"""

import re
from decimal import Decimal

from registry.errors import Refused

LIMIT = Decimal(10) ** 12
"""Amounts stay below this: 9999亿9999万9999元9角9分 is the greatest that can be written."""

_CENT = Decimal("0.01")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９，．－＋％−", "0123456789,.-+%-")
_NUMBER = re.compile(
    r"(?P<sign>[-+]?)(?P<whole>[0-9]{1,3}(?:,[0-9]{3})+|[0-9]{1,30})(?:\.(?P<part>[0-9]{1,30}))?"
)
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_ONES = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_SCALES = ((10**9, "billion"), (10**6, "million"), (1000, "thousand"), (100, "hundred"))


def parse_amount(text: str, *, field: str = "") -> Decimal:
    """Yuan from what people type: full-width digits and thousands commas are understood, exponents are not.

    Refuses: required, amount_form, amount_negative, amount_decimals, amount_too_large.
    """
    amount = _parse(text, decimals=2, noun="amount", field=field)
    if amount >= LIMIT:
        raise Refused("amount_too_large", field)
    return amount.quantize(_CENT)


def parse_rate(text: str, *, field: str = "") -> Decimal:
    """Per cent, at most four decimals, a closing % allowed: `3.5%` is Decimal("3.5").

    Refuses: required, rate_form, rate_negative, rate_decimals, rate_too_large (above 100).
    """
    bare = text.translate(_FULL_WIDTH).strip().removesuffix("%") if isinstance(text, str) else text
    rate = _parse(bare, decimals=4, noun="rate", field=field)
    if rate > 100:
        raise Refused("rate_too_large", field)
    return _short(rate, least=0)


def cents(amount: Decimal) -> int:
    """Yuan as whole fen, which a database adds without rounding."""
    return int(amount.scaleb(2))


def from_cents(fen: int | Decimal) -> Decimal:
    """The inverse of `cents`."""
    return Decimal(fen).scaleb(-2).quantize(_CENT)


def _parse(text: str, *, decimals: int, noun: str, field: str) -> Decimal:
    if not isinstance(text, str):
        raise Refused(f"{noun}_form", field)
    plain_text = text.translate(_FULL_WIDTH).strip()
    if not plain_text:
        raise Refused("required", field)
    found = _NUMBER.fullmatch(plain_text)
    if not found:
        raise Refused(f"{noun}_form", field)
    if found["sign"] == "-":
        raise Refused(f"{noun}_negative", field)
    if len(found["part"] or "") > decimals:
        raise Refused(f"{noun}_decimals", field, max=decimals)
    return Decimal(f"{found['whole'].replace(',', '')}.{found['part'] or '0'}")


def plain(amount: Decimal) -> str:
    """The one spelling that is stored and signed: `68000.00`. Raises ValueError outside `parse_amount`'s
    range.
    """
    return f"{_exact(amount):.2f}"


def yuan(amount: Decimal) -> str:
    """`68,000.00`, as printed beside 元. Raises ValueError outside `parse_amount`'s range."""
    return f"{_exact(amount):,.2f}"


def wan(amount: Decimal) -> str:
    """The same amount in 万元, exact, two to six decimals: 68000 is `6.80`, 68000.50 is `6.80005`."""
    return f"{_short(_exact(amount) / 10000, least=2):,f}"


def percent(rate: Decimal) -> str:
    """`2.5%`: no closing zeros, never rounded."""
    return f"{_short(rate, least=0):f}%"


def capitals(amount: Decimal) -> str:
    """人民币大写: `人民币陆万捌仟元整`. Raises ValueError for what has more than two decimals or cannot be
    written.

    Where the rule leaves 零 open it stands when 元 is zero and 角 is not (壹仟陆佰捌拾元零叁角贰分) and is
    left out when 万 is zero and 仟 is not (壹拾万柒仟元): the official examples are written so.
    """
    cents = int(_exact(amount) * 100)
    whole, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    text = f"{_whole_capitals(whole)}元" if whole else ""
    if jiao:
        text += ("零" if whole and whole % 10 == 0 else "") + f"{_DIGITS[jiao]}角"
    elif fen and whole:
        text += "零"
    text += f"{_DIGITS[fen]}分" if fen else ""
    if not text:
        text = "零元"
    return f"人民币{text}" + ("" if fen else "整")


def in_words(amount: Decimal) -> str:
    """The same in English: `sixty-eight thousand yuan`, `one yuan and fifty fen`. Raises as `capitals`."""
    cents = int(_exact(amount) * 100)
    whole, fen = divmod(cents, 100)
    parts = [f"{_count(whole)} yuan"] if whole or not fen else []
    return " and ".join([*parts, *([f"{_count(fen)} fen"] if fen else [])])


def _count(number: int) -> str:
    """A whole number below 10¹² in English words, British manner: `one thousand and one`."""
    if number < 20:
        return _ONES[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return _TENS[tens] + (f"-{_ONES[ones]}" if ones else "")
    size, name = next(scale for scale in _SCALES if number >= scale[0])
    above, rest = divmod(number, size)
    text = f"{_count(above)} {name}"
    if not rest:
        return text
    return f"{text} and {_count(rest)}" if rest < 100 else f"{text} {_count(rest)}"


def _whole_capitals(whole: int) -> str:
    sections = [(whole // 10**8, "亿"), (whole // 10**4 % 10**4, "万"), (whole % 10**4, "")]
    text, gap = "", False
    for value, unit in sections:
        if value == 0:
            gap = bool(text)
            continue
        if text and (gap or value < 1000):
            text += "零"
        text += _section_capitals(value) + unit
        gap = False
    return text


def _section_capitals(value: int) -> str:
    """Four digits: 1002 is 壹仟零贰."""
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = value // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        text += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return text


def _exact(amount: Decimal) -> Decimal:
    if not amount.is_finite() or not 0 <= amount < LIMIT:
        raise ValueError(f"not an amount that can be written: {amount}")
    cents = amount.quantize(_CENT)
    if cents != amount:
        raise ValueError(f"more than two decimals: {amount}")
    return abs(cents)


def _short(number: Decimal, *, least: int) -> Decimal:
    """Without closing zeros, but with at least so many decimals."""
    bare = number.normalize()
    exponent = bare.as_tuple().exponent
    places = max(least, -exponent) if isinstance(exponent, int) else least
    return bare.quantize(Decimal(1).scaleb(-places))
