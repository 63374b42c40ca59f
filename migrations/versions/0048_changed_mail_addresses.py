"""changed mail addresses"""

import sqlalchemy as sa
from alembic import op

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("former", sa.String(length=254), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("confirm_hash", sa.String(length=64), nullable=False),
        sa.Column("back_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(state IN ('changed', 'returned')) = (changed_at IS NOT NULL)",
            name=op.f("ck_address_change_changed"),
        ),
        sa.CheckConstraint(
            "state IN ('asked', 'changed', 'returned', 'dropped')", name=op.f("ck_address_change_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_address_change_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_change")),
    )
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_address_change_account_id_created_at"), ["account_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_address_change_back_hash"), ["back_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_change_confirm_hash"), ["confirm_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_change_former"), ["former"], unique=False)
        batch_op.create_index(batch_op.f("ix_address_change_until"), ["until"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("address_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_address_change_until"))
        batch_op.drop_index(batch_op.f("ix_address_change_former"))
        batch_op.drop_index(batch_op.f("ix_address_change_confirm_hash"))
        batch_op.drop_index(batch_op.f("ix_address_change_back_hash"))
        batch_op.drop_index(batch_op.f("ix_address_change_account_id_created_at"))

    op.drop_table("address_change")
