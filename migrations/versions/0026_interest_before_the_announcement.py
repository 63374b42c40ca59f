"""interest before the announcement"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interest",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("use", sa.Text(), nullable=False),
        sa.Column("may_contact", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('unconfirmed', 'open', 'told', 'ended', 'withdrawn')", name=op.f("ck_interest_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('open', 'told', 'ended') OR confirmed_at IS NOT NULL",
            name=op.f("ck_interest_confirmed"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_interest_account_id")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_interest_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_interest")),
    )
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_interest_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_interest_declaration_id_state"), ["declaration_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_interest_state_created_at"), ["state", "created_at"], unique=False
        )
        batch_op.create_index(
            "uq_interest_live",
            ["declaration_id", "email"],
            unique=True,
            sqlite_where=sa.text("state IN ('unconfirmed', 'open')"),
            postgresql_where=sa.text("state IN ('unconfirmed', 'open')"),
        )


def downgrade() -> None:
    with op.batch_alter_table("interest", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_interest_live",
            sqlite_where=sa.text("state IN ('unconfirmed', 'open')"),
            postgresql_where=sa.text("state IN ('unconfirmed', 'open')"),
        )
        batch_op.drop_index(batch_op.f("ix_interest_state_created_at"))
        batch_op.drop_index(batch_op.f("ix_interest_declaration_id_state"))
        batch_op.drop_index(batch_op.f("ix_interest_account_id"))

    op.drop_table("interest")
