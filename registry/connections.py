"""Connections to PostgreSQL as they are kept between two transactions: what they have learnt, and whether the
server is still there.
"""

import time
from typing import Any

from psycopg import Error
from psycopg.pq import ExecStatus, TransactionStatus
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

PREPARED_MAX = 400
"""Statements a connection has the server keep ready; the whole service has fewer."""

RESTED = 1.0
"""Seconds: a connection that has rested longer is tried before it is used, so that a server that was started
anew in the meantime costs nobody an error. One used a moment ago is not: it would be asked twice a request.
"""

SETTINGS = {
    "jit": "off",  # compiling takes longer than any question of ours
    "tcp_keepalives_idle": 3, "tcp_keepalives_interval": 1,  # seconds
    "tcp_keepalives_count": 3,
    "tcp_user_timeout": 6000,  # milliseconds
}  # fmt: skip
"""What the server is told of a session. When the line between is cut, it learns within seconds that we are
gone and lets go of our locks; by its own habit it would hold the head of the log for everybody until a
transaction may rest no longer (`database.bound`), or for hours. Over a socket of the same machine the
times have no effect.
"""


def keep(engine: Engine) -> None:
    """Keep this engine's connections so: for PostgreSQL's alone."""
    engine.dialect.use_insertmanyvalues_wo_returning = True  # rows of a list go out together, not in turn
    engine.dialect.do_rollback = _roll_back  # type: ignore[assignment, method-assign]

    @event.listens_for(engine, "connect")
    def _opened(connection: Any, _record: Any) -> None:
        connection.prepared_max = PREPARED_MAX
        connection.execute("; ".join(f"SET {name} = {value}" for name, value in SETTINGS.items()))
        connection.commit()

    @event.listens_for(engine, "checkin")
    def _laid_down(_connection: Any, record: Any) -> None:
        record.info["laid_down"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def _taken_up(connection: Any, record: Any, _proxy: Any) -> None:
        if connection.closed:  # its server went while it was used, and ended what it was doing
            raise InvalidatePoolError
        laid_down = record.info.get("laid_down")  # none of one that was opened a moment ago
        if laid_down is None or time.monotonic() - laid_down < RESTED:
            return
        try:
            engine.dialect.do_ping(connection)
        except Error as error:
            raise InvalidatePoolError from error  # the others are gone as well


def _roll_back(connection: Any) -> None:
    """End a transaction and keep the statements the server has prepared.

    The driver throws them all away with every rollback, in case one took back the making of a table. Nothing
    here makes tables, and reading ends with a rollback: without them the server reads and plans every
    statement of every request anew, which is more than half of its work. After an error the driver's own way
    is gone. A server that went has rolled back by itself: an answer that was made before stays good.
    """
    ours = connection.pgconn
    orderly = ours.transaction_status == TransactionStatus.INTRANS
    try:
        if not orderly or ours.exec_(b"ROLLBACK").status != ExecStatus.COMMAND_OK:
            connection.rollback()
    except Error:
        if not connection.closed:
            raise
