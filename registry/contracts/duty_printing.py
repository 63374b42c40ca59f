"""The worker prints the papers of an act after the license, Chinese and English: stored by content, a row
each, one filing.

The same rows, record and fonts give the same bytes, so a run that died between storing and entering finds its
paper stored; an act that has its paper is neither printed nor filed again.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
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
from registry.contracts.paper_facts import PaperFacts
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.documents.pdf import Rendered
from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK, Actor

Compose = Callable[[PaperFacts], Composed]


@jobs.handler(acts.PRINT)
def print_paper(payload: Mapping[str, Any]) -> None:
    """Print the paper of one act and its English reading version. Payload: kind, subject."""
    kind, subject_id = payload["kind"], UUID(payload["subject"])
    acceptance, compose = COMPOSE[kind](subject_id)
    register.check_kept(acceptance.contract)
    facts, acceptance_id = printing.facts_of(acceptance), acceptance.id
    present = {one.kind for one in acts.papers_of(subject_id)}
    wanted = {kind: facts, acts.reading_kind(kind): replace(facts, lang="en")}
    composed = {name: compose(about) for name, about in wanted.items() if name not in present}
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    made = {name: rendered(one, printing.font_set()) for name, one in composed.items()}
    for one in made.values():
        transaction(lambda one=one: store.put(one.data, printing.PDF))  # type: ignore[misc]
    if made:
        transaction(lambda: _enter(acceptance_id, subject_id, made))


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


def _enter(acceptance_id: UUID, subject_id: UUID, made: Mapping[str, Rendered]) -> None:
    """Rows and one filing together, but for what another worker entered first."""
    acceptance = register.lock(acceptance_id)
    contract = db.session.get_one(Contract, acceptance.contract_id)
    allow(CLOCK, "contract.print", contract)
    register.check_kept(contract)
    present = {one.kind for one in acts.papers_of(subject_id)}
    new = {kind: paper for kind, paper in made.items() if kind not in present}
    if not new:
        return
    listed = [{"paper": kind, "version": 1, "digest": paper.digest} for kind, paper in new.items()]
    fields = {"number": contract.number, "papers": listed}
    seq = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0].seq
    db.session.add_all(_row(acceptance, subject_id, kind, paper, seq) for kind, paper in new.items())
    history.record(CLOCK, "print", contract, changes={kind: paper.digest for kind, paper in new.items()})
    jobs.enqueue("ledger.publish", {})


def _row(acceptance: Acceptance, subject_id: UUID, kind: str, paper: Rendered, seq: int) -> DutyPaper:
    return DutyPaper(
        id=new_id(),
        acceptance_id=acceptance.id,
        subject_id=subject_id,
        kind=kind,
        digest=paper.digest,
        pages=paper.pages,
        issued_at=clock.now(),
        issued_seq=seq,
    )


# --- what each paper is composed from ----------------------------------------------------------------


def _report(subject_id: UUID) -> tuple[Acceptance, Compose]:
    row = reports.find(subject_id)
    entered, royalty = printing.entered(_seq(row.seq)), reports.terms_of(row.acceptance)
    names = _names(row.id)
    return row.acceptance, lambda facts: duty_sheets.royalty_report(facts, row, royalty, names, entered)


def _notice(subject_id: UUID) -> tuple[Acceptance, Compose]:
    row = default_notices.find(subject_id)
    entered, names = printing.entered(_seq(row.seq)), _names(row.id)
    return row.acceptance, lambda facts: duty_sheets.default_notice(facts, row, names, entered)


def _ending(subject_id: UUID) -> tuple[Acceptance, Compose]:
    row = endings.find(subject_id)
    entered, names = printing.entered(_seq(row.seq)), _names(row.id)
    notice = db.session.get(DefaultNotice, row.notice_id) if row.notice_id else None
    return row.acceptance, lambda facts: duty_sheets.ending(facts, row, notice, names, entered)


def _handover(subject_id: UUID) -> tuple[Acceptance, Compose]:
    row = handovers.find(subject_id)
    entered, names = printing.entered(_seq(row.seq)), _names(row.id)
    answered = None if row.answer_seq is None else printing.entered(row.answer_seq)
    return row.acceptance, lambda facts: duty_sheets.handover(facts, row, names, entered, answered)


COMPOSE: Mapping[str, Callable[[UUID], tuple[Acceptance, Compose]]] = {
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
