"""Members of a batch before their reviewer: one as the model, the others beside it.

A line about what a batch has in common (fee, dates, words, contact) may be passed for others as it was for
the model, where they say the very same and nothing was found there. Lines about one patent's own evidence
(number, register, annuity, bars, report, consents, attachments) are answered for each patent.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry.database import db
from registry.errors import Conflict, NotFound, Refused
from registry.licenses import batches, check_list, register, reviews
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow, DeclarationBatch
from registry.licenses.models import Declaration
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
WAITING = (DeclarationState.SUBMITTED, DeclarationState.UNDER_REVIEW)
AT_ONCE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A declaration of the batch that waits: its lines, and those the model would answer."""

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


def waiting(batch: DeclarationBatch) -> list[Declaration]:
    """The batch's declarations before the reviewer, in the batch's order."""
    rows = batches.members(batch)
    return [row.declaration for row in rows if row.declaration and row.declaration.state in WAITING]


def members(batch: DeclarationBatch, model: Declaration | None) -> list[Member]:
    """Everything that waits, held against the model."""
    return [_member(one, model) for one in waiting(batch)]


def take_up_all(actor: Actor, batch: DeclarationBatch) -> int:
    """Begin the review of everything handed in; how many."""
    taken = [one for one in waiting(batch) if one.state == DeclarationState.SUBMITTED]
    for declaration in taken[:AT_ONCE]:
        reviews.take_up(actor, declaration)
    return len(taken[:AT_ONCE])


def pass_alike(actor: Actor, batch: DeclarationBatch, model: Declaration) -> dict[str, int]:
    """Pass, for every other member under review, the shared lines the model passed; how many of each line.

    Raises NotFound for a model of another batch, Conflict `wrong_state` for one that is not under review.
    """
    others = waiting(batch)
    if model.id not in {one.id for one in others}:
        raise NotFound("not_found")
    if model.state != DeclarationState.UNDER_REVIEW:
        raise Conflict("wrong_state", state=model.state, verb="note_line")
    done: dict[str, int] = {}
    for declaration in others:
        if declaration.id == model.id or declaration.state != DeclarationState.UNDER_REVIEW:
            continue
        for line in alike(declaration, model):
            note = f"同批声明 {model.number}"
            reviews.note_line(actor, declaration, line, "pass", note)
            done[line] = done.get(line, 0) + 1
    return done


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


def publish_ready(actor: Actor, batch: DeclarationBatch, *, limit: int = AT_ONCE) -> tuple[int, int]:
    """Publish up to so many members with every line answered and nothing against them: one list of filings,
    one letter. How many were published, and how many such are left.
    """
    ready = [
        one for one in waiting(batch)
        if one.state == DeclarationState.UNDER_REVIEW and not reviews.obstacles(one)
    ]  # fmt: skip
    published = [reviews.approve_untold(actor, one) for one in ready[:limit]]
    register.publish_filings(published)
    if published:
        mail.write_to_organisation(batch.holder_id, "batch_published", batch=batch, declarations=published)
    return len(published), len(ready) - len(published)


def _member(declaration: Declaration, model: Declaration | None) -> Member:
    under = declaration.state == DeclarationState.UNDER_REVIEW
    other = model is not None and model.id != declaration.id
    return Member(
        declaration=declaration,
        answered={name: line.verdict for name, line in reviews.lines_of(declaration).items()},
        alike=alike(declaration, model) if model is not None and other and under else (),
        obstacles=tuple(reviews.obstacles(declaration)) if under else (),
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
