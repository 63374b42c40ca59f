"""offers found by marks

The index holds nothing but what declarations say: it is emptied and made again by a job, in the order in
which they were published, because the newest is now the one with the highest id.
"""

import uuid
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

JOB = sa.table(
    "job",
    sa.column("id", sa.Uuid),
    sa.column("name", sa.String),
    sa.column("payload", sa.JSON),
    sa.column("state", sa.String),
    sa.column("attempts", sa.Integer),
    sa.column("run_after", sa.DateTime(timezone=True)),
    sa.column("error", sa.Text),
    sa.column("created_at", sa.DateTime(timezone=True)),
)


def upgrade() -> None:
    if op.get_bind().execute(sa.text("SELECT 1 FROM offer_index LIMIT 1")).first() is not None:
        _make_again()
    with op.batch_alter_table("offer_index", schema=None) as batch_op:
        batch_op.add_column(sa.Column("region", sa.String(length=6), nullable=False))
        batch_op.add_column(sa.Column("price_order", sa.BigInteger(), nullable=False))
        batch_op.add_column(sa.Column("last_day", sa.Date(), nullable=False))
        batch_op.add_column(sa.Column("facets", sa.String(length=160), nullable=False))
        batch_op.drop_index(batch_op.f("ix_offer_index_amount_id"))
        batch_op.drop_index(batch_op.f("ix_offer_index_class_key"))
        batch_op.drop_index(batch_op.f("ix_offer_index_industry"))
        batch_op.drop_index(batch_op.f("ix_offer_index_published_at_id"))
        batch_op.create_index(
            batch_op.f("ix_offer_index_price_order_id"), ["price_order", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_offer_index_published_at"), ["published_at"], unique=False)


def _make_again() -> None:
    op.execute("DELETE FROM offer_index")
    now = datetime.now(UTC)
    if op.get_bind().dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    job = {"id": uuid.uuid4(), "name": "catalogue.index_all", "payload": {}, "state": "waiting"}
    job |= {"attempts": 0, "run_after": now, "error": "", "created_at": now}
    op.bulk_insert(JOB, [job])


def downgrade() -> None:
    op.execute("DELETE FROM offer_index")
    with op.batch_alter_table("offer_index", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_offer_index_published_at"))
        batch_op.drop_index(batch_op.f("ix_offer_index_price_order_id"))
        batch_op.create_index(
            batch_op.f("ix_offer_index_published_at_id"), ["published_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_offer_index_industry"), ["industry"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_index_class_key"), ["class_key"], unique=False)
        batch_op.create_index(batch_op.f("ix_offer_index_amount_id"), ["amount", "id"], unique=False)
        batch_op.drop_column("facets")
        batch_op.drop_column("last_day")
        batch_op.drop_column("price_order")
        batch_op.drop_column("region")
