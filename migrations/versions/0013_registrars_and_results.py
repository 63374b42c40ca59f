"""registrars and results"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registrar",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("applicants", sa.JSON(), nullable=False),
        sa.Column("working_days", sa.Integer(), nullable=False),
        sa.Column("expert_days", sa.Integer(), nullable=False),
        sa.Column("date_form", sa.String(length=10), nullable=False),
        sa.Column("papers", sa.Text(), nullable=False),
        sa.Column("contact", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("zero_fee_view", sa.Text(), nullable=False),
        sa.Column("zero_fee_on", sa.Date(), nullable=True),
        sa.Column("zero_fee_source", sa.String(length=500), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("confidence", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "confidence IN ('law', 'published', 'asked', 'second_hand')", name=op.f("ck_registrar_confidence")
        ),
        sa.CheckConstraint(
            "date_form IN ('iso', 'slash', 'chinese', 'compact')", name=op.f("ck_registrar_date_form")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_registrar_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrar")),
        sa.UniqueConstraint("venue_id", "name", name=op.f("uq_registrar_venue_id_name")),
    )
    op.create_table(
        "result_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("source", sa.String(length=6), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("unknown", sa.JSON(), nullable=False),
        sa.Column("unused", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('file', 'pasted', 'api')", name=op.f("ck_result_import_source")),
        sa.CheckConstraint("state IN ('previewed', 'saving', 'saved')", name=op.f("ck_result_import_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_result_import_account_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_result_import_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_result_import")),
    )
    with op.batch_alter_table("result_import", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_result_import_venue_id_created_at"), ["venue_id", "created_at"], unique=False
        )

    op.create_table(
        "registration_case",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("applicant", sa.String(length=12), nullable=False),
        sa.Column("registrar_id", sa.Uuid(), nullable=True),
        sa.Column("elsewhere", sa.String(length=3), nullable=False),
        sa.Column("elsewhere_by", sa.Uuid(), nullable=True),
        sa.Column("elsewhere_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("voucher", sa.String(length=60), nullable=False),
        sa.Column("deal", sa.String(length=60), nullable=False),
        sa.Column("submitted_on", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "applicant IN ('', 'seller', 'intermediary', 'buyer')",
            name=op.f("ck_registration_case_applicant"),
        ),
        sa.CheckConstraint("elsewhere IN ('', 'no', 'yes')", name=op.f("ck_registration_case_elsewhere")),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_registration_case_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["registrar_id"], ["registrar.id"], name=op.f("fk_registration_case_registrar_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_case")),
        sa.UniqueConstraint("contract_id", name=op.f("uq_registration_case_contract_id")),
    )
    with op.batch_alter_table("registration_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_case_registrar_id"), ["registrar_id"], unique=False)

    op.create_table(
        "rekey_tick",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_rekey_tick_account_id")),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_rekey_tick_batch_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", "account_id", name=op.f("pk_rekey_tick")),
    )
    op.create_table(
        "result_import_row",
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("verdict", sa.String(length=12), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("proposals", sa.JSON(), nullable=False),
        sa.Column("certificate_upload", sa.Uuid(), nullable=True),
        sa.Column("result_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "verdict IN ('matched', 'unchanged', 'conflict', 'unmatched', 'invalid')",
            name=op.f("ck_result_import_row_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_result_import_row_contract_id")
        ),
        sa.ForeignKeyConstraint(
            ["import_id"], ["result_import.id"], name=op.f("fk_result_import_row_import_id")
        ),
        sa.PrimaryKeyConstraint("import_id", "position", name=op.f("pk_result_import_row")),
    )
    with op.batch_alter_table("result_import_row", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_result_import_row_contract_id"), ["contract_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_result_import_row_import_id_verdict"), ["import_id", "verdict"], unique=False
        )

    with op.batch_alter_table("registration_result", schema=None) as batch_op:
        batch_op.add_column(sa.Column("working_days", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("due_on", sa.Date(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("registration_result", schema=None) as batch_op:
        batch_op.drop_column("due_on")
        batch_op.drop_column("working_days")

    with op.batch_alter_table("result_import_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_import_row_import_id_verdict"))
        batch_op.drop_index(batch_op.f("ix_result_import_row_contract_id"))

    op.drop_table("result_import_row")
    op.drop_table("rekey_tick")
    with op.batch_alter_table("registration_case", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_case_registrar_id"))

    op.drop_table("registration_case")
    with op.batch_alter_table("result_import", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_result_import_venue_id_created_at"))

    op.drop_table("result_import")
    op.drop_table("registrar")
