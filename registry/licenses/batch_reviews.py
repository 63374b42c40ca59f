"""Members of a batch before their reviewer: one as the model, the others beside it.

A line about what a batch has in common (fee, dates, words, contact) may be passed for others as it was for
the model, where they say the very same and nothing was found there. Lines about one patent's own evidence
(number, register, annuity, bars, report, consents, attachments) are answered for each patent.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import selectinload

from registry.database import db
from registry.errors import Conflict, NotAllowed, NotFound, Refused
from registry.jobs import Job, enqueue
from registry.licenses import batches, check_list, register, reviews
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow, DeclarationBatch
from registry.licenses.models import Declaration, DeclarationVersion, ReviewLine
from registry.licenses.rules import DeclarationState
from registry.parties import mail
from registry.parties.permissions import allow
from registry.parties.rules import Actor

SHARED: Mapping[str, tuple[str, ...]] = {
    "fee": ("fee", "fee_note"),
    "dates": ("term",),
    "words": ("fee_note", "materials", "acts"),
    "contact": ("contact",),
}
"""Lines that may be passed after a model, and the steps that must be word for word the same."""
FROM: Mapping[str, DeclarationState] = {
    "take_up": DeclarationState.SUBMITTED,
    "pass_alike": DeclarationState.UNDER_REVIEW,
    "publish": DeclarationState.UNDER_REVIEW,
}
"""The reviewer's steps over a batch, and the state of those they are for."""
WAITING = (DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)
AT_ONCE = 50  # declarations a transaction holds: the write lock is held for so long and no longer
JOB = "declarations.batch_review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """How a batch stands before its reviewer, by declarations in the batch's order."""

    submitted: tuple[UUID, ...]
    under_review: tuple[UUID, ...]
    answered: frozenset[UUID]  # every line, none with a problem: what may be published

    @property
    def all(self) -> tuple[UUID, ...]:
        return self.submitted + self.under_review


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A declaration of the batch that waits: its lines, those the model would answer, and once all are
    answered what still stands against it.
    """

    declaration: Declaration
    answered: Mapping[str, str]  # line -> verdict
    alike: tuple[str, ...]  # lines it shares with the model, unanswered yet
    obstacles: tuple[Refused, ...]


def find(actor: Actor, batch_id: UUID) -> DeclarationBatch:
    """A batch handed in at the actor's venue. Raises NotFound."""
    found = db.session.get(DeclarationBatch, batch_id)
    if found is None:
        raise NotFound("not_found")
    allow(actor, "declaration.review", found)
    return found


def batches_of(declarations: Sequence[Declaration]) -> dict[UUID, DeclarationBatch]:
    """By declaration, the batch it came in."""
    ids = [one.id for one in declarations]
    found: dict[UUID, DeclarationBatch] = {}
    for start in range(0, len(ids), batches.CHUNK):
        query = (
            select(BatchRow.declaration_id, DeclarationBatch)
            .join(DeclarationBatch, BatchRow.batch_id == DeclarationBatch.id)
            .where(BatchRow.declaration_id.in_(ids[start : start + batches.CHUNK]), BatchRow.live.is_(True))
        )
        found |= {row.declaration_id: row.DeclarationBatch for row in db.session.execute(query)}
    return found


def overview(batch: DeclarationBatch) -> Overview:
    """What waits in the batch, told from its rows: a thousand declarations need not be read for it."""
    found = db.session.execute(_waiting(batch, Declaration.id, Declaration.state)).all()
    latest = select(func.max(DeclarationVersion.submission)).where(
        DeclarationVersion.declaration_id == ReviewLine.declaration_id
    )
    problems = func.sum(case((ReviewLine.verdict == "problem", 1), else_=0))
    answered = (
        select(ReviewLine.declaration_id)
        .where(
            ReviewLine.declaration_id.in_(_waiting(batch, Declaration.id).order_by(None)),
            ReviewLine.round == latest.scalar_subquery(),
        )
        .group_by(ReviewLine.declaration_id)
        .having(func.count() == len(reviews.LINES), problems == 0)
    )
    return Overview(
        submitted=tuple(one for one, state in found if state == DeclarationState.SUBMITTED),
        under_review=tuple(one for one, state in found if state == DeclarationState.UNDER_REVIEW),
        answered=frozenset(db.session.scalars(answered)),
    )


def waits_in(batch: DeclarationBatch, declaration: Declaration) -> bool:
    """Whether a declaration of the batch is before the reviewer."""
    query = _waiting(batch, Declaration.id).where(Declaration.id == declaration.id)
    return db.session.scalar(query) is not None


def members(ids: Collection[UUID], model: Declaration | None) -> list[Member]:
    """Some of what waits, held against the model."""
    return [_member(one, model) for one in _read(ids)]


def at_work(batch: DeclarationBatch) -> int:
    """How many the worker still has before it; 0 when it has nothing to do for this batch."""
    query = select(Job.payload).where(Job.subject_id == batch.id, Job.name == JOB)
    left = 0
    for payload in db.session.scalars(query.where(Job.state.in_(("waiting", "running")))):
        ids = [UUID(one) for one in payload["left"]]
        for start in range(0, len(ids), batches.CHUNK):
            some = Declaration.id.in_(ids[start : start + batches.CHUNK])
            counted = select(func.count()).select_from(Declaration)
            counted = counted.where(some, Declaration.state == FROM[payload["verb"]])
            left += db.session.scalar(counted) or 0
    return left


# --- reviewing ---------------------------------------------------------------------------------------


