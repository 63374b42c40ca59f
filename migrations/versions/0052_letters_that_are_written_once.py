"""letters that are written once"""

import sqlalchemy as sa
from alembic import op

revision = "0052"
down_revision = "0051"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("once", sa.String(length=64), nullable=True))
        batch_op.create_index("uq_mail_once", ["once"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index("uq_mail_once")
        batch_op.drop_column("once")
