"""Many licenses of one licensee, copied row by row from a few that were really taken, paid and reported."""

from collections.abc import Iterable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import time_machine
from flask import Flask
from sqlalchemy import inspect, select

from registry import clock
from registry.contracts import register
from registry.contracts.duty_models import Handover, RoyaltyReport
from registry.contracts.models import Acceptance, Payment
from registry.database import Model, db, new_id, transaction
from tests.contracts import performing as do
from tests.contracts.taking import INSTALMENTS, PER_YEAR, ROYALTY_SALES, answer, claim, taken
from tests.factories import FREE, Offer, Person, published

TAKEN_APART = ("reference", "voucher_number", "draft_of")
"""Columns that no two rows share and no duty is read from."""


def mixed(app: Flask, licensee: Person) -> list[str]:
    """Four licenses of one licensee: instalments and per year, both paid; a royalty reported and paid; free
    with materials handed over.
    """
    first = published(app, fee=INSTALMENTS)
    years = published(app, first.holder, first.venue, fee=PER_YEAR)
    royalty = published(app, first.holder, first.venue, fee=ROYALTY_SALES)
    free = published(app, first.holder, first.venue, fee=FREE, materials=do.MATERIALS)
    found = [
        _paid(app, licensee, first, Decimal("40000.00")),
        _paid(app, licensee, years, Decimal("8000.00")),
    ]
    found += [taken(licensee, royalty), taken(licensee, free)]
    with time_machine.travel(clock.now() + timedelta(days=95), tick=True):
        do.report(licensee, found[2])
        _settle(app, licensee, royalty.holder, found[2], Decimal("3000.00"), "royalty:1")
        do.hand_over(free.holder, found[3], clock.today())
    return found


def copied(numbers: Iterable[str], times: int) -> None:
    """Each license `times` more, each of an offer and a patent of its own."""
    wanted = list(numbers)
    transaction(
        lambda: [_copy(register.find(number), one) for number in wanted for one in range(times)] and None
    )


def _paid(app: Flask, licensee: Person, offer: Offer, amount: Decimal) -> str:
    number = taken(licensee, offer)
    _settle(app, licensee, offer.holder, number, amount)
    return number


def _settle(
    app: Flask, licensee: Person, holder: Person, number: str, amount: Decimal, due: str = "start"
) -> None:
    answer(holder, claim(app, licensee, number, amount=amount, due=due), amount=amount)


def _copy(acceptance: Acceptance, serial: int) -> None:
    tail = f"{acceptance.number[-4:]}{serial}"
    patent = _row(acceptance.declaration.patent, number=f"ZL{tail}")
    offer = _row(acceptance.declaration, number=f"D{tail}", patent_id=patent)
    contract = _row(acceptance.contract, number=f"C{tail}")
    made = _row(acceptance, number=f"A{tail}", contract_id=contract, declaration_id=offer)
    for table in (Payment, RoyaltyReport, Handover):
        query = select(table).where(table.acceptance_id == acceptance.id)
        for one in db.session.scalars(query).all():
            _row(one, acceptance_id=made)


def _row(row: Model, **changes: Any) -> UUID:
    """One row more with another key."""
    mapper = inspect(type(row))
    given = {one.key: getattr(row, one.key) for one in mapper.column_attrs if one.key not in TAKEN_APART}
    made = type(row)(**{**given, "id": new_id(), **changes})
    db.session.add(made)
    db.session.flush()
    return made.id
