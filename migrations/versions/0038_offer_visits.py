"""openings of offers"""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "offer_visits",
        sa.Column("declaration_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name=op.f("ck_offer_visits_count")),
        sa.ForeignKeyConstraint(
            ["declaration_id"], ["declaration.id"], name=op.f("fk_offer_visits_declaration_id")
        ),
        sa.PrimaryKeyConstraint("declaration_id", "day", name=op.f("pk_offer_visits")),
    )
    with op.batch_alter_table("offer_visits", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_offer_visits_day"), ["day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("offer_visits", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_visits_day"))

    op.drop_table("offer_visits")
