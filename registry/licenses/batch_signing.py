"""Many drafts of a batch signed in one act: one signature over the list in the order it was read, each
declaration handed in on its own.

Signing happens outside any transaction. What was signed is kept with the rows first; then the declarations
are handed in some at a time. If we crash in between, the rows that still hold their statement are what is
left, and the worker goes on with them: a declaration handed in has given its statement away. One that
cannot be handed in stays a draft and says why; the others go on.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from registry import clock, history
from registry.database import db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import enqueue
from registry.ledger.canonical import jcs
from registry.ledger.filings import Statement
from registry.ledger.statement_lists import StatementList
from registry.licenses import assembly, batches, register, statements
from registry.licenses import service as licenses
from registry.licenses.answers import SIGNING, TICKS
from registry.licenses.batch_models import BatchRow, BatchSigning, DeclarationBatch
from registry.licenses.models import Declaration
from registry.parties import mail, many_approvals
from registry.parties.permissions import allow
from registry.parties.rules import Actor

AT_ONCE = 50  # declarations a transaction hands in: the write lock is held for so long and no longer
TICKED = frozenset(TICKS)


def signable(rows: Sequence[BatchRow]) -> list[BatchRow]:
    """The rows whose drafts lack nothing but ticks and signature, in the batch's order."""
    return [row for row in rows if row.declaration is not None and is_ready(row.declaration)]


def is_ready(declaration: Declaration) -> bool:
    """Whether a draft has every step and nothing stands against it but what is ticked with the signature."""
    if declaration.state not in assembly.EDITABLE or missing_steps(declaration):
        return False
    return not [one for one in licenses.obstacles(declaration) if one.field not in TICKED]


def missing_steps(declaration: Declaration) -> list[str]:
    """Steps nobody has answered yet; a free license needs no account."""
    free = (declaration.draft.get("fee") or {}).get("method") == "FREE"
    return [
        step for step in licenses.STEPS
        if not declaration.draft.get(step) and not (step == "account" and free)
    ]  # fmt: skip


def list_digest(rows: Sequence[BatchRow]) -> str:
    """SHA-256 over the ordered list of numbers and text digests: what a person has read before signing."""
    listed = [[one.number, assembly.present(one).digest] for one in declarations(rows)]
    return hashlib.sha256(jcs(listed)).hexdigest()


def chosen(rows: Sequence[BatchRow], numbers: Collection[str]) -> list[BatchRow]:
    """The rows of these declarations, in order. Raises Refused `nothing_chosen`, `not_a_choice`."""
    wanted = set(numbers)
    found = [row for row in rows if row.declaration is not None and row.declaration.number in wanted]
    if not wanted:
        raise Refused("nothing_chosen", "numbers")
    if len(found) != len(wanted):
        raise Refused("not_a_choice", "numbers")
    return found


def tick_all(actor: Actor, rows: Sequence[BatchRow], ticks: Mapping[str, bool]) -> None:
    """Keep the same ticks in every draft, before `prepare`."""
    for declaration in declarations(rows):
        kept = declaration.draft[SIGNING]
        if any(kept.get(name, False) != given for name, given in ticks.items()):
            licenses.tick(actor, declaration, ticks)


def prepare(actor: Actor, rows: Sequence[BatchRow], digest: str) -> StatementList:
    """What is signed: each declaration's statement, in order. A plain read; the same while nothing changes.

    Raises Conflict `stale_digest` when the list is not the one that was read, and what stands against one.
    """
    if list_digest(rows) != digest:
        raise Conflict("stale_digest", "digest")
    found = []
    for declaration in declarations(rows):
        try:
            found.append(licenses.prepare(actor, declaration))
        except Refused as refused:
            raise Refused("batch_member", "numbers", number=declaration.number) from refused
    return StatementList(statements=tuple(found))


def begin(
    actor: Actor, batch: DeclarationBatch, numbers: Collection[str], signed: Sequence[Statement]
) -> BatchSigning:
    """Keep the signed statements with their rows, and hand them in; a long list is the worker's.

    Raises Conflict `batch_signed` for a row that another act has signed meanwhile.
    """
    allow(actor, "declaration.sign", batch)
    batch = batches.locked(batch.id)
    rows = chosen(batches.members(batch), numbers)  # read behind the lock: no other act has them
    _check(rows, signed)
    assert actor.account_id is not None
    first = signed[0]
    assert first.place is not None
    listed = StatementList(statements=tuple(one.fields for one in signed))
    signing = BatchSigning(
        id=new_id(),
        batch_id=batch.id,
        account_id=actor.account_id,
        power_id=actor.power.id if actor.power else None,
        root=listed.root.hex(),
        size=first.place.size,
        created_at=clock.now(),
    )
    db.session.add(signing)
    db.session.flush()
    for place, (row, statement) in enumerate(zip(rows, signed, strict=True)):
        row.signing_id, row.place, row.fault, row.pending = signing.id, place, "", True
        row.statement, row.text_digest = statement.encode(), statement.fields["fields"]["text_digest"]
    history.record(actor, "sign", batch, changes={"digest": signing.root, "size": signing.size})
    db.session.flush()
    if signing.size > AT_ONCE or hand_in(signing.id, limit=AT_ONCE):
        enqueue("declarations.batch_signing", {"signing": str(signing.id)}, subject_id=signing.id)
    return signing


