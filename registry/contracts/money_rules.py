"""The lives of what goes with money: account changes, invoices, lines of bank statements. States and moves as
data.
"""

from datetime import date, timedelta
from enum import StrEnum

from registry.codes.calendar import Due, add_working_days, next_working_day
from registry.errors import Refused
from registry.parties import identifiers
from registry.states import Machine, Move


class ChangeState(StrEnum):
    """A change of the receiving account: no term of the license, but a way to be robbed (journeys 3.5)."""

    ASKED = "asked"
    APPROVED = "approved"
    IN_FORCE = "in_force"
    STOPPED = "stopped"


_C = ChangeState
CHANGE_MOVES: dict[tuple[ChangeState, str], Move[ChangeState]] = {
    (_C.ASKED, "approve"): Move(_C.APPROVED, "[ours]"),
    (_C.APPROVED, "take_effect"): Move(_C.IN_FORCE, "CC 546, 509"),
    **{(state, "stop"): Move(_C.STOPPED, "[ours]") for state in (_C.ASKED, _C.APPROVED)},
}
CHANGE = Machine(CHANGE_MOVES, start=_C.ASKED)
WAITING_DAYS = 2
"""Whole working days between the second signature and the day a new account is in force [ours]."""


def in_force_on(approved_on: date) -> Due:
    """The first day of a new account: the working day after two whole working days have passed."""
    return next_working_day(add_working_days(approved_on, WAITING_DAYS).day + timedelta(days=1))


class InvoiceState(StrEnum):
    """An invoice as asked for, issued, or reversed by a red-letter one."""

    ASKED = "asked"
    ISSUED = "issued"
    REVERSED = "reversed"


_I = InvoiceState
_RULES = "发票管理办法 18, 19"
INVOICE_MOVES: dict[tuple[InvoiceState, str], Move[InvoiceState]] = {
    (_I.ASKED, "issue"): Move(_I.ISSUED, _RULES),
    (_I.ISSUED, "reverse"): Move(_I.REVERSED, _RULES),
}
INVOICE = Machine(INVOICE_MOVES, start=_I.ASKED)


def check_tax_number(number: str, *, person: bool, kind: str) -> str:
    """A taxpayer's number in its one spelling: eighteen characters are a credit code and checked as one.

    Older numbers of fifteen or twenty digits still exist. A natural person needs none, and gets no special
    invoice.

    Refuses: required, tax_number_form, uscc_form, uscc_check, invoice_kind_person.
    """
    plain = "".join(number.split()).upper()
    if person and kind == "special":
        raise Refused("invoice_kind_person", "kind")
    if not plain:
        if person:
            return ""
        raise Refused("required", "tax_number")
    if person or (plain.isascii() and plain.isalnum() and len(plain) in (15, 20)):
        if not (plain.isascii() and plain.isalnum() and 15 <= len(plain) <= 20):
            raise Refused("tax_number_form", "tax_number")
        return plain
    if len(plain) != 18:
        raise Refused("tax_number_form", "tax_number")
    return identifiers.uscc(plain, field="tax_number").code


class LineState(StrEnum):
    """A credit of a statement: nobody has said anything, it was a payment, or it is none of ours."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    SET_ASIDE = "set_aside"


_L = LineState
LINE_MOVES: dict[tuple[LineState, str], Move[LineState]] = {
    (_L.OPEN, "confirm"): Move(_L.CONFIRMED, "GL 7(3)"),
    (_L.OPEN, "set_aside"): Move(_L.SET_ASIDE, "[ours]"),
    (_L.SET_ASIDE, "take_up"): Move(_L.OPEN, "[ours]"),
}
LINE = Machine(LINE_MOVES, start=_L.OPEN)
