"""checkpoints keep the tree's compact range"""

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite would drop the table to make it anew, which the cosignatures pointing at it forbid. So
    # the default stays there; a row that took it would be found by the audit.
    op.add_column("checkpoint", sa.Column("frontier", sa.LargeBinary(), nullable=False, server_default=""))
    _fill(op.get_bind())
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("checkpoint", "frontier", server_default=None)


def downgrade() -> None:
    op.drop_column("checkpoint", "frontier")


def _fill(connection: sa.Connection) -> None:
    """Give the heads signed so far the compact range that the leaves of their size make (RFC 6962)."""
    wanted = set(connection.execute(sa.text("SELECT size FROM checkpoint")).scalars())
    if not wanted:
        return
    on = " ON checkpoint" if connection.dialect.name == "postgresql" else ""
    # the guards are applied anew after every migration
    connection.execute(sa.text(f"DROP TRIGGER IF EXISTS guard_checkpoint_no_update{on}"))
    set_one = sa.text("UPDATE checkpoint SET frontier = :frontier WHERE size = :size")
    leaves = connection.execution_options(yield_per=1000).execute(
        sa.text("SELECT leaf FROM ledger_entry ORDER BY seq")
    )
    found, nodes = [], []
    for size, leaf in enumerate((bytes(row.leaf) for row in leaves), start=1):
        at = size - 1
        while at & 1:
            leaf = hashlib.sha256(b"\x01" + nodes.pop() + leaf).digest()
            at >>= 1
        nodes.append(leaf)
        if size in wanted:
            found.append({"size": size, "frontier": b"".join(nodes)})
    connection.execution_options(yield_per=None).execute(set_one, found)
