"""dues after the start"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payment_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("due_key", sa.String(length=30), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=8), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("issued_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_payment_request_acceptance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_request")),
        sa.UniqueConstraint(
            "acceptance_id",
            "due_key",
            "edition",
            name=op.f("uq_payment_request_acceptance_id_due_key_edition"),
        ),
    )
    with op.batch_alter_table("payment_request", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_payment_request_reference"), ["reference"], unique=False)

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("payment_id", sa.Uuid(), nullable=True))
        batch_op.create_foreign_key(batch_op.f("fk_decision_payment_id"), "payment", ["payment_id"], ["id"])

    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("due_key", sa.String(length=30), server_default="start", nullable=False)
        )
        batch_op.add_column(sa.Column("account", sa.JSON(), server_default="{}", nullable=False))
        batch_op.add_column(
            sa.Column("payer_account", sa.String(length=40), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("payer_statement", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("receipt_upload", sa.Uuid(), nullable=True))
        batch_op.alter_column("slip_upload", existing_type=sa.Uuid(), nullable=True)


def downgrade() -> None:
    with op.batch_alter_table("payment", schema=None) as batch_op:
        batch_op.alter_column("slip_upload", existing_type=sa.Uuid(), nullable=False)
        batch_op.drop_column("receipt_upload")
        batch_op.drop_column("payer_statement")
        batch_op.drop_column("payer_account")
        batch_op.drop_column("account")
        batch_op.drop_column("due_key")

    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_decision_payment_id"), type_="foreignkey")
        batch_op.drop_column("payment_id")

    with op.batch_alter_table("payment_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_payment_request_reference"))

    op.drop_table("payment_request")
