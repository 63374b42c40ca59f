"""Interests: register one before the announcement, confirm the address, withdraw, and be told when it opens.

Whoever is signed in is told at the account's confirmed address. A visitor leaves an address that counts for
nothing until the link sent to it was opened and confirmed; the answer is the same whatever is known of it.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.catalogue.rules import Tag, tag
from registry.config import Settings
from registry.database import db, new_id
from registry.demand import rules
from registry.demand.models import Interest
from registry.demand.rules import COUNTED, INTEREST, LIVE, InterestState
from registry.errors import Conflict, NotFound, Refused
from registry.history import Doer
from registry.licenses import offers
from registry.licenses.models import Declaration
from registry.parties import addresses, mail
from registry.parties import service as parties
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

VISITOR = Actor(account_id=None, name="visitor")
"""Somebody without an account: holding the link is all that shows whose interest it is."""

ROUND_MAX = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An interest as the holder reads it: who it is only where the person may be contacted."""

    use: str
    name: str
    email: str
    state: str
    at: datetime


def register(
    actor: Actor | None, declaration: Declaration, given: Mapping[str, Any], *, place: str
) -> Interest:
    """Register an interest in an offer that waits. `given`: name, use, may_contact, and a visitor's email;
    `place` is where the request comes from, for the count of letters.

    Raises Conflict `offer_not_waiting`, Refused `own_offer`, `account_unconfirmed`, `too_many_attempts`.
    """
    check_waiting(declaration)
    if actor is None:
        return _of_visitor(declaration, given, place=place)
    allow(actor, "interest.register")
    if not actor.confirmed:
        raise Refused("account_unconfirmed", article="ESL 13")
    if actor.organisation_id == declaration.holder_id:
        raise Refused("own_offer")
    _count(str(actor.account_id), "interest_account", rules.LETTERS_FROM)
    row = _live(declaration, actor.email)
    new = row is None or row.state == InterestState.UNCONFIRMED
    row = _put(row, declaration, {**given, "email": actor.email.lower()})
    row.account_id = actor.account_id
    if new:
        move(actor, row, "confirm")
        row.confirmed_at = clock.now()
        _write(row, "interest_registered")
    return row


def confirm(row: Interest) -> None:
    """The address has answered. A second time changes nothing; one withdrawn stays so."""
    row = _locked(row)
    if row.state == InterestState.UNCONFIRMED:
        row.confirmed_at = clock.now()
        move(VISITOR, row, "confirm")


def withdraw(actor: Actor | None, row: Interest) -> None:
    """Take an interest back, by its account or (actor None) by its link: name, mail and use go at once."""
    if actor is not None:
        allow(actor, "interest.withdraw", row)
    row = _locked(row)
    if row.state == InterestState.WITHDRAWN:
        return
    move(actor or VISITOR, row, "withdraw")
    forget(row)


def forget(row: Interest) -> None:
    """What says who it was goes; that there was one stays."""
    row.name = row.email = row.use = ""
    row.may_contact, row.account_id = False, None


@addresses.also_moved
def follow(account_id: UUID, address: str) -> None:
    """An account's interests are told at its new address, but where that one asked for itself already."""
    mine = select(Interest).where(Interest.account_id == account_id, Interest.state.in_(LIVE))
    for row in db.session.scalars(mine):
        if _live(row.declaration, address) is None:
            row.email = address


def settle(declaration_id: UUID) -> int:
    """Tell everyone who waits that an offer has opened, or that it closed without ever opening; how many.

    Run again it tells nobody twice: the state moves in the transaction that writes the letter.
    """
    declaration = db.session.get_one(Declaration, declaration_id)
    found = tag(offers.offer_of(declaration), clock.today())
    if found in (Tag.WAITING, Tag.PAUSED):
        return 0
    verb, letter = ("close", "interest_closed") if found == Tag.ENDED else ("tell", "interest_open")
    query = select(Interest).where(
        Interest.declaration_id == declaration_id, Interest.state == InterestState.OPEN
    )
    rows = db.session.scalars(query.order_by(Interest.created_at, Interest.id).with_for_update()).all()
    for row in rows:
        move(CLOCK, row, verb)
        _write(row, letter)
    return len(rows)


def move(actor: Doer, row: Interest, verb: str) -> None:
    """Make one move of the table and leave its history row. The only place that writes the state."""
    before, found = row.state, INTEREST.found(row.state, verb)
    row.state = found.to
    if found.to != InterestState.OPEN:
        row.settled_at = clock.now()
    changes = {"article": found.article}
    history.record(actor, verb, row, before=before, after=found.to, changes=changes)


# --- reading -----------------------------------------------------------------------------------------


def check_waiting(declaration: Declaration) -> None:
    """Raises NotFound before publication, Conflict `offer_not_waiting` unless it opens when announced."""
    if declaration.published_at is None:
        raise NotFound("not_found")
    if tag(offers.offer_of(declaration), clock.today()) != Tag.WAITING:
        raise Conflict("offer_not_waiting", article="GL 3.5", number=declaration.number)


