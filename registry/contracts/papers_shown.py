"""The papers of a contract as pages and machines list them: printed ones with their digest, others still
with the worker.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select

from registry.contracts.models import Acceptance, Contract, Paper
from registry.database import db
from registry.documents import store
from registry.errors import NotFound
from registry.jobs import Job

PRINT = "papers.print"


def of(contract: Contract) -> Sequence[Paper]:
    """Every paper that was printed, in the order of printing."""
    query = select(Paper).where(Paper.contract_id == contract.id).order_by(Paper.issued_at, Paper.kind)
    return db.session.scalars(query).all()


def printing(contract: Contract) -> str:
    """`waiting` while papers are with the worker, `dead` when it gave up and staff have to look, else
    empty.
    """
    of_it = select(Acceptance.id).where(Acceptance.contract_id == contract.id)
    query = select(Job.state).where(
        Job.name == PRINT,
        Job.subject_id.in_(of_it),
        or_(Job.state == "waiting", Job.state == "running", Job.state == "dead"),
    )
    states = set(db.session.scalars(query))
    if "dead" in states:
        return "dead"
    return "waiting" if states else ""


def find(contract: Contract, paper_id: UUID) -> tuple[Paper, bytes]:
    """A paper of this contract and its bytes. Raises NotFound."""
    paper = db.session.get(Paper, paper_id)
    if paper is None or paper.contract_id != contract.id:
        raise NotFound("not_found")
    return paper, store.get(paper.digest)
