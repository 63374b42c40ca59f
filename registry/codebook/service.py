"""What an administrator can do with code tables: change one, or bring a list of changes; each a filing.

Every verb asks `allow` first. A table's digest goes into the log with every change, so that whoever keeps a
copy of a table can show which one was in force.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from registry import clock, history
from registry.codebook import facts, present
from registry.codebook.models import CodeChange
from registry.codes import overlay, tables
from registry.codes.overlay import Change
from registry.codes.tables import Table
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import enqueue
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.parties.models import Account
from registry.parties.permissions import allow
from registry.parties.rules import Actor

CHANGE, VIEW = "codes.change", "codes.view"
MOST = 5000  # changes in one act


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A table as it stands today, with what has been changed and what no longer fits."""

    table: Table
    changes: tuple[CodeChange, ...]
    left_out: tuple[CodeChange, ...]


def standing(name: str) -> Standing:
    """One table today. Anybody may know. Raises NotFound."""
    if name not in tables.names():
        raise NotFound("not_found")
    rows = present.changes(name)
    laid = overlay.lay(tables.shipped(name), [present.change_of(row) for row in rows], clock.today())
    return Standing(
        table=laid.table, changes=tuple(rows), left_out=tuple(rows[place] for place in laid.left_out)
    )


def change(actor: Actor, name: str, changes: Sequence[Change], *, source: str) -> list[CodeChange]:
    """Lay changes over a table, all or none, as one filing.

    Raises NotFound for an unknown table, Refused as `overlay.changed` or `required` without a source,
    `too_many`, Conflict `codes_moved_on` when somebody else changed a table at the same moment.
    """
    allow(actor, CHANGE)
    if not source.strip():
        raise Refused("required", "source")
    if not changes:
        raise Refused("nothing_changes", "file")
    if len(changes) > MOST:
        raise Refused("too_many", "file", max=MOST)
    laid = standing(name).table
    for one in changes:
        overlay.check(laid, one)
        facts.check(name, one.facts)
        laid = overlay.lay(laid, [one], clock.today()).table if one.verb != overlay.MAP else laid
    rows = _entered(actor, name, changes, source=source.strip())
    present.forget()
    return rows


def changes_of(actor: Actor, name: str) -> tuple[CodeChange, ...]:
    """Who changed what, newest first; for administrators and auditors."""
    allow(actor, VIEW)
    return tuple(reversed(standing(name).changes))


def people(changes: Sequence[CodeChange]) -> dict[UUID, str]:
    """The names of those who made changes, by account."""
    accounts = {row.made_by for row in changes if row.made_by is not None}
    query = select(Account.id, Account.name).where(Account.id.in_(accounts))
    return {row.id: row.name for row in db.session.execute(query)}


def _entered(actor: Actor, name: str, changes: Sequence[Change], *, source: str) -> list[CodeChange]:
    before = [present.change_of(row) for row in present.changes(name)]
    laid = overlay.lay(tables.shipped(name), [*before, *changes], clock.today())
    filing = Filing(
        type="codes.changed",
        subject=name,
        fields={"table": name, "digest": overlay.digest(laid.table), "changes": len(changes)},
    )
    seq = ledger.append([filing])[0].seq
    newest = db.session.scalar(select(func.max(CodeChange.version))) or 0
    rows = [
        _row(actor, name, one, source=source, version=newest + n, seq=seq)
        for n, one in enumerate(changes, start=1)
    ]
    db.session.add_all(rows)
    try:
        db.session.flush()
    except IntegrityError as error:
        raise Conflict("codes_moved_on", "file") from error
    for row in rows[:1]:
        listed = {"table": name, "changes": len(rows), "seq": seq, "source": source}
        history.record(actor, "change_codes", row, changes=listed)
    enqueue("ledger.publish", {})
    return rows


def _row(actor: Actor, name: str, one: Change, *, source: str, version: int, seq: int) -> CodeChange:
    said = {
        "zh": one.zh,
        "en": one.en,
        "parent": one.parent,
        "confidence": one.confidence,
        "registrar": one.registrar,
        "registrar_code": one.registrar_code,
        "facts": dict(one.facts),
    }
    return CodeChange(
        id=new_id(),
        version=version,
        table_name=name,
        verb=one.verb,
        code=one.code,
        day=one.day,
        row=said,
        source=source,
        made_by=actor.account_id,
        made_at=clock.now(),
        seq=seq,
    )
