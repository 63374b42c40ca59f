"""The account money of an offer is paid into: as declared, until a change is in force."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, select

from registry.contracts.money_models import AccountChange
from registry.contracts.money_rules import ChangeState
from registry.database import db, value_of
from registry.licenses.models import Declaration, DeclarationVersion

_IN_FORCE = (
    select(AccountChange.account)
    .where(
        AccountChange.declaration_id == bindparam("declaration"),
        AccountChange.state == ChangeState.IN_FORCE,
    )
    .order_by(AccountChange.in_force_at.desc())
    .limit(1)
)


def of(declaration: Declaration, version: DeclarationVersion | None = None) -> dict[str, Any]:
    """The account in force today; empty for a free license."""
    changed = value_of(_IN_FORCE, declaration=declaration.id)
    if changed is not None:
        return dict(changed)
    version = version or declaration.current
    return dict(version.answers.get("account", {})) if version is not None else {}


def former(declaration: Declaration) -> list[tuple[dict[str, Any], AccountChange]]:
    """Accounts that were in force before, each with the change that ended it, oldest first."""
    return [(dict(one.former), one) for one in changes(declaration, ChangeState.IN_FORCE)]


def changes(declaration: Declaration, *states: ChangeState) -> Sequence[AccountChange]:
    """Changes of an offer's account in these states (all without any), oldest first."""
    query = select(AccountChange).where(AccountChange.declaration_id == declaration.id)
    if states:
        query = query.where(AccountChange.state.in_(states))
    order = AccountChange.in_force_at if states == (ChangeState.IN_FORCE,) else AccountChange.asked_at
    return db.session.scalars(query.order_by(order)).all()
