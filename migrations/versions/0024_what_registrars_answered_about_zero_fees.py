"""what registrars answered about zero fees"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None
ZERO_FEE = "zero_fee IN ('', 'taken', 'refused')"


def upgrade() -> None:
    with op.batch_alter_table("registrar", schema=None) as batch_op:
        batch_op.add_column(sa.Column("zero_fee", sa.String(length=10), server_default="", nullable=False))
        batch_op.create_check_constraint(op.f("ck_registrar_zero_fee"), ZERO_FEE)

    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.add_column(sa.Column("applicant", sa.String(length=12), server_default="", nullable=False))
    # Who applies is not known of what was looked at before: forgotten, so that it is looked at again. What
    # waits for a batch stays, its batch looks itself.
    op.execute("DELETE FROM standing WHERE batch = ''")
    op.execute("DELETE FROM standing_mark")


def downgrade() -> None:
    with op.batch_alter_table("standing", schema=None) as batch_op:
        batch_op.drop_column("applicant")

    with op.batch_alter_table("registrar", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_registrar_zero_fee"), type_="check")
        batch_op.drop_column("zero_fee")
