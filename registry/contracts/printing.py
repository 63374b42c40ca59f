"""The worker prints: outside any transaction, stored by content, then rows and one filing together.

Whatever crashes, the job runs again and does only what is missing: the same facts and fonts give the same
bytes, so a paper that was stored is found stored, and a kind that has its row is neither printed nor filed a
second time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history, jobs
from registry.config import Settings
from registry.contracts import corrections, corrigible, papers, register, reissue
from registry.contracts.blocks import plain
from registry.contracts.models import Acceptance, Contract, Correction, Decision, Paper
from registry.contracts.paper_facts import Corrected, Entered, PaperFacts
from registry.contracts.papers import PaperKind
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.documents.fonts import FontSet, load_fonts
from registry.documents.pdf import Rendered
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK

PDF = papers.MEDIA["pdf"]


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper that was printed and not yet entered."""

    kind: PaperKind
    paper: Rendered
    version: int


@jobs.handler("papers.print")
def print_papers(payload: Mapping[str, Any]) -> None:
    """Print a set (`notice` or `effective`) of one acceptance. Payload: acceptance, set."""
    acceptance_id = UUID(payload["acceptance"])
    facts, wanted = _wanted(acceptance_id, payload["set"])
    if not wanted:
        return
    fonts = font_set()
    printed = [
        Printed(kind, papers.printed(kind.kind, facts, fonts), kind.version) for kind in wanted
    ]
    _keep(acceptance_id, printed, facts)


@jobs.handler(corrections.REPRINT)
def reprint_papers(payload: Mapping[str, Any]) -> None:
    """Print those papers anew that say something else since a correction. Payload: acceptance."""
    acceptance_id = UUID(payload["acceptance"])
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    register.check_kept(acceptance.contract)
    facts = facts_of(acceptance)
    stale = [(kind, last) for kind, last in _newest(acceptance_id) if _says_otherwise(acceptance, kind, last)]
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    _editions(acceptance_id, [(kind, last.version + 1) for kind, last in stale], facts)


@jobs.handler(reissue.REISSUE)
def reissue_paper(payload: Mapping[str, Any]) -> None:
    """Print one paper as another edition, as the staff asked. Payload: acceptance, kind, edition, ground."""
    acceptance_id, kind = UUID(payload["acceptance"]), papers.KINDS[payload["kind"]]
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    register.check_kept(acceptance.contract)
    facts = replace(facts_of(acceptance), reissued=payload["ground"])
    there = _present(acceptance_id)
    db.session.rollback()
    if (kind.kind, payload["edition"]) not in there:
        _editions(acceptance_id, [(kind, payload["edition"])], facts)


def _editions(acceptance_id: UUID, wanted: Sequence[tuple[PaperKind, int]], facts: PaperFacts) -> None:
    if not wanted:
        return
    fonts = font_set()
    printed = [
        Printed(kind, papers.printed(kind.kind, replace(facts, edition=version), fonts), version)
        for kind, version in wanted
    ]
    _keep(acceptance_id, printed, facts)


def _keep(acceptance_id: UUID, printed: Sequence[Printed], facts: PaperFacts) -> None:
    transaction(lambda: [store.put(one.paper.data, papers.MEDIA[one.kind.form]) for one in printed])
    # if we crash here the files lie stored under their digests, and the next run finds the same ones
    transaction(lambda: _enter(acceptance_id, printed, facts))


def _newest(acceptance_id: UUID) -> list[tuple[PaperKind, Paper]]:
    """The newest edition of each kind that was printed."""
    query = select(Paper).where(Paper.acceptance_id == acceptance_id).order_by(Paper.version)
    last = {paper.kind: paper for paper in db.session.scalars(query)}
    return [(papers.KINDS[kind], paper) for kind, paper in last.items()]


def _says_otherwise(acceptance: Acceptance, kind: PaperKind, last: Paper) -> bool:
    """Whether the paper's own words differ from those it was printed with; a correction may not touch it."""
    before = facts_of(acceptance, upto=-1 if last.corrected_seq is None else last.corrected_seq)
    now = facts_of(acceptance)
    return plain(kind.compose(before)) != plain(kind.compose(now))


def font_set() -> FontSet:
    """The faces of this installation. Raises Misconfigured when they have not been built."""
    settings: Settings = current_app.extensions["settings"]
    return load_fonts(settings.fonts, settings.extra_fonts)


