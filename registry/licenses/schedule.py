"""When a fee falls due for one licensee, what makes the license effective, and the contract's total.

Which payment is the condition follows PL 51 and GL 6 by fee method (domain section 4); a last payment day
that is no working day moves to the next one (CC 203).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from registry.codes.calendar import Due as WorkingDay
from registry.codes.calendar import corresponding_day, next_working_day
from registry.licenses.fees import PERIOD_MONTHS, ZERO, Anchor, Fee, Instalment, Method, Royalty
from registry.licenses.terms import DAY, term_end, years_in_term


class Condition(StrEnum):
    """What the license waits for."""

    ON_NOTICE = "on_notice"  # the notice alone
    ON_PAYMENT = "on_payment"  # arrival of the amount in the named account
    ON_WORDS = "on_words"  # what a reviewer wrote before publication; a person decides whether it is met


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectiveCondition:
    """When the license is obtained. `amount` is yuan, zero unless ON_PAYMENT."""

    kind: Condition
    amount: Decimal = ZERO
    words: str = ""


class DueKind(StrEnum):
    """What a payment is for."""

    WHOLE = "whole"
    INSTALMENT = "instalment"
    YEAR = "year"
    ENTRY = "entry"
    MINIMUM = "minimum"
    ROYALTY = "royalty"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One payment of one licensee. `amount` is None for a royalty not yet reported; `number` counts from
    1."""

    kind: DueKind
    number: int
    amount: Decimal | None
    due_on: date
    at_start: bool = False
    report_by: date | None = None
    period_first: date | None = None
    period_last: date | None = None
    provisional: bool = False  # the calendar of that year is not published yet


class Basis(StrEnum):
    """How a contract's total was found (金额依据)."""

    FIXED = "fixed"
    ESTIMATE = "estimate"
    ZERO = "zero"


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """合同成交总额 in yuan, and how it was found."""

    amount: Decimal
    basis: Basis

    @property
    def untold(self) -> bool:
        """Whether no sum can be told: in kind, or a royalty without minimum. Nought would be untrue."""
        return self.basis is Basis.ESTIMATE and not self.amount


def due_at_start(fee: Fee) -> Decimal:
    """What has to be paid before the license is obtained, in yuan; nothing where a condition in words
    decides.
    """
    if fee.method is Method.OTHER and fee.condition:
        return ZERO
    if fee.method in (Method.LUMP, Method.PER_YEAR, Method.ENTRY_ROYALTY, Method.OTHER):
        entry = fee.amount or ZERO
    else:
        entry = sum((item.amount for item in fee.instalments if _at_start(item, fee)), ZERO)
    royalty = fee.royalty
    advance = royalty.minimum if royalty and royalty.minimum_due_at_start and royalty.minimum else ZERO
    return entry + advance


def condition(fee: Fee) -> EffectiveCondition:
    """When the license is obtained, by fee method (PL 51; GL 6; design: journeys 1.4)."""
    if fee.method is Method.OTHER and (fee.condition or not fee.amount):
        return EffectiveCondition(kind=Condition.ON_WORDS, amount=ZERO, words=fee.condition or fee.words)
    amount = due_at_start(fee)
    if not amount:
        return EffectiveCondition(kind=Condition.ON_NOTICE)
    return EffectiveCondition(kind=Condition.ON_PAYMENT, amount=amount)


def start_window(fee: Fee) -> int:
    """Days after the notice within which the part due at the start is paid."""
    starts = [item.after_days for item in fee.instalments if _at_start(item, fee) and item.amount]
    return max((days or fee.pay_within_days for days in starts), default=fee.pay_within_days)


def pay_by(noticed_on: date, days: int) -> WorkingDay:
    """Last day to pay: the notice's day is not counted (CC 201), a day of rest moves on (CC 203)."""
    return next_working_day(noticed_on + timedelta(days=days))


def schedule(fee: Fee, noticed_on: date, *, effective_on: date, license_last_day: date) -> list[Due]:
    """Everything this licensee pays, in order of days. Without an effective day yet, give the expected
    one."""
    found: list[Due] = []
    if fee.method in (Method.LUMP, Method.ENTRY_ROYALTY) or (fee.method is Method.OTHER and fee.amount):
        kind = {Method.LUMP: DueKind.WHOLE, Method.ENTRY_ROYALTY: DueKind.ENTRY}.get(
            fee.method, DueKind.OTHER
        )
        start = condition(fee).kind is Condition.ON_PAYMENT
        found.append(_due(kind, 1, fee.amount, pay_by(noticed_on, fee.pay_within_days), at_start=start))
    if fee.method is Method.INSTALMENTS:
        found += _instalments(fee, noticed_on, effective_on, license_last_day)
    if fee.method is Method.PER_YEAR:
        found += _years(DueKind.YEAR, fee.amount, fee, noticed_on, effective_on, license_last_day)
    if fee.royalty:
        found += _royalties(fee, fee.royalty, noticed_on, effective_on, license_last_day)
    return sorted(found, key=lambda due: (due.due_on, not due.at_start, due.kind, due.number))


