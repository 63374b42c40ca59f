"""duties after the license"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reminder_choice",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("off_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_reminder_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_reminder_choice")),
    )
    op.create_table(
        "calendar_feed",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_calendar_feed_account_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_calendar_feed_contract_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_calendar_feed_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("digest", name=op.f("uq_calendar_feed_digest")),
    )
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_calendar_feed_account_id"), ["account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_calendar_feed_organisation_id"), ["organisation_id"], unique=False
        )

    op.create_table(
        "bar_receipt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("bar", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("acknowledged_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_bar_receipt_acceptance_id")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_bar_receipt_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bar_receipt")),
        sa.UniqueConstraint("acceptance_id", "bar", name=op.f("uq_bar_receipt_acceptance_id_bar")),
    )
    op.create_table(
        "default_notice",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("cure_by", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("noticed_by", sa.Uuid(), nullable=True),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("side IN ('licensee', 'holder')", name=op.f("ck_default_notice_side")),
        sa.CheckConstraint(
            "state IN ('open', 'answered', 'cured', 'withdrawn', 'ended')",
            name=op.f("ck_default_notice_state"),
        ),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_default_notice_acceptance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_default_notice")),
    )
    with op.batch_alter_table("default_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_default_notice_acceptance_id"), ["acceptance_id"], unique=False)
        batch_op.create_index(
            "uq_default_notice_living",
            ["acceptance_id", "key"],
            unique=True,
            sqlite_where=sa.text("state IN ('open', 'answered')"),
            postgresql_where=sa.text("state IN ('open', 'answered')"),
        )

    op.create_table(
        "duty_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_duty_file_acceptance_id")
        ),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_duty_file_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_file")),
        sa.UniqueConstraint("subject_id", "upload_id", name=op.f("uq_duty_file_subject_id_upload_id")),
    )
    with op.batch_alter_table("duty_file", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_file_acceptance_id"), ["acceptance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_file_upload_id"), ["upload_id"], unique=False)

    op.create_table(
        "duty_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("side IN ('licensee', 'holder')", name=op.f("ck_duty_message_side")),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_duty_message_acceptance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_message")),
    )
    with op.batch_alter_table("duty_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_message_acceptance_id"), ["acceptance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_duty_message_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "duty_paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_duty_paper_acceptance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_paper")),
        sa.UniqueConstraint("subject_id", "kind", name=op.f("uq_duty_paper_subject_id_kind")),
    )
    with op.batch_alter_table("duty_paper", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duty_paper_acceptance_id"), ["acceptance_id"], unique=False)

    op.create_table(
        "handover",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("items", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('recorded', 'confirmed', 'incomplete')", name=op.f("ck_handover_state")
        ),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_handover_acceptance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_handover")),
    )
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handover_acceptance_id"), ["acceptance_id"], unique=False)

    op.create_table(
        "reminder",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=40), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_reminder_acceptance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
        sa.UniqueConstraint("acceptance_id", "key", "days", name=op.f("uq_reminder_acceptance_id_key_days")),
    )
    op.create_table(
        "royalty_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("edition", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("period_first", sa.Date(), nullable=False),
        sa.Column("period_last", sa.Date(), nullable=False),
        sa.Column("nil", sa.Boolean(), nullable=False),
        sa.Column("units", sa.Numeric(precision=18, scale=4), nullable=True),
        sa.Column("parts", sa.JSON(), nullable=False),
        sa.Column("royalty", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("credited", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("due", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("top_up", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("deduction_words", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("reported_by", sa.Uuid(), nullable=True),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('reported', 'asked', 'agreed', 'disputed', 'superseded')",
            name=op.f("ck_royalty_report_state"),
        ),
        sa.ForeignKeyConstraint(
            ["acceptance_id"], ["acceptance.id"], name=op.f("fk_royalty_report_acceptance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_royalty_report")),
        sa.UniqueConstraint(
            "acceptance_id", "number", "edition", name=op.f("uq_royalty_report_acceptance_id_number_edition")
        ),
    )
    with op.batch_alter_table("royalty_report", schema=None) as batch_op:
        batch_op.create_index(
            "uq_royalty_report_newest",
            ["acceptance_id", "number"],
            unique=True,
            sqlite_where=sa.text("state <> 'superseded'"),
            postgresql_where=sa.text("state <> 'superseded'"),
        )

    op.create_table(
        "ending",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=True),
        sa.Column("side", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("ground", sa.String(length=20), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("answer_by", sa.Date(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("signer", sa.String(length=100), nullable=False),
        sa.Column("declared_by", sa.Uuid(), nullable=True),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("answer_words", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer_seq", sa.Integer(), nullable=True),
        sa.Column("settled_words", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_seq", sa.Integer(), nullable=True),
        sa.CheckConstraint("side IN ('licensee', 'holder')", name=op.f("ck_ending_side")),
        sa.CheckConstraint(
            "state IN ('declared', 'accepted', 'objected', 'upheld', 'reversed')",
            name=op.f("ck_ending_state"),
        ),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_ending_acceptance_id")),
        sa.ForeignKeyConstraint(["notice_id"], ["default_notice.id"], name=op.f("fk_ending_notice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ending")),
    )
    with op.batch_alter_table("ending", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ending_acceptance_id"), ["acceptance_id"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("ending", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ending_acceptance_id"))

    op.drop_table("ending")
    with op.batch_alter_table("royalty_report", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_royalty_report_newest",
            sqlite_where=sa.text("state <> 'superseded'"),
            postgresql_where=sa.text("state <> 'superseded'"),
        )

    op.drop_table("royalty_report")
    op.drop_table("reminder")
    with op.batch_alter_table("handover", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_handover_acceptance_id"))

    op.drop_table("handover")
    with op.batch_alter_table("duty_paper", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_paper_acceptance_id"))

    op.drop_table("duty_paper")
    with op.batch_alter_table("duty_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_message_subject_id"))
        batch_op.drop_index(batch_op.f("ix_duty_message_acceptance_id"))

    op.drop_table("duty_message")
    with op.batch_alter_table("duty_file", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duty_file_upload_id"))
        batch_op.drop_index(batch_op.f("ix_duty_file_acceptance_id"))

    op.drop_table("duty_file")
    with op.batch_alter_table("default_notice", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_default_notice_living",
            sqlite_where=sa.text("state IN ('open', 'answered')"),
            postgresql_where=sa.text("state IN ('open', 'answered')"),
        )
        batch_op.drop_index(batch_op.f("ix_default_notice_acceptance_id"))

    op.drop_table("default_notice")
    op.drop_table("bar_receipt")
    with op.batch_alter_table("calendar_feed", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_calendar_feed_organisation_id"))
        batch_op.drop_index(batch_op.f("ix_calendar_feed_account_id"))

    op.drop_table("calendar_feed")
    op.drop_table("reminder_choice")
