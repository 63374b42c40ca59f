"""security events"""

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "security_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=60), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("organisation_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("subject_kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("request", sa.String(length=40), nullable=False),
        sa.CheckConstraint(
            "what IN ('sign_in', 'sign_in_failed', 'sign_out', 'throttled', 'account', 'password', 'key', 'factor', 'machine', 'role', 'refused', 'export', 'personal', 'administration')",
            name=op.f("ck_security_event_what"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_security_event")),
    )
    with op.batch_alter_table("security_event", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_security_event_account_id_at"), ["account_id", "at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_security_event_address_at"), ["address", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_security_event_at"), ["at"], unique=False)
        batch_op.create_index(batch_op.f("ix_security_event_what_at"), ["what", "at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("security_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_security_event_what_at"))
        batch_op.drop_index(batch_op.f("ix_security_event_at"))
        batch_op.drop_index(batch_op.f("ix_security_event_address_at"))
        batch_op.drop_index(batch_op.f("ix_security_event_account_id_at"))

    op.drop_table("security_event")
