"""Invitations and memberships of the small world."""

from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import select

from registry.database import db, transaction
from registry.parties import approvals, invitations
from registry.parties.models import Membership
from tests.factories import Person, reading

if TYPE_CHECKING:
    from tests.world import World


def add_to(world: "World") -> None:
    """One asked by the holder's owner, one of staff that waits for a second administrator; two members."""
    owner, admin = world.people["holder.owner"].actor, world.people["security"].actor
    world.things["invitation"] = transaction(
        lambda: str(invitations.invite_member(owner, email="asked@example.cn", role="signer").id)
    )
    world.things["staff_invitation"] = transaction(
        lambda: str(invitations.invite_staff(admin, email="other@example.cn", role="administrator").id)
    )
    world.things["approval"] = _loosening(world.people["licensee.owner"])
    world.things["member"] = _membership(world.people["holder.signer"])
    world.things["clerk"] = _membership(world.people["venue"])


def _loosening(owner: Person) -> str:
    """An owner wants fewer notices signed by two: somebody else has to agree."""
    wanted = {"declare": False, "withdraw": False, "accept": True, "accept_above": Decimal("9000000.00")}
    transaction(lambda: approvals.change_policy(owner.actor, wanted))
    asked = transaction(lambda: approvals.change_policy(owner.actor, {**wanted, "accept": False}))
    assert asked is not None
    return str(asked.id)


def _membership(who: Person) -> str:
    query = select(Membership.id).where(Membership.account_id == who.actor.account_id)
    return str(reading(lambda: db.session.scalars(query).one()))
