"""daily files of offers"""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_dump",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("format", sa.String(length=8), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("log_size", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("format IN ('csv', 'jsonl')", name=op.f("ck_data_dump_format")),
        sa.PrimaryKeyConstraint("day", "format", name=op.f("pk_data_dump")),
    )
    with op.batch_alter_table("data_dump", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_data_dump_digest"), ["digest"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("data_dump", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_data_dump_digest"))

    op.drop_table("data_dump")
