"""machine keys and webhooks"""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "quota",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("window", sa.Integer(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.CheckConstraint("taken >= 0", name=op.f("ck_quota_taken")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_quota")),
    )
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quota_window"), ["window"], unique=False)

    op.create_table(
        "hook_endpoint",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("holder_id", sa.Uuid(), nullable=True),
        sa.Column("venue_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("label", sa.String(length=100), nullable=False),
        sa.Column("events", sa.String(length=2000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("serial", sa.Integer(), nullable=False),
        sa.Column("old_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("quiet_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('active', 'paused', 'stopped', 'ended')", name=op.f("ck_hook_endpoint_state")
        ),
        sa.CheckConstraint("(holder_id IS NULL) <> (venue_id IS NULL)", name=op.f("ck_hook_endpoint_owner")),
        sa.ForeignKeyConstraint(["holder_id"], ["organisation.id"], name=op.f("fk_hook_endpoint_holder_id")),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_hook_endpoint_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_endpoint")),
    )
    with op.batch_alter_table("hook_endpoint", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_hook_endpoint_holder_id_state"), ["holder_id", "state"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_hook_endpoint_venue_id_state"), ["venue_id", "state"], unique=False
        )

    op.create_table(
        "hook_delivery",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(state = 'awaiting') = (next_at IS NOT NULL)", name=op.f("ck_hook_delivery_next")
        ),
        sa.CheckConstraint(
            "state IN ('awaiting', 'delivered', 'given_up')", name=op.f("ck_hook_delivery_state")
        ),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["hook_endpoint.id"], name=op.f("fk_hook_delivery_endpoint_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hook_delivery")),
        sa.UniqueConstraint("endpoint_id", "event_id", name=op.f("uq_hook_delivery_endpoint_id_event_id")),
    )
    with op.batch_alter_table("hook_delivery", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_hook_delivery_created_at"), ["created_at"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_hook_delivery_endpoint_id_created_at"), ["endpoint_id", "created_at"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_hook_delivery_state_next_at"), ["state", "next_at"], unique=False
        )

    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("old_hash", sa.String(length=64), server_default="", nullable=False))
        batch_op.add_column(sa.Column("old_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(
            sa.Column(
                "scopes",
                sa.String(length=120),
                server_default="read draft sign pay office export webhook keys",
                nullable=False,
            )
        )
        batch_op.add_column(sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("warned_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(op.f("ck_api_key_old"), "(old_hash = '') = (old_until IS NULL)")
        batch_op.create_index(
            batch_op.f("ix_api_key_account_id_created_at"), ["account_id", "created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_api_key_expires_at"), ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_key_expires_at"))
        batch_op.drop_index(batch_op.f("ix_api_key_account_id_created_at"))
        batch_op.drop_constraint(op.f("ck_api_key_old"), type_="check")
        batch_op.drop_column("warned_at")
        batch_op.drop_column("rotated_at")
        batch_op.drop_column("scopes")
        batch_op.drop_column("old_until")
        batch_op.drop_column("old_hash")

    with op.batch_alter_table("hook_delivery", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hook_delivery_state_next_at"))
        batch_op.drop_index(batch_op.f("ix_hook_delivery_endpoint_id_created_at"))
        batch_op.drop_index(batch_op.f("ix_hook_delivery_created_at"))

    op.drop_table("hook_delivery")
    with op.batch_alter_table("hook_endpoint", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_hook_endpoint_venue_id_state"))
        batch_op.drop_index(batch_op.f("ix_hook_endpoint_holder_id_state"))

    op.drop_table("hook_endpoint")
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quota_window"))

    op.drop_table("quota")
