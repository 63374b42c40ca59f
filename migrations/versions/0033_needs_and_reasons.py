"""needs and reasons"""

import sqlalchemy as sa
from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "need",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("named", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=60), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("technology_field", sa.String(length=8), nullable=False),
        sa.Column("budget", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'public' OR published_at IS NOT NULL", name=op.f("ck_need_published")),
        sa.CheckConstraint(
            "state IN ('waiting', 'returned', 'public', 'withdrawn', 'ended')", name=op.f("ck_need_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_need_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_need_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need")),
        sa.UniqueConstraint("number", name=op.f("uq_need_number")),
    )
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_industry"), ["industry"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_organisation_id"), ["organisation_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_need_state_published_at"), ["state", "published_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_need_state_until"), ["state", "until"], unique=False)

    op.create_table(
        "need_answer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("declaration_id", sa.Uuid(), nullable=True),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_need_answer_account_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_need_answer_declaration_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_answer_need_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_need_answer_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_answer")),
    )
    with op.batch_alter_table("need_answer", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_answer_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_answer_need_id_at"), ["need_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_need_answer_organisation_id"), ["organisation_id"], unique=False)

    op.create_table(
        "need_match",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("need_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_need_match_declaration_id")
        ),
        sa.ForeignKeyConstraint(["need_id"], ["need.id"], name=op.f("fk_need_match_need_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_need_match")),
        sa.UniqueConstraint("need_id", "declaration_id", name=op.f("uq_need_match_need_id_declaration_id")),
    )
    with op.batch_alter_table("need_match", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_need_match_declaration_id"), ["declaration_id"], unique=False)

    op.create_table(
        "not_taken",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint(
            "why IN ('price', 'term', 'unclear', 'not_mature', 'found_other', 'other')",
            name=op.f("ck_not_taken_why"),
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_not_taken_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_not_taken")),
    )
    with op.batch_alter_table("not_taken", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_not_taken_declaration_id_why"), ["declaration_id", "why"], unique=False
        )


def downgrade() -> None:
    with op.batch_alter_table("not_taken", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_not_taken_declaration_id_why"))

    op.drop_table("not_taken")
    with op.batch_alter_table("need_match", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_match_declaration_id"))

    op.drop_table("need_match")
    with op.batch_alter_table("need_answer", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_answer_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_need_answer_need_id_at"))
        batch_op.drop_index(batch_op.f("ix_need_answer_account_id"))

    op.drop_table("need_answer")
    with op.batch_alter_table("need", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_need_state_until"))
        batch_op.drop_index(batch_op.f("ix_need_state_published_at"))
        batch_op.drop_index(batch_op.f("ix_need_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_need_industry"))
        batch_op.drop_index(batch_op.f("ix_need_account_id"))

    op.drop_table("need")
