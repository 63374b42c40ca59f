"""batches of any size"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "standing_mark",
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("looked_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_standing_mark_venue_id")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_standing_mark")),
    )
    op.create_table(
        "standing",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("ready", sa.Boolean(), nullable=False),
        sa.Column("zero", sa.Boolean(), nullable=False),
        sa.Column("faults", sa.JSON(), nullable=False),
        sa.Column("cents", sa.BigInteger(), nullable=False),
        sa.Column("technology_cents", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=80), nullable=False),
        sa.Column("region", sa.String(length=12), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("batch", sa.String(length=24), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_standing_contract_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_standing_venue_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_standing")),
    )
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_standing_venue_id_effective_on_contract_id"),
            ["venue_id", "effective_on", "contract_id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_standing_venue_id_looked_at"), ["venue_id", "looked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_standing_venue_id_ready_zero_effective_on_contract_id"),
            ["venue_id", "ready", "zero", "effective_on", "contract_id"],
            unique=False,
        )

    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="packed", nullable=False))
        batch_op.add_column(sa.Column("asked", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("packed", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("sums", sa.JSON(), server_default="{}", nullable=False))
        batch_op.alter_column(
            "size", existing_type=sa.INTEGER(), type_=sa.BigInteger(), existing_nullable=False
        )

        batch_op.create_check_constraint("state", "state IN ('freezing', 'packing', 'packed', 'empty')")
    op.execute("UPDATE batch SET asked = count, packed = count")
    op.execute("UPDATE batch SET state = 'packing', packed = 0 WHERE digest = ''")

    with op.batch_alter_table("batch_contract", schema=None) as batch_op:
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="frozen", nullable=False))
        batch_op.add_column(sa.Column("refusals", sa.JSON(), server_default="[]", nullable=False))
        batch_op.create_check_constraint("state", "state IN ('chosen', 'frozen', 'refused')")
        batch_op.create_index(
            batch_op.f("ix_batch_contract_batch_id_state_position"),
            ["batch_id", "state", "position"],
            unique=False,
        )

    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_history_at"), ["at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_history_at"))

    with op.batch_alter_table("batch_contract", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_contract_batch_id_state_position"))
        batch_op.drop_constraint("state", type_="check")
        batch_op.drop_column("refusals")
        batch_op.drop_column("state")

    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.alter_column(
            "size", existing_type=sa.BigInteger(), type_=sa.INTEGER(), existing_nullable=False
        )
        batch_op.drop_constraint("state", type_="check")
        batch_op.drop_column("sums")
        batch_op.drop_column("packed")
        batch_op.drop_column("asked")
        batch_op.drop_column("state")

    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_standing_venue_id_ready_zero_effective_on_contract_id"))
        batch_op.drop_index(batch_op.f("ix_standing_venue_id_looked_at"))
        batch_op.drop_index(batch_op.f("ix_standing_venue_id_effective_on_contract_id"))

    op.drop_table("standing")
    op.drop_table("standing_mark")
