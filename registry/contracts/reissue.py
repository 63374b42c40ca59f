"""A paper printed again by the staff: what the worker gave up, or what came out wrong, as another edition.

The paper before it stays, and is handed out with a band that says so. The frozen record does not change by
it: what a party typed wrong is mended by a correction, not here.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock, history, jobs
from registry.contracts import corrections, register
from registry.contracts.models import Acceptance, Contract, Paper
from registry.database import db
from registry.errors import Conflict
from registry.jobs import Job
from registry.parties.permissions import allow, may
from registry.parties.rules import Actor

REISSUE = "papers.reissue"
PRINT = ("papers.print", corrections.REPRINT, REISSUE)
OF_PAPERS = (*PRINT, register.SEAL)


def reissue(actor: Actor, contract: Contract, paper: Paper, *, ground: str, reason: str) -> None:
    """Have the newest paper of its kind printed as another edition, for this ground and reason.

    Raises Gone after an erasure, Conflict `paper_superseded` for one that holds no more and
    `paper_being_printed` while one of this license is with the worker.
    """
    allow(actor, "contract.reissue", contract)
    register.check_kept(contract)
    about = contract.acceptances[0].id if paper.licenses else paper.acceptance_id
    acceptance = register.lock(about) if about else None
    if acceptance is None or paper.version < _newest(paper):
        raise Conflict("paper_superseded")
    if open_jobs([acceptance.id], PRINT):
        raise Conflict("paper_being_printed")
    payload = {"acceptance": str(acceptance.id), "kind": paper.kind, "edition": paper.version + 1}
    jobs.enqueue(REISSUE, {**payload, "ground": ground}, subject_id=acceptance.id)
    changes: dict[str, Any] = {"digest": paper.digest, "ground": ground, "reason": reason.strip()}
    changes |= {"paper": paper.kind, "edition": paper.version + 1}
    history.record(actor, "reissue_paper", contract, changes=changes)


def ground_of(contract: Contract, paper: Paper) -> str:
    """Why this edition was printed, empty when the staff did not ask for it."""
    rows = (row.changes for row in history.of(contract) if row.verb == "reissue_paper")
    asked = (paper.kind, paper.version)
    return next((one["ground"] for one in rows if (one.get("paper"), one.get("edition")) == asked), "")


def again(actor: Actor, contract: Contract) -> int:
    """Let the worker try once more what it gave up for this contract; how many jobs that is."""
    allow(actor, "contract.reissue", contract)
    register.check_kept(contract)
    dead = [job for job in open_jobs(subjects(contract), OF_PAPERS) if job.state == "dead"]
    for job in dead:
        job.state, job.attempts, job.run_after, job.error = "waiting", 0, clock.now(), ""
    if dead:
        history.record(actor, "print_again", contract, changes={"size": len(dead)})
    return len(dead)


def given_up(actor: Actor) -> list[tuple[Contract, Job]]:
    """What the worker gave up, of the contracts this actor may have printed again."""
    query = select(Job).where(Job.state == "dead", Job.name.in_(OF_PAPERS)).order_by(Job.created_at)
    found = ((_contract(job), job) for job in db.session.scalars(query))
    return [(one, job) for one, job in found if one is not None and may(actor, "contract.reissue", one)]


def open_jobs(ids: Sequence[UUID], names: Sequence[str]) -> list[Job]:
    """Jobs of these names that are not done, in the order of their making."""
    query = select(Job).where(Job.subject_id.in_(ids), Job.name.in_(names), Job.state != "done")
    return list(db.session.scalars(query.order_by(Job.created_at)))


def subjects(contract: Contract) -> list[UUID]:
    """What the contract's printing jobs speak about."""
    return [contract.id, *(one.id for one in contract.acceptances)]


def next_try(job: Job) -> timedelta:
    """How long the worker still waits before it tries again."""
    return max(job.run_after - clock.now(), timedelta())


def _newest(paper: Paper) -> int:
    query = select(Paper).where(Paper.kind == paper.kind)
    if paper.licenses:
        found = [
            one
            for one in db.session.scalars(query.where(Paper.contract_id == paper.contract_id))
            if one.licenses
        ]
    else:
        found = list(db.session.scalars(query.where(Paper.acceptance_id == paper.acceptance_id)))
    return max(one.version for one in found)


def _contract(job: Job) -> Contract | None:
    acceptance = db.session.get(Acceptance, job.subject_id)
    return acceptance.contract if acceptance is not None else db.session.get(Contract, job.subject_id)
