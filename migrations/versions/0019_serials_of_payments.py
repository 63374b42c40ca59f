"""serials of payments are looked up"""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(op.f("ix_payment_bank_serial"), "payment", ["bank_serial"])


def downgrade() -> None:
    op.drop_index(op.f("ix_payment_bank_serial"), "payment")
