"""A clerk's own marks in a batch: which contracts have been typed into the registrar's form, and how days are
written there.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.contracts import cases
from registry.contracts.applicants import DateForm
from registry.contracts.registration_form import SEPARATOR
from registry.database import db
from registry.exports.models import Batch, BatchContract, RekeyTick
from registry.parties.permissions import allow
from registry.parties.rules import Actor

DAYS = frozenset(
    {
        "signed_on", "effective_on", "valid_from", "valid_to", "filing_date", "grant_date",
        "patent_last_day", "annuity_paid_to", "cnipa_day", "recordal_day", "filled_on",
    }
)  # fmt: skip
"""Columns of the form that hold days, several of them separated."""


def tick(actor: Actor, batch: Batch, position: int, *, done: bool) -> None:
    """Mark a contract as typed in, for this clerk alone, or take the mark away. Twice is once."""
    allow(actor, "batch.make", batch)
    found = db.session.get(RekeyTick, (batch.id, position, actor.account_id))
    if done and found is None:
        row = RekeyTick(
            batch_id=batch.id, position=position, account_id=actor.account_id, done_at=clock.now()
        )
        db.session.add(row)
    elif not done and found is not None:
        db.session.delete(found)


def ticked(actor: Actor, batch: Batch) -> frozenset[int]:
    """The places this clerk has marked."""
    query = select(RekeyTick.position).where(
        RekeyTick.batch_id == batch.id, RekeyTick.account_id == actor.account_id
    )
    return frozenset(db.session.scalars(query))


def date_form(item: BatchContract, asked: str) -> DateForm:
    """How days are written: as asked, else as the contract's registrar wants them."""
    if asked in set(DateForm):
        return DateForm(asked)
    office = cases.standing(item.contract).office
    held = cases.registrars(item.contract.venue_id) if office else ()
    forms = [one.date_form for one in held if office and str(one.id) == office.code]
    return DateForm(forms[0]) if forms else DateForm.ISO


def values(form: Mapping[str, str], days: DateForm) -> dict[str, Any]:
    """The row with its days as the registrar's form wants them."""
    return {key: written(value, days) if key in DAYS else value for key, value in form.items()}


def written(value: str, form: DateForm) -> str:
    """ISO days, one or several, in another spelling; what is no day stays as it is."""
    return SEPARATOR.join(_day(one, form) for one in value.split(SEPARATOR))


def _day(value: str, form: DateForm) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        return value
    match form:
        case DateForm.SLASH:
            return f"{day.year}/{day.month}/{day.day}"
        case DateForm.CHINESE:
            return f"{day.year}年{day.month}月{day.day}日"
        case DateForm.COMPACT:
            return f"{day:%Y%m%d}"
        case _:
            return value
