"""Fields: the shapes of single values that come in and go out, each answering with codes, never with prose.

A field reads what people type and what machines send alike, refuses with a code, and writes the one spelling
that the API shows. What a code says in words stands in `messages`; `forms` puts fields together.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any, TypeVar

import marshmallow
from marshmallow import RAISE, ValidationError, fields, validate

from registry import clock, money, text
from registry.codes import tables
from registry.errors import Refused

T = TypeVar("T")
_WORD = re.compile(r"[a-z][a-z0-9_]*")
_YEARS = range(1900, 3000)
"""Years a day may lie in: every calculation with such a day stays within what dates can say."""
_DAY = re.compile(r"([0-9]{4})(?:-|/|\.|年)([0-9]{1,2})(?:-|/|\.|月)([0-9]{1,2})日?")
_YES = ("yes", "true", "on", "1")
_NO = ("no", "false", "off", "0")
_CODES: tuple[tuple[type[Any], str], ...] = (
    (fields.Integer, "not_an_integer"),
    (fields.Number, "not_a_number"),
    (fields.Boolean, "not_true_or_false"),
    (fields.Date, "not_a_date"),
    (fields.Enum, "not_a_choice"),
    (fields.List, "not_a_list"),
    (fields.Nested, "not_an_object"),
    (fields.Dict, "not_an_object"),
    (fields.UUID, "not_valid"),
    (fields.Email, "not_valid"),
    (fields.String, "not_text"),
)


class Schema(marshmallow.Schema):
    """What may come in: unknown names are refused; all fields answer in codes, plain marshmallow ones too."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "unknown_field", "type": "not_an_object"}

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        _answer_in_codes(field_obj)


def _is_code(message: Any) -> bool:
    return isinstance(message, str) and _is_word(message)


@lru_cache(1024)
def _is_word(message: str) -> bool:
    return _WORD.fullmatch(message) is not None


@cache
def _general(kind: type[fields.Field[Any]]) -> str:
    return next((code for known, code in _CODES if issubclass(kind, known)), "not_valid")


def _answer_in_codes(one: fields.Field[Any]) -> None:
    general = _general(type(one))  # type: ignore[arg-type]
    known = {"required": "required", "null": "required", "validator_failed": "not_valid"}
    one.error_messages = {
        key: message if _is_code(message) else known.get(key, general)
        for key, message in one.error_messages.items()
    }
    if isinstance(one, fields.List):
        _answer_in_codes(one.inner)


