"""A registered device of somebody's, without a browser: for tests of something else."""

from hashlib import sha256
from typing import Any

from registry import clock
from registry.database import db, transaction
from registry.ledger.signing import PASSKEY, kid_of
from registry.parties import ceremonies, enrolment
from registry.parties.ceremonies import Purpose
from registry.parties.models import Key, Passkey
from registry.parties.rules import Level
from tests.ledger.asserted import PUBLIC
from tests.persons import Person


def registered(person: Person, name: str = "办公室电脑") -> str:
    """The kid of a device that has still to state its own key."""
    account_id, kid = person.actor.account_id, kid_of(PASSKEY, PUBLIC)
    assert account_id is not None

    def work() -> None:
        key = Key(
            kid=kid,
            alg=PASSKEY,
            level=Level.PASSKEY,
            account_id=account_id,
            public=PUBLIC,
            created_at=clock.now(),
        )
        enrolment.prepare(key, holder=account_id, person=person.actor.name, evidence={})
        db.session.add(key)
        db.session.flush()
        made = {
            "credential_id": sha256(PUBLIC).digest(),
            "cose": b"",
            "name": name,
            "created_at": clock.now(),
        }
        db.session.add(Passkey(kid=kid, account_id=account_id, **made))

    transaction(work)
    return kid


def asked(person: Person, purpose: Purpose, facts: dict[str, Any]) -> str:
    """A challenge that waits for this person's device."""
    account_id = person.actor.account_id
    return transaction(lambda: str(ceremonies.begin(purpose, account_id=account_id, facts=facts).id))


def add_to(world: Any) -> None:
    """One of each, for the access matrix."""
    owner = world.people["holder.owner"]
    ceremony = asked(owner, Purpose.REGISTER, {"name": "手机"})
    world.things |= {"passkey": registered(owner), "ceremony": ceremony}
