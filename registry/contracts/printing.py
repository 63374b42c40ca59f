"""The worker prints: outside any transaction, stored by content, then rows and one filing together.

Whatever crashes, the job runs again and does only what is missing: the same facts and fonts give the same
bytes, so a paper that was stored is found stored, and a kind that has its row is neither printed nor filed a
second time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock, history, jobs
from registry.config import Settings
from registry.contracts import papers, register
from registry.contracts.blocks import rendered
from registry.contracts.models import Acceptance, Contract, Paper
from registry.contracts.paper_facts import Entered, PaperFacts
from registry.contracts.papers import PaperKind
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.documents.fonts import FontSet, load_fonts
from registry.documents.pdf import Rendered
from registry.ledger import service as ledger
from registry.ledger.filings import Filing
from registry.ledger.models import LedgerEntry
from registry.parties.permissions import allow
from registry.parties.rules import CLOCK

PDF = "application/pdf"


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper that was printed and not yet entered."""

    kind: PaperKind
    paper: Rendered


@jobs.handler("papers.print")
def print_papers(payload: Mapping[str, Any]) -> None:
    """Print a set (`notice` or `effective`) of one acceptance. Payload: acceptance, set."""
    acceptance_id = UUID(payload["acceptance"])
    facts, wanted = _wanted(acceptance_id, payload["set"])
    if not wanted:
        return
    fonts = font_set()
    printed = [Printed(kind, rendered(papers.compose(kind.kind, facts), fonts)) for kind in wanted]
    transaction(lambda: [store.put(one.paper.data, PDF) for one in printed])
    # if we crash here the files lie stored under their digests, and the next run finds the same ones
    transaction(lambda: _enter(acceptance_id, printed, wording=facts.record["wording"]))


def font_set() -> FontSet:
    """The faces of this installation. Raises Misconfigured when they have not been built."""
    settings: Settings = current_app.extensions["settings"]
    return load_fonts(settings.fonts, settings.extra_fonts)


def facts_of(acceptance: Acceptance) -> PaperFacts:
    """The frozen record with what the register and the log fixed beside it. The notice must have been
    entered.
    """
    if acceptance.noticed_at is None or acceptance.noticed_seq is None:
        raise ValueError(f"{acceptance.number} has not been sent")
    effective = entered(acceptance.effective_seq) if acceptance.effective_seq is not None else None
    return PaperFacts(
        record=acceptance.record,
        statement=acceptance.statement,
        noticed_at=acceptance.noticed_at,
        noticed=entered(acceptance.noticed_seq),
        reference=acceptance.reference or "",
        pay_by=acceptance.pay_by,
        effective_at=acceptance.effective_at,
        effective_on=acceptance.effective_on,
        last_day=acceptance.last_day,
        effective=effective,
    )


def entered(seq: int) -> Entered:
    """One line of the log, as papers show it."""
    line = db.session.get_one(LedgerEntry, seq)
    at = clock.parse_rfc3339(json.loads(line.entry)["time"])
    return Entered(seq=seq, at=at, leaf=line.leaf.hex(), envelope=line.envelope_digest)


def issued(contract: Contract, kind: str) -> Paper | None:
    """The newest paper of a kind. Papers are never silently made again."""
    found = [paper for paper in contract.papers if paper.kind == kind]
    return found[-1] if found else None


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


def _enter(acceptance_id: UUID, printed: Sequence[Printed], *, wording: str) -> None:
    """Rows and one filing, of those papers that another worker has not entered meanwhile."""
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    query = select(Contract).where(Contract.id == acceptance.contract_id).with_for_update()
    contract = db.session.scalars(query).one()
    allow(CLOCK, "contract.print", contract)
    present = _present(acceptance_id)
    new = [one for one in printed if (one.kind.kind, one.kind.version) not in present]
    if not new:
        return
    listed = [{"paper": o.kind.kind, "version": o.kind.version, "digest": o.paper.digest} for o in new]
    fields = {"number": contract.number, "papers": listed}
    appended = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0]
    for one in new:
        db.session.add(_row(acceptance, one, wording=wording, seq=appended.seq))
    history.record(CLOCK, "print", contract, changes={one.kind.kind: one.paper.digest for one in new})
    jobs.enqueue("ledger.publish", {})


def _row(acceptance: Acceptance, one: Printed, *, wording: str, seq: int) -> Paper:
    return Paper(
        id=new_id(),
        contract_id=acceptance.contract_id,
        acceptance_id=acceptance.id,
        kind=one.kind.kind,
        version=one.kind.version,
        digest=one.paper.digest,
        wording=wording,
        pages=one.paper.pages,
        warnings=list(one.paper.warnings),
        issued_at=clock.now(),
        issued_seq=seq,
    )
