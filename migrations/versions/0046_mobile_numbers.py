"""mobile numbers"""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "phone_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_phone_code_account_id")),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_phone_code")),
    )
    op.create_table(
        "text_message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("words", sa.String(length=300), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'kept', 'given_up')", name=op.f("ck_text_message_state")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_text_message_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_text_message")),
    )
    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_text_message_account_id"), ["account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_text_message_created_at"), ["created_at"], unique=False)

    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("phone_confirmed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column("mail_unproved", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("mail_unproved")
        batch_op.drop_column("phone_confirmed_at")

    with op.batch_alter_table("text_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_text_message_created_at"))
        batch_op.drop_index(batch_op.f("ix_text_message_account_id"))

    op.drop_table("text_message")
    op.drop_table("phone_code")
