"""What licensees are told when a bar arises against the offer they took (GL 2; design: journeys 1.7).

A license given before stands unless the right itself has gone (CC 865); the letter says which, and what to
do.
"""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.contracts.duty_models import BarReceipt
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import db, new_id
from registry.errors import NotFound
from registry.history import History
from registry.licenses.models import Declaration
from registry.licenses.rules import BARS, MUST_WITHDRAW
from registry.parties import mail
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor


@dataclass(slots=True, kw_only=True)
class Answered:
    """One bar, `B3 2026-11-01`: how many licensees were told of it, and whose contracts have not answered."""

    bar: str
    told: int = 0
    waiting: list[str] = field(default_factory=list)

    @property
    def answered(self) -> int:
        return self.told - len(self.waiting)


def tell_licensees(declaration_id: UUID, *, ground: str, since: date, words: str) -> int:
    """Write to everyone whose license is in force, once for each bar and day. Returns how many were told."""
    declaration = db.session.get_one(Declaration, declaration_id)
    query = select(Acceptance).where(
        Acceptance.declaration_id == declaration_id, Acceptance.state == AcceptanceState.EFFECTIVE
    )
    told = 0
    for acceptance in db.session.scalars(query.order_by(Acceptance.number).with_for_update()).all():
        key = f"{ground} {since}"
        if any(row.changes.get("bar") == key for row in history.of(acceptance)):
            continue
        mail.write_to_organisation(
            acceptance.licensee_id,
            "license_barred",
            acceptance=acceptance,
            declaration=declaration,
            bar=BARS[ground],
            notice=MUST_WITHDRAW[ground],
            since=since,
            words=words,
        )
        history.record(CLOCK, "tell_bar", acceptance, changes={"bar": key})
        told += 1
    return told


def told(acceptance: Acceptance) -> list[tuple[str, BarReceipt | None]]:
    """The bars a licensee was written about, as `B3 2026-11-01`, each with its receipt if one was given."""
    bars = [str(row.changes["bar"]) for row in history.of(acceptance, verbs=("tell_bar",))]
    query = select(BarReceipt).where(BarReceipt.acceptance_id == acceptance.id)
    given = {one.bar: one for one in db.session.scalars(query)}
    return [(bar, given.get(bar)) for bar in bars]


def acknowledge(actor: Actor, acceptance: Acceptance, bar: str) -> None:
    """The licensee says that it has read what a bar means (GL 2). Asked for, never required. Raises NotFound
    for a bar it was not written about; a second time changes nothing.
    """
    allow(actor, "bar.acknowledge", acceptance)
    known = dict(told(acceptance))
    if bar not in known:
        raise NotFound("not_found")
    if known[bar] is not None or actor.account_id is None:
        return
    now = clock.now()
    row = BarReceipt(
        id=new_id(), acceptance_id=acceptance.id, bar=bar, account_id=actor.account_id, acknowledged_at=now
    )
    db.session.add(row)
    history.record(actor, "acknowledge_bar", acceptance, changes={"ground": bar[:2]})


def receipts(declaration_id: UUID) -> list[Answered]:
    """For the reviewer: who was written to about each bar and who has said that it read it, in a fixed number
    of queries.
    """
    query = select(Acceptance).where(Acceptance.declaration_id == declaration_id)
    licenses = db.session.scalars(query.order_by(Acceptance.number).options(joinedload(Acceptance.contract)))
    by_id = {one.id: one for one in licenses}
    letters = select(History).where(History.subject_id.in_(by_id), History.verb == "tell_bar")
    given = select(BarReceipt.acceptance_id, BarReceipt.bar).where(BarReceipt.acceptance_id.in_(by_id))
    known = {(acceptance_id, bar) for acceptance_id, bar in db.session.execute(given)}
    found: dict[str, Answered] = {}
    for letter in db.session.scalars(letters.order_by(History.at)):
        bar = str(letter.changes.get("bar", ""))
        answered = found.setdefault(bar, Answered(bar=bar))
        answered.told += 1
        if (letter.subject_id, bar) not in known:
            answered.waiting.append(by_id[letter.subject_id].contract.number)
    return [found[bar] for bar in sorted(found) if bar]
