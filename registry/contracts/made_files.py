"""Files somebody asks for: a disclosure with its sheet, a recordal pack. The worker makes them, once for the
same question of the same side, and they are kept for some days: whoever asks again gets the same bytes.

What the asker may see is part of the question, so that nobody is handed what was made for the other side.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlalchemy import select

from registry import clock, jobs
from registry.contracts import register
from registry.contracts.models import Contract
from registry.contracts.printed_models import MadeFile
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.errors import Conflict, NotFound
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs, sha256_hex
from registry.parties.permissions import allow
from registry.parties.rules import Actor, Role

DISCLOSURE, RECORDAL = "disclosure", "recordal"
JOBS = {DISCLOSURE: "disclosure.make", RECORDAL: "recordal.make"}
KEPT = timedelta(days=7)
ZIP = "application/zip"


def ask(
    actor: Actor, contract: Contract, kind: str, *, chosen: Sequence[str] = (), made_of: Sequence[str] = ()
) -> MadeFile:
    """The file for this question, with the worker unless it is there. `made_of` is what it depends on beside
    the contract's filings. Raises Gone after an erasure.
    """
    allow(actor, "contract.view", contract)
    register.check_kept(contract)
    contract = db.session.scalars(select(Contract).where(Contract.id == contract.id).with_for_update()).one()
    inputs = _inputs(actor, contract, kind, [*sorted(chosen), "", *made_of])
    query = select(MadeFile).where(
        MadeFile.contract_id == contract.id, MadeFile.kind == kind, MadeFile.inputs == inputs
    )
    row = db.session.scalars(query).one_or_none()
    if row is None:
        row = MadeFile(
            id=new_id(),
            contract_id=contract.id,
            kind=kind,
            inputs=inputs,
            chosen=sorted(chosen),
            account_id=actor.account_id,
            organisation_id=actor.organisation_id,
            venue_id=actor.venue_id,
            role=actor.role,
            asked_at=clock.now(),
        )
        db.session.add(row)
    if not row.digest and state(row) != "waiting":
        jobs.enqueue(JOBS[kind], {"made": str(row.id)}, subject_id=contract.id)
    return row


def find(actor: Actor, contract: Contract, made_id: UUID) -> MadeFile:
    """A file that was asked for by this actor's side. Raises NotFound, Gone."""
    allow(actor, "contract.view", contract)
    row = db.session.get(MadeFile, made_id)
    if row is None or row.contract_id != contract.id:
        raise NotFound("not_found")
    if (row.organisation_id, row.venue_id) != (actor.organisation_id, actor.venue_id):
        raise NotFound("not_found")
    register.check_kept(contract)
    return row


def state(row: MadeFile) -> str:
    """`ready`, `waiting` while the worker has it, `failed` when it gave up."""
    if row.digest:
        return "ready"
    query = select(jobs.Job).where(jobs.Job.subject_id == row.contract_id, jobs.Job.name == JOBS[row.kind])
    found = [job for job in db.session.scalars(query) if job.payload["made"] == str(row.id)]
    return "waiting" if any(job.state in ("waiting", "running") for job in found) else "failed"


def content(row: MadeFile) -> bytes:
    """Raises Conflict `file_being_made` until it is there."""
    if not row.digest:
        raise Conflict("file_being_made")
    return store.get(row.digest)


def asker(row: MadeFile) -> Actor:
    """Who asked, as far as it decides what may be in the file."""
    return Actor(
        account_id=row.account_id,
        organisation_id=row.organisation_id,
        venue_id=row.venue_id,
        role=Role(row.role),
        confirmed=True,
    )


def keep(made_id: UUID, data: bytes) -> None:
    """Store what was made, the row's name first: a worker that dies between leaves no file without one."""

    def expected() -> str:
        row = db.session.get_one(MadeFile, made_id)
        register.check_kept(row.contract)
        return store.expect(data, ZIP)

    def there() -> None:
        row = db.session.get_one(MadeFile, made_id)
        row.digest, row.size, row.made_at = store.put(data, ZIP), len(data), clock.now()

    transaction(expected)
    transaction(there)


def sweep() -> None:
    """Remove what has been kept long enough, row by row."""
    query = select(MadeFile.id).where(MadeFile.asked_at < clock.now() - KEPT)
    old = list(db.session.scalars(query))
    db.session.rollback()
    for made_id in old:
        transaction(lambda found=made_id: _remove(found))  # type: ignore[misc]


def _remove(made_id: UUID) -> None:
    row = db.session.get_one(MadeFile, made_id)
    twins = select(MadeFile.id).where(MadeFile.digest == row.digest, MadeFile.id != row.id).limit(1)
    if row.digest and db.session.scalar(twins) is None:
        store.forget(row.digest)
        db.session.flush()
        store.sweep(row.digest)
    db.session.delete(row)


def _inputs(actor: Actor, contract: Contract, kind: str, more: Sequence[str]) -> str:
    filed = max(ledger.filings_about(contract.filed_under), default=-1)
    sides = [str(actor.organisation_id or ""), str(actor.venue_id or ""), str(actor.role)]
    return sha256_hex(jcs([kind, *sides, filed, *more]))
