"""Whether an applicant has an account in the registrar's own system: recorded per organisation and venue.

A first-time seller registers itself there [second-hand]: nobody can do it in its name. A registered contract
shows that the account is there without anybody saying so.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import cases
from registry.contracts.models import Contract, RegistrarAccount
from registry.contracts.rules import RegistrationState
from registry.database import db, new_id
from registry.errors import Refused
from registry.parties.permissions import allow
from registry.parties.rules import Actor

PASSED = (RegistrationState.REGISTERED, RegistrationState.CHANGED, RegistrationState.CANCELLED)


def applicant_of(contract: Contract, applicant: str) -> UUID:
    """The organisation that applies: the seller's, the buyer's, or the venue's own as intermediary."""
    return {
        "seller": contract.holder_id,
        "buyer": contract.licensee_id,
        "intermediary": contract.venue.organisation_id,
    }[applicant]


def note(actor: Actor, contract: Contract, since: date) -> RegistrarAccount:
    """Record that the contract's applicant has its account since a day. A later word replaces the day.

    Raises Refused `day_in_future`.
    """
    allow(actor, "contract.register", contract)
    if since > clock.today():
        raise Refused("day_in_future", "since")
    row = find(contract)
    before = row.since.isoformat() if row else ""
    if row is None:
        organisation_id = applicant_of(contract, cases.standing(contract).applicant)
        row = RegistrarAccount(id=new_id(), organisation_id=organisation_id, venue_id=contract.venue_id)
        db.session.add(row)
    row.since, row.noted_by, row.noted_at = since, actor.account_id, clock.now()
    changes = {"contract": contract.number, "before": before, "since": since.isoformat()}
    history.record(actor, "note_registrar_account", row, changes=changes)
    return row


def find(contract: Contract) -> RegistrarAccount | None:
    """What was recorded of the contract's applicant at its venue."""
    query = select(RegistrarAccount).where(
        RegistrarAccount.organisation_id == applicant_of(contract, cases.standing(contract).applicant),
        RegistrarAccount.venue_id == contract.venue_id,
    )
    return db.session.scalar(query)


def known(contracts: Sequence[Contract]) -> frozenset[tuple[UUID, UUID]]:
    """(organisation, venue) of everybody on these contracts' sides that has an account there."""
    sides = {one for contract in contracts for one in (contract.holder_id, contract.licensee_id)}
    sides |= {contract.venue.organisation_id for contract in contracts}
    noted = select(RegistrarAccount.organisation_id, RegistrarAccount.venue_id).where(
        RegistrarAccount.organisation_id.in_(sides)
    )
    passed = select(Contract.holder_id, Contract.venue_id).where(
        Contract.holder_id.in_(sides), Contract.registration.in_(PASSED)
    )
    found = db.session.execute(noted.union(passed))
    return frozenset((organisation, venue) for organisation, venue in found)
