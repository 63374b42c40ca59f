"""powers of attorney"""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "power_of_attorney",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("matters", sa.JSON(), nullable=False),
        sa.Column("patents", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("own_side", sa.Boolean(), nullable=False),
        sa.Column("both_sides", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("granted_seq", sa.Integer(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.Uuid(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_seq", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "(state IN ('drafted', 'dropped')) = (granted_seq IS NULL)",
            name=op.f("ck_power_of_attorney_granted"),
        ),
        sa.CheckConstraint(
            "state IN ('drafted', 'offered', 'active', 'dropped', 'declined', 'revoked', 'renounced', 'expired')",
            name=op.f("ck_power_of_attorney_state"),
        ),
        sa.CheckConstraint("last_day >= first_day", name=op.f("ck_power_of_attorney_days")),
        sa.CheckConstraint("principal_id <> agent_id", name=op.f("ck_power_of_attorney_two_parties")),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["organisation.id"], name=op.f("fk_power_of_attorney_agent_id")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_power_of_attorney_created_by")),
        sa.ForeignKeyConstraint(
            ["principal_id"], ["organisation.id"], name=op.f("fk_power_of_attorney_principal_id")
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_power_of_attorney_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_power_of_attorney")),
        sa.UniqueConstraint("number", name=op.f("uq_power_of_attorney_number")),
    )
    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_power_of_attorney_agent_id_state"), ["agent_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_power_of_attorney_principal_id_state"), ["principal_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_power_of_attorney_state_last_day"), ["state", "last_day"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_power_of_attorney_upload_id"), ["upload_id"], unique=False)

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(sa.Column("power_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_session_power_id"), "power_of_attorney", ["power_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_session_power_id"), type_="foreignkey")
        batch_op.drop_column("power_id")

    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_power_of_attorney_upload_id"))
        batch_op.drop_index(batch_op.f("ix_power_of_attorney_state_last_day"))
        batch_op.drop_index(batch_op.f("ix_power_of_attorney_principal_id_state"))
        batch_op.drop_index(batch_op.f("ix_power_of_attorney_agent_id_state"))

    op.drop_table("power_of_attorney")
