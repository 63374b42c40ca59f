"""The register's own hands for acceptances: find and lock, move the state, enter what makes a license effective or ends it."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history
from registry.contracts import record as records
from registry.contracts import rules
from registry.contracts.models import Acceptance, Contract, Decision, Payment
from registry.database import db, new_id
from registry.errors import NotFound
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.licenses.models import Declaration
from registry.licenses.offers import withdrawal_day
from registry.parties import mail
from registry.parties.rules import Actor


def find(number: str) -> Acceptance:
    """An acceptance by its public number. Raises NotFound."""
    found = db.session.scalar(select(Acceptance).where(Acceptance.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


def find_contract(number: str) -> Contract:
    """A contract by its public number. Raises NotFound."""
    found = db.session.scalar(select(Contract).where(Contract.number == number.strip().upper()))
    if found is None:
        raise NotFound("not_found")
    return found


def lock(acceptance_id: UUID) -> Acceptance:
    """The acceptance with its declaration's row locked before it: a withdrawal and a notice never pass each other."""
    declaration_id = db.session.scalar(select(Acceptance.declaration_id).where(Acceptance.id == acceptance_id))
    db.session.execute(select(Declaration.id).where(Declaration.id == declaration_id).with_for_update())
    query = select(Acceptance).where(Acceptance.id == acceptance_id).with_for_update()
    acceptance = db.session.scalars(query.execution_options(populate_existing=True)).one()
    db.session.refresh(acceptance.declaration)
    return acceptance


def move(actor: Actor, acceptance: Acceptance, verb: str, **changes: Any) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before = acceptance.state
    acceptance.state = rules.ACCEPTANCE.move(before, verb)
    history.record(actor, verb, acceptance, before=before, after=acceptance.state, changes=changes)


def move_payment(actor: Actor, payment: Payment, verb: str) -> None:
    before = payment.state
    payment.state = rules.PAYMENT.move(before, verb)
    history.record(actor, verb, payment, before=before, after=payment.state)


def become_effective(acceptance: Acceptance, effective: rules.Effective, *, ground: str) -> Filing:
    """Set the license's own dates and return the filing that says so; the caller appends it with what it belongs to."""
    span = records.expected_term(acceptance, effective.on)
    acceptance.effective_at, acceptance.effective_on, acceptance.last_day = effective.at, effective.on, span.last_day
    acceptance.contract.recordal_state = rules.RecordalState.DUE
    return Filing(
        type="license.effective",
        subject=acceptance.contract.number,
        fields={
            "contract": acceptance.contract.number,
            "instant": clock.rfc3339(effective.at),
            "ground": ground,
            "last_day": span.last_day.isoformat(),
        },
    )


def after_effective(acceptance: Acceptance, seq: int) -> None:
    """What follows: the papers are printed, both sides and the venue get word. Same transaction."""
    acceptance.effective_seq = seq
    enqueue("papers.print", {"acceptance": str(acceptance.id), "set": "effective"}, subject_id=acceptance.id)
    enqueue("ledger.publish", {})
    for organisation_id in (acceptance.licensee_id, acceptance.holder_id):
        mail.write_to_organisation(organisation_id, "license_effective", acceptance=acceptance)


def ended(acceptance: Acceptance, *, ground: str, on: date, reason: str = "") -> None:
    """File that a license has ended. Licenses given before a withdrawal are never ended by it (PL 50)."""
    acceptance.ended_on, acceptance.ended_ground = on, ground
    fields = {"contract": acceptance.contract.number, "instant": clock.rfc3339(clock.now()), "ground": ground}
    secrets: Mapping[str, Any] = {"reason": reason} if reason else {}
    ledger.append([Filing(type="license.ended", subject=acceptance.contract.number, fields=fields, secrets=secrets)])


def open_decision(actor: Actor, acceptance: Acceptance, ground: str, *, reason: str = "") -> Decision:
    """Put a question before the venue."""
    decision = Decision(
        id=new_id(),
        acceptance_id=acceptance.id,
        ground=ground,
        asked_by=actor.account_id,
        asked_reason=reason,
        asked_at=clock.now(),
    )
    db.session.add(decision)
    mail.write_to_venue(acceptance.venue_id, "decision_asked", acceptance=acceptance, ground=ground)
    return decision


def arrival(acceptance: Acceptance, arrived: date | datetime) -> rules.Arrival:
    """What the bank's instant means against a withdrawal or a bar of the offer (domain point 8)."""
    declaration = acceptance.declaration
    return rules.arrival_decision(
        arrived, withdrawal_effective_on=withdrawal_day(declaration), bar_since=declaration.paused_since
    )
