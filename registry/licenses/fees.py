"""What a license costs: the eight fee methods (CC 846) as values, and what is checked about them.

Amounts are Decimal yuan, rates Decimal per cent. Times are relative to the notice or to the effective
day, never calendar dates, because every licensee starts on another day. fee_fields.py reads and stores a
fee, schedule.py says when money falls due, wording.py what a reader sees.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from registry import money
from registry.codes.tables import table
from registry.errors import Refused

PAY_WITHIN_DAYS = 15
PAY_WITHIN_MAX = 180
ZERO = Decimal("0.00")


class Method(StrEnum):
    """Fee methods; the codes of table `fee_method`."""

    FREE = "FREE"
    LUMP = "LUMP"
    INSTALMENTS = "INSTALMENTS"
    PER_YEAR = "PER_YEAR"
    ROYALTY_SALES = "ROYALTY_SALES"
    ROYALTY_PROFIT = "ROYALTY_PROFIT"
    ENTRY_ROYALTY = "ENTRY_ROYALTY"
    OTHER = "OTHER"


class Anchor(StrEnum):
    """What a time is counted from."""

    NOTICE = "notice"
    EFFECTIVE = "effective"


class Base(StrEnum):
    """What a running royalty is a share of."""

    SALES = "sales"
    PROFIT = "profit"


class LatePayment(StrEnum):
    """What becomes of a start paid after its last day while the offer is open (journeys 3.5)."""

    ACCEPT = "accept"
    REFUND = "refund"


class Period(StrEnum):
    """Settlement periods of a royalty, counted from the effective day."""

    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half_year"
    YEAR = "year"


PERIOD_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.HALF_YEAR: 6, Period.YEAR: 12}
WITH_AMOUNT = (Method.LUMP, Method.INSTALMENTS, Method.PER_YEAR, Method.ENTRY_ROYALTY)
WITH_ROYALTY = (Method.ROYALTY_SALES, Method.ROYALTY_PROFIT, Method.ENTRY_ROYALTY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Instalment:
    """One part of a total; zero is allowed (a first period free of charge)."""

    amount: Decimal
    anchor: Anchor
    after_days: int = 0
    after_months: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Another royalty rate from a license year on."""

    from_year: int
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Royalty:
    """A running royalty. `minimum` is per license year; days count from the end of a settlement period."""

    base: Base
    base_words: (
        str  # what net sales or profit means here; unclear royalties are not registered (refusal ground 3)
    )
    rate: Decimal
    period: Period
    report_within_days: int
    pay_within_days: int
    stages: tuple[Stage, ...] = ()
    minimum: Decimal | None = None
    minimum_due_at_start: bool = False
    inspection: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Fee:
    """The announced fee. `amount` is the whole, the yearly or the entry amount, as the method says.

    `condition` is what a reviewer wrote for OTHER: when the license is obtained.
    """

    method: Method
    amount: Decimal | None = None
    instalments: tuple[Instalment, ...] = ()
    royalty: Royalty | None = None
    words: str = ""
    condition: str = ""
    tax_included: bool = True
    tax_rate: Decimal | None = None
    pay_within_days: int = PAY_WITHIN_DAYS
    late_payment: LatePayment = LatePayment.ACCEPT


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """GL 3.3, "generally": a reviewer may let a higher fee pass with a recorded reason."""

    fixed: Decimal  # yuan
    sales: Decimal  # per cent of net sales
    profit: Decimal  # per cent of profit


def caps_on(day: date) -> Caps:
    """The caps of the dated table `fee_caps`."""
    rows = table("fee_caps")
    fixed, sales, profit = (
        Decimal(rows.get(code, on=day).facts["value"])
        for code in ("fixed", "royalty_sales", "royalty_profit")
    )
    return Caps(fixed=fixed, sales=sales, profit=profit)


def check(fee: Fee, *, field: str = "fee") -> list[Refused]:
    """What is missing or contradictory, caps apart."""
    refused = []
    if fee.method in WITH_AMOUNT and fee.amount is None:
        refused.append(Refused("required", f"{field}.amount", "PL 50"))
    elif fee.method in WITH_AMOUNT and fee.amount == 0:
        refused.append(Refused("amount_zero", f"{field}.amount", "PL 50"))
    if fee.method is Method.INSTALMENTS:
        refused += _check_instalments(fee, field)
    if fee.method in WITH_ROYALTY:
        refused += _check_royalty(fee, field)
    if fee.method is Method.OTHER and not fee.words:
        refused.append(Refused("required", f"{field}.words", "PL 50"))
    if not 1 <= fee.pay_within_days <= PAY_WITHIN_MAX:
        refused.append(Refused("days_range", f"{field}.pay_within_days", min=1, max=PAY_WITHIN_MAX))
    return refused


