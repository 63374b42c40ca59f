"""One PostgreSQL database for all tests of a process, emptied and filled again between them: less than half
the work of copying a database of some thousand files, most of which every test leaves as they were.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres import Cluster

SHAPE = "SELECT " + ", ".join(
    f"(SELECT (count(*), max(xmin::text::bigint))::text FROM {table})"
    for table in ("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_trigger", "pg_proc")
)
"""Changes with every change of a table, a guard or a right; VACUUM and ANALYZE leave it."""
COLUMNS = """
    SELECT c.relname, array_agg(a.attname ORDER BY a.attnum) FILTER (WHERE a.attgenerated = '')
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY c.relname ORDER BY c.relname"""
NUMBERS = "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL FROM pg_sequences"
OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
)


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of every table that has some, as COPY writes them, and where each sequence stands."""

    rows: dict[str, bytes]
    numbers: dict[str, tuple[int, bool]]


class Refilled:
    """The database `name`, made like `template` and brought to other contents afterwards."""

    def __init__(self, cluster: Cluster, name: str, template: str) -> None:
        self.cluster, self.name, self.template = cluster, name, template
        self._open: psycopg.Connection[Any] | None = None
        self._make()
        self.empty = self.contents()
        """What the template holds."""

    def url(self, role: str) -> str:
        return self.cluster.url(self.name, role)

    def contents(self) -> Contents:
        with (connection := self._connected()).transaction():
            rows = {table: self._read(connection, table) for table in self._filled(connection)}
            told = connection.execute(NUMBERS).fetchall()
            return Contents(rows, {name: (value, used) for name, value, used in told})

    def is_empty(self) -> bool:
        """Whether nothing was written since. What is written in PostgreSQL shows in no file."""
        return self.contents() == self.empty

    def fill(self, contents: Contents) -> None:
        """Nothing but these contents stands in the database afterwards, and nobody else is connected."""
        self._connected().execute(OTHERS)
        if self._connected().execute(SHAPE).fetchone() != self.shape:
            self._make()
        with (connection := self._connected()).transaction():
            self._exchange(connection, contents)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None

    def _make(self) -> None:
        self.close()
        self.cluster.drop(self.name)
        self.cluster.create(self.name, self.template)
        connection = self._connected()
        self.shape = connection.execute(SHAPE).fetchone()
        self.columns: dict[str, list[str]] = dict(connection.execute(COLUMNS).fetchall())
        asked = [
            sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})").format(table, sql.Identifier(table))
            for table in self.columns
        ]
        self._which = sql.SQL(" UNION ALL ").join(asked)

    def _connected(self) -> psycopg.Connection[Any]:
        """One connection stays open: it knows all tables already. A test may have ended it."""
        if self._open is not None:
            try:
                self._open.execute("SELECT")
            except psycopg.Error:
                self.close()
        if self._open is None:
            self._open = self.cluster.admin(self.name)
        return self._open

    def _filled(self, connection: psycopg.Connection[Any]) -> list[str]:
        return [table for (table,) in connection.execute(self._which)]

    def _exchange(self, connection: psycopg.Connection[Any], contents: Contents) -> None:
        connection.execute("SET LOCAL session_replication_role = replica")  # no guard, no reference is asked
        for table in self._filled(connection):
            connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
        for table, rows in contents.rows.items():
            with connection.cursor().copy(self._copy(table, "FROM STDIN")) as copy:
                copy.write(rows)
        for name, (value, used) in contents.numbers.items():
            connection.execute("SELECT setval(%s::regclass, %s, %s)", (f'"{name}"', value, used))

    def _read(self, connection: psycopg.Connection[Any], table: str) -> bytes:
        with connection.cursor().copy(self._copy(table, "TO STDOUT")) as copy:
            return b"".join(bytes(part) for part in copy)

    def _copy(self, table: str, way: str) -> sql.Composed:
        columns = sql.SQL(", ").join(map(sql.Identifier, self.columns[table]))
        return sql.SQL("COPY {} ({}) {}").format(sql.Identifier(table), columns, sql.SQL(way))  # type: ignore[arg-type]
