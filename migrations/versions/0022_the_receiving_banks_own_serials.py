"""the receiving banks own serials"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("arrived_serial", sa.String(length=60), server_default="", nullable=False)
        )
        batch_op.create_index(batch_op.f("ix_payment_arrived_serial"), ["arrived_serial"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_arrived_serial"))
        batch_op.drop_column("arrived_serial")
