"""refunds can be dropped"""

from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BEFORE = "state IN ('to_refund', 'sent', 'confirmed', 'disputed')"
NOW = "state IN ('to_refund', 'sent', 'confirmed', 'disputed', 'dropped')"


def upgrade() -> None:
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_refund_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_refund_state"), NOW)


def downgrade() -> None:
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_refund_state"), type_="check")
        batch_op.create_check_constraint(op.f("ck_refund_state"), BEFORE)
