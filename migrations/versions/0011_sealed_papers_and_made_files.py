"""sealed papers and made files"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "made_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("inputs", sa.String(length=64), nullable=False),
        sa.Column("chosen", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("digest = '' OR length(digest) = 64", name=op.f("ck_made_file_digest_length")),
        sa.CheckConstraint("kind IN ('disclosure', 'recordal')", name=op.f("ck_made_file_kind")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_made_file_size")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_made_file_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_made_file")),
        sa.UniqueConstraint(
            "contract_id", "kind", "inputs", name=op.f("uq_made_file_contract_id_kind_inputs")
        ),
    )
    with op.batch_alter_table("made_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_made_file_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_made_file_digest"), ["digest"], unique=False)

    op.create_table(
        "sealed_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("paper_id", sa.Uuid(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(length=3), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("level IN ('B-B', 'B-T')", name=op.f("ck_sealed_paper_level")),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_sealed_paper_digest_length")),
        sa.CheckConstraint("size > 0", name=op.f("ck_sealed_paper_size")),
        sa.ForeignKeyConstraint(["paper_id"], ["paper.id"], name=op.f("fk_sealed_paper_paper_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sealed_paper")),
        sa.UniqueConstraint("digest", name=op.f("uq_sealed_paper_digest")),
        sa.UniqueConstraint("paper_id", "size", name=op.f("uq_sealed_paper_paper_id_size")),
    )


def downgrade() -> None:
    op.drop_table("sealed_paper")
    with op.batch_alter_table("made_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_made_file_digest"))
        batch_op.drop_index(batch_op.f("ix_made_file_asked_at"))

    op.drop_table("made_file")
