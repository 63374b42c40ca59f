"""Batches 批量声明: a table of patents becomes drafts, one declaration each (design: journeys 1.1, 3.1).

A preview writes nothing about any patent or declaration. A table brought again mends the drafts of the same
patents; what is signed stays. An agent's batch is its own: begun, seen and signed under one power.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import selectinload

from registry import clock, history
from registry.database import db, new_id
from registry.documents.tables_in import TableRow, find_headings, read_pasted, read_table
from registry.documents.workbook_bounds import Bounds
from registry.errors import Conflict, NotFound, Refused
from registry.licenses import batch_preview, term_sets
from registry.licenses.batch_models import BatchRow, BatchSigning, DeclarationBatch, TermSet
from registry.licenses.batch_preview import Judged
from registry.licenses.batch_rows import (
    NAMES,
    REQUIRED,
    ROWS_MAX,
    Line,
    Verdict,
    read_lines,
)
from registry.licenses.models import Declaration
from registry.parties import service as parties
from registry.parties import sessions
from registry.parties.models import Account, Membership, Organisation, Venue
from registry.parties.permissions import allow
from registry.parties.power_models import PowerOfAttorney
from registry.parties.rules import Actor
from registry.patents.models import Patent

BOUNDS = Bounds(size=5 * 1024 * 1024, rows=ROWS_MAX + 30, columns=60)
CHUNK = 500
WHOLE = (
    selectinload(Declaration.patent).options(
        selectinload(Patent.owners), selectinload(Patent.reports), selectinload(Patent.facts)
    ),
    selectinload(Declaration.consents),
    selectinload(Declaration.holder),
)
"""What is read of many declarations at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A table as it was read: its lines, and the headings nobody has a use for."""

    lines: tuple[Line, ...]
    unknown: tuple[str, ...] = ()


# --- reading -----------------------------------------------------------------------------------------


def read_file(data: bytes, *, field: str = "file") -> Read:
    """A workbook or CSV. Raises what `tables_in` raises, Refused `no_rows`, `too_many_rows_batch`."""
    return _read(read_table(data, BOUNDS, field=field), field)


def read_text(words: str, *, field: str = "rows") -> Read:
    """Rows pasted from a sheet, headings among them."""
    return _read(read_pasted(words, BOUNDS, field=field), field)


def _read(rows: Sequence[TableRow], field: str) -> Read:
    found = find_headings(rows, NAMES, REQUIRED, field=field)
    if not found.rows:
        raise Refused("no_rows", field)
    if len(found.rows) > ROWS_MAX:
        raise Refused("batch_too_many", field, max=ROWS_MAX)
    return Read(lines=tuple(read_lines(found)), unknown=found.unknown)


# --- the preview -------------------------------------------------------------------------------------


def preview(actor: Actor, read: Read, venue: Venue, *, source: str, usual: str = "") -> DeclarationBatch:
    """Keep a new table with each row's verdict. `usual`: the term set of rows that name none.

    Raises Refused `term_set_unknown` for one that is not the organisation's own.
    """
    holder = parties.organisation_of(actor)
    allow(actor, "declaration.draft", _Rows(holder.id, read))
    assert actor.account_id is not None
    batch = DeclarationBatch(
        id=new_id(),
        holder_id=holder.id,
        venue_id=venue.id,
        account_id=actor.account_id,
        power_id=actor.power.id if actor.power else None,
        source=source,
        created_at=clock.now(),
    )
    db.session.add(batch)
    db.session.flush()
    _show(actor, batch, read, usual=usual)
    history.record(actor, "bring", batch, changes={"size": len(read.lines)})
    return batch


def bring_again(actor: Actor, batch: DeclarationBatch, read: Read, *, usual: str = "") -> None:
    """Show what a corrected table would change; rows of patents it does not name stay as they are.

    Raises Conflict `batch_drafting` while rows are being written.
    """
    allow(actor, "declaration.draft", batch)
    allow(actor, "declaration.draft", _Rows(batch.holder_id, read))
    batch = locked(batch.id)
    if batch.state == "drafting" or handing_in(batch):
        raise Conflict("batch_drafting")
    waiting = BatchRow.batch_id == batch.id, BatchRow.live.is_(False)
    db.session.execute(delete(BatchRow).where(*waiting))
    batch.edition, batch.state = batch.edition + 1, "previewed"
    batch.power_id = actor.power.id if actor.power else None  # the principal's own rows are no agent's to see
    _show(actor, batch, read, usual=usual)
    history.record(actor, "bring_again", batch, changes={"size": len(read.lines)})


def discard(actor: Actor, batch: DeclarationBatch) -> None:
    """Drop what waits to be confirmed; the batch is as it was before."""
    allow(actor, "declaration.draft", batch)
    batch = locked(batch.id)
    if batch.state != "previewed":
        raise Conflict("batch_drafting")
    db.session.execute(delete(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.live.is_(False)))
    batch.state = "drafted"


def _show(actor: Actor, batch: DeclarationBatch, read: Read, *, usual: str) -> None:
    if usual:
        term_sets.begin_with(actor, usual)  # another organisation's is refused before any row
    batch.unknown = list(read.unknown)
    rows = [row_values(batch, one) for one in judged(batch, read.lines, usual=usual)]
    for start in range(0, len(rows), CHUNK):
        db.session.execute(insert(BatchRow), rows[start : start + CHUNK])
    batch.digest = digest_of(rows)
    db.session.flush()


def judged(batch: DeclarationBatch, lines: Sequence[Line], *, usual: str = "") -> list[Judged]:
    holder = db.session.get_one(Organisation, batch.holder_id)
    held = batch_preview.known(holder, lines, batch=batch, today=clock.today())
    return batch_preview.judge_all(lines, held, usual=usual)


def row_values(batch: DeclarationBatch, one: Judged) -> dict[str, Any]:
    line = one.line
    facts = dict(line.facts)
    if one.term_set is not None:
        facts["term_set"] = one.term_set.name  # the usual one is the row's own from now on
    return {
        "id": new_id(),
        "batch_id": batch.id,
        "edition": batch.edition,
        "position": line.position,
        "live": False,
        "number": line.number[:40],
        "verdict": str(one.verdict),
        "reasons": [list(each) for each in one.reasons],
        "given": dict(line.given),
        "facts": facts,
        "term_set_id": one.term_set.id if one.term_set else None,
        "term_set_version": one.term_set.current.version if one.term_set else 0,
        "statement": {},
    }


# --- looking -----------------------------------------------------------------------------------------


def find(actor: Actor, batch_id: UUID) -> DeclarationBatch:
    """A batch of the actor's own organisation, or handed in at its venue; an agent's own. Raises NotFound."""
    found = db.session.get(DeclarationBatch, batch_id)
    if found is None or (actor.power is not None and found.power_id != actor.power.id):
        raise NotFound("not_found")
    allow(actor, "declaration.view", found)
    return found


def of_holder(actor: Actor, limit: int = 50) -> Sequence[DeclarationBatch]:
    """The organisation's batches, newest first; an agent's own."""
    query = select(DeclarationBatch).where(DeclarationBatch.holder_id == actor.organisation_id)
    if actor.power is not None:
        query = query.where(DeclarationBatch.power_id == actor.power.id)
    return db.session.scalars(query.order_by(DeclarationBatch.created_at.desc()).limit(limit)).all()


def usual_set(batch: DeclarationBatch) -> str:
    """The term set most of its rows stand on; empty where they stand on none."""
    query = (
        select(TermSet.name)
        .join(BatchRow, BatchRow.term_set_id == TermSet.id)
        .where(BatchRow.batch_id == batch.id, BatchRow.live.is_(True), TermSet.retired_at.is_(None))
        .group_by(TermSet.name)
        .order_by(func.count().desc(), TermSet.name)
    )
    return db.session.scalar(query.limit(1)) or ""


def counts(batch: DeclarationBatch, *, live: bool) -> dict[str, int]:
    """How many rows have each verdict, and how many of them were written."""
    query = select(BatchRow.verdict, func.count()).where(
        BatchRow.batch_id == batch.id, BatchRow.live.is_(live)
    )
    found = {str(v): n for v, n in db.session.execute(query.group_by(BatchRow.verdict))}
    written = query.where(BatchRow.written.is_(True)).group_by(BatchRow.verdict)
    return {**found, "written": sum(n for _, n in db.session.execute(written))}


def rows_of(
    batch: DeclarationBatch,
    *,
    live: bool,
    verdicts: Iterable[str] = (),
    limit: int | None = None,
    start: int = 0,
) -> Sequence[BatchRow]:
    """Rows in the order of the sheet."""
    query = query_rows(batch, live=live)
    if wanted := list(verdicts):
        query = query.where(BatchRow.verdict.in_(wanted))
    return db.session.scalars(query.offset(start).limit(limit)).all()


def members(batch: DeclarationBatch) -> Sequence[BatchRow]:
    """The live rows with their declarations, patents and consents read at once."""
    query = query_rows(batch, live=True).options(selectinload(BatchRow.declaration).options(*WHOLE))
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def line_of(row: BatchRow) -> Line:
    """A kept row as the line it was read as."""
    unread = row.verdict == Verdict.REFUSED and not row.facts
    problems = tuple((code, field, params) for code, field, params in row.reasons) if unread else ()
    return Line(position=row.position, number=row.number, given=row.given, facts=row.facts, problems=problems)


def locked(batch_id: UUID) -> DeclarationBatch:
    query = select(DeclarationBatch).where(DeclarationBatch.id == batch_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def keeper(batch: DeclarationBatch | BatchSigning, holder_id: UUID | None = None) -> Actor:
    """Whose work it is, as that person stands now: who lost the role since, or the power, can finish
    nothing.
    """
    account = db.session.get_one(Account, batch.account_id)
    power = db.session.get_one(PowerOfAttorney, batch.power_id) if batch.power_id else None
    whose = power.agent_id if power else holder_id or getattr(batch, "holder_id", None)
    query = sessions.memberships_of(account.id).where(Membership.organisation_id == whose)
    own = sessions.actor_of(account, db.session.scalars(query.limit(1)).first())
    return sessions.under(own, power) if power else own


def reviewer(account_id: UUID, venue_id: UUID) -> Actor:
    """Whoever began a review at a venue, as that person stands now."""
    account = db.session.get_one(Account, account_id)
    query = sessions.memberships_of(account.id).where(Membership.venue_id == venue_id)
    return sessions.actor_of(account, db.session.scalars(query.limit(1)).first())


def forget(days: int) -> int:
    """Delete rows that became nothing, and batches without any other, older than the set days: they may name
    people whom no erasure of a declaration would find. Returns how many rows went.
    """
    before = clock.now() - timedelta(days=days)
    old = select(DeclarationBatch.id).where(
        DeclarationBatch.created_at < before, DeclarationBatch.state != "drafting"
    )
    ids = list(db.session.scalars(old.with_for_update()))
    gone = 0
    for start in range(0, len(ids), CHUNK):
        some = BatchRow.batch_id.in_(ids[start : start + CHUNK]), BatchRow.declaration_id.is_(None)
        gone += db.session.execute(delete(BatchRow).where(*some)).rowcount  # type: ignore[attr-defined]
    empty = select(BatchRow.batch_id)
    for batch_id in ids:
        if db.session.scalar(empty.where(BatchRow.batch_id == batch_id).limit(1)) is None:
            db.session.execute(delete(DeclarationBatch).where(DeclarationBatch.id == batch_id))
    return gone


# --- inside ------------------------------------------------------------------------------------------


class _Rows:
    """Stands for the drafts a table would become; a number nobody can read is about no patent of a power."""

    def __init__(self, holder_id: UUID, read: Read) -> None:
        self.holder_id, self.patent_numbers = holder_id, [one.number for one in read.lines]


def handing_in(batch: DeclarationBatch) -> bool:
    """Whether signed members are still being handed in: their texts must stay as they were signed."""
    query = select(BatchRow.id).where(BatchRow.batch_id == batch.id, BatchRow.pending.is_(True))
    return db.session.scalar(query.limit(1)) is not None


def query_rows(batch: DeclarationBatch, *, live: bool) -> Any:
    query = select(BatchRow).where(BatchRow.batch_id == batch.id, BatchRow.live.is_(live))
    return query.order_by(BatchRow.edition, BatchRow.position)


def plain_row(row: BatchRow) -> dict[str, Any]:
    names = ("position", "number", "verdict", "reasons", "facts", "term_set_id", "term_set_version")
    return {name: getattr(row, name) for name in names}


def digest_of(rows: Iterable[Mapping[str, Any]]) -> str:
    """Of what a person saw: each row, what was found about it, which version of which term set it takes."""
    shown = [
        {
            "set": str(row["term_set_id"] or ""),
            **{name: row[name] for name in ("position", "number", "verdict", "reasons", "facts")},
            "version": row["term_set_version"],
        }
        for row in rows
    ]
    text = json.dumps(shown, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
