"""entries are found by their subject"""

import json

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite would drop the table to make it anew, which what points at it forbids. So the default
    # stays there; a row that took it would be found by the audit.
    op.add_column(
        "ledger_entry", sa.Column("subject", sa.String(length=200), nullable=False, server_default="")
    )
    _fill(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("ledger_entry", "subject", server_default=None)
    op.create_index(op.f("ix_ledger_entry_subject_seq"), "ledger_entry", ["subject", "seq"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_ledger_entry_subject_seq"), table_name="ledger_entry")
    op.drop_column("ledger_entry", "subject")


def _fill(connection: sa.Connection) -> None:
    """Write beside each entry the subject that stands in it."""
    on = " ON ledger_entry" if connection.dialect.name == "postgresql" else ""
    # the guards are applied anew after every migration
    connection.execute(sa.text(f"DROP TRIGGER IF EXISTS guard_ledger_entry_no_update{on}"))
    set_one = sa.text("UPDATE ledger_entry SET subject = :subject WHERE seq = :seq")
    batch = sa.text("SELECT seq, entry FROM ledger_entry WHERE seq > :last ORDER BY seq LIMIT 1000")
    last = -1
    while rows := connection.execute(batch, {"last": last}).all():
        found = [{"seq": row.seq, "subject": json.loads(bytes(row.entry))["subject"]} for row in rows]
        connection.execute(set_one, found)
        last = rows[-1].seq
