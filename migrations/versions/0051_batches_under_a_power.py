"""batches of declarations under a power of attorney"""

import sqlalchemy as sa
from alembic import op

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("batch_signing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("power_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_batch_signing_power_id"), "power_of_attorney", ["power_id"], ["id"]
        )

    with op.batch_alter_table("declaration_batch", schema=None) as batch_op:
        batch_op.add_column(sa.Column("power_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_declaration_batch_power_id"), ["power_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_declaration_batch_power_id"), "power_of_attorney", ["power_id"], ["id"]
        )


def downgrade() -> None:
    with op.batch_alter_table("declaration_batch", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_declaration_batch_power_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_declaration_batch_power_id"))
        batch_op.drop_column("power_id")

    with op.batch_alter_table("batch_signing", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_batch_signing_power_id"), type_="foreignkey")
        batch_op.drop_column("power_id")
