"""collections"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "collection",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('public', 'retired')", name=op.f("ck_collection_state")),
        sa.CheckConstraint("(holder_id IS NULL) <> (venue_id IS NULL)", name=op.f("ck_collection_whose")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_collection_holder_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_collection_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection")),
        sa.UniqueConstraint("number", name=op.f("uq_collection_number")),
    )
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_collection_holder_id"), ["holder_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_collection_state_created_at"), ["state", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_collection_venue_id"), ["venue_id"], unique=False)

    op.create_table(
        "collection_member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("collection_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["collection_id"], ["collection.id"], name=op.f("fk_collection_member_collection_id")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_collection_member_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_collection_member")),
        sa.UniqueConstraint(
            "collection_id", "declaration_id", name=op.f("uq_collection_member_collection_id_declaration_id")
        ),
    )
    with op.batch_alter_table("collection_member", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_collection_member_declaration_id"), ["declaration_id"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("collection_member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collection_member_declaration_id"))

    op.drop_table("collection_member")
    with op.batch_alter_table("collection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_collection_venue_id"))
        batch_op.drop_index(batch_op.f("ix_collection_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_collection_holder_id"))

    op.drop_table("collection")
