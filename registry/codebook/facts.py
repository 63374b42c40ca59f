"""The columns a program reads as figures or patterns: what may stand in them, so that no row stops it."""

from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation

from registry.errors import Refused
from registry.licenses import cautions

LONGEST = 500  # characters of any other column


def check(table: str, facts: Mapping[str, str]) -> None:
    """Raises Refused pattern_unreadable, not_a_number, too_long; its field names the column."""
    for name, value in facts.items():
        known = _CHECKS.get((table, name))
        if value and known is not None:
            known(value, f"facts.{name}")
        elif len(value) > LONGEST:
            raise Refused("too_long", f"facts.{name}", max=LONGEST)


def _pattern(value: str, field: str) -> None:
    try:
        cautions.check_pattern(value)
    except ValueError as error:
        raise Refused("pattern_unreadable", field) from error


def _figure(value: str, field: str) -> None:
    try:
        found = Decimal(value)
    except InvalidOperation as error:
        raise Refused("not_a_number", field) from error
    if not found.is_finite() or found <= 0:
        raise Refused("not_a_number", field)


def _years(value: str, field: str) -> None:
    if not (value.isascii() and value.isdigit() and 1 <= int(value) <= 30):
        raise Refused("not_a_number", field)


_CHECKS: Mapping[tuple[str, str], Callable[[str, str], None]] = {
    **{
        (name, column): _pattern
        for name in (cautions.MONOPOLY, cautions.ADVERTISING)
        for column in ("pattern", "unless")
    },
    ("fee_caps", "value"): _figure,
    ("term_years", "years"): _years,
}
