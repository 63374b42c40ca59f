"""What parties wrote and brought about the time after a license: words, signers, files, papers.

Days, amounts, states and places in the log stay, as with payments.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.contracts.duty_models import (
    CalendarFeed,
    DefaultNotice,
    DutyFile,
    DutyMessage,
    DutyPaper,
    Ending,
    Handover,
    ReminderChoice,
    RoyaltyReport,
)
from registry.contracts.models import Contract
from registry.contracts.performance import EndingState
from registry.database import db
from registry.erasure.listing import Goes, blanked, removed, stored
from registry.parties.models import Account

_WORDS: dict[Any, tuple[str, ...]] = {
    RoyaltyReport: ("deduction_words", "note", "signer", "answer_words"),
    DutyMessage: ("words",),
    DefaultNotice: ("words", "signer", "answer_words"),
    Ending: ("words", "signer", "answer_words", "settled_words"),
    Handover: ("items", "signer", "missing"),
}


def rows(contract: Contract) -> Iterator[Goes]:
    """Words and papers of a contract; its files go with `uploads`."""
    for table, names in _WORDS.items():
        for row in _of(contract, table):
            yield from blanked(row, **dict.fromkeys(names, ""))
    for paper in _of(contract, DutyPaper):
        yield from stored(paper.digest)


def uploads(contract: Contract) -> Iterator[UUID]:
    """Files brought with reports, notices, endings and hand-overs."""
    yield from (one.upload_id for one in _of(contract, DutyFile))


def ids(contract: Contract) -> list[UUID]:
    """Rows that history and prepared acts may speak about."""
    tables = (RoyaltyReport, DefaultNotice, Ending, Handover)
    return [row.id for table in tables for row in _of(contract, table)]


def open_question(contract: Contract) -> bool:
    """An objection to an ending that nobody has settled."""
    return any(one.state == EndingState.OBJECTED for one in _of(contract, Ending))


def of_account(account: Account) -> Iterator[Goes]:
    """An account's private calendar addresses and its choice about reminders."""
    for table in (CalendarFeed, ReminderChoice):
        query = select(table).where(table.account_id == account.id)
        yield from (removed(row) for row in db.session.scalars(query))


def _of(contract: Contract, table: Any) -> list[Any]:
    acceptances = [one.id for one in contract.acceptances]
    query = select(table).where(table.acceptance_id.in_(acceptances)).order_by(table.id)
    return list(db.session.scalars(query))
