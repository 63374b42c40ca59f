"""The list of what an erasure takes away: shown beforehand and carried out afterwards, so that what was
confirmed is what goes.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import delete, inspect

from registry import clock
from registry.database import Model, db
from registry.documents import store
from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs, sha256_hex

DISCLOSURE, FILE, OUTBOX = "disclosure", "file", "outbox"


@dataclass(frozen=True, slots=True, kw_only=True)
class Goes:
    """One row, or one file, and what of it goes. `what` is empty when all of it does."""

    table: str
    key: str
    what: str = ""
    erase: Callable[[], object] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """A file that another live thing uses too: it goes with that one."""

    name: str
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Everything one erasure takes away, what stays and why, and what stands against it."""

    kind: str
    subject: str
    row: Any  # what the history speaks about
    goes: tuple[Goes, ...]
    stays: tuple[Stays, ...] = ()
    holds: tuple[Refused, ...] = ()

    @property
    def digest(self) -> str:
        """SHA-256 over the list: whoever approves, approves exactly this."""
        return sha256_hex(jcs(sorted([one.table, one.key, one.what] for one in self.goes)))

    @property
    def counts(self) -> dict[str, int]:
        """How many of each table, for the history: a number names nobody."""
        return dict(sorted(Counter(one.table for one in self.goes).items()))

    def keys(self, table: str) -> list[str]:
        return [one.key for one in self.goes if one.table == table]


def blanked(row: Model, /, **values: Any) -> Iterable[Goes]:
    """Columns of a row that get these values instead; nothing where they have them already.

    A row whose table can be marked is marked, which the guards of frozen tables demand.
    """
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return
    marks = {"erased_at": clock.now()} if _can_be_marked(row) else {}
    if marks and getattr(row, "erased_at") is not None:  # noqa: B009 - not every model has the column
        return  # erased once already: the guards let nobody touch it again

    def erase() -> None:
        for name, value in {**changed, **marks}.items():
            setattr(row, name, value)

    what = ", ".join(sorted(changed))
    yield Goes(table=row.__tablename__, key=_key(row), what=what, erase=erase)


def removed(row: Model) -> Goes:
    """A whole row."""
    key = inspect(row).identity
    table, condition = type(row), _same(type(row), key)
    return Goes(
        table=row.__tablename__,
        key=_key(row),
        erase=lambda: db.session.execute(delete(table).where(*condition)),
    )


def disclosures(subject: str) -> Iterable[Goes]:
    """What opens the commitments of a subject's filings."""
    yield from (opening(seq, path) for seq, path in ledger.opened(subject))


def opening(seq: int, path: str) -> Goes:
    """What opens one commitment of one filing."""
    return Goes(table=DISCLOSURE, key=f"{seq}", what=path, erase=lambda: ledger.erase(seq, path))


def stored(digest: str) -> Iterable[Goes]:
    """A stored content, unless it is gone already; its file is removed after the commit."""
    if store.find(digest).erased_at is None:
        yield Goes(table=FILE, key=digest, erase=lambda: store.forget(digest))


def letter_file(mail_id: UUID) -> Goes:
    """Where letters go to a folder, the copy there; removed after the commit."""
    return Goes(table=OUTBOX, key=str(mail_id), erase=lambda: None)


def without(values: Mapping[str, Any], kept: Iterable[str]) -> dict[str, Any]:
    """Only the parts that name nobody."""
    names = set(kept)
    return {name: value for name, value in values.items() if name in names}


def _can_be_marked(row: Model) -> bool:
    return "erased_at" in type(row).__table__.columns and row.__tablename__ in MARKED


MARKED = frozenset({"correction", "history", "declaration_version", "registration_result", "upload"})
"""Tables whose rows are marked one by one; a contract or a declaration is marked as a whole, at the end."""


def _key(row: Model) -> str:
    identity = inspect(row).identity
    return ":".join(str(part) for part in identity or ())


def _same(table: type[Model], key: Any) -> list[Any]:
    columns = list(inspect(table).primary_key)
    return [column == part for column, part in zip(columns, key, strict=True)]
