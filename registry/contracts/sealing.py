"""Certificates sealed by the worker: the printed bytes, whose digest is filed, their bundle, then the seal.

Sealing again gives other bytes, so that a retry must find what was there: the row comes first, naming the
digest, then the file. If we crash between the two, the next run finds a row without a file, which nobody ever
got, and puts another in its place; nothing is left on the disk that no row names.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import exists, select
from sqlalchemy.orm import aliased

from registry import clock, history, jobs
from registry.config import Settings
from registry.contracts import bundles, papers_shown, register
from registry.contracts.models import Contract, Paper
from registry.contracts.printed_models import SealedPaper
from registry.database import db, new_id, transaction
from registry.documents import store
from registry.errors import NotFound
from registry.ledger import sealing
from registry.ledger import service as ledger
from registry.ledger.seal_keys import SEALS, SealKey, SealState, open_seal, state_of
from registry.ledger.seals import common_name, fingerprint
from registry.ledger.setup import ledger_setup
from registry.parties.rules import CLOCK

PDF = "application/pdf"
TELLING = frozenset({"license.effective", "license.ended", "correction"})
"""Filings behind which a certificate is sealed anew: who shows it must not show less than they say."""


@jobs.handler(register.SEAL)
def seal_certificates(payload: Mapping[str, Any]) -> None:
    """Seal the certificates of a contract that hold and are not sealed as far as the log tells. Payload:
    contract. Without a seal nothing is done: pages say that certificates go out unsealed.
    """
    if state().state not in SEALS:
        return
    contract_id = UUID(payload["contract"])
    waiting = [paper.id for paper in _unsealed(db.session.get_one(Contract, contract_id))]
    db.session.rollback()  # sealing takes its time: no transaction stays open meanwhile
    for paper_id in waiting:
        _seal(contract_id, paper_id)


def state() -> SealState:
    """What stands of the seal just now."""
    settings: Settings = current_app.extensions["settings"]
    return state_of(settings.seal, settings.keys, now=clock.now())


def of(paper: Paper) -> SealedPaper | None:
    """The newest sealed file of a certificate that is there, None while there is none."""
    query = select(SealedPaper).where(SealedPaper.paper_id == paper.id).order_by(SealedPaper.size.desc())
    return next((row for row in db.session.scalars(query) if store.is_there(row.digest)), None)


def shown(contract: Contract) -> dict[UUID, SealedPaper]:
    """By a certificate's id, the sealed file that is handed out of it."""
    if contract.erased_at is not None:
        return {}
    held = [one for one in papers_shown.of(contract) if one.kind == bundles.CERTIFICATE]
    pairs = ((paper.id, of(paper)) for paper in held)
    return {key: row for key, row in pairs if row is not None and is_current(row, contract)}


def is_current(row: SealedPaper, contract: Contract) -> bool:
    """Whether its bundle reaches every filing that tells what became of the license.

    Sizes of a log that was closed since say nothing about places in the one that followed it.
    """
    told, before = _told(contract), ledger.last_closed()
    return row.size > told and (told < 0 or before is None or before <= row.sealed_at)


def sealed(contract: Contract, paper_id: UUID) -> tuple[Paper, bytes]:
    """The certificate as its reader may have it: sealed where it is, otherwise with its bundle alone.

    Raises NotFound, Gone.
    """
    paper = papers_shown.find(contract, paper_id)[0]
    if paper.kind != bundles.CERTIFICATE:
        raise NotFound("not_found")
    found = of(paper)
    if found is not None and is_current(found, contract):
        return paper, store.get(found.digest)
    return bundles.certificate(contract, paper_id)


def unsealed() -> int:
    """How many certificates were never sealed; superseded ones and those of erased contracts do not count."""
    return len(_never_sealed())


def seal_all() -> int:
    """Have every certificate that was never sealed sealed by the worker; how many contracts that concerns."""
    contracts = {paper.contract_id for paper in _never_sealed()}
    for contract_id in contracts:
        jobs.enqueue(register.SEAL, {"contract": str(contract_id)}, subject_id=contract_id)
    return len(contracts)


def _never_sealed() -> list[Paper]:
    newer = aliased(Paper)
    superseded = select(newer.id).where(
        newer.acceptance_id == Paper.acceptance_id, newer.kind == Paper.kind, newer.version > Paper.version
    )
    query = (
        select(Paper)
        .join(Contract, Contract.id == Paper.contract_id)
        .where(Paper.kind == bundles.CERTIFICATE, Contract.erased_at.is_(None))
        .where(~exists(select(SealedPaper.id).where(SealedPaper.paper_id == Paper.id)))
        .where(~exists(superseded))
    )
    return list(db.session.scalars(query))


def _seal(contract_id: UUID, paper_id: UUID) -> None:
    settings: Settings = current_app.extensions["settings"]
    key = open_seal(settings.seal, settings.keys)
    contract = db.session.get_one(Contract, contract_id)
    register.check_kept(contract)
    carried = bundles.carried(contract, paper_id)
    db.session.rollback()  # an authority may take its time
    at, anchors = clock.now().replace(microsecond=0), ledger_setup().anchors
    made = sealing.seal(carried.whole, key, at, tsa_url=anchors.tsa_url, tsa_roots=anchors.tsa_roots)
    if transaction(lambda: _enter(paper_id, made, key, at=at, size=carried.size)):
        transaction(lambda: store.put(made.data, PDF))


def _enter(paper_id: UUID, made: sealing.Made, key: SealKey, *, at: datetime, size: int) -> bool:
    """The row of a sealed file, unless another worker was faster."""
    held = select(Paper.contract_id).where(Paper.id == paper_id).scalar_subquery()
    contract = db.session.scalars(select(Contract).where(Contract.id == held).with_for_update()).one()
    register.check_kept(contract)
    for row in db.session.scalars(select(SealedPaper).where(SealedPaper.paper_id == paper_id)):
        if not store.is_there(row.digest):  # a worker died before the file: nobody ever got it
            store.forget(row.digest)
            db.session.delete(row)
        elif is_current(row, contract):
            return False
    db.session.flush()
    digest = store.expect(made.data, PDF)
    db.session.add(
        SealedPaper(
            id=new_id(),
            paper_id=paper_id,
            size=size,
            digest=digest,
            level=made.level,
            fingerprint=fingerprint(key.certificate),
            by=common_name(key.certificate),
            sealed_at=at,
        )
    )
    history.record(CLOCK, "seal", contract, changes={"digest": digest, "line": made.level})
    return True


def _unsealed(contract: Contract) -> list[Paper]:
    found = papers_shown.of(contract)
    newer = papers_shown.newer(found)
    held = [one for one in found if one.kind == bundles.CERTIFICATE and one.id not in newer]
    rows = ((one, of(one)) for one in held)
    return [one for one, row in rows if row is None or not is_current(row, contract)]


def _told(contract: Contract) -> int:
    """Place of the last filing about the contract that a certificate must not leave out, -1 for none."""
    filings = ledger.filings_about(contract.filed_under).items()
    return max((seq for seq, filed in filings if filed.type in TELLING), default=-1)