def facts_of(acceptance: Acceptance, *, upto: int | None = None) -> PaperFacts:
    """The frozen record with what the register and the log fixed beside it, corrections as far as `upto`. The
    notice must have been entered.
    """
    if acceptance.noticed_at is None or acceptance.noticed_seq is None:
        raise ValueError(f"{acceptance.number} has not been sent")
    effective = entered(acceptance.effective_seq) if acceptance.effective_seq is not None else None
    mended = corrections.of_acceptance(acceptance.id, upto=upto)
    return PaperFacts(
        record=corrigible.applied(acceptance.record, map(corrections.new_values, mended)),
        corrections=tuple(_corrected(row) for row in mended),
        frozen=acceptance.record_digest,
        statement=acceptance.statement,
        noticed_at=acceptance.noticed_at,
        noticed=entered(acceptance.noticed_seq),
        reference=acceptance.reference or "",
        pay_by=acceptance.pay_by,
        effective_at=acceptance.effective_at,
        effective_on=acceptance.effective_on,
        last_day=acceptance.last_day,
        effective=effective,
        decided=_decided(acceptance),
    )


def _decided(acceptance: Acceptance) -> bool:
    query = select(Decision.id).where(Decision.acceptance_id == acceptance.id, Decision.outcome == "met")
    return db.session.scalar(query.limit(1)) is not None


def _corrected(row: Correction) -> Corrected:
    names = corrigible.FIELDS[row.kind]
    values = tuple((names[path].name, before, after) for path, (before, after) in row.mended.items())
    return Corrected(seq=row.seq, at=entered(row.seq).at, corrects=row.corrects, values=values)


def entered(seq: int) -> Entered:
    """One line of the log, as papers show it."""
    line, _ = ledger.filed_at(seq)
    said = json.loads(line)
    at = clock.parse_rfc3339(said["time"])
    return Entered(seq=said["seq"], at=at, leaf=ledger.leaf(seq).hex(), envelope=said["env"])


def issued(contract: Contract, kind: str) -> Paper | None:
    """The newest paper of a kind. Papers are never silently made again."""
    found = [paper for paper in contract.papers if paper.kind == kind]
    return max(found, key=lambda paper: (paper.version, paper.issued_at)) if found else None


def _wanted(acceptance_id: UUID, set_name: str) -> tuple[PaperFacts, list[PaperKind]]:
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    facts = facts_of(acceptance)
    present = _present(acceptance_id)
    register.check_kept(acceptance.contract)  # a paper of nobody would be none
    wanted = [kind for kind in papers.of_set(set_name, facts) if (kind.kind, kind.version) not in present]
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    return facts, wanted


def _present(acceptance_id: UUID) -> set[tuple[str, int]]:
    query = select(Paper.kind, Paper.version).where(Paper.acceptance_id == acceptance_id)
    return {(kind, version) for kind, version in db.session.execute(query)}


def _enter(acceptance_id: UUID, printed: Sequence[Printed], facts: PaperFacts) -> None:
    """Rows and one filing, of those papers that another worker has not entered meanwhile.

    What was corrected while we printed is printed anew after this.
    """
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    query = select(Contract).where(Contract.id == acceptance.contract_id).with_for_update()
    contract = db.session.scalars(query).one()
    allow(CLOCK, "contract.print", contract)
    present = _present(acceptance_id)
    new = [one for one in printed if (one.kind.kind, one.version) not in present]
    if not new:
        return
    listed = [{"paper": o.kind.kind, "version": o.version, "digest": o.paper.digest} for o in new]
    fields = {"number": contract.number, "papers": listed}
    appended = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0]
    rows = [_row(acceptance, one, facts, seq=appended.seq) for one in new]
    db.session.add_all(rows)
    if facts.reissued:  # whoever holds the edition before learns that it holds no more
        for row in rows:
            register.tell(contract, "paper_reissued", *register.BOTH, paper=row.id)
    if len(corrections.of_acceptance(acceptance_id)) > len(facts.corrections):
        jobs.enqueue(corrections.REPRINT, {"acceptance": str(acceptance_id)}, subject_id=acceptance_id)
    db.session.flush()
    register.seal_anew(contract.number)
    history.record(CLOCK, "print", contract, changes={one.kind.kind: one.paper.digest for one in new})
    jobs.enqueue("ledger.publish", {})


def _row(acceptance: Acceptance, one: Printed, facts: PaperFacts, *, seq: int) -> Paper:
    return Paper(
        id=new_id(),
        contract_id=acceptance.contract_id,
        acceptance_id=acceptance.id,
        kind=one.kind.kind,
        version=one.version,
        digest=one.paper.digest,
        wording=facts.record["wording"],
        language=one.kind.language,
        pages=one.paper.pages,
        warnings=list(one.paper.warnings),
        issued_at=clock.now(),
        issued_seq=seq,
        corrected_seq=facts.corrections[-1].seq if facts.corrections else None,
    )
