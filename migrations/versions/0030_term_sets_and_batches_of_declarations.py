"""term sets and batches of declarations"""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "term_set",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_term_set_created_by")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_term_set_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_set")),
        sa.UniqueConstraint("holder_id", "name", name=op.f("uq_term_set_holder_id_name")),
    )
    op.create_table(
        "declaration_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("drafted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('file', 'pasted', 'api')", name=op.f("ck_declaration_batch_source")),
        sa.CheckConstraint(
            "state IN ('previewed', 'drafting', 'drafted')", name=op.f("ck_declaration_batch_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_declaration_batch_account_id")),
        sa.ForeignKeyConstraint(
            ["holder_id"], ["organisation.id"], name=op.f("fk_declaration_batch_holder_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_declaration_batch_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_batch")),
    )
    with op.batch_alter_table("declaration_batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_declaration_batch_holder_id_created_at"), ["holder_id", "created_at"], unique=False
        )

    op.create_table(
        "term_set_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("term_set_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("steps", sa.JSON(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_term_set_version_account_id")),
        sa.ForeignKeyConstraint(
            ["term_set_id"], ["term_set.id"], name=op.f("fk_term_set_version_term_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term_set_version")),
        sa.UniqueConstraint("term_set_id", "version", name=op.f("uq_term_set_version_term_set_id_version")),
    )
    op.create_table(
        "batch_signing",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('handing_in', 'done')", name=op.f("ck_batch_signing_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_batch_signing_account_id")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["declaration_batch.id"], name=op.f("fk_batch_signing_batch_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_signing")),
    )
    with op.batch_alter_table("batch_signing", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_signing_batch_id"), ["batch_id"], unique=False)

    op.create_table(
        "batch_row",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("term_set_id", sa.Uuid(), nullable=True),
        sa.Column("term_set_version", sa.Integer(), nullable=False),
        sa.Column("written", sa.Boolean(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=True),
        sa.Column("signing_id", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=True),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("pending", sa.Boolean(), nullable=False),
        sa.Column("text_digest", sa.String(length=64), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('ready', 'incomplete', 'unchanged', 'refused')", name=op.f("ck_batch_row_verdict")
        ),
        sa.ForeignKeyConstraint(["batch_id"], ["declaration_batch.id"], name=op.f("fk_batch_row_batch_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_batch_row_declaration_id")
        ),
        sa.ForeignKeyConstraint(["signing_id"], ["batch_signing.id"], name=op.f("fk_batch_row_signing_id")),
        sa.ForeignKeyConstraint(["term_set_id"], ["term_set.id"], name=op.f("fk_batch_row_term_set_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch_row")),
        sa.UniqueConstraint(
            "batch_id", "edition", "position", name=op.f("uq_batch_row_batch_id_edition_position")
        ),
    )
    with op.batch_alter_table("batch_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_batch_row_batch_id_live_position"), ["batch_id", "live", "position"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_batch_row_declaration_id"), ["declaration_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_batch_row_signing_id"), ["signing_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("batch_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_row_signing_id"))
        batch_op.drop_index(batch_op.f("ix_batch_row_declaration_id"))
        batch_op.drop_index(batch_op.f("ix_batch_row_batch_id_live_position"))

    op.drop_table("batch_row")
    with op.batch_alter_table("batch_signing", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_signing_batch_id"))

    op.drop_table("batch_signing")
    op.drop_table("term_set_version")
    with op.batch_alter_table("declaration_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_declaration_batch_holder_id_created_at"))

    op.drop_table("declaration_batch")
    op.drop_table("term_set")
