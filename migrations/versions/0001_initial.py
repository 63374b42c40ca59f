"""initial"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_hash", sa.String(length=64), nullable=False),
        sa.Column("confirm_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("confirm_tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )
    op.create_table(
        "checkpoint",
        sa.Column(
            "size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "envelope",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("bytes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_envelope")),
    )
    op.create_table(
        "history",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("before", sa.String(length=40), nullable=False),
        sa.Column("after", sa.String(length=40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_subject_id_at"), "history", ["subject_id", "at"], unique=False)
    op.create_table(
        "idempotency",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_idempotency_account_id_key")),
    )
    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("run_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('waiting', 'running', 'done', 'dead')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index(op.f("ix_job_state_run_after"), "job", ["state", "run_after"], unique=False)
    op.create_index(op.f("ix_job_subject_id"), "job", ["subject_id"], unique=False)
    op.create_table(
        "ledger_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("leaf", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.String(length=24), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("frontier", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_ledger_head_one_row")),
        sa.CheckConstraint("size = seq + 1", name=op.f("ck_ledger_head_size_follows_seq")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger_head")),
    )
    op.create_table(
        "mail",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail")),
    )
    op.create_index(op.f("ix_mail_created_at"), "mail", ["created_at"], unique=False)
    op.create_table(
        "organisation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=True),
        sa.Column("nature", sa.String(length=8), nullable=False),
        sa.Column("country", sa.String(length=8), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("legal_representative", sa.String(length=100), nullable=False),
        sa.Column("contact_name", sa.String(length=100), nullable=False),
        sa.Column("contact_phone", sa.String(length=40), nullable=False),
        sa.Column("contact_email", sa.String(length=254), nullable=False),
        sa.Column("bank_name", sa.String(length=200), nullable=False),
        sa.Column("bank_account", sa.String(length=40), nullable=False),
        sa.Column("evidence_upload", sa.Uuid(), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('organisation', 'person')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_organisation")),
        sa.UniqueConstraint("uscc", name=op.f("uq_organisation_uscc")),
    )
    op.create_table(
        "standard_terms",
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("effective_to", sa.Date(), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text_zh", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("version", name=op.f("pk_standard_terms")),
    )
    op.create_table(
        "stored_file",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(digest) = 64", name=op.f("ck_stored_file_digest_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_stored_file")),
    )
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("window", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttle")),
    )
    op.create_table(
        "tile",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column(
            "index", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("level", "index", name=op.f("pk_tile")),
    )
    op.create_table(
        "identity_document",
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_identity_document_organisation_id")
        ),
        sa.PrimaryKeyConstraint("organisation_id", name=op.f("pk_identity_document")),
    )
    op.create_table(
        "ledger_entry",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("prev", sa.LargeBinary(length=32), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("entry", sa.LargeBinary(), nullable=False),
        sa.Column("envelope_digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["envelope_digest"], ["envelope.digest"], name=op.f("fk_ledger_entry_envelope_digest")
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_ledger_entry")),
        sa.UniqueConstraint("leaf", name=op.f("uq_ledger_entry_leaf")),
        sa.UniqueConstraint("prev", name=op.f("uq_ledger_entry_prev")),
    )
    op.create_table(
        "patent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("pct", sa.Boolean(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("filing_date", sa.Date(), nullable=False),
        sa.Column("grant_date", sa.Date(), nullable=False),
        sa.Column("publication", sa.String(length=20), nullable=False),
        sa.Column("main_class", sa.String(length=20), nullable=False),
        sa.Column("compensation_days", sa.Integer(), nullable=False),
        sa.Column("inventors", sa.JSON(), nullable=False),
        sa.Column("annuity_paid_to", sa.Date(), nullable=True),
        sa.Column("certificate_upload", sa.Uuid(), nullable=True),
        sa.Column("annuity_upload", sa.Uuid(), nullable=True),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind IN ('invention', 'utility_model', 'design')", name=op.f("ck_patent_kind")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_patent_holder_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patent")),
        sa.UniqueConstraint("number", name=op.f("uq_patent_number")),
    )
    op.create_index(
        op.f("ix_patent_holder_id_created_at"), "patent", ["holder_id", "created_at"], unique=False
    )
    op.create_table(
        "prepared_act",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("verb", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("filing", sa.JSON(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_prepared_act_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_prepared_act")),
    )
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(length=64), nullable=False),
        sa.Column("alg", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("enrolment", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_seq", sa.Integer(), nullable=True),
        sa.Column("revoked_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_signing_key_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_signing_key_organisation_id")
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_index(op.f("ix_signing_key_account_id"), "signing_key", ["account_id"], unique=False)
    op.create_index(op.f("ix_signing_key_organisation_id"), "signing_key", ["organisation_id"], unique=False)
    op.create_table(
        "venue",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("stamp_track", sa.String(length=20), nullable=False),
        sa.Column("zero_fee_view", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_venue_organisation_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_venue")),
        sa.UniqueConstraint("code", name=op.f("uq_venue_code")),
    )
    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("choices", sa.JSON(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("technology_amount", sa.Numeric(precision=18, scale=2), nullable=False),
        sa.Column("manifest_digest", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("packed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_batch_account_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_batch_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("number", name=op.f("uq_batch_number")),
    )
    op.create_index(op.f("ix_batch_venue_id_created_at"), "batch", ["venue_id", "created_at"], unique=False)
    op.create_table(
        "contract",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("licensee_id", sa.Uuid(), nullable=False),
        sa.Column("registration", sa.String(length=12), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamp", sa.String(length=20), nullable=False),
        sa.Column("seal_names", sa.JSON(), nullable=False),
        sa.Column("classification", sa.JSON(), nullable=False),
        sa.Column("recordal_state", sa.String(length=12), nullable=False),
        sa.Column("recordal_number", sa.String(length=40), nullable=False),
        sa.Column("recordal_filed_on", sa.Date(), nullable=True),
        sa.Column("recordal_day", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "registration IN ('draft', 'ready', 'exported', 'submitted', 'accepted', 'registered', 'correction', 'refused', 'changed', 'cancelled')",
            name=op.f("ck_contract_registration"),
        ),
        sa.CheckConstraint(
            "stamp IN ('not_needed', 'waiting_licensor', 'waiting_licensee', 'complete', 'checked', 'mismatch')",
            name=op.f("ck_contract_stamp"),
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_contract_holder_id")),
        sa.ForeignKeyConstraint(["licensee_id"], ["organisation.id"], name=op.f("fk_contract_licensee_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_contract_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract")),
        sa.UniqueConstraint("number", name=op.f("uq_contract_number")),
    )
    op.create_index(op.f("ix_contract_holder_id"), "contract", ["holder_id"], unique=False)
    op.create_index(op.f("ix_contract_licensee_id"), "contract", ["licensee_id"], unique=False)
    op.create_index(
        op.f("ix_contract_venue_id_registration_created_at"),
        "contract",
        ["venue_id", "registration", "created_at"],
        unique=False,
    )
    op.create_table(
        "declaration",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("patent_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("draft", sa.JSON(), nullable=False),
        sa.Column("open_from", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("cnipa_status", sa.String(length=24), nullable=False),
        sa.Column("cnipa_number", sa.String(length=40), nullable=False),
        sa.Column("cnipa_announced_on", sa.Date(), nullable=True),
        sa.Column("cnipa_withdrawn_on", sa.Date(), nullable=True),
        sa.Column("offer_last_day", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_seq", sa.Integer(), nullable=True),
        sa.Column("published_envelope", sa.String(length=64), nullable=False),
        sa.Column("withdrawal_filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("withdrawn_seq", sa.Integer(), nullable=True),
        sa.Column("paused_ground", sa.String(length=8), nullable=False),
        sa.Column("paused_since", sa.Date(), nullable=True),
        sa.Column("successor_of", sa.Uuid(), nullable=True),
        sa.CheckConstraint(
            "cnipa_status IN ('not_filed', 'filed', 'announced', 'withdrawal_announced')",
            name=op.f("ck_declaration_cnipa_status"),
        ),
        sa.CheckConstraint("open_from IN ('announcement', 'now')", name=op.f("ck_declaration_open_from")),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'under_review', 'returned', 'refused', 'published', 'paused', 'withdrawal_filed', 'withdrawn', 'terminated', 'revoked', 'expired')",
            name=op.f("ck_declaration_state"),
        ),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_declaration_created_by")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_declaration_holder_id")),
        sa.ForeignKeyConstraint(["patent_id"], ["patent.id"], name=op.f("fk_declaration_patent_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_declaration_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration")),
        sa.UniqueConstraint("number", name=op.f("uq_declaration_number")),
    )
    op.create_index(
        op.f("ix_declaration_holder_id_created_at"), "declaration", ["holder_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_declaration_state_published_at"), "declaration", ["state", "published_at"], unique=False
    )
    op.create_index(
        op.f("ix_declaration_venue_id_state_submitted_at"),
        "declaration",
        ["venue_id", "state", "submitted_at"],
        unique=False,
    )
    op.create_index(
        "uq_declaration_open_patent",
        "declaration",
        ["patent_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('submitted', 'under_review', 'published', 'paused', 'withdrawal_filed')"
        ),
        postgresql_where=sa.text(
            "state IN ('submitted', 'under_review', 'published', 'paused', 'withdrawal_filed')"
        ),
    )
    op.create_table(
        "disclosure",
        sa.Column(
            "seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("path", sa.String(length=200), nullable=False),
        sa.Column("salt", sa.String(length=64), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["seq"], ["ledger_entry.seq"], name=op.f("fk_disclosure_seq")),
        sa.PrimaryKeyConstraint("seq", "path", name=op.f("pk_disclosure")),
    )
    op.create_table(
        "evaluation_report",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patent_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("positive", sa.Boolean(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["patent_id"], ["patent.id"], name=op.f("fk_evaluation_report_patent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_report")),
    )
    op.create_index(op.f("ix_evaluation_report_patent_id"), "evaluation_report", ["patent_id"], unique=False)
    op.create_table(
        "ledger_key",
        sa.Column("kid", sa.String(length=32), nullable=False),
        sa.Column("alg", sa.String(length=20), nullable=False),
        sa.Column("public", sa.LargeBinary(), nullable=False),
        sa.Column("holder", sa.String(length=200), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("enrolled_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("revoked_seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True),
        sa.ForeignKeyConstraint(
            ["enrolled_seq"], ["ledger_entry.seq"], name=op.f("fk_ledger_key_enrolled_seq")
        ),
        sa.ForeignKeyConstraint(
            ["revoked_seq"], ["ledger_entry.seq"], name=op.f("fk_ledger_key_revoked_seq")
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_ledger_key")),
    )
    op.create_index(op.f("ix_ledger_key_holder"), "ledger_key", ["holder"], unique=False)
    op.create_table(
        "membership",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('owner', 'signer', 'preparer', 'finance', 'operator', 'auditor', 'administrator', 'guest', 'clock')",
            name=op.f("ck_membership_role"),
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_membership_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_membership_organisation_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_membership_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_membership")),
        sa.UniqueConstraint(
            "account_id",
            "organisation_id",
            "venue_id",
            "role",
            name=op.f("uq_membership_account_id_organisation_id_venue_id_role"),
        ),
    )
    op.create_index(op.f("ix_membership_organisation_id"), "membership", ["organisation_id"], unique=False)
    op.create_table(
        "patent_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("patent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("consented", sa.Boolean(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('exclusive_license', 'sole_license', 'pending_exclusive_recordal', 'ordinary_license', 'dispute', 'preservation', 'pledge', 'invalidation', 'termination', 'other_hindrance')",
            name=op.f("ck_patent_fact_kind"),
        ),
        sa.ForeignKeyConstraint(["patent_id"], ["patent.id"], name=op.f("fk_patent_fact_patent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_patent_fact")),
    )
    op.create_index(op.f("ix_patent_fact_patent_id"), "patent_fact", ["patent_id"], unique=False)
    op.create_table(
        "patent_owner",
        sa.Column("patent_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uscc", sa.String(length=18), nullable=False),
        sa.Column("person", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["patent_id"], ["patent.id"], name=op.f("fk_patent_owner_patent_id")),
        sa.PrimaryKeyConstraint("patent_id", "position", name=op.f("pk_patent_owner")),
    )
    op.create_table(
        "upload",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("filename", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=40), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_upload_account_id")),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_upload_organisation_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_upload_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload")),
    )
    op.create_index(op.f("ix_upload_organisation_id"), "upload", ["organisation_id"], unique=False)
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("prefix", sa.String(length=12), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=False),
        sa.Column("kid", sa.String(length=64), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_api_key_account_id")),
        sa.ForeignKeyConstraint(["kid"], ["signing_key.kid"], name=op.f("fk_api_key_kid")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_api_key_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_key")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_key_prefix")),
    )
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.String(length=4), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_attachment_contract_id")),
        sa.ForeignKeyConstraint(["upload_id"], ["upload.id"], name=op.f("fk_attachment_upload_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint(
            "contract_id", "slot", "upload_id", name=op.f("uq_attachment_contract_id_slot_upload_id")
        ),
    )
    op.create_index(op.f("ix_attachment_contract_id"), "attachment", ["contract_id"], unique=False)
    op.create_table(
        "batch_contract",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batch.id"], name=op.f("fk_batch_contract_batch_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_batch_contract_contract_id")),
        sa.PrimaryKeyConstraint("batch_id", "position", name=op.f("pk_batch_contract")),
    )
    op.create_index(op.f("ix_batch_contract_contract_id"), "batch_contract", ["contract_id"], unique=False)
    op.create_table(
        "consent",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(length=10), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("upload_id", sa.Uuid(), nullable=True),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("void_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "answer IN ('', 'agreed', 'sent_back', 'not_owner')", name=op.f("ck_consent_answer")
        ),
        sa.CheckConstraint("purpose IN ('declare', 'withdraw')", name=op.f("ck_consent_purpose")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_consent_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_consent_token_hash")),
    )
    op.create_index(op.f("ix_consent_declaration_id"), "consent", ["declaration_id"], unique=False)
    op.create_table(
        "declaration_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("public_fields", sa.JSON(), nullable=False),
        sa.Column("public_text", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("terms_version", sa.String(length=20), nullable=False),
        sa.Column("filing", sa.JSON(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("signed_by", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_declaration_version_declaration_id")
        ),
        sa.ForeignKeyConstraint(
            ["terms_version"], ["standard_terms.version"], name=op.f("fk_declaration_version_terms_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declaration_version")),
        sa.UniqueConstraint(
            "declaration_id", "submission", name=op.f("uq_declaration_version_declaration_id_submission")
        ),
    )
    op.create_table(
        "offer_index",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            sa.Identity(always=False),
            nullable=False,
        ),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("holder_name", sa.Text(), nullable=False),
        sa.Column("patent_number", sa.String(length=20), nullable=False),
        sa.Column("patent_kind", sa.String(length=20), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("main_class", sa.String(length=20), nullable=False),
        sa.Column("class_key", sa.String(length=20), nullable=False),
        sa.Column("section", sa.String(length=1), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("industry_section", sa.String(length=1), nullable=False),
        sa.Column("technology_field", sa.String(length=8), nullable=False),
        sa.Column("stage", sa.String(length=20), nullable=False),
        sa.Column("fee_method", sa.String(length=20), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("price_zh", sa.Text(), nullable=False),
        sa.Column("price_en", sa.Text(), nullable=False),
        sa.Column("duration_months", sa.Integer(), nullable=True),
        sa.Column("offer_last_day", sa.Date(), nullable=False),
        sa.Column("license_last_day", sa.Date(), nullable=False),
        sa.Column("patent_last_day", sa.Date(), nullable=False),
        sa.Column("tag", sa.String(length=20), nullable=False),
        sa.Column("announced_on", sa.Date(), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("indexed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tokens", sa.Text().with_variant(postgresql.TSVECTOR(), "postgresql"), nullable=False),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_offer_index_declaration_id")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_offer_index_holder_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_offer_index_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer_index")),
        sa.UniqueConstraint("declaration_id", name=op.f("uq_offer_index_declaration_id")),
        sa.UniqueConstraint("number", name=op.f("uq_offer_index_number")),
    )
    op.create_index(op.f("ix_offer_index_amount_id"), "offer_index", ["amount", "id"], unique=False)
    op.create_index(op.f("ix_offer_index_class_key"), "offer_index", ["class_key"], unique=False)
    op.create_index(op.f("ix_offer_index_holder_id"), "offer_index", ["holder_id"], unique=False)
    op.create_index(op.f("ix_offer_index_industry"), "offer_index", ["industry"], unique=False)
    op.create_index(
        op.f("ix_offer_index_offer_last_day_id"), "offer_index", ["offer_last_day", "id"], unique=False
    )
    op.create_index(
        op.f("ix_offer_index_patent_last_day_id"), "offer_index", ["patent_last_day", "id"], unique=False
    )
    op.create_index(op.f("ix_offer_index_patent_number"), "offer_index", ["patent_number"], unique=False)
    op.create_index(
        op.f("ix_offer_index_published_at_id"), "offer_index", ["published_at", "id"], unique=False
    )
    op.create_table(
        "override",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("rule", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("filing", sa.JSON(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "approved_by IS NULL OR approved_by <> asked_by", name=op.f("ck_override_two_persons")
        ),
        sa.ForeignKeyConstraint(["approved_by"], ["account.id"], name=op.f("fk_override_approved_by")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_override_asked_by")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_override_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_override")),
        sa.UniqueConstraint(
            "declaration_id", "digest", "rule", name=op.f("uq_override_declaration_id_digest_rule")
        ),
    )
    op.create_table(
        "registration_result",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("result", sa.String(length=12), nullable=False),
        sa.Column("registration_number", sa.String(length=40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("registrar", sa.String(length=200), nullable=False),
        sa.Column("total_amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("technology_amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("certificate_number", sa.String(length=60), nullable=False),
        sa.Column("certificate_upload", sa.Uuid(), nullable=True),
        sa.Column("ground", sa.String(length=8), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["contract_id"], ["contract.id"], name=op.f("fk_registration_result_contract_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_result")),
    )
    op.create_index(
        op.f("ix_registration_result_contract_id"), "registration_result", ["contract_id"], unique=False
    )
    op.create_table(
        "review_line",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("line", sa.String(length=40), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "verdict IN ('pass', 'problem', 'not_applicable')", name=op.f("ck_review_line_verdict")
        ),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_review_line_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_line")),
        sa.UniqueConstraint(
            "declaration_id", "round", "line", name=op.f("uq_review_line_declaration_id_round_line")
        ),
    )
    op.create_table(
        "session",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("membership_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_session_account_id")),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name=op.f("fk_session_membership_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_session_token_hash")),
    )
    op.create_index(op.f("ix_session_account_id"), "session", ["account_id"], unique=False)
    op.create_table(
        "withdrawal",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_withdrawal_declaration_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal")),
        sa.UniqueConstraint("number", name=op.f("uq_withdrawal_number")),
    )
    op.create_index(op.f("ix_withdrawal_declaration_id"), "withdrawal", ["declaration_id"], unique=False)
    op.create_table(
        "acceptance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=False),
        sa.Column("licensee_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("track", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("nonce", sa.String(length=32), nullable=False),
        sa.Column("salts", sa.JSON(), nullable=False),
        sa.Column("record", sa.JSON(), nullable=False),
        sa.Column("record_digest", sa.String(length=64), nullable=False),
        sa.Column("statement_fields", sa.JSON(), nullable=False),
        sa.Column("statement", sa.JSON(), nullable=False),
        sa.Column("noticed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("noticed_seq", sa.Integer(), nullable=True),
        sa.Column("amount_due", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("pay_by", sa.Date(), nullable=True),
        sa.Column("reference", sa.String(length=8), nullable=True),
        sa.Column("effective_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effective_seq", sa.Integer(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_ground", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "state IN ('drafted', 'awaiting_payment', 'claimed', 'in_decision', 'effective', 'lapsed', 'refund_due', 'manual_review', 'void', 'terminated', 'expired')",
            name=op.f("ck_acceptance_state"),
        ),
        sa.CheckConstraint("track IN ('', 'statutory', 'local')", name=op.f("ck_acceptance_track")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_acceptance_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["account.id"], name=op.f("fk_acceptance_created_by")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_acceptance_declaration_id")
        ),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_acceptance_holder_id")),
        sa.ForeignKeyConstraint(["licensee_id"], ["organisation.id"], name=op.f("fk_acceptance_licensee_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_acceptance_venue_id")),
        sa.ForeignKeyConstraint(
            ["version_id"], ["declaration_version.id"], name=op.f("fk_acceptance_version_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acceptance")),
        sa.UniqueConstraint("number", name=op.f("uq_acceptance_number")),
        sa.UniqueConstraint("reference", name=op.f("uq_acceptance_reference")),
    )
    op.create_index(op.f("ix_acceptance_contract_id"), "acceptance", ["contract_id"], unique=False)
    op.create_index(
        op.f("ix_acceptance_declaration_id_state"), "acceptance", ["declaration_id", "state"], unique=False
    )
    op.create_index(
        op.f("ix_acceptance_holder_id_created_at"), "acceptance", ["holder_id", "created_at"], unique=False
    )
    op.create_index(
        op.f("ix_acceptance_licensee_id_created_at"),
        "acceptance",
        ["licensee_id", "created_at"],
        unique=False,
    )
    op.create_index(op.f("ix_acceptance_state_pay_by"), "acceptance", ["state", "pay_by"], unique=False)
    op.create_index(
        op.f("ix_acceptance_venue_id_state_created_at"),
        "acceptance",
        ["venue_id", "state", "created_at"],
        unique=False,
    )
    op.create_index(
        "uq_acceptance_live",
        "acceptance",
        ["declaration_id", "licensee_id"],
        unique=True,
        sqlite_where=sa.text(
            "state IN ('awaiting_payment', 'claimed', 'in_decision', 'effective', 'manual_review')"
        ),
        postgresql_where=sa.text(
            "state IN ('awaiting_payment', 'claimed', 'in_decision', 'effective', 'manual_review')"
        ),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("ground", sa.String(length=40), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_reason", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_decision_acceptance_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_acceptance_id"), "decision", ["acceptance_id"], unique=False)
    op.create_table(
        "paper",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("wording", sa.String(length=20), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_seq", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_paper_acceptance_id")),
        sa.ForeignKeyConstraint(["contract_id"], ["contract.id"], name=op.f("fk_paper_contract_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint(
            "contract_id",
            "acceptance_id",
            "kind",
            "version",
            name=op.f("uq_paper_contract_id_acceptance_id_kind_version"),
        ),
    )
    op.create_index(op.f("ix_paper_acceptance_id"), "paper", ["acceptance_id"], unique=False)
    op.create_index(op.f("ix_paper_contract_id"), "paper", ["contract_id"], unique=False)
    op.create_table(
        "payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("acceptance_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("claimed_amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("claimed_on", sa.Date(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("payer", sa.String(length=200), nullable=False),
        sa.Column("payer_reason", sa.Text(), nullable=False),
        sa.Column("bank_serial", sa.String(length=60), nullable=False),
        sa.Column("slip_upload", sa.Uuid(), nullable=False),
        sa.Column("answer_due", sa.Date(), nullable=False),
        sa.Column("claimed_seq", sa.Integer(), nullable=True),
        sa.Column("arrived_amount", sa.Numeric(precision=16, scale=2), nullable=True),
        sa.Column("arrived_on", sa.Date(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome_note", sa.Text(), nullable=False),
        sa.Column("settled_by", sa.Uuid(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_seq", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('due', 'claimed', 'confirmed', 'short', 'over', 'late', 'other_payer', 'not_arrived', 'duplicate', 'disputed')",
            name=op.f("ck_payment_state"),
        ),
        sa.ForeignKeyConstraint(["acceptance_id"], ["acceptance.id"], name=op.f("fk_payment_acceptance_id")),
        sa.ForeignKeyConstraint(["slip_upload"], ["upload.id"], name=op.f("fk_payment_slip_upload")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
    )
    op.create_index(op.f("ix_payment_acceptance_id"), "payment", ["acceptance_id"], unique=False)
    op.create_index(op.f("ix_payment_state_created_at"), "payment", ["state", "created_at"], unique=False)
    op.create_table(
        "refund",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("amount", sa.Numeric(precision=16, scale=2), nullable=False),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("slip_upload", sa.Uuid(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.Column("seq", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state IN ('to_refund', 'sent', 'confirmed', 'disputed')", name=op.f("ck_refund_state")
        ),
        sa.ForeignKeyConstraint(["payment_id"], ["payment.id"], name=op.f("fk_refund_payment_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refund")),
    )
    op.create_index(op.f("ix_refund_payment_id"), "refund", ["payment_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_refund_payment_id"), table_name="refund")
    op.drop_table("refund")
    op.drop_index(op.f("ix_payment_state_created_at"), table_name="payment")
    op.drop_index(op.f("ix_payment_acceptance_id"), table_name="payment")
    op.drop_table("payment")
    op.drop_index(op.f("ix_paper_contract_id"), table_name="paper")
    op.drop_index(op.f("ix_paper_acceptance_id"), table_name="paper")
    op.drop_table("paper")
    op.drop_index(op.f("ix_decision_acceptance_id"), table_name="decision")
    op.drop_table("decision")
    op.drop_index(
        "uq_acceptance_live",
        table_name="acceptance",
        sqlite_where=sa.text(
            "state IN ('awaiting_payment', 'claimed', 'in_decision', 'effective', 'manual_review')"
        ),
        postgresql_where=sa.text(
            "state IN ('awaiting_payment', 'claimed', 'in_decision', 'effective', 'manual_review')"
        ),
    )
    op.drop_index(op.f("ix_acceptance_venue_id_state_created_at"), table_name="acceptance")
    op.drop_index(op.f("ix_acceptance_state_pay_by"), table_name="acceptance")
    op.drop_index(op.f("ix_acceptance_licensee_id_created_at"), table_name="acceptance")
    op.drop_index(op.f("ix_acceptance_holder_id_created_at"), table_name="acceptance")
    op.drop_index(op.f("ix_acceptance_declaration_id_state"), table_name="acceptance")
    op.drop_index(op.f("ix_acceptance_contract_id"), table_name="acceptance")
    op.drop_table("acceptance")
    op.drop_index(op.f("ix_withdrawal_declaration_id"), table_name="withdrawal")
    op.drop_table("withdrawal")
    op.drop_index(op.f("ix_session_account_id"), table_name="session")
    op.drop_table("session")
    op.drop_table("review_line")
    op.drop_index(op.f("ix_registration_result_contract_id"), table_name="registration_result")
    op.drop_table("registration_result")
    op.drop_table("override")
    op.drop_index(op.f("ix_offer_index_published_at_id"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_patent_number"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_patent_last_day_id"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_offer_last_day_id"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_industry"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_holder_id"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_class_key"), table_name="offer_index")
    op.drop_index(op.f("ix_offer_index_amount_id"), table_name="offer_index")
    op.drop_table("offer_index")
    op.drop_table("declaration_version")
    op.drop_index(op.f("ix_consent_declaration_id"), table_name="consent")
    op.drop_table("consent")
    op.drop_index(op.f("ix_batch_contract_contract_id"), table_name="batch_contract")
    op.drop_table("batch_contract")
    op.drop_index(op.f("ix_attachment_contract_id"), table_name="attachment")
    op.drop_table("attachment")
    op.drop_table("api_key")
    op.drop_index(op.f("ix_upload_organisation_id"), table_name="upload")
    op.drop_table("upload")
    op.drop_table("patent_owner")
    op.drop_index(op.f("ix_patent_fact_patent_id"), table_name="patent_fact")
    op.drop_table("patent_fact")
    op.drop_index(op.f("ix_membership_organisation_id"), table_name="membership")
    op.drop_table("membership")
    op.drop_index(op.f("ix_ledger_key_holder"), table_name="ledger_key")
    op.drop_table("ledger_key")
    op.drop_index(op.f("ix_evaluation_report_patent_id"), table_name="evaluation_report")
    op.drop_table("evaluation_report")
    op.drop_table("disclosure")
    op.drop_index(
        "uq_declaration_open_patent",
        table_name="declaration",
        sqlite_where=sa.text(
            "state IN ('submitted', 'under_review', 'published', 'paused', 'withdrawal_filed')"
        ),
        postgresql_where=sa.text(
            "state IN ('submitted', 'under_review', 'published', 'paused', 'withdrawal_filed')"
        ),
    )
    op.drop_index(op.f("ix_declaration_venue_id_state_submitted_at"), table_name="declaration")
    op.drop_index(op.f("ix_declaration_state_published_at"), table_name="declaration")
    op.drop_index(op.f("ix_declaration_holder_id_created_at"), table_name="declaration")
    op.drop_table("declaration")
    op.drop_index(op.f("ix_contract_venue_id_registration_created_at"), table_name="contract")
    op.drop_index(op.f("ix_contract_licensee_id"), table_name="contract")
    op.drop_index(op.f("ix_contract_holder_id"), table_name="contract")
    op.drop_table("contract")
    op.drop_index(op.f("ix_batch_venue_id_created_at"), table_name="batch")
    op.drop_table("batch")
    op.drop_table("venue")
    op.drop_index(op.f("ix_signing_key_organisation_id"), table_name="signing_key")
    op.drop_index(op.f("ix_signing_key_account_id"), table_name="signing_key")
    op.drop_table("signing_key")
    op.drop_table("prepared_act")
    op.drop_index(op.f("ix_patent_holder_id_created_at"), table_name="patent")
    op.drop_table("patent")
    op.drop_table("ledger_entry")
    op.drop_table("identity_document")
    op.drop_table("tile")
    op.drop_table("throttle")
    op.drop_table("stored_file")
    op.drop_table("standard_terms")
    op.drop_table("organisation")
    op.drop_index(op.f("ix_mail_created_at"), table_name="mail")
    op.drop_table("mail")
    op.drop_table("ledger_head")
    op.drop_index(op.f("ix_job_subject_id"), table_name="job")
    op.drop_index(op.f("ix_job_state_run_after"), table_name="job")
    op.drop_table("job")
    op.drop_table("idempotency")
    op.drop_index(op.f("ix_history_subject_id_at"), table_name="history")
    op.drop_table("history")
    op.drop_table("envelope")
    op.drop_table("checkpoint")
    op.drop_table("account")
