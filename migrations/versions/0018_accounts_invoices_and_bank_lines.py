"""accounts invoices and bank lines"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bank_heading",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("field", sa.String(length=20), nullable=False),
        sa.Column("heading", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_heading")),
        sa.UniqueConstraint("owner_id", "heading", name=op.f("uq_bank_heading_owner_id_heading")),
    )
    op.create_table(
        "account_change",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("account", sa.JSON(), nullable=False),
        sa.Column("former", sa.JSON(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filing", sa.JSON(), nullable=False),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("second", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("in_force_on", sa.Date(), nullable=True),
        sa.Column("in_force_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_by", sa.Uuid(), nullable=True),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("stopped_reason", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'in_force', 'stopped')", name=op.f("ck_account_change_state")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_account_change_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_change")),
    )
    with op.batch_alter_table("account_change", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_account_change_declaration_id_state"), ["declaration_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_account_change_state_in_force_on"), ["state", "in_force_on"], unique=False
        )
        batch_op.create_index(
            "uq_account_change_open",
            ["declaration_id"],
            unique=True,
            sqlite_where=sa.text("state IN ('asked', 'approved')"),
            postgresql_where=sa.text("state IN ('asked', 'approved')"),
        )

    op.create_table(
        "invoice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("due_key", sa.String(length=30), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("tax_number", sa.String(length=20), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("phone", sa.String(length=40), nullable=False),
        sa.Column("bank", sa.String(length=100), nullable=False),
        sa.Column("bank_account", sa.String(length=40), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("file_upload", sa.Uuid(), nullable=True),
        sa.Column("red_number", sa.String(length=40), nullable=False),
        sa.Column("red_day", sa.Date(), nullable=True),
        sa.Column("red_upload", sa.Uuid(), nullable=True),
        sa.Column("red_reason", sa.Text(), nullable=False),
        sa.CheckConstraint("kind IN ('ordinary', 'special')", name=op.f("ck_invoice_kind")),
        sa.CheckConstraint("state IN ('asked', 'issued', 'reversed')", name=op.f("ck_invoice_state")),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_invoice_acceptance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoice")),
    )
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_invoice_acceptance_id"), ["acceptance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_invoice_state_asked_at"), ["state", "asked_at"], unique=False)
        batch_op.create_index(
            "uq_invoice_live",
            ["acceptance_id", "due_key"],
            unique=True,
            sqlite_where=sa.text("state <> 'reversed'"),
            postgresql_where=sa.text("state <> 'reversed'"),
        )

    op.create_table(
        "bank_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("payer_account", sa.String(length=40), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("serial", sa.String(length=60), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=True),
        sa.Column("imported_by", sa.Uuid(), nullable=True),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'set_aside')", name=op.f("ck_bank_line_state")),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_bank_line_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_line")),
        sa.UniqueConstraint("owner_id", "digest", name=op.f("uq_bank_line_owner_id_digest")),
    )
    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_bank_line_imported_at"), ["imported_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_bank_line_owner_id_state_day"), ["owner_id", "state", "day"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_bank_line_payment_id"), ["payment_id"], unique=False)

    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("decided_reason", sa.Text(), server_default="", nullable=False))


def downgrade() -> None:
    with op.batch_alter_table("refund", schema=None) as batch_op:
        batch_op.drop_column("decided_reason")
        batch_op.drop_column("told_on")

    with op.batch_alter_table("bank_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_bank_line_payment_id"))
        batch_op.drop_index(batch_op.f("ix_bank_line_owner_id_state_day"))
        batch_op.drop_index(batch_op.f("ix_bank_line_imported_at"))

    op.drop_table("bank_line")
    with op.batch_alter_table("invoice", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_invoice_live",
            sqlite_where=sa.text("state <> 'reversed'"),
            postgresql_where=sa.text("state <> 'reversed'"),
        )
        batch_op.drop_index(batch_op.f("ix_invoice_state_asked_at"))
        batch_op.drop_index(batch_op.f("ix_invoice_acceptance_id"))

    op.drop_table("invoice")
    with op.batch_alter_table("account_change", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_account_change_open",
            sqlite_where=sa.text("state IN ('asked', 'approved')"),
            postgresql_where=sa.text("state IN ('asked', 'approved')"),
        )
        batch_op.drop_index(batch_op.f("ix_account_change_state_in_force_on"))
        batch_op.drop_index(batch_op.f("ix_account_change_declaration_id_state"))

    op.drop_table("account_change")
    op.drop_table("bank_heading")
