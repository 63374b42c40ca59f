"""closed logs"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "closed_log",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.String(length=300), nullable=False),
        sa.Column("successor", sa.String(length=300), nullable=False),
        sa.Column("first", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("last_head", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_closed_log")),
        sa.UniqueConstraint("origin", name=op.f("uq_closed_log_origin")),
    )
    op.create_table(
        "closed_disclosure",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["log"], ["closed_log.number"], name=op.f("fk_closed_disclosure_log")),
        sa.PrimaryKeyConstraint("log", "seq", "path", name=op.f("pk_closed_disclosure")),
    )
    with op.batch_alter_table("closed_disclosure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closed_disclosure_subject"), ["subject"], unique=False)

    op.create_table(
        "closed_entry",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["log"], ["closed_log.number"], name=op.f("fk_closed_entry_log")),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_closed_entry")),
    )
    op.create_table(
        "closed_key",
        sa.Column("log", sa.Integer(), nullable=False),
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("enrolled_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.ForeignKeyConstraint(["log"], ["closed_log.number"], name=op.f("fk_closed_key_log")),
        sa.PrimaryKeyConstraint("log", "kid", name=op.f("pk_closed_key")),
    )


def downgrade() -> None:
    op.drop_table("closed_key")
    op.drop_table("closed_entry")
    with op.batch_alter_table("closed_disclosure", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_closed_disclosure_subject"))

    op.drop_table("closed_disclosure")
    op.drop_table("closed_log")
