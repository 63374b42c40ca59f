"""each statement counts once in the log"""

import base64
import json
from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statement_use",
        sa.Column("once", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("once", name=op.f("pk_statement_use")),
    )
    _fill(op.get_bind())


def downgrade() -> None:
    op.drop_table("statement_use")


def _fill(connection: sa.Connection) -> None:
    """Mark the statements of the log as it stands; the guards are put up after every migration."""
    batch = sa.text("SELECT digest, bytes FROM envelope WHERE digest > :last ORDER BY digest LIMIT 1000")
    insert = sa.text("INSERT INTO statement_use (once) VALUES (:once)")
    last = ""
    while rows := connection.execute(batch, {"last": last}).all():
        found = [{"once": once} for row in rows for once in _uses(bytes(row.bytes))]
        if found:
            connection.execute(insert, found)
        last = rows[-1].digest


def _uses(envelope: bytes) -> Iterator[str]:
    filing = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    for said in filing["statements"]:
        yield said["kid"] + said["statement"]["nonce"]
