"""registrar accounts"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "registrar_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("organisation_id", sa.Uuid(), nullable=False),
        sa.Column("venue_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("noted_by", sa.Uuid(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["organisation_id"], ["organisation.id"], name=op.f("fk_registrar_account_organisation_id")
        ),
        sa.ForeignKeyConstraint(["venue_id"], ["venue.id"], name=op.f("fk_registrar_account_venue_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registrar_account")),
        sa.UniqueConstraint(
            "organisation_id", "venue_id", name=op.f("uq_registrar_account_organisation_id_venue_id")
        ),
    )
    with op.batch_alter_table("registrar_account", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registrar_account_venue_id"), ["venue_id"], unique=False)

    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("report_wanted", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("venue", schema=None) as batch_op:
        batch_op.drop_column("report_wanted")

    with op.batch_alter_table("registrar_account", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registrar_account_venue_id"))

    op.drop_table("registrar_account")
