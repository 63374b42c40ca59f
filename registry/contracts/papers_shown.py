"""The papers of a contract as pages and machines list them: printed ones with their digest, others still
with the worker.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import or_, select

from registry.contracts.models import Acceptance, Contract, Paper
from registry.contracts.printed_models import SealedPaper
from registry.contracts.printing import font_set as printing_fonts
from registry.database import db
from registry.documents import store
from registry.documents.stamps import stamped
from registry.errors import NotFound
from registry.jobs import Job

PRINT = ("papers.print", "papers.reprint")


def of(contract: Contract) -> Sequence[Paper]:
    """Every paper that was printed, in the order of printing."""
    query = select(Paper).where(Paper.contract_id == contract.id).order_by(Paper.issued_at, Paper.kind)
    return db.session.scalars(query).all()


def newer(papers: Iterable[Paper]) -> dict[UUID, Paper]:
    """By a superseded paper's id, the paper that holds in its place."""
    listed = list(papers)
    last: dict[tuple[UUID | None, str], Paper] = {}
    for paper in listed:
        key = paper.acceptance_id, paper.kind
        last[key] = max(last.get(key, paper), paper, key=lambda one: one.version)
    pairs = ((paper, last[paper.acceptance_id, paper.kind]) for paper in listed)
    return {paper.id: holds for paper, holds in pairs if paper.version < holds.version}


def copy_of(contract: Contract, paper: Paper, data: bytes) -> bytes:
    """What a reader gets: the paper, or of a superseded one a copy that says so on every page."""
    holds = newer(of(contract)).get(paper.id)
    if holds is None:
        return data
    words = f"已由第 {holds.version} 版取代（存证序号 {holds.issued_seq}）"
    return stamped(data, words, across="已被取代", fonts=printing_fonts())


def by_digest(digest: str) -> Paper | None:
    """The paper whose bytes have this digest, as it was printed or as it was sealed."""
    found = db.session.scalars(select(Paper).where(Paper.digest == digest).limit(1)).first()
    if found is not None:
        return found
    query = select(Paper).join(SealedPaper, SealedPaper.paper_id == Paper.id)
    return db.session.scalars(query.where(SealedPaper.digest == digest).limit(1)).first()


def printing(contract: Contract) -> str:
    """`waiting` while papers are with the worker, `dead` when it gave up and staff have to look, else
    empty.
    """
    of_it = select(Acceptance.id).where(Acceptance.contract_id == contract.id)
    query = select(Job.state).where(
        Job.name.in_(PRINT),
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
