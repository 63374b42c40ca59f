"""The worker prints the paper of an act after the license: stored by content, one row, one filing.

The same rows, record and fonts give the same bytes, so a run that died between storing and entering finds its
paper stored; an act that has its paper is neither printed nor filed again.
"""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history, jobs
from registry.contracts import default_notices, duty_sheets, endings, handovers, printing, register
from registry.contracts import duty_acts as acts
from registry.contracts import royalty_reports as reports
from registry.contracts.blocks import Composed, rendered
from registry.contracts.duty_models import DefaultNotice, DutyPaper
from registry.contracts.models import Acceptance, Contract
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.documents.pdf import Rendered
from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor


@jobs.handler(acts.PRINT)
def print_paper(payload: Mapping[str, Any]) -> None:
    """Print the paper of one act. Payload: kind, subject."""
    kind, subject_id = payload["kind"], UUID(payload["subject"])
    acceptance, composed = COMPOSE[kind](subject_id)
    register.check_kept(acceptance.contract)
    acceptance_id, known = acceptance.id, acts.paper_of(subject_id) is not None
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    if known:
        return
    made = rendered(composed, printing.font_set())
    transaction(lambda: store.put(made.data, printing.PDF))
    transaction(lambda: _enter(acceptance_id, kind, subject_id, made))


def shown(actor: Actor, paper_id: UUID) -> tuple[DutyPaper, bytes]:
    """A printed paper for a party of its license. Raises NotFound, Gone after an erasure."""
    paper: DutyPaper = acts.found(DutyPaper, paper_id)
    contract = db.session.get_one(Acceptance, paper.acceptance_id).contract
    allow(actor, "contract.view", contract)
    register.check_kept(contract)
    return paper, store.get(paper.digest)


def of_acceptance(acceptance: Acceptance) -> list[DutyPaper]:
    """The papers about acts after a license, oldest first."""
    query = select(DutyPaper).where(DutyPaper.acceptance_id == acceptance.id)
    return list(db.session.scalars(query.order_by(DutyPaper.issued_at)))


def _enter(acceptance_id: UUID, kind: str, subject_id: UUID, made: Rendered) -> None:
    """Row and filing together, unless another worker was first."""
    acceptance = register.lock(acceptance_id)
    contract = db.session.get_one(Contract, acceptance.contract_id)
    allow(CLOCK, "contract.print", contract)
    register.check_kept(contract)
    if acts.paper_of(subject_id) is not None:
        return
    listed = [{"paper": kind, "version": 1, "digest": made.digest}]
    fields = {"number": contract.number, "papers": listed}
    seq = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0].seq
    row = DutyPaper(
        id=new_id(),
        acceptance_id=acceptance.id,
        subject_id=subject_id,
        kind=kind,
        digest=made.digest,
        pages=made.pages,
        issued_at=clock.now(),
        issued_seq=seq,
    )
    db.session.add(row)
    history.record(CLOCK, "print", contract, changes={kind: made.digest})
    jobs.enqueue("ledger.publish", {})


# --- what each paper is composed from ----------------------------------------------------------------


def _report(subject_id: UUID) -> tuple[Acceptance, Composed]:
    row = reports.find(subject_id)
    acceptance = row.acceptance
    facts, entered = printing.facts_of(acceptance), printing.entered(_seq(row.seq))
    royalty = reports.terms_of(acceptance)
    return acceptance, duty_sheets.royalty_report(facts, row, royalty, _names(row.id), entered)


def _notice(subject_id: UUID) -> tuple[Acceptance, Composed]:
    row = default_notices.find(subject_id)
    facts, entered = printing.facts_of(row.acceptance), printing.entered(_seq(row.seq))
    return row.acceptance, duty_sheets.default_notice(facts, row, _names(row.id), entered)


def _ending(subject_id: UUID) -> tuple[Acceptance, Composed]:
    row = endings.find(subject_id)
    facts, entered = printing.facts_of(row.acceptance), printing.entered(_seq(row.seq))
    notice = db.session.get(DefaultNotice, row.notice_id) if row.notice_id else None
    return row.acceptance, duty_sheets.ending(facts, row, notice, _names(row.id), entered)


def _handover(subject_id: UUID) -> tuple[Acceptance, Composed]:
    row = handovers.find(subject_id)
    facts, entered = printing.facts_of(row.acceptance), printing.entered(_seq(row.seq))
    answered = None if row.answer_seq is None else printing.entered(row.answer_seq)
    return row.acceptance, duty_sheets.handover(facts, row, _names(row.id), entered, answered)


COMPOSE: Mapping[str, Callable[[UUID], tuple[Acceptance, Composed]]] = {
    reports.PAPER: _report,
    default_notices.PAPER: _notice,
    endings.PAPER: _ending,
    handovers.PAPER: _handover,
}


def _names(subject_id: UUID) -> list[str]:
    """Each file by its name and the start of its digest."""
    return [f"{one.filename}　SHA-256 {one.digest[:16]}…" for one in acts.files_of(subject_id)]


def _seq(seq: int | None) -> int:
    if seq is None:
        raise NotFound("not_found")
    return seq
