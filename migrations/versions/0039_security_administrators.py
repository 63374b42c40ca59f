"""security administrators"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

ROLES = (
    "owner", "signer", "preparer", "finance", "operator", "auditor", "administrator", "security", "guest", "clock",
)  # fmt: skip
INVITED = ("owner", "signer", "preparer", "finance", "operator", "auditor", "administrator", "security")


def _one_of(roles: tuple[str, ...]) -> str:
    return "role IN (" + ", ".join(f"'{one}'" for one in roles) + ")"


def _check(table: str, roles: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_role")
    with op.batch_alter_table(table, schema=None) as batch_op:
        batch_op.drop_constraint(name, type_="check")
        batch_op.create_check_constraint(name, _one_of(roles))


def upgrade() -> None:
    """Who administered did both: each keeps both until somebody divides them; `registry check` says so."""
    _check("membership", ROLES)
    _check("invitation", INVITED)
    member = sa.table(
        "membership",
        *(sa.column(name, sa.Uuid()) for name in ("id", "account_id", "organisation_id", "venue_id")),
        sa.column("role", sa.String()),
        *(sa.column(name, sa.DateTime(timezone=True)) for name in ("created_at", "ended_at")),
    )
    connection = op.get_bind()
    found = sa.select(member.c.account_id, member.c.created_at).where(
        member.c.role == "administrator", member.c.ended_at.is_(None)
    )
    for account_id, created_at in connection.execute(found).all():
        row = {"id": uuid4(), "account_id": account_id, "role": "security", "created_at": created_at}
        connection.execute(sa.insert(member).values(**row))


def downgrade() -> None:
    op.execute("DELETE FROM invitation WHERE role = 'security'")
    op.execute(
        "UPDATE session SET membership_id = NULL "
        "WHERE membership_id IN (SELECT id FROM membership WHERE role = 'security')"
    )
    op.execute("DELETE FROM membership WHERE role = 'security'")
    _check("membership", tuple(one for one in ROLES if one != "security"))
    _check("invitation", tuple(one for one in INVITED if one != "security"))
