"""code changes"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "code_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("table_name", sa.String(length=40), nullable=False),
        sa.Column("verb", sa.String(length=8), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.CheckConstraint("verb IN ('add', 'amend', 'end', 'map')", name=op.f("ck_code_change_verb")),
        sa.ForeignKeyConstraint(["made_by"], ["account.id"], name=op.f("fk_code_change_made_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code_change")),
        sa.UniqueConstraint("version", name=op.f("uq_code_change_version")),
    )
    with op.batch_alter_table("code_change", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_code_change_seq"), ["seq"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_code_change_table_name_version"), ["table_name", "version"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("code_change", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_code_change_table_name_version"))
        batch_op.drop_index(batch_op.f("ix_code_change_seq"))

    op.drop_table("code_change")