def hand_in(signing_id: UUID, *, limit: int) -> int:
    """Hand in up to so many of a signed list; returns how many are left. The last one tells the venue."""
    query = select(BatchSigning).where(BatchSigning.id == signing_id).with_for_update()
    signing = db.session.scalars(query.execution_options(populate_existing=True)).one()
    batch = db.session.get_one(DeclarationBatch, signing.batch_id)
    actor = batches.keeper(signing, batch.holder_id)
    left = (
        select(BatchRow)
        .where(BatchRow.signing_id == signing.id, BatchRow.pending.is_(True))
        .options(joinedload(BatchRow.declaration))
        .order_by(BatchRow.place)
    )
    for row in db.session.scalars(left.limit(limit)).all():
        _hand_in_one(actor, row)
    db.session.flush()
    count = db.session.scalar(select(func.count()).select_from(left.order_by(None).subquery())) or 0
    if not count and signing.state != "done":
        signing.state, signing.done_at = "done", clock.now()
        _tell(batch, signing)
    return count


def _hand_in_one(actor: Actor, row: BatchRow) -> None:
    statement = statements.decode_statement(row.statement)
    row.statement, row.pending = {}, False
    declaration = row.declaration
    assert declaration is not None
    try:
        with db.session.begin_nested():
            licenses.submit(
                actor, register.lock(declaration.id), statement, digest=row.text_digest, tell=False
            )
    except Refused as refused:
        row.fault = refused.code


def _tell(batch: DeclarationBatch, signing: BatchSigning) -> None:
    handed = select(func.count()).select_from(BatchRow)
    handed = handed.where(BatchRow.signing_id == signing.id, BatchRow.fault == "")
    count = db.session.scalar(handed) or 0
    if count:
        mail.write_to_venue(batch.venue_id, "batch_submitted", batch=batch, holder=batch.holder, count=count)


def signings_of(batch: DeclarationBatch) -> Sequence[BatchSigning]:
    """The batch's acts of signing, newest first."""
    query = select(BatchSigning).where(BatchSigning.batch_id == batch.id)
    return db.session.scalars(query.order_by(BatchSigning.created_at.desc())).all()


def _together(numbers: Sequence[str]) -> Mapping[str, int]:
    """Batches that hold several of these drafts, and how many of them."""
    query = (
        select(BatchRow.batch_id, func.count())
        .join(Declaration, Declaration.id == BatchRow.declaration_id)
        .where(Declaration.number.in_(list(numbers)))
        .group_by(BatchRow.batch_id)
        .having(func.count() > 1)
        .order_by(BatchRow.batch_id)
    )
    return {str(batch_id): count for batch_id, count in db.session.execute(query)}


many_approvals.TOGETHER.append(_together)


def find(batch: DeclarationBatch, signing_id: UUID) -> BatchSigning:
    """One of the batch's acts of signing. Raises NotFound."""
    found = db.session.get(BatchSigning, signing_id)
    if found is None or found.batch_id != batch.id:
        raise NotFound("not_found")
    return found


def progress(signing: BatchSigning) -> dict[str, int]:
    """How many of the list have been handed in, failed, and are left."""
    mine = select(func.count()).select_from(BatchRow).where(BatchRow.signing_id == signing.id)
    left = db.session.scalar(mine.where(BatchRow.pending.is_(True))) or 0
    failed = db.session.scalar(mine.where(BatchRow.fault != "")) or 0
    return {"left": left, "failed": failed, "done": signing.size - left - failed, "all": signing.size}


def _check(rows: Sequence[BatchRow], signed: Sequence[Statement]) -> None:
    for row, statement in zip(rows, signed, strict=True):
        declaration = row.declaration
        assert declaration is not None
        if row.pending or declaration.state not in assembly.EDITABLE:
            raise Conflict("batch_signed", number=declaration.number)
        if statement.fields["subject"] != declaration.number or statement.place is None:
            raise Conflict("stale_digest", "statement")


def declarations(rows: Sequence[BatchRow]) -> list[Declaration]:
    """The drafts of rows that have one, in order."""
    return [row.declaration for row in rows if row.declaration is not None]