class Checked(fields.Field[T]):
    """A field whose `read` may refuse. `properties` is what OpenAPI is told."""

    properties: Mapping[str, Any] = {"type": "string"}

    def __init__(self, **kwargs: Any) -> None:
        kwargs["metadata"] = dict(self.properties) | (kwargs.get("metadata") or {})
        super().__init__(**kwargs)

    def read(self, value: Any) -> T:
        raise NotImplementedError

    def write(self, value: T) -> Any:
        return str(value)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> T:
        try:
            return self.read(value)
        except Refused as refused:
            raise ValidationError([refused]) from refused

    def _serialize(self, value: T | None, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return None if value is None else self.write(value)


class Money(Checked[Decimal]):
    """Yuan as text with at most two decimals; a number would pass through binary fractions on its way."""

    properties = {"type": "string", "pattern": r"^\d{1,12}(\.\d{1,2})?$", "example": "68000.00"}

    def read(self, value: Any) -> Decimal:
        return money.parse_amount(value)

    def write(self, value: Decimal) -> str:
        return money.plain(value)


class Percent(Checked[Decimal]):
    """Per cent as text with at most four decimals."""

    properties = {"type": "string", "pattern": r"^\d{1,3}(\.\d{1,4})?$", "example": "2.5"}

    def read(self, value: Any) -> Decimal:
        return money.parse_rate(value)

    def write(self, value: Decimal) -> str:
        return f"{value:f}"


class LegalDate(Checked[date]):
    """A day: `2026-03-01` is what machines send, `2026-3-1`, `2026/3/1` and `2026年3月1日` are understood."""

    properties = {"type": "string", "format": "date"}

    def read(self, value: Any) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        found = self._day(value)
        return found if found.year in _YEARS else _refuse("not_a_date")

    def _day(self, value: Any) -> date:
        plain = "".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else ""
        found = _DAY.fullmatch(plain)
        try:
            return date(*(int(part) for part in found.groups())) if found else _refuse("not_a_date")
        except ValueError:
            raise Refused("not_a_date")

    def write(self, value: date) -> str:
        return value.isoformat()


class Instant(Checked[datetime]):
    """An instant as RFC 3339, UTC, milliseconds."""

    properties = {"type": "string", "format": "date-time"}

    def read(self, value: Any) -> datetime:
        try:
            return clock.parse_rfc3339(value)
        except (TypeError, ValueError):
            raise Refused("not_an_instant")

    def write(self, value: datetime) -> str:
        return clock.rfc3339(value)


class CleanName(Checked[str]):
    """One line of text without hidden characters, `min` to `max` characters long."""

    def __init__(self, *, min: int = 0, max: int = 200, **kwargs: Any) -> None:
        self.least, self.most = min, max
        bounds = {"maxLength": max} | ({"minLength": min} if min else {})
        kwargs["metadata"] = bounds | (kwargs.get("metadata") or {})
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        return self.measured(text.clean_name(value))

    def measured(self, cleaned: str) -> str:
        if self.required and not cleaned:
            raise Refused("required")
        if len(cleaned) > self.most:
            raise Refused("too_long", max=self.most, length=len(cleaned))
        if cleaned and len(cleaned) < self.least:
            raise Refused("too_short", min=self.least, length=len(cleaned))
        return cleaned


class CleanText(CleanName):
    """Several lines of text without hidden characters."""

    def __init__(self, *, min: int = 0, max: int = 2000, **kwargs: Any) -> None:
        super().__init__(min=min, max=max, **kwargs)

    def read(self, value: Any) -> str:
        return self.measured(text.clean_text(value))


class Code(Checked[str]):
    """A code of one of the state's tables; whether it is valid on a day is for the rules to say."""

    def __init__(self, table: str, **kwargs: Any) -> None:
        self.table = table
        kwargs["metadata"] = {"description": f"code table {table}"} | (kwargs.get("metadata") or {})
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > 40:
            raise Refused("not_a_choice", table=self.table)
        return tables.table(self.table).choose(value.strip()).code


class Choice(Checked[Any]):
    """One of our own words: a StrEnum (its member comes out) or a list of texts."""

    def __init__(self, values: type[StrEnum] | Iterable[str], **kwargs: Any) -> None:
        self.choices: dict[str, str] = {str(one): one for one in values}
        default = kwargs.get("load_default", next(iter(self.choices), ""))
        if not callable(default) and str(default) not in self.choices:
            kwargs["load_default"] = lambda: default  # nothing chosen: no default the document could name
        kwargs["metadata"] = {"enum": list(self.choices)} | (kwargs.get("metadata") or {})
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        chosen = self.choices.get(value) if isinstance(value, str) else None
        return _refuse("not_a_choice") if chosen is None else chosen


class Flag(Checked[bool]):
    """Yes or no: `true`, or a form's `yes`, `no`, `on`. An unticked box sends nothing: set `load_default`."""

    properties = {"type": "boolean"}

    def read(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if value not in _YES + _NO:
            raise Refused("not_true_or_false")
        return value in _YES

    def write(self, value: bool) -> bool:
        return bool(value)


class Whole(Checked[int]):
    """A whole number, typed or sent as one."""

    def __init__(self, *, min: int | None = None, max: int | None = None, **kwargs: Any) -> None:
        self.least, self.most = min, max
        bounds = {key: bound for key, bound in (("minimum", min), ("maximum", max)) if bound is not None}
        kwargs["metadata"] = {"type": "integer"} | bounds | (kwargs.get("metadata") or {})
        super().__init__(**kwargs)

    def read(self, value: Any) -> int:
        plain = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else value
        if isinstance(plain, str) and re.fullmatch(r"[-+]?[0-9]{1,18}", plain):
            plain = int(plain)
        if not isinstance(plain, int) or isinstance(plain, bool):
            raise Refused("not_an_integer")
        if self.least is not None and plain < self.least:
            raise Refused("too_small", min=self.least)
        if self.most is not None and plain > self.most:
            raise Refused("too_big", max=self.most)
        return plain

    def write(self, value: int) -> int:
        return value


class Count(validate.Length):
    """How many entries a list may have; for `validate=` of a List."""

    def __call__(self, value: Any) -> Any:
        if self.max is not None and len(value) > self.max:
            raise ValidationError([Refused("too_many", max=self.max)])
        if self.min is not None and len(value) < self.min:
            raise ValidationError([Refused("too_few", min=self.min)])
        return value


def _refuse(code: str) -> Any:
    raise Refused(code)
