"""machines under a power of attorney, and reminders of its last day"""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("power_id", sa.Uuid(), nullable=True))
        batch_op.create_index(batch_op.f("ix_api_key_power_id"), ["power_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_api_key_power_id"), "power_of_attorney", ["power_id"], ["id"]
        )

    with op.batch_alter_table("prepared_act", schema=None) as batch_op:
        batch_op.add_column(sa.Column("power_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_prepared_act_power_id"), "power_of_attorney", ["power_id"], ["id"]
        )

    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.add_column(sa.Column("warned", sa.Integer(), nullable=True))
        batch_op.create_check_constraint(batch_op.f("ck_power_of_attorney_warned"), "warned IN (30, 7)")


def downgrade() -> None:
    with op.batch_alter_table("power_of_attorney", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_power_of_attorney_warned"), type_="check")
        batch_op.drop_column("warned")

    with op.batch_alter_table("prepared_act", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_prepared_act_power_id"), type_="foreignkey")
        batch_op.drop_column("power_id")

    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_api_key_power_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_api_key_power_id"))
        batch_op.drop_column("power_id")
