"""What the database itself refuses: changing what was written once, and rights nobody needs.

Triggers never state a truth here, they only refuse. Batch migrations drop triggers without a word, so the
owner applies guards and grants after every migration; both may be repeated.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import Connection, inspect, text

from registry.database import Model

UNCHANGING: Mapping[str, tuple[str, ...]] = {
    "ledger_entry": ("UPDATE", "DELETE"),
    "envelope": ("UPDATE", "DELETE"),
    "statement_use": ("UPDATE", "DELETE"),
    "tile": ("UPDATE", "DELETE"),
    "checkpoint": ("UPDATE", "DELETE"),
    "cosignature": ("UPDATE", "DELETE"),
    "timestamp_token": ("UPDATE", "DELETE"),
    "disclosure": ("UPDATE",),  # may be erased, never altered
    "ledger_key": ("DELETE",),
    "ledger_head": ("DELETE",),
    "closed_log": ("UPDATE", "DELETE"),  # the owner renumbers it when a further log is closed
    "closed_entry": ("UPDATE", "DELETE"),
    "closed_key": ("UPDATE", "DELETE"),
    "closed_disclosure": ("UPDATE",),
}
GRANTS: Mapping[str, tuple[str, ...]] = {
    "ledger_entry": ("SELECT", "INSERT"),
    "envelope": ("SELECT", "INSERT"),
    "statement_use": ("SELECT", "INSERT"),
    "tile": ("SELECT", "INSERT"),
    "checkpoint": ("SELECT", "INSERT"),
    "cosignature": ("SELECT", "INSERT"),
    "timestamp_token": ("SELECT", "INSERT"),
    "disclosure": ("SELECT", "INSERT"),  # erasure goes through ledger_erase()
    "ledger_key": ("SELECT", "INSERT", "UPDATE (revoked_seq)"),
    "ledger_head": ("SELECT", "INSERT", "UPDATE"),
    "closed_log": ("SELECT",),  # closing is the owner's
    "closed_entry": ("SELECT",),
    "closed_key": ("SELECT",),
    "closed_disclosure": ("SELECT",),
}
AGING: Mapping[str, int] = {"security_event": 183}
"""Rows that may be removed once they are so many days old by the database's own clock (column `at`), and not
before: half a year is what the Cybersecurity Law, article 21(3), asks for."""
EVERYTHING = ("SELECT", "INSERT", "UPDATE", "DELETE")
HERE = Path(__file__).parent


def apply_guards(
    connection: Connection,
    frozen: Sequence[str] = (),
    erasable: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Create every guard anew, on the ledger's tables and on those of others whose rows never change.

    `erasable` names columns of frozen tables that an erasure may change once, while it sets `erased_at`.
    """
    present = set(inspect(connection).get_table_names())
    unchanging = _unchanging(frozen)
    missing = unchanging.keys() - present
    if missing:
        raise ValueError(f"no such tables to guard: {sorted(missing)}")
    if connection.dialect.name == "sqlite":
        for name in _sqlite_guards(connection):
            connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in _sqlite_statements(unchanging, erasable):
            connection.exec_driver_sql(statement)
    else:
        script = (HERE / "guards_postgresql.sql").read_text(encoding="utf-8")
        connection.exec_driver_sql(script, execution_options={"no_parameters": True})
        for statement in _postgresql_statements(unchanging, erasable):
            connection.exec_driver_sql(statement)
        for table in unchanging:
            connection.exec_driver_sql(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def lift_guards(connection: Connection, frozen: Sequence[str] = ()) -> None:
    """Take every guard away until `apply_guards`, in one transaction of the owner: to close a log."""
    if connection.dialect.name == "sqlite":
        for name in _sqlite_guards(connection):
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in _unchanging(frozen):
            connection.exec_driver_sql(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')


def missing_guards(connection: Connection, frozen: Sequence[str] = ()) -> list[str]:
    """The guards that ought to be there and are not."""
    if connection.dialect.name == "sqlite":
        wanted = {_name_of(statement) for statement in _sqlite_statements(_unchanging(frozen))}
        return sorted(wanted - set(_sqlite_guards(connection)))
    wanted = {_name_of(statement) for statement in _postgresql_statements(_unchanging(frozen))}
    wanted |= {"guard_ledger_entry_chain", "guard_ledger_key_update", "guard_ledger_head_update"}
    found = connection.execute(
        text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'")
    )
    return sorted(wanted - set(found.scalars()))


def apply_grants(
    connection: Connection,
    role: str,
    frozen: Sequence[str] = (),
    erasable: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> None:
    """Give the application's role what it needs and take the rest; nothing on SQLite, which has no roles.

    The owner keeps its own rights: run the application under another role, or only triggers stand guard.
    """
    if connection.dialect.name != "postgresql":
        return
    quote = connection.dialect.identifier_preparer.quote_identifier
    if connection.execute(text("SELECT current_user = :role"), {"role": role}).scalar_one():
        return
    present = set(inspect(connection).get_table_names())
    schema = quote(connection.execute(text("SELECT current_schema()")).scalar_one())
    connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {quote(role)}")
    connection.exec_driver_sql(f"GRANT EXECUTE ON FUNCTION ledger_erase(bigint, text) TO {quote(role)}")
    # `registry check` compares it with what the program wants
    connection.exec_driver_sql(f"GRANT SELECT ON alembic_version TO {quote(role)}")
    for table in sorted(present & set(Model.metadata.tables)):
        rights = GRANTS.get(table, ("SELECT", "INSERT") if table in frozen else EVERYTHING)
        if table in AGING:
            rights = (*rights, "DELETE")  # its guard looks at the age
        if table in erasable:
            rights = (*rights, f"UPDATE ({', '.join(('erased_at', *erasable[table]))})")
        connection.exec_driver_sql(f"REVOKE ALL ON {quote(table)} FROM {quote(role)}")
        connection.exec_driver_sql(f"GRANT {', '.join(rights)} ON {quote(table)} TO {quote(role)}")


def _unchanging(frozen: Sequence[str]) -> dict[str, tuple[str, ...]]:
    return {**UNCHANGING, **dict.fromkeys(frozen, ("UPDATE", "DELETE"))}


def _unless_erasing(table: str, verb: str, erasable: Mapping[str, Sequence[str]], *, same: str) -> str:
    """The condition under which a guard refuses: always, or unless the row is erased here and now.

    Erasing happens once and shows: `erased_at` is set, and no other column may change. `same` compares two
    values that may be null. Values are compared as text: PostgreSQL knows no equality of JSON.
    """
    if verb != "UPDATE" or table not in erasable:
        return ""
    kept = [c.name for c in Model.metadata.tables[table].columns if c.name not in erasable[table]]
    unchanged = [
        f'CAST(NEW."{name}" AS TEXT) {same} CAST(OLD."{name}" AS TEXT)'
        for name in kept
        if name != "erased_at"
    ]
    erased = ["OLD.erased_at IS NULL", "NEW.erased_at IS NOT NULL"]
    return f"WHEN (NOT ({' AND '.join([*erased, *unchanged])})) "


def _unless_old(table: str, verb: str, then: str) -> str:
    """The condition under which removing is refused: always, or while the row is young."""
    young = verb == "DELETE" and table in AGING
    return f'WHEN (NOT (OLD."at" < {then.format(days=AGING[table])})) ' if young else ""


def _sqlite_statements(
    unchanging: Mapping[str, tuple[str, ...]], erasable: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[str]:
    yield from _split((HERE / "guards.sql").read_text(encoding="utf-8"))
    for table, verbs in unchanging.items():
        for verb in verbs:
            unless = _unless_erasing(table, verb, erasable, same="IS")
            unless += _unless_old(table, verb, "datetime('now', '-{days} days')")
            yield (
                f'CREATE TRIGGER guard_{table}_no_{verb.lower()} BEFORE {verb} ON "{table}" {unless}BEGIN '
                f"SELECT RAISE(ABORT, 'guard: rows of {table} are never changed ({verb})'); END"
            )
        keys = [column.name for column in Model.metadata.tables[table].primary_key]
        if table not in UNCHANGING or table.startswith("closed_"):  # the others stand in guards.sql
            same = " AND ".join(f'"{key}" = NEW."{key}"' for key in keys)
            found = f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'  # noqa: S608 - names of our own
            yield (
                f'CREATE TRIGGER guard_{table}_once BEFORE INSERT ON "{table}" BEGIN '
                f"SELECT RAISE(ABORT, 'guard: rows of {table} are never replaced') WHERE {found}; END"
            )


def _postgresql_statements(
    unchanging: Mapping[str, tuple[str, ...]], erasable: Mapping[str, Sequence[str]] = MappingProxyType({})
) -> Iterator[str]:
    for table, verbs in unchanging.items():
        for verb in verbs:
            unless = _unless_erasing(table, verb, erasable, same="IS NOT DISTINCT FROM")
            unless += _unless_old(table, verb, "now() - interval '{days} days'")
            yield (
                f'CREATE OR REPLACE TRIGGER guard_{table}_no_{verb.lower()} BEFORE {verb} ON "{table}" '
                f"FOR EACH ROW {unless}EXECUTE FUNCTION guard_refuse()"
            )
        yield (
            f'CREATE OR REPLACE TRIGGER guard_{table}_no_truncate BEFORE TRUNCATE ON "{table}" '
            "FOR EACH STATEMENT EXECUTE FUNCTION guard_refuse()"
        )


def _sqlite_guards(connection: Connection) -> list[str]:
    query = text(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard\\_%' ESCAPE '\\'"
    )
    return list(connection.execute(query).scalars())


def _split(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit behind our back."""
    statement = ""
    for line in script.splitlines(keepends=True):
        if line.startswith("--"):
            continue
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement.strip()
            statement = ""


def _name_of(statement: str) -> str:
    return statement.split("TRIGGER ", 1)[1].split()[0]
