"""A batch's table made into drafts: each row a patent and a draft of its own, some rows a transaction.

Making drafts looks again under the rules of the preview; where anything changed since, the table is shown
anew. A row is marked in the transaction that writes it, so that a crash leaves whole rows and the worker goes
on where it stopped.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from registry import clock
from registry.database import db
from registry.errors import Conflict, Invalid, Refused
from registry.jobs import enqueue
from registry.licenses import assembly, batch_preview, batches, register
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow, DeclarationBatch
from registry.licenses.batch_preview import Judged
from registry.licenses.batch_rows import Line, Verdict, reason
from registry.licenses.models import Declaration
from registry.parties.models import Organisation
from registry.parties.permissions import allow
from registry.parties.rules import Actor
from registry.patents import numbers
from registry.patents import service as patents
from registry.patents.models import Patent

AT_ONCE = 50  # rows a transaction writes: the write lock is held for so long and no longer
DRAFTED = (Verdict.READY, Verdict.INCOMPLETE)


def make_drafts(actor: Actor, batch: DeclarationBatch, digest: str) -> bool:
    """Make the drafts that were shown: some now, the others by the worker. False when something has changed
    since, and the table then stands anew for another look.

    Raises Refused `batch_empty`, Conflict `batch_drafting` when it was done before.
    """
    allow(actor, "declaration.draft", batch)
    batch = batches.locked(batch.id)
    if batch.state != "previewed" or batches.handing_in(batch):
        raise Conflict("batch_drafting")
    if not _judge_again(batch) or batch.digest != digest:
        return False
    batch.state = "drafting"
    assert actor.account_id is not None
    batch.account_id, batch.power_id = actor.account_id, actor.power.id if actor.power else None
    _take_over(batch)
    db.session.flush()
    if write_drafts(batch.id, limit=AT_ONCE):
        enqueue("declarations.batch_drafts", {"batch": str(batch.id)}, subject_id=batch.id)
    return True


def _judge_again(batch: DeclarationBatch) -> bool:
    rows = list(db.session.scalars(batches.query_rows(batch, live=False)))
    judged = batches.judged(batch, [batches.line_of(row) for row in rows])
    for row, one in zip(rows, judged, strict=True):
        fresh = batches.row_values(batch, one)
        for name in ("verdict", "reasons", "term_set_id", "term_set_version"):
            setattr(row, name, fresh[name])
    before, batch.digest = batch.digest, batches.digest_of([batches.plain_row(row) for row in rows])
    return before == batch.digest


def _take_over(batch: DeclarationBatch) -> None:
    """The new edition's rows become the batch's: those of the same patents give up their drafts to them, and
    rows that had become nothing go.
    """
    before = list(db.session.scalars(batches.query_rows(batch, live=True)))
    fresh = {row.number: row for row in db.session.scalars(batches.query_rows(batch, live=False))}
    for former in before:
        row = fresh.get(former.number)
        if row is not None and former.declaration_id is not None:
            for name in (
                "declaration_id",
                "signing_id",
                "place",
                "statement",
                "text_digest",
                "fault",
                "pending",
            ):
                setattr(row, name, getattr(former, name))
        if row is not None or former.declaration_id is None:
            db.session.delete(former)
    for row in db.session.scalars(batches.query_rows(batch, live=False)):
        row.live = True


def write_drafts(batch_id: UUID, *, limit: int) -> int:
    """Write up to so many rows as drafts; returns how many are left. The last one closes the edition.

    A row that no longer fits by its turn stays without and says why.
    """
    batch = batches.locked(batch_id)
    if batch.state != "drafting":  # a second worker came late
        return 0
    actor, left = batches.keeper(batch), _undone(batch)
    rows = db.session.scalars(left.limit(limit)).all()
    held = batch_preview.known(
        batch.holder, [batches.line_of(row) for row in rows], batch=batch, today=clock.today()
    )
    for row in rows:
        _write(actor, batch, row, held)
    db.session.flush()
    count = db.session.scalar(select(func.count()).select_from(left.order_by(None).subquery())) or 0
    if not count:
        batch.state, batch.drafted_at = "drafted", clock.now()
    return count


def _undone(batch: DeclarationBatch) -> Any:
    """Rows of the newest edition that are to become drafts and have not been written yet."""
    query = batches.query_rows(batch, live=True).where(BatchRow.edition == batch.edition)
    return query.where(BatchRow.verdict.in_(DRAFTED), BatchRow.written.is_(False))


def _write(actor: Actor, batch: DeclarationBatch, row: BatchRow, held: batch_preview.Known) -> None:
    row.written = True
    judged = batch_preview.judge(batches.line_of(row), held)
    if judged.verdict not in DRAFTED:
        row.verdict, row.reasons = str(judged.verdict), [list(one) for one in judged.reasons]
        return
    try:
        with db.session.begin_nested():
            row.declaration_id = _draft(actor, batch, row, judged).id
    except Refused as refused:
        several = refused.refusals if isinstance(refused, Invalid) else (refused,)
        row.verdict, row.reasons = Verdict.REFUSED, [list(reason(one)) for one in several]


def _draft(actor: Actor, batch: DeclarationBatch, row: BatchRow, judged: Judged) -> Declaration:
    patent = _patent(actor, judged.line, batch.holder)
    declaration = _former(row)
    if declaration is None:
        declaration = licenses.draft(actor, patent, batch.venue)
    answers = dict(judged.answers)
    emails = judged.line.facts.get("emails")
    if emails:
        answers["owners"] = with_emails(declaration, emails)
    licenses.save_steps(actor, declaration, answers)
    return declaration


def _former(row: BatchRow) -> Declaration | None:
    """The draft of an earlier edition, if it is one still."""
    found = row.declaration
    if found is None or found.state not in assembly.EDITABLE:
        return None
    return register.lock(found.id)


def _patent(actor: Actor, line: Line, holder: Organisation) -> Patent:
    """The patent as the row says it: entered, or corrected where the row says otherwise."""
    found = db.session.scalar(select(Patent).where(Patent.number == line.number))
    facts = line.facts
    if found is None or batch_preview.changes(line, found):
        said = _described(line, found, holder)
        if found is None:
            found = patents.add(actor, said)
        else:
            patents.edit(actor, found, said)
    paid_to = date.fromisoformat(facts["annuity_paid_to"]) if facts.get("annuity_paid_to") else None
    if paid_to and paid_to != found.annuity_paid_to:
        patents.set_state(actor, found, annuity_paid_to=paid_to)
    return found


def _described(line: Line, patent: Patent | None, holder: Organisation) -> dict[str, Any]:
    facts = line.facts
    owners = batch_preview.owners_of(line, patent, holder)
    if not owners and patent is not None:
        owners = [{"name": o.name, "uscc": o.uscc, "person": o.person} for o in patent.owners]
    kept: Mapping[str, Any] = {} if patent is None else {
        "title": patent.title,
        "filing_date": patent.filing_date,
        "grant_date": patent.grant_date,
        "main_class": patent.main_class,
        "publication": patent.publication,
        "compensation_days": patent.compensation_days,
        "inventors": list(patent.inventors),
    }  # fmt: skip
    said = {name: facts[name] for name in ("title", "main_class", "inventors") if facts.get(name)}
    days = {
        name: date.fromisoformat(facts[name]) for name in ("filing_date", "grant_date") if facts.get(name)
    }
    return {
        **kept,
        "number": line.number,
        "kind": numbers.parse(line.number).kind,
        **said,
        **days,
        "owners": owners,
    }


def with_emails(declaration: Declaration, emails: Sequence[str]) -> dict[str, Any]:
    """The step `owners` with addresses for the co-owners, in the register's order, the declarant left out."""
    declarant, left = assembly.declarant_position(declaration), list(emails)
    kept = declaration.draft.get("owners") or {}
    items = []
    for o in declaration.patent.owners:
        item = dict(assembly.owner_item(declaration, o.position))
        own = {"position": o.position, "name": o.name, "uscc": o.uscc, "person": o.person}
        item = {"email": "", "share": None, **item, **own}
        if o.position != declarant and left:
            item["email"] = left.pop(0)
        items.append(item)
    return {"agreement_upload": kept.get("agreement_upload"), "items": items}