def count_of(number: str) -> int:
    """How many confirmed interests an offer has: the only thing about them that is public."""
    query = select(func.count(Interest.id)).join(Declaration)
    return db.session.scalar(query.where(Declaration.number == number, Interest.state.in_(COUNTED))) or 0


def of_account(actor: Actor) -> Sequence[Interest]:
    """An account's own interests, newest first."""
    query = select(Interest).where(Interest.account_id == actor.account_id)
    return db.session.scalars(query.order_by(Interest.created_at.desc(), Interest.id)).all()


def find(interest_id: UUID) -> Interest:
    """Raises NotFound."""
    row = db.session.get(Interest, interest_id)
    if row is None:
        raise NotFound("not_found")
    return row


def by_link(interest_id: UUID, key: str) -> Interest:
    """The interest a letter's link is about. Raises NotFound for a wrong key as for a wrong number."""
    row = find(interest_id)
    if not hmac.compare_digest(key_of(row), key):
        raise NotFound("not_found")
    return row


def key_of(row: Interest) -> str:
    """What a letter's link proves: made from the site's secret, so that every letter carries the same link
    and nothing that opens it is stored.
    """
    settings: Settings = current_app.extensions["settings"]
    mac = hmac.new(settings.secret_key.encode(), f"interest:{row.id}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac[:18]).decode()


def seen_by_holder(actor: Actor, declaration: Declaration) -> list[Seen]:
    """What the holder may know of the interests in its offer, newest first."""
    allow(actor, "interest.view", declaration)
    query = select(Interest).where(
        Interest.declaration_id == declaration.id, Interest.state.in_((*COUNTED, InterestState.ENDED))
    )
    return [
        Seen(
            use=row.use,
            name=row.name if row.may_contact else "",
            email=row.email if row.may_contact else "",
            state=row.state,
            at=row.created_at,
        )
        for row in db.session.scalars(query.order_by(Interest.created_at.desc(), Interest.id))
    ]


def to_settle() -> list[UUID]:
    """Declarations with open interests; the round looks at each."""
    query = select(Interest.declaration_id).where(Interest.state == InterestState.OPEN).distinct()
    return sorted(db.session.scalars(query))


def clean() -> None:
    """Forget addresses nobody confirmed, and blank what was told long ago. Run daily, harmless again."""
    now = clock.now()
    stale = (Interest.state == InterestState.UNCONFIRMED) & (
        Interest.created_at < now - rules.UNCONFIRMED_KEPT
    )
    db.session.execute(delete(Interest).where(stale))
    over = (InterestState.TOLD, InterestState.ENDED)
    old = select(Interest).where(
        Interest.state.in_(over), Interest.settled_at < now - rules.TOLD_KEPT, Interest.email != ""
    )
    for row in db.session.scalars(old.limit(ROUND_MAX)):
        forget(row)


# --- inside ------------------------------------------------------------------------------------------


def _of_visitor(declaration: Declaration, given: Mapping[str, Any], *, place: str) -> Interest:
    """A letter goes out in every case; what an address is already known for stays as it is."""
    email = str(given["email"]).lower()
    _count(email, "interest", rules.LETTERS)
    _count(place, "interest_place", rules.LETTERS_FROM)
    row = _live(declaration, email)
    if row is not None and row.state == InterestState.OPEN:
        _write(row, "interest_registered")
        return row
    row = _put(row, declaration, {**given, "email": email})
    db.session.flush()
    _write(row, "interest_confirm")
    return row


def _put(row: Interest | None, declaration: Declaration, given: Mapping[str, Any]) -> Interest:
    values = {name: given[name] for name in ("name", "use", "may_contact")}
    if row is None:
        fixed = {"declaration": declaration, "email": given["email"], "created_at": clock.now()}
        row = Interest(id=new_id(), state=InterestState.UNCONFIRMED, **fixed, **values)
        try:
            with db.session.begin_nested():  # a twin of the same request waits here, then finds the first
                db.session.add(row)
        except IntegrityError:
            row = _live(declaration, given["email"])
            assert row is not None
    for name, value in values.items():
        setattr(row, name, value)
    return row


def _live(declaration: Declaration, email: str) -> Interest | None:
    query = select(Interest).where(
        Interest.declaration_id == declaration.id, Interest.email == email.lower(), Interest.state.in_(LIVE)
    )
    return db.session.scalar(query.with_for_update())


def _locked(row: Interest) -> Interest:
    return db.session.get_one(Interest, row.id, with_for_update=True, populate_existing=True)


def _count(whom: str, what: str, limit: int) -> None:
    parties.attempt(what, whom, limit=limit, window=rules.LETTERS_WINDOW)


def _write(row: Interest, letter: str) -> None:
    link = f"/interests/{row.id}/{key_of(row)}"
    mail.write(row.email, letter, name=row.name, declaration=row.declaration, link=link)