def contract_total(fee: Fee, years: int, *, estimate: Decimal | None = None) -> Total:
    """合同成交总额. `years` is the license years of the term; `estimate` what the parties expect of a
    royalty.

    Fixed: everything falling due in the term. With a royalty: the entry amount plus the declared minimum,
    or the estimate where it is higher. Zero only for a free license.
    """
    if fee.method is Method.FREE:
        return Total(amount=ZERO, basis=Basis.ZERO)
    if fee.royalty:
        least = (fee.royalty.minimum or ZERO) * years
        return Total(amount=(fee.amount or ZERO) + max(least, estimate or ZERO), basis=Basis.ESTIMATE)
    if fee.amount is None:
        return Total(amount=estimate or ZERO, basis=Basis.ESTIMATE)
    return Total(amount=fee.amount * (years if fee.method is Method.PER_YEAR else 1), basis=Basis.FIXED)


def sum_of(totals: Iterable[Total]) -> Total:
    """合同成交总额 of a contract of several licenses: one estimate makes the whole an estimate."""
    found = list(totals)
    amount = sum((one.amount for one in found), ZERO)
    if any(one.basis is Basis.ESTIMATE for one in found):
        return Total(amount=amount, basis=Basis.ESTIMATE)
    return Total(amount=amount, basis=Basis.FIXED if amount else Basis.ZERO)


def rate_in_year(royalty: Royalty, year: int) -> Decimal:
    """The royalty rate of a license year, per cent."""
    reached = [stage.rate for stage in royalty.stages if stage.from_year <= year]
    return reached[-1] if reached else royalty.rate


def _at_start(item: Instalment, fee: Fee) -> bool:
    """Counted from the notice and within the payment time: what is due later is a debt, not a condition."""
    return item.anchor is Anchor.NOTICE and not item.after_months and item.after_days <= fee.pay_within_days


def _due(
    kind: DueKind, number: int, amount: Decimal | None, day: WorkingDay, *, at_start: bool = False
) -> Due:
    return Due(
        kind=kind,
        number=number,
        amount=amount,
        due_on=day.day,
        at_start=at_start,
        provisional=day.provisional,
    )


def _instalments(fee: Fee, noticed_on: date, effective_on: date, last_day: date) -> list[Due]:
    found = []
    for number, item in enumerate(fee.instalments, start=1):
        if _at_start(item, fee):
            day = pay_by(noticed_on, item.after_days or fee.pay_within_days)
        else:
            start = noticed_on if item.anchor is Anchor.NOTICE else effective_on
            after = corresponding_day(start, item.after_months) + timedelta(days=item.after_days)
            # a total is owed whole: what would fall due after the license has ended falls due on its last day
            day = next_working_day(min(after, last_day))
        found.append(_due(DueKind.INSTALMENT, number, item.amount, day, at_start=_at_start(item, fee)))
    return found


def _years(
    kind: DueKind, amount: Decimal | None, fee: Fee, noticed_on: date, effective_on: date, last_day: date
) -> list[Due]:
    """A yearly amount in advance: the first counts from the notice, the others from the year's first day."""
    found = [_due(kind, 1, amount, pay_by(noticed_on, fee.pay_within_days), at_start=True)]
    for year in range(2, years_in_term(effective_on, last_day) + 1):
        begins = corresponding_day(effective_on, 12 * (year - 1))
        found.append(_due(kind, year, amount, pay_by(begins, fee.pay_within_days)))
    return found


def _royalties(fee: Fee, royalty: Royalty, noticed_on: date, effective_on: date, last_day: date) -> list[Due]:
    found = []
    months = PERIOD_MONTHS[royalty.period]
    number, first = 1, effective_on
    while first <= last_day:
        last = min(term_end(effective_on, months * number), last_day)
        found.append(_royalty_due(royalty, number, first, last))
        number, first = number + 1, last + DAY
    if not royalty.minimum:
        return found
    if royalty.minimum_due_at_start:
        return found + _years(DueKind.MINIMUM, royalty.minimum, fee, noticed_on, effective_on, last_day)
    return found + _minimums_after(royalty, royalty.minimum, effective_on, last_day)


def _royalty_due(royalty: Royalty, number: int, first: date, last: date) -> Due:
    day = next_working_day(last + timedelta(days=royalty.pay_within_days))
    return Due(
        kind=DueKind.ROYALTY,
        number=number,
        amount=None,
        due_on=day.day,
        report_by=next_working_day(last + timedelta(days=royalty.report_within_days)).day,
        period_first=first,
        period_last=last,
        provisional=day.provisional,
    )


def _minimums_after(royalty: Royalty, minimum: Decimal, effective_on: date, last_day: date) -> list[Due]:
    """The yearly minimum is made up at the end of each license year; what was paid in it counts."""
    found = []
    for year in range(1, years_in_term(effective_on, last_day) + 1):
        ends = min(term_end(effective_on, 12 * year), last_day)
        day = next_working_day(ends + timedelta(days=royalty.pay_within_days))
        found.append(_due(DueKind.MINIMUM, year, minimum, day))
    return found
