"""what an erasure leaves behind"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MARKED = (
    "contract", "declaration", "declaration_version", "history", "organisation", "registration_result",
    "stored_file", "upload",
)  # fmt: skip


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("reference", sa.String(length=200), nullable=False),
        sa.Column("listed", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("approved_by IS NULL OR asked_by IS NULL OR approved_by <> asked_by", name=op.f("ck_erasure_two_persons")),
        sa.CheckConstraint("kind IN ('contract', 'declaration', 'key', 'account', 'party')", name=op.f("ck_erasure_kind")),
        sa.CheckConstraint("ground IN ('request', 'retention', 'order', 'law')", name=op.f("ck_erasure_ground")),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_erasure_approved_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_erasure_asked_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
    )
    op.create_index(op.f("ix_erasure_kind_subject"), "erasure", ["kind", "subject"])
    for table in MARKED:
        op.add_column(table, sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for table in ("contract", "declaration"):
        op.add_column(
            table, sa.Column("erased_ground", sa.String(length=20), server_default="", nullable=False)
        )
    op.add_column("contract", sa.Column("recordal_seq", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("contract") as batch:
        batch.drop_column("recordal_seq")
    for table in ("contract", "declaration"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("erased_ground")
    for table in MARKED:
        with op.batch_alter_table(table) as batch:
            batch.drop_column("erased_at")
    op.drop_table("erasure")