def begin(actor: Actor, batch: DeclarationBatch, verb: str, model: Declaration | None = None) -> int:
    """Take all up, pass what they share with the model, or publish what is complete: some now, the others by
    the worker. How many were done now.

    Raises Refused `required` for a step that needs a model, NotFound for a model of another batch, Conflict
    `wrong_state` for one that is not under review.
    """
    allow(actor, "declaration.review", batch)
    if verb == "pass_alike":
        _check_model(batch, model)
    found = overview(batch)
    ids = found.submitted if verb == "take_up" else found.under_review
    if verb == "publish":
        ids = tuple(one for one in ids if one in found.answered)
    left = ids[AT_ONCE:]
    done = step(actor, batch, verb, ids[:AT_ONCE], model)
    if left:
        payload = {"batch": str(batch.id), "account": str(actor.account_id), "verb": verb}
        payload |= {"model": model.number if model else ""}
        begun = [str(one) for one in done]
        enqueue(JOB, {**payload, "begun": begun, "left": [str(one) for one in left]}, subject_id=batch.id)
    elif verb == "publish":
        tell_published(batch, done)
    return len(done)


def step(
    actor: Actor, batch: DeclarationBatch, verb: str, ids: Sequence[UUID], model: Declaration | None
) -> list[UUID]:
    """One step for some of a batch; who was done already is passed over. Which were done now."""
    found = [one for one in _read(ids) if one.state == FROM[verb]]
    if verb == "take_up":
        for one in found:
            reviews.take_up(actor, one)
        return [one.id for one in found]
    if verb == "publish":
        return [one.id for one in publish(actor, found)]
    assert model is not None
    return [one.id for one in found if pass_alike(actor, one, model)]


def pass_alike(actor: Actor, declaration: Declaration, model: Declaration) -> tuple[str, ...]:
    """Pass the shared lines the model passed for another that says the very same; which lines."""
    if declaration.id == model.id:
        return ()
    lines = alike(declaration, model)
    for line in lines:
        reviews.note_line(actor, declaration, line, "pass", f"同批声明 {model.number}")
    return lines


def publish(actor: Actor, declarations: Sequence[Declaration]) -> list[Declaration]:
    """Publish those against which nothing stands, as one list of filings. The letter is the caller's."""
    published = []
    for one in declarations:
        try:
            published.append(reviews.approve_untold(actor, one))
        except NotAllowed:
            raise
        except Refused:  # its own page says what stands against it
            continue
    register.publish_filings(published)
    return published


def tell_published(batch: DeclarationBatch, ids: Collection[UUID]) -> None:
    """One letter to the holder about all that were published together."""
    published = [one for one in _read(ids) if one.published_at is not None]
    if published:
        mail.write_to_organisation(batch.holder_id, "batch_published", batch=batch, declarations=published)


def alike(declaration: Declaration, model: Declaration) -> tuple[str, ...]:
    """The shared lines the model has passed that hold for this one too, as yet unanswered."""
    theirs, ours = reviews.lines_of(model), reviews.lines_of(declaration)
    open_ = [
        line for line in SHARED if line not in ours and line in theirs and theirs[line].verdict == "pass"
    ]
    if not open_:
        return ()
    remarked = (*licenses.checks(declaration), *licenses.warnings(declaration))
    found = {check_list.line_of(one) for one in remarked}
    return tuple(line for line in open_ if line not in found and _same(declaration, model, SHARED[line]))


# --- inside ------------------------------------------------------------------------------------------


def _waiting(batch: DeclarationBatch, *columns: Any) -> Any:
    """The query of what of a batch is before the reviewer, in its order."""
    mine: tuple[ColumnElement[bool], ...] = (BatchRow.batch_id == batch.id, BatchRow.live.is_(True))
    query = select(*columns).join(BatchRow, BatchRow.declaration_id == Declaration.id)
    return query.where(*mine, Declaration.state.in_(WAITING)).order_by(BatchRow.position)


def _read(ids: Collection[UUID]) -> list[Declaration]:
    """These declarations with what is looked at of each, in this order."""
    found: dict[UUID, Declaration] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), batches.CHUNK):
        query = select(Declaration).where(Declaration.id.in_(wanted[start : start + batches.CHUNK]))
        query = query.options(*batches.WHOLE, selectinload(Declaration.versions))
        found |= {one.id: one for one in db.session.scalars(query)}
    return [found[one] for one in wanted if one in found]


def _check_model(batch: DeclarationBatch, model: Declaration | None) -> None:
    if model is None:
        raise Refused("required", "model")
    if not waits_in(batch, model):
        raise NotFound("not_found")
    if model.state != DeclarationState.UNDER_REVIEW:
        raise Conflict("wrong_state", state=model.state, verb="note_line")


def _member(declaration: Declaration, model: Declaration | None) -> Member:
    under = declaration.state == DeclarationState.UNDER_REVIEW
    other = model is not None and model.id != declaration.id
    answered = {name: line.verdict for name, line in reviews.lines_of(declaration).items()}
    complete = under and set(reviews.LINES) <= set(answered)
    return Member(
        declaration=declaration,
        answered=answered,
        alike=alike(declaration, model) if model is not None and other and under else (),
        obstacles=tuple(reviews.obstacles(declaration)) if complete else (),
    )


def _same(one: Declaration, other: Declaration, steps: Sequence[str]) -> bool:
    version, model = one.current, other.current
    if version is None or model is None:
        return False
    pairs: list[tuple[Any, Any]] = [(version.answers.get(name), model.answers.get(name)) for name in steps]
    pairs.append((_terms(version.answers), _terms(model.answers)))
    return all(mine == theirs for mine, theirs in pairs)


def _terms(answers: Mapping[str, Any]) -> Any:
    return (answers.get("use") or {}).get("additional_terms")
