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
from registry.contracts import corrections, corrigible, joint_payments, papers, register, reissue
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """A paper that was printed and not yet entered, and what it was printed from."""

    kind: PaperKind
    paper: Rendered
    version: int
    facts: PaperFacts
    licenses: tuple[str, ...] = ()  # of a paper of several licenses, their acceptances


@jobs.handler("papers.print")
def print_papers(payload: Mapping[str, Any]) -> None:
    """Print a set (`notice` or `effective`) of one acceptance. Payload: acceptance, set.

    The papers of a whole contract are printed once all its licenses stand, by whichever comes last.
    """
    acceptance_id = UUID(payload["acceptance"])
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    made = [(one, one.version, None) for one in wanted_of(acceptance, payload["set"])]
    register.check_kept(acceptance.contract)  # a paper of nobody would be none
    _print(acceptance, made)


@jobs.handler(corrections.REPRINT)
def reprint_papers(payload: Mapping[str, Any]) -> None:
    """Print those papers anew that say something else since a correction. Payload: acceptance."""
    acceptance = db.session.get_one(Acceptance, UUID(payload["acceptance"]))
    register.check_kept(acceptance.contract)
    stale = [(kind, last) for kind, last in _newest(acceptance) if _says_otherwise(acceptance, kind, last)]
    _print(acceptance, [(kind, last.version + 1, None) for kind, last in stale])


@jobs.handler(reissue.REISSUE)
def reissue_paper(payload: Mapping[str, Any]) -> None:
    """Print one paper as another edition, as the staff asked. Payload: acceptance, kind, edition, ground."""
    acceptance, kind = (
        db.session.get_one(Acceptance, UUID(payload["acceptance"])),
        papers.KINDS[payload["kind"]],
    )
    register.check_kept(acceptance.contract)
    if (kind.kind, payload["edition"]) not in _present(acceptance):
        _print(acceptance, [(kind, payload["edition"], payload["ground"])])


def _print(acceptance: Acceptance, wanted: Sequence[tuple[PaperKind, int, str | None]]) -> None:
    """Kinds with their editions, and why one is printed again, where the staff or a split asked for it."""
    if not wanted:
        return
    acceptance_id = acceptance.id
    made = [
        (kind, version, _about(acceptance, kind, version, ground), _listed(acceptance, kind))
        for kind, version, ground in wanted
    ]
    db.session.rollback()  # printing takes its time: no transaction stays open meanwhile
    fonts = font_set()
    printed = [
        Printed(
            kind=kind,
            paper=papers.printed(kind.kind, facts, fonts),
            version=version,
            facts=facts,
            licenses=licenses,
        )
        for kind, version, facts, licenses in made
    ]
    transaction(lambda: [store.put(one.paper.data, papers.MEDIA[one.kind.form]) for one in printed])
    # if we crash here the files lie stored under their digests, and the next run finds the same ones
    transaction(lambda: _enter(acceptance_id, printed))


def _about(acceptance: Acceptance, kind: PaperKind, version: int, ground: str | None) -> PaperFacts:
    facts = facts_for(acceptance, kind)
    if ground is not None:
        return replace(facts, edition=version, reissued=ground)
    return facts if version == kind.version else replace(facts, edition=version)


def _listed(acceptance: Acceptance, kind: PaperKind) -> tuple[str, ...]:
    """The licenses a paper of the whole contract lists; none where it has and always had one alone."""
    contract = acceptance.contract
    several = len(contract.acceptances) > 1 or any(paper.licenses for paper in contract.papers)
    return tuple(str(one.id) for one in contract.acceptances) if kind.whole and several else ()


def _newest(acceptance: Acceptance) -> list[tuple[PaperKind, Paper]]:
    """The newest edition of each kind that was printed, of this license and of its whole contract."""
    last = {paper.kind: paper for paper in sorted(_of(acceptance), key=lambda one: one.version)}
    return [(papers.KINDS[kind], paper) for kind, paper in last.items()]


def _says_otherwise(acceptance: Acceptance, kind: PaperKind, last: Paper) -> bool:
    """Whether the paper's own words differ from those it was printed with; a correction may not touch it."""
    upto = -1 if last.corrected_seq is None else last.corrected_seq
    before, now = facts_for(acceptance, kind, upto=upto), facts_for(acceptance, kind)
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
        joint=joint_payments.of(acceptance) is not None,
        number=acceptance.contract.number if acceptance.contract.split_from_id is not None else "",
    )


