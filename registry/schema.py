"""The schema: migrations run by the owner's address, then guards and grants; then what every registry starts
with.

Batch migrations on SQLite drop triggers without a word, so the guards are applied after every run.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, make_url

from registry import database, events, idempotency, jobs  # noqa: F401 - the metadata must be complete
from registry.catalogue import collection_models as collections  # noqa: F401
from registry.catalogue import dump_models as dumps  # noqa: F401
from registry.catalogue import fulltext as catalogue
from registry.catalogue import saved_models as saved  # noqa: F401
from registry.catalogue import visit_models as visits  # noqa: F401
from registry.codebook import models as codebook  # noqa: F401
from registry.config import Settings
from registry.contracts import basket_models as baskets  # noqa: F401
from registry.contracts import duty_models as duties  # noqa: F401
from registry.contracts import models as contracts  # noqa: F401
from registry.contracts import money_models as money  # noqa: F401
from registry.contracts import position_models as positions  # noqa: F401
from registry.contracts import printed_models as printed  # noqa: F401
from registry.contracts import registration_models as registration  # noqa: F401
from registry.contracts import stamp_models as stamps  # noqa: F401
from registry.database import Model, db, transaction
from registry.demand import models as demand  # noqa: F401
from registry.demand import need_models as needs  # noqa: F401
from registry.documents import models as documents  # noqa: F401
from registry.erasure import models as erasure  # noqa: F401
from registry.errors import Conflict, Unavailable
from registry.exports import models as exports  # noqa: F401
from registry.hooks import models as hooks  # noqa: F401
from registry.ledger import guards
from registry.ledger import service as ledger
from registry.licenses import batch_models as batches  # noqa: F401
from registry.licenses import register
from registry.licenses import terms_day_models as terms_days  # noqa: F401
from registry.parties import approval_models as approvals  # noqa: F401
from registry.parties import kept_forms, prepared  # noqa: F401
from registry.parties import machine_models as machines  # noqa: F401
from registry.parties import outside_models as elsewhere  # noqa: F401
from registry.parties import staff_models as staff  # noqa: F401
from registry.statistics import models as statistics  # noqa: F401

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"
FROZEN = (
    "declaration_version", "history", "registration_result", "paper", "correction", "audit_run",
    "code_change", "security_event",
)  # fmt: skip
ERASABLE: Mapping[str, tuple[str, ...]] = {
    "declaration_version": (
        "answers", "public_fields", "public_text", "filing", "statement", "signed_by",
    ),
    "correction": ("mended", "reason"),
    "history": ("changes",),
    "registration_result": ("words",),
}  # fmt: skip
"""Columns of frozen tables that hold what people may have erased: changed once, while `erased_at` is set."""


NUMBERS = ("seq", "corrects")


def places() -> dict[str, list[str]]:
    """The columns, by table, that name a filing by its number: renumbered when a log is closed."""
    found: dict[str, list[str]] = {}
    for table in Model.metadata.sorted_tables:
        columns = (column.name for column in table.columns)
        names = [name for name in columns if name in NUMBERS or name.endswith("_seq")]
        if names and table.name not in guards.UNCHANGING and table.name != "audit_run":
            found[table.name] = names
    return found


def lift(connection: Connection) -> None:
    """Take the guards away, for closing a log."""
    guards.lift_guards(connection, frozen=FROZEN)


def guard(connection: Connection) -> None:
    """Put the guards back."""
    guards.apply_guards(connection, frozen=FROZEN, erasable=ERASABLE)


def owner_engine(settings: Settings) -> Engine:
    """The owner's connections, for what the application may not do. Dispose of it afterwards."""
    url = settings.owner_database_url
    engine = create_engine(url, connect_args=_connect_args(url))
    database.prepare_engine(engine)
    return engine


def upgrade(settings: Settings) -> None:
    """Bring the database to the present schema as its owner, then guard and grant. Safe to repeat."""
    settings.instance.mkdir(parents=True, exist_ok=True)
    engine = owner_engine(settings)
    try:
        _migrate(engine)
        with engine.begin() as connection:
            catalogue.prepare(connection)
            guards.apply_guards(connection, frozen=FROZEN, erasable=ERASABLE)
            role = make_url(settings.database_url).username
            if (
                engine.dialect.name == "postgresql"
                and role
                and settings.database_url != settings.owner_database_url
            ):
                guards.apply_grants(connection, role, frozen=FROZEN, erasable=ERASABLE)
    finally:
        engine.dispose()


def _migrate(engine: Engine) -> None:
    """Run the migrations. SQLite changes a table by putting another in its place, which rows that refer to it
    would forbid: references are not enforced meanwhile, and all looked at before anything is committed.
    """
    sqlite = engine.dialect.name == "sqlite"
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
        if sqlite:
            raw.execute("PRAGMA foreign_keys=OFF")  # does nothing inside a transaction
        try:
            with connection.begin():
                alembic = Config()
                alembic.set_main_option("script_location", str(MIGRATIONS))
                alembic.attributes["connection"] = connection
                command.upgrade(alembic, "head")
                lost = connection.exec_driver_sql("PRAGMA foreign_key_check").first() if sqlite else None
                if lost is not None:
                    raise RuntimeError(f"a row refers to nothing after the migrations: {tuple(lost)}")
        finally:
            if sqlite:
                raw.execute("PRAGMA foreign_keys=ON")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The revision the database stands at, and the one this program wants. Empty: never migrated."""

    revision: str
    wanted: str
    known: bool

    @property
    def behind(self) -> bool:
        """Older than this program: `registry db upgrade` is owed."""
        return self.known and self.revision != self.wanted

    @property
    def ahead(self) -> bool:
        """Brought there by a newer program; what is served already goes on."""
        return not self.known


@functools.cache
def _revisions() -> tuple[str, ...]:
    """Every revision this program knows, the newest first."""
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    return tuple(one.revision for one in ScriptDirectory.from_config(alembic).walk_revisions())


def newest() -> str:
    """The revision this program wants."""
    return _revisions()[0]


def standing() -> Standing:
    """How the database's schema stands to this program. Needs an application context."""
    revision = MigrationContext.configure(db.session.connection()).get_current_revision() or ""
    known = _revisions()
    return Standing(revision=revision, wanted=newest(), known=revision in ("", *known))


def check_revision() -> None:
    """Refuse to serve from a database older than this program: half of it would seem to work. Needs an
    application context.

    Raises Unavailable schema_behind.
    """
    found = standing()
    db.session.rollback()
    if found.behind:
        raise Unavailable("schema_behind", revision=found.revision or "—", wanted=found.wanted)


def seed() -> None:
    """Start the log and put the standard terms in, where that has not been done. Needs an application
    context.
    """
    ledger.start()
    transaction(register.load_standard_terms)
    ledger.publish_checkpoint()


def check_guards() -> None:
    """Refuse to serve where the database would let rows of the log be changed. Needs an application context.

    Raises Conflict guards_missing: somebody removed them, or migrated without `registry db upgrade`.
    """
    missing = guards.missing_guards(db.session.connection(), FROZEN)
    db.session.rollback()
    if missing:
        raise Conflict("guards_missing", names=", ".join(missing[:5]), count=len(missing))


def differences(settings: Settings) -> list[str]:
    """Tables that models know and the database does not, for `registry check`."""
    engine = create_engine(settings.database_url, connect_args=_connect_args(settings.database_url))
    try:
        return sorted(set(Model.metadata.tables) - set(inspect(engine).get_table_names()))
    finally:
        engine.dispose()


def _connect_args(url: str) -> dict[str, object]:
    return {"isolation_level": None} if url.startswith("sqlite") else {}
