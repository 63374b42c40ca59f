"""Each paper of a contract that is not there yet: waiting, being printed, tried again, given up."""

from dataclasses import dataclass
from enum import StrEnum

from registry.contracts import printing, reissue
from registry.contracts.models import Acceptance, Contract
from registry.contracts.register import SEAL
from registry.database import db
from registry.jobs import ATTEMPTS, Job

SEALING = "seal"


class PrintState(StrEnum):
    WAITING = "waiting"
    RUNNING = "running"
    AGAIN = "again"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One paper with the worker; `minutes` until it tries again, `left` how many times it still will."""

    kind: str
    state: PrintState
    minutes: int
    left: int


def of(contract: Contract) -> list[Progress]:
    """What is with the worker, in the order in which it was asked for."""
    if contract.erased_at is not None:
        return []
    found = reissue.open_jobs(reissue.subjects(contract), reissue.OF_PAPERS)
    said = [_progress(kind, job) for job in found for kind in _kinds(job)]
    return list({one.kind: one for one in said}.values())


def _progress(kind: str, job: Job) -> Progress:
    minutes = -(-int(reissue.next_try(job).total_seconds()) // 60)
    return Progress(kind=kind, state=_state(job), minutes=minutes, left=max(ATTEMPTS - job.attempts, 0))


def _state(job: Job) -> PrintState:
    if job.state == "dead":
        return PrintState.FAILED
    if job.state == "running":
        return PrintState.RUNNING
    return PrintState.AGAIN if job.attempts else PrintState.WAITING


def _kinds(job: Job) -> list[str]:
    """The papers a job makes; a correction's job finds out which ones while it runs."""
    if job.name == SEAL:
        return [SEALING]
    if "kind" in job.payload:
        return [job.payload["kind"]]
    if "set" not in job.payload:
        return ["corrected"]
    acceptance = db.session.get_one(Acceptance, job.subject_id)
    return [one.kind for one in printing.wanted_of(acceptance, job.payload["set"])]
