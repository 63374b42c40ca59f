"""positions of contracts"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "position_mark",
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("looked_to", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_position_mark_venue_id")),
        sa.PrimaryKeyConstraint("venue_id", name=op.f("pk_position_mark")),
    )
    op.create_table(
        "contract_difference",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_difference_contract_id")
        ),
        sa.PrimaryKeyConstraint("contract_id", "code", name=op.f("pk_contract_difference")),
    )
    op.create_table(
        "contract_position",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("noticed_on", sa.Date(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("due_cents", sa.BigInteger(), nullable=False),
        sa.Column("paid_cents", sa.BigInteger(), nullable=False),
        sa.Column("refunded_cents", sa.BigInteger(), nullable=False),
        sa.Column("total_cents", sa.BigInteger(), nullable=False),
        sa.Column("recognised_cents", sa.BigInteger(), nullable=True),
        sa.Column("technology_cents", sa.BigInteger(), nullable=True),
        sa.Column("registration", sa.String(length=12), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("recordal", sa.String(length=12), nullable=False),
        sa.Column("recordal_day", sa.Date(), nullable=True),
        sa.Column("filings", sa.Integer(), nullable=False),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_contract_position_contract_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_contract_position_venue_id")),
        sa.PrimaryKeyConstraint("contract_id", name=op.f("pk_contract_position")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_position_number")),
    )
    with op.batch_alter_table("contract_position", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_contract_position_venue_id_looked_at"), ["venue_id", "looked_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_contract_position_venue_id_month_number"),
            ["venue_id", "month", "number"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("contract_position", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_contract_position_venue_id_month_number"))
        batch_op.drop_index(batch_op.f("ix_contract_position_venue_id_looked_at"))

    op.drop_table("contract_position")
    op.drop_table("contract_difference")
    op.drop_table("position_mark")