def facts_for(
    acceptance: Acceptance, kind: PaperKind, *, upto: int | None = None, licenses: Sequence[str] = ()
) -> PaperFacts:
    """The same for one kind of paper: with all licenses of the contract where the paper is about all.

    `licenses` are the acceptances an earlier edition listed; those of today without it.
    """
    if not kind.whole:
        return facts_of(acceptance, upto=upto)
    if licenses:
        listed = [db.session.get_one(Acceptance, UUID(one)) for one in licenses]
    else:
        listed = list(acceptance.contract.acceptances)
    first, *others = [facts_of(one, upto=upto) for one in listed]
    if not others:
        return first
    mended = sorted((one for each in (first, *others) for one in each.corrections), key=lambda one: one.seq)
    return replace(first, others=tuple(others), corrections=tuple(mended))


def wanted_of(acceptance: Acceptance, set_name: str) -> list[PaperKind]:
    """The papers of a set that are still to be printed for this license, those of its contract if it is
    complete.
    """
    present = _present(acceptance)
    complete = all(one.effective_seq is not None for one in acceptance.contract.acceptances)
    return [
        kind
        for kind in papers.of_set(set_name, facts_of(acceptance))
        if (kind.kind, kind.version) not in present and (complete or not kind.whole)
    ]


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
    found = [paper for paper in register.held(contract) if paper.kind == kind]
    return max(found, key=lambda paper: (paper.version, paper.issued_at)) if found else None


def _of(acceptance: Acceptance) -> list[Paper]:
    """The papers of one license and those of its whole contract."""
    contract = acceptance.contract
    db.session.expire(contract, ["papers"])
    papers = register.held(contract)
    return [paper for paper in papers if paper.licenses or paper.acceptance_id == acceptance.id]


def _present(acceptance: Acceptance) -> set[tuple[str, int]]:
    return {(paper.kind, paper.version) for paper in _of(acceptance)}


def _enter(acceptance_id: UUID, printed: Sequence[Printed]) -> None:
    """Rows and one filing, of those papers that another worker has not entered meanwhile.

    What was corrected, or split off, while we printed is printed anew after this.
    """
    acceptance = db.session.get_one(Acceptance, acceptance_id)
    query = select(Contract).where(Contract.id == acceptance.contract_id).with_for_update()
    contract = db.session.scalars(query).one()
    allow(CLOCK, "contract.print", contract)
    present = _present(acceptance)
    today = tuple(str(one.id) for one in contract.acceptances)
    new = [
        one for one in printed if (one.kind.kind, one.version) not in present and one.licenses in ((), today)
    ]
    if len(new) < len(printed) and any(one.licenses not in ((), today) for one in printed):
        register.print_effective(acceptance)
    if not new:
        return
    of = {} if acceptance.checkout_id is None else {"declaration": acceptance.declaration.number}
    listed = [
        {
            "paper": one.kind.kind,
            "version": one.version,
            "digest": one.paper.digest,
            **({} if one.kind.whole else of),  # which license of several a paper is about
        }
        for one in new
    ]
    fields = {"number": contract.number, "papers": listed}
    appended = ledger.append([Filing(type="papers.issued", subject=contract.number, fields=fields)])[0]
    rows = [_row(contract, acceptance, one, seq=appended.seq) for one in new]
    db.session.add_all(rows)
    for row, one in zip(rows, new, strict=True):
        if one.facts.reissued:  # whoever holds the edition before learns that it holds no more
            register.tell(contract, "paper_reissued", *register.BOTH, paper=row.id)
    known = {one.seq for each in new for one in each.facts.corrections}
    if any(row.seq not in known for row in corrections.of_acceptance(acceptance_id)):
        jobs.enqueue(corrections.REPRINT, {"acceptance": str(acceptance_id)}, subject_id=acceptance_id)
    db.session.flush()
    register.seal_anew(contract.number)
    history.record(CLOCK, "print", contract, changes={one.kind.kind: one.paper.digest for one in new})
    jobs.enqueue("ledger.publish", {})


def _row(contract: Contract, acceptance: Acceptance, one: Printed, *, seq: int) -> Paper:
    first = contract.acceptances[0] if one.licenses else acceptance
    mended = one.facts.corrections
    return Paper(
        id=new_id(),
        contract_id=contract.id,
        acceptance_id=first.id,
        kind=one.kind.kind,
        version=one.version,
        digest=one.paper.digest,
        wording=one.facts.record["wording"],
        language=one.kind.language,
        pages=one.paper.pages,
        warnings=list(one.paper.warnings),
        issued_at=clock.now(),
        issued_seq=seq,
        corrected_seq=mended[-1].seq if mended else None,
        licenses=list(one.licenses),
    )