def check_caps(fee: Fee, years: int, caps: Caps, *, field: str = "fee") -> list[Refused]:
    """Fees above the general caps (GL 3.3). `years` is the license years in the longest term the offer
    allows."""
    refused = []
    total = (fee.amount or ZERO) * (years if fee.method is Method.PER_YEAR else 1)
    if total > caps.fixed:
        refused.append(
            Refused(
                "fee_over_cap", f"{field}.amount", "GL 3.3", cap=money.yuan(caps.fixed), total=f"{total:,.2f}"
            )
        )
    if fee.royalty:
        refused += _rates_over_cap(fee.royalty, caps, field)
        refused += _minimum_over_cap(fee, years, caps, field)
    return refused


def _rates_over_cap(royalty: Royalty, caps: Caps, field: str) -> list[Refused]:
    cap = caps.sales if royalty.base is Base.SALES else caps.profit
    rates = [(f"{field}.royalty.rate", royalty.rate)]
    rates += [(f"{field}.royalty.stages.{n}.rate", stage.rate) for n, stage in enumerate(royalty.stages)]
    return [
        Refused("rate_over_cap", name, "GL 3.3", cap=money.percent(cap), base=royalty.base.value)
        for name, rate in rates
        if rate > cap
    ]


def _minimum_over_cap(fee: Fee, years: int, caps: Caps, field: str) -> list[Refused]:
    """A guaranteed minimum is a fixed fee in all but name; with the entry amount it stays under the same
    cap."""
    minimum = fee.royalty.minimum if fee.royalty else None
    if not minimum or (fee.amount or ZERO) + minimum * years <= caps.fixed:
        return []
    total = (fee.amount or ZERO) + minimum * years
    params = {"cap": money.yuan(caps.fixed), "total": f"{total:,.2f}"}
    return [Refused("fee_over_cap", f"{field}.royalty.minimum", "GL 3.3", **params)]


def _check_instalments(fee: Fee, field: str) -> list[Refused]:
    if not fee.instalments:
        return [Refused("required", f"{field}.instalments", "PL 50")]
    refused = []
    total = sum((item.amount for item in fee.instalments), ZERO)
    if fee.amount is not None and total != fee.amount:
        refused.append(
            Refused(
                "instalments_sum", f"{field}.instalments", total=f"{fee.amount:,.2f}", sum=f"{total:,.2f}"
            )
        )
    for n, item in enumerate(fee.instalments):
        if item.after_days and item.after_months:
            refused.append(Refused("instalment_days_or_months", f"{field}.instalments.{n}.after_days"))
        if item.anchor is Anchor.EFFECTIVE and item.amount and not (item.after_days or item.after_months):
            # due on the very day it would itself bring about: count it from the notice instead
            refused.append(Refused("instalment_circular", f"{field}.instalments.{n}.anchor", "GL 6"))
    return refused


def _check_royalty(fee: Fee, field: str) -> list[Refused]:
    royalty = fee.royalty
    if royalty is None:
        return [Refused("required", f"{field}.royalty", "PL 50")]
    refused = []
    wanted = {Method.ROYALTY_SALES: Base.SALES, Method.ROYALTY_PROFIT: Base.PROFIT}.get(fee.method)
    if wanted and royalty.base is not wanted:
        refused.append(Refused("royalty_base_method", f"{field}.royalty.base", "PL 50"))
    if not royalty.base_words:
        refused.append(Refused("required", f"{field}.royalty.base_words", "CC 846"))
    if royalty.rate == 0:
        refused.append(Refused("rate_zero", f"{field}.royalty.rate", "PL 50"))
    years = [stage.from_year for stage in royalty.stages]
    if years != sorted(set(years)) or (years and years[0] < 2):
        refused.append(Refused("stages_order", f"{field}.royalty.stages"))
    if royalty.minimum_due_at_start and not royalty.minimum:
        refused.append(Refused("required", f"{field}.royalty.minimum"))
    return refused
