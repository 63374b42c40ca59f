"""letters with their attempts and choices"""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

STATES = "state IN ('queued', 'failed', 'sent', 'kept', 'bounced', 'given_up', 'held', 'gathered', 'on_site')"


def upgrade() -> None:
    op.create_table(
        "mail_attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("mail_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stage", sa.String(length=12), nullable=False),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=500), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "stage IN ('connect', 'tls', 'login', 'sender', 'recipient', 'data', 'address', 'report', 'folder', 'here')",
            name=op.f("ck_mail_attempt_stage"),
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'failed', 'sent', 'kept', 'bounced', 'given_up', 'held', 'gathered', 'on_site')",
            name=op.f("ck_mail_attempt_state"),
        ),
        sa.ForeignKeyConstraint(["mail_id"], ["mail.id"], name=op.f("fk_mail_attempt_mail_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_attempt")),
    )
    with op.batch_alter_table("mail_attempt", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mail_attempt_mail_id_at"), ["mail_id", "at"], unique=False)

    op.create_table(
        "mail_choice",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.String(length=20), server_default="", nullable=False),
        sa.Column("way", sa.String(length=8), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("way IN ('mail', 'daily', 'site')", name=op.f("ck_mail_choice_way")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_mail_choice_account_id")),
        sa.PrimaryKeyConstraint("account_id", "topic", name=op.f("pk_mail_choice")),
    )
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mail_failing_since", sa.DateTime(timezone=True), nullable=True))

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letter", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("topic", sa.String(length=20), server_default="", nullable=False))
        batch_op.add_column(sa.Column("matter", sa.String(length=40), server_default="", nullable=False))
        batch_op.add_column(sa.Column("link", sa.String(length=300), server_default="", nullable=False))
        batch_op.add_column(
            sa.Column("unsubscribe", sa.String(length=160), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("account_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("organisation_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("venue_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("asked_by", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=12), server_default="queued", nullable=False))
        batch_op.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("next_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("digest_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("read_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_mail_state"), STATES)
        batch_op.create_index(
            batch_op.f("ix_mail_account_id_read_at"), ["account_id", "read_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_mail_digest_id"), ["digest_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_mail_state_next_at"), ["state", "next_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_mail_venue_id_created_at"), ["venue_id", "created_at"], unique=False
        )

    # what has left has left; what has not is asked for by the worker's next round
    op.execute("UPDATE mail SET state = 'sent' WHERE sent_at IS NOT NULL")
    op.execute("UPDATE mail SET next_at = created_at, queued_at = created_at WHERE sent_at IS NULL")


def downgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_venue_id_created_at"))
        batch_op.drop_constraint(op.f("ck_mail_state"), type_="check")
        batch_op.drop_index(batch_op.f("ix_mail_state_next_at"))
        batch_op.drop_index(batch_op.f("ix_mail_digest_id"))
        batch_op.drop_index(batch_op.f("ix_mail_account_id_read_at"))
        batch_op.drop_column("read_at")
        batch_op.drop_column("queued_at")
        batch_op.drop_column("digest_id")
        batch_op.drop_column("leased_until")
        batch_op.drop_column("next_at")
        batch_op.drop_column("attempts")
        batch_op.drop_column("state")
        batch_op.drop_column("asked_by")
        batch_op.drop_column("venue_id")
        batch_op.drop_column("organisation_id")
        batch_op.drop_column("account_id")
        batch_op.drop_column("unsubscribe")
        batch_op.drop_column("link")
        batch_op.drop_column("matter")
        batch_op.drop_column("topic")
        batch_op.drop_column("letter")

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("mail_failing_since")

    op.drop_table("mail_choice")
    with op.batch_alter_table("mail_attempt", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_attempt_mail_id_at"))

    op.drop_table("mail_attempt")
