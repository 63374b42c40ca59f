"""A declaration's personal parts: who declared and how to reach them, the account, consents, notes.

What was offered stays: patent, fee, term, acts, the description for search, and every digest.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.contracts import receiving_accounts
from registry.contracts.models import Acceptance, Contract
from registry.contracts.money_models import AccountChange
from registry.database import db
from registry.erasure import traces, wishes
from registry.erasure.listing import Goes, Listing, blanked, disclosures, without
from registry.erasure.rules import Kind, Situation, retained_to
from registry.licenses import answers as reading
from registry.licenses import public_text, register
from registry.licenses.batch_models import BatchRow
from registry.licenses.models import (
    OPEN_STATES,
    Declaration,
    DeclarationVersion,
    Override,
    ReviewLine,
    Withdrawal,
)
from registry.licenses.rules import DeclarationState

OFFERED = ("fee", "term", "acts", "materials", "use", "filing", "opening")
"""Steps of the task list that say what is offered, and nothing about whom."""
GONE = "—"


def find(number: str, *, locked: bool = False) -> Declaration:
    """Raises NotFound."""
    declaration = register.find(number)
    return register.lock(declaration.id) if locked else declaration


def situation(declaration: Declaration) -> Situation:
    """What may stand against it; contracts under it repeat its data and go first."""
    held = list(_contracts(declaration))
    return Situation(
        erased=declaration.erased_at is not None,
        in_force=declaration.state in OPEN_STATES,
        open_question=declaration.state == DeclarationState.WITHDRAWAL_FILED,
        retained_to=_retained_to(declaration),
        remaining=tuple(one.number for one in held if one.erased_at is None),
        busy=traces.at_work(_ids(declaration)),
    )


def listing(declaration: Declaration) -> Listing:
    """Everything of the declaration that goes."""
    files, stays = traces.uploads(_uploads(declaration), f"declaration {declaration.number}")
    words = [declaration.number, *(one.number for one in _withdrawals(declaration))]
    goes = [
        *disclosures(declaration.number),
        *blanked(declaration, draft=_offered(declaration.draft)),
        *(gone for version in declaration.versions for gone in _version(version)),
        *(gone for change in receiving_accounts.changes(declaration) for gone in _change(change)),
        *_rows(declaration),
        *wishes.of_declaration(declaration),
        *files,
        *traces.of_ids(_ids(declaration), words),
    ]
    return Listing(
        kind=Kind.DECLARATION,
        subject=declaration.number,
        row=declaration,
        goes=tuple(goes),
        stays=tuple(stays),
    )


_SIGNED = ("account", "former", "filing", "first", "second")


def _change(change: AccountChange) -> Iterator[Goes]:
    """A change of the receiving account: when it was asked for and in force stays, the accounts go."""
    empty: dict[str, object] = {name: {} for name in _SIGNED}
    yield from blanked(change, **empty, reason="", stopped_reason="")


def _version(version: DeclarationVersion) -> Iterator[Goes]:
    """The frozen version; its text is written anew from what stays, and has no longer the filed digest."""
    fields = _public(version.public_fields)
    yield from blanked(
        version,
        answers=_offered(version.answers),
        public_fields=fields,
        public_text=_text(fields),
        filing=without(version.filing, ("fields",)),
        signed_by="",
    )


def _text(fields: dict[str, Any]) -> str:
    """Empty where this version of the program writes no text from fields that old."""
    try:
        return public_text.public_text(fields)
    except ValueError:
        return ""


def _public(fields: dict[str, Any]) -> dict[str, Any]:
    patent = {**fields["patent"], "inventors": [], "patentees": [GONE for _ in fields["patent"]["patentees"]]}
    return {
        **fields,
        "patent": patent,
        "payee": {**fields["payee"], "name": GONE} if fields["payee"] else None,
        "contact": {"unit": GONE, "phone": "", "email": "", "relay": True},
        "agency": None,
    }


def _offered(given: dict[str, Any]) -> dict[str, Any]:
    return {name: answer for name, answer in given.items() if name in OFFERED}


def _rows(declaration: Declaration) -> Iterator[Goes]:
    for consent in declaration.consents:
        yield from blanked(consent, name="", email="", reason="")
    lines = select(ReviewLine).where(ReviewLine.declaration_id == declaration.id).order_by(ReviewLine.at)
    for line in db.session.scalars(lines):
        yield from blanked(line, note="")
    for override in _overrides(declaration):
        yield from blanked(override, reason="", filing={})
    for withdrawal in _withdrawals(declaration):
        yield from blanked(withdrawal, reason="", text="", statement={})
    yield from _batch_rows(declaration)


def _batch_rows(declaration: Declaration) -> Iterator[Goes]:
    """The row of a table it came from: who owns and invented, addresses, what was signed of it."""
    rows = select(BatchRow).where(BatchRow.declaration_id == declaration.id).order_by(BatchRow.id)
    for row in db.session.scalars(rows):
        yield from blanked(row, given={}, facts={}, reasons=[], statement={}, pending=False)


def _retained_to(declaration: Declaration) -> date | None:
    """Drafts nobody ever published need not be kept."""
    version = declaration.current
    if declaration.published_at is None or version is None:
        return None
    facts = version.public_fields
    days = (facts["license_last_day"], facts["patent"]["last_day"])
    return retained_to(*(date.fromisoformat(day) for day in days))


def _contracts(declaration: Declaration) -> Iterator[Contract]:
    query = (
        select(Contract)
        .join(Acceptance, Acceptance.contract_id == Contract.id)
        .where(Acceptance.declaration_id == declaration.id)
        .order_by(Contract.number)
    )
    yield from db.session.scalars(query).unique()


def _uploads(declaration: Declaration) -> Iterator[UUID | None]:
    """Files its answers name, and stamped sheets of consent; the patent's certificate is the patent's."""
    given = [declaration.draft, *(version.answers for version in declaration.versions)]
    yield from (UUID(named) for one in given for _, named in reading.uploads(one))
    yield from (consent.upload_id for consent in declaration.consents)


def _ids(declaration: Declaration) -> list[UUID]:
    return [
        declaration.id,
        *(one.id for one in declaration.consents),
        *(one.id for one in _overrides(declaration)),
        *(one.id for one in _withdrawals(declaration)),
    ]


def _overrides(declaration: Declaration) -> list[Override]:
    query = select(Override).where(Override.declaration_id == declaration.id).order_by(Override.asked_at)
    return list(db.session.scalars(query))


def _withdrawals(declaration: Declaration) -> list[Withdrawal]:
    query = select(Withdrawal).where(Withdrawal.declaration_id == declaration.id)
    return list(db.session.scalars(query.order_by(Withdrawal.created_at)))
