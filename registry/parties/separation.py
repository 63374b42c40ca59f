"""Three administrators, three persons: who runs the system gives no roles, and who looks on does neither.

A small register may let one person be several (`REGISTRY_COMBINED_ADMINISTRATORS`); the demonstration does.
"""

from uuid import UUID

from flask import current_app
from sqlalchemy import func, select

from registry.config import Settings
from registry.database import db
from registry.errors import Conflict
from registry.parties.models import Account, Membership
from registry.parties.rules import APART, Role


def check(account_id: UUID | None, role: Role) -> None:
    """Whether the account may take this role beside those it has. Raises Conflict `administrators_apart`.

    The account's row is locked: of two invitations taken up at one moment the later sees the earlier.
    """
    if role not in APART or _combined():
        return
    db.session.get_one(Account, account_id, with_for_update=True)
    others = [one for one in APART if one != role]
    held = select(Membership.id).where(
        Membership.account_id == account_id, Membership.role.in_(others), Membership.ended_at.is_(None)
    )
    if db.session.scalar(held.limit(1)) is not None:
        raise Conflict("administrators_apart", "role")


def combined() -> int:
    """How many accounts are more than one of the three, where the settings do not allow it."""
    if _combined():
        return 0
    several = (
        select(Membership.account_id)
        .where(Membership.role.in_(APART), Membership.ended_at.is_(None))
        .group_by(Membership.account_id)
        .having(func.count(Membership.role.distinct()) > 1)
    )
    return db.session.scalar(select(func.count()).select_from(several.subquery())) or 0


def _combined() -> bool:
    settings: Settings = current_app.extensions["settings"]
    return settings.combined_administrators
