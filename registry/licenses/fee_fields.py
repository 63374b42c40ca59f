"""A fee read from a form or from stored fields, and stored again: amounts and rates as text, nothing
rounded."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any

from registry import money
from registry.errors import Refused, refuse_all
from registry.licenses.fees import (
    PAY_WITHIN_DAYS,
    PAY_WITHIN_MAX,
    WITH_AMOUNT,
    WITH_ROYALTY,
    ZERO,
    Anchor,
    Base,
    Fee,
    Instalment,
    LatePayment,
    Method,
    Period,
    Royalty,
    Stage,
    check,
)

AFTER_DAYS_MAX = 3650
AFTER_MONTHS_MAX = 240
ROWS_MAX = 40
WORDS_MAX = 2000


def from_fields(fields: Mapping[str, Any], *, field: str = "fee") -> Fee:
    """Read a fee from form input or from to_fields' JSON: amounts and rates as text.

    Raises Refused or Invalid, each refusal naming its field (`fee.instalments.1.amount`, counted from 0).
    """
    reader = _Reader(field)
    fee = _read(reader, fields)
    refuse_all([*reader.refused, *([] if reader.refused else check(fee, field=field))])
    return fee


def to_fields(fee: Fee) -> dict[str, Any]:
    """JSON-safe: decimals in their one stored spelling, only what the method uses. from_fields reads it
    back."""
    fields: dict[str, Any] = {"method": fee.method.value}
    if fee.amount is not None:
        fields["amount"] = money.plain(fee.amount)
    if fee.instalments:
        fields["instalments"] = [_instalment_fields(item) for item in fee.instalments]
    if fee.royalty:
        fields["royalty"] = _royalty_fields(fee.royalty)
    if fee.method is Method.OTHER:
        fields |= {"words": fee.words, "condition": fee.condition}
    if fee.method is not Method.FREE:
        fields |= {"tax_included": fee.tax_included, "pay_within_days": fee.pay_within_days}
        if fee.late_payment is not LatePayment.ACCEPT:  # the default is not written: older texts keep theirs
            fields["late_payment"] = fee.late_payment.value
        if fee.tax_rate is not None:
            fields["tax_rate"] = f"{fee.tax_rate:f}"
    return fields


class _Reader:
    """Collects refusals while fields are read, so that a form shows all of them at once."""

    def __init__(self, field: str) -> None:
        self.field = field
        self.refused: list[Refused] = []

    def at(self, fields: Mapping[str, Any], name: str) -> tuple[str, Any]:
        value = fields.get(name)
        return f"{self.field}.{name}", None if value == "" else value

    def amount(self, fields: Mapping[str, Any], name: str, *, required: bool = False) -> Decimal | None:
        return self._parsed(fields, name, money.parse_amount, required)

    def rate(self, fields: Mapping[str, Any], name: str, *, required: bool = False) -> Decimal | None:
        return self._parsed(fields, name, money.parse_rate, required)

    def _parsed(self, fields: Mapping[str, Any], name: str, parse: Any, required: bool) -> Decimal | None:
        field, value = self.at(fields, name)
        if value is None:
            if required:
                self.refused.append(Refused("required", field))
            return None
        try:
            parsed: Decimal = parse(f"{value:f}" if isinstance(value, Decimal) else value, field=field)
        except Refused as refusal:
            self.refused.append(refusal)
            return None
        return parsed

    def choice(self, fields: Mapping[str, Any], name: str, kind: type[StrEnum], default: str = "") -> str:
        field, value = self.at(fields, name)
        text = default if value is None else str(value)
        if text in list(kind):
            return text
        self.refused.append(Refused("not_a_choice" if text else "required", field, "PL 50"))
        return next(iter(kind))

    def integer(self, fields: Mapping[str, Any], name: str, default: int, *, top: int, least: int = 0) -> int:
        field, value = self.at(fields, name)
        if value is None:
            return default
        text = str(value).strip()
        if isinstance(value, bool) or not (text.isascii() and text.isdigit()):
            self.refused.append(Refused("not_an_integer", field))
            return default
        number = int(text[:9])
        if len(text) > 9 or not least <= number <= top:
            self.refused.append(Refused("days_range", field, min=least, max=top))
        return number

    def flag(self, fields: Mapping[str, Any], name: str, default: bool) -> bool:
        field, value = self.at(fields, name)
        known = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "0": False}
        if value is None:
            return default
        if str(value).lower() not in known:
            self.refused.append(Refused("not_true_or_false", field))
        return known.get(str(value).lower(), default)

    def text(self, fields: Mapping[str, Any], name: str) -> str:
        field, value = self.at(fields, name)
        if value is None:
            return ""
        if not isinstance(value, str):
            self.refused.append(Refused("not_text", field))
            return ""
        if len(value) > WORDS_MAX:
            self.refused.append(Refused("too_long", field, max=WORDS_MAX))
        return value.strip()

    def rows(self, fields: Mapping[str, Any], name: str) -> Iterator[tuple["_Reader", Mapping[str, Any]]]:
        field, value = self.at(fields, name)
        rows: Sequence[Any] = value if isinstance(value, list | tuple) else ()
        if (value is not None and rows is not value) or not all(isinstance(row, Mapping) for row in rows):
            self.refused.append(Refused("not_valid", field))
            return
        if len(rows) > ROWS_MAX:
            self.refused.append(Refused("too_many", field, max=ROWS_MAX))
            return
        for n, row in enumerate(rows):
            reader = _Reader(f"{field}.{n}")
            reader.refused = self.refused
            yield reader, row


def _read(reader: _Reader, fields: Mapping[str, Any]) -> Fee:
    method = Method(reader.choice(fields, "method", Method))
    if method is Method.FREE:
        return Fee(method=method)
    return Fee(
        method=method,
        amount=reader.amount(fields, "amount") if method in (*WITH_AMOUNT, Method.OTHER) else None,
        instalments=_read_instalments(reader, fields) if method is Method.INSTALMENTS else (),
        royalty=_read_royalty(reader, fields, method) if method in WITH_ROYALTY else None,
        words=reader.text(fields, "words") if method is Method.OTHER else "",
        condition=reader.text(fields, "condition") if method is Method.OTHER else "",
        tax_included=reader.flag(fields, "tax_included", True),
        tax_rate=reader.rate(fields, "tax_rate"),
        pay_within_days=reader.integer(
            fields, "pay_within_days", PAY_WITHIN_DAYS, top=PAY_WITHIN_MAX, least=1
        ),
        late_payment=LatePayment(reader.choice(fields, "late_payment", LatePayment, LatePayment.ACCEPT)),
    )


def _read_instalments(reader: _Reader, fields: Mapping[str, Any]) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(
            amount=line.amount(row, "amount", required=True) or ZERO,
            anchor=Anchor(line.choice(row, "anchor", Anchor)),
            after_days=line.integer(row, "after_days", 0, top=AFTER_DAYS_MAX),
            after_months=line.integer(row, "after_months", 0, top=AFTER_MONTHS_MAX),
        )
        for line, row in reader.rows(fields, "instalments")
    )


def _read_royalty(reader: _Reader, fields: Mapping[str, Any], method: Method) -> Royalty | None:
    field, given = reader.at(fields, "royalty")
    if given is None:
        return None
    if not isinstance(given, Mapping):
        reader.refused.append(Refused("not_valid", field))
        return None
    line = _Reader(field)
    line.refused = reader.refused
    implied = {Method.ROYALTY_SALES: "sales", Method.ROYALTY_PROFIT: "profit"}.get(method, "")
    stages = tuple(
        Stage(
            from_year=stage.integer(row, "from_year", 2, top=30, least=2),
            rate=stage.rate(row, "rate", required=True) or ZERO,
        )
        for stage, row in line.rows(given, "stages")
    )
    return Royalty(
        base=Base(line.choice(given, "base", Base, implied)),
        base_words=line.text(given, "base_words"),
        rate=line.rate(given, "rate", required=True) or ZERO,
        period=Period(line.choice(given, "period", Period)),
        report_within_days=line.integer(given, "report_within_days", 15, top=PAY_WITHIN_MAX, least=1),
        pay_within_days=line.integer(given, "pay_within_days", 30, top=PAY_WITHIN_MAX, least=1),
        stages=stages,
        minimum=line.amount(given, "minimum"),
        minimum_due_at_start=line.flag(given, "minimum_due_at_start", False),
        inspection=line.flag(given, "inspection", True),
    )


def _instalment_fields(item: Instalment) -> dict[str, Any]:
    return {
        "amount": money.plain(item.amount),
        "anchor": item.anchor.value,
        "after_days": item.after_days,
        "after_months": item.after_months,
    }


def _royalty_fields(royalty: Royalty) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "base": royalty.base.value,
        "base_words": royalty.base_words,
        "rate": f"{royalty.rate:f}",
        "period": royalty.period.value,
        "report_within_days": royalty.report_within_days,
        "pay_within_days": royalty.pay_within_days,
        "stages": [{"from_year": stage.from_year, "rate": f"{stage.rate:f}"} for stage in royalty.stages],
        "minimum_due_at_start": royalty.minimum_due_at_start,
        "inspection": royalty.inspection,
    }
    if royalty.minimum is not None:
        fields["minimum"] = money.plain(royalty.minimum)
    return fields
