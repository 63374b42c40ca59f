"""The papers of a contract as pages and machines list them: printed ones with their digest, others still
with the worker.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from sqlalchemy import select

from registry.contracts import register, reissue
from registry.contracts.blocks import Composed
from registry.contracts.models import Acceptance, Contract, Paper
from registry.contracts.papers import KINDS, PaperForm, compose, printed
from registry.contracts.printed_models import SealedPaper
from registry.contracts.printing import facts_for
from registry.contracts.printing import font_set as printing_fonts
from registry.database import db
from registry.documents import store
from registry.documents.stamps import stamped
from registry.errors import NotFound


def of(contract: Contract) -> Sequence[Paper]:
    """Every paper that was printed, in the order of printing."""
    return register.held(contract)


def newer(papers: Iterable[Paper]) -> dict[UUID, Paper]:
    """By a superseded paper's id, the paper that holds in its place."""
    listed = list(papers)
    last: dict[tuple[UUID | None, str], Paper] = {}
    for paper in listed:
        last[_series(paper)] = max(last.get(_series(paper), paper), paper, key=lambda one: one.version)
    pairs = ((paper, last[_series(paper)]) for paper in listed)
    return {paper.id: holds for paper, holds in pairs if paper.version < holds.version}


def _series(paper: Paper) -> tuple[UUID | None, str]:
    """What the editions of one paper have in common: its license or, of several, their contract, and kind."""
    return (None if paper.licenses else paper.acceptance_id), paper.kind


def copy_of(contract: Contract, paper: Paper, data: bytes) -> bytes:
    """What a reader gets: the paper, or of a superseded one a copy that says so on every page."""
    holds = newer(of(contract)).get(paper.id)
    if holds is None or form_of(paper) != "pdf":
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
    states = {job.state for job in reissue.open_jobs(reissue.subjects(contract), reissue.PRINT)}
    if "dead" in states:
        return "dead"
    return "waiting" if states else ""


def find(contract: Contract, paper_id: UUID, *, form: str = "") -> tuple[Paper, bytes]:
    """A paper of this contract and its bytes, of that form if one is asked for. Raises NotFound."""
    paper = row(contract, paper_id)
    if form and form_of(paper) != form:
        raise NotFound("not_found")
    return paper, store.get(paper.digest)


def form_of(paper: Paper) -> PaperForm:
    """`pdf`, or `docx` for an editable text."""
    known = KINDS.get(paper.kind)
    return known.form if known else "pdf"


def readable(paper: Paper) -> bool:
    """Whether the paper can be read as a page: what is composed of the frozen record can."""
    return paper.kind in KINDS


@dataclass(frozen=True, slots=True)
class Text:
    """A paper to read on a page. `same`: composed now it gives the very bytes that were issued."""

    paper: Paper
    composed: Composed
    same: bool


def text_of(contract: Contract, paper_id: UUID) -> Text:
    """The paper's words, composed again from the record as it stood for that edition, and held against its
    digest. Raises NotFound, Gone once it has been erased.
    """
    paper = row(contract, paper_id)
    if not readable(paper) or paper.acceptance_id is None:
        raise NotFound("not_found")
    store.opener(paper.digest)  # raises Gone: what was erased is not composed again
    acceptance = db.session.get_one(Acceptance, paper.acceptance_id)
    upto = -1 if paper.corrected_seq is None else paper.corrected_seq
    facts = facts_for(acceptance, KINDS[paper.kind], upto=upto, licenses=paper.licenses)
    facts = replace(facts, edition=paper.version, reissued=reissue.ground_of(contract, paper))
    again = printed(paper.kind, facts, printing_fonts())
    return Text(paper, compose(paper.kind, facts), again.digest == paper.digest)


def row(contract: Contract, paper_id: UUID) -> Paper:
    """A paper of this contract. Raises NotFound."""
    paper = next((one for one in register.held(contract) if one.id == paper_id), None)
    if paper is None:
        raise NotFound("not_found")
    return paper
