"""days of standard terms"""

import sqlalchemy as sa
from alembic import op

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "terms_day",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("before", sa.Date(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("(approved_by IS NULL) = (seq IS NULL)", name=op.f("ck_terms_day_filed")),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_terms_day_two_persons")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_terms_day_approved_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_terms_day_asked_by")),
        sa.ForeignKeyConstraint(["version"], ["standard_terms.version"], name=op.f("fk_terms_day_version")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_terms_day")),
    )
    with op.batch_alter_table("terms_day", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_terms_day_version_asked_at"), ["version", "asked_at"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("terms_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_terms_day_version_asked_at"))

    op.drop_table("terms_day")
