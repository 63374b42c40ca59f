"""saved searches"""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "saved_search",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("query", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("every", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_on", sa.Date(), nullable=False),
        sa.CheckConstraint("every IN ('daily', 'weekly', 'none')", name=op.f("ck_saved_search_every")),
        sa.CheckConstraint("kind IN ('search', 'industry')", name=op.f("ck_saved_search_kind")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_saved_search_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint(
            "account_id", "kind", "digest", name=op.f("uq_saved_search_account_id_kind_digest")
        ),
    )
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_search_every_told_on"), ["every", "told_on"], unique=False)

    op.create_table(
        "saved_find",
        sa.Column("search_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["search_id"], ["saved_search.id"], name=op.f("fk_saved_find_search_id")),
        sa.PrimaryKeyConstraint("search_id", "declaration_id", name=op.f("pk_saved_find")),
    )
    with op.batch_alter_table("saved_find", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_saved_find_told_at"), ["told_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("saved_find", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_find_told_at"))

    op.drop_table("saved_find")
    with op.batch_alter_table("saved_search", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_saved_search_every_told_on"))

    op.drop_table("saved_search")
