"""What acts after the license have in common: the words signed are the words filed, files, questions, papers.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from registry import clock
from registry.contracts import register
from registry.contracts.duty_models import DutyFile, DutyMessage, DutyPaper
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import Model, db, new_id
from registry.errors import Conflict, NotFound, Refused
from registry.jobs import enqueue
from registry.ledger.filings import Filing
from registry.parties import agency
from registry.parties import service as parties
from registry.parties.models import Upload
from registry.parties.prepared import Act
from registry.parties.rules import Actor

FILES_MAX = 10
PRINT = "duties.print"
"""The job that prints the paper of an act; duty_printing does it."""


def side_of(actor: Actor, acceptance: Acceptance) -> str:
    """The side an actor acts for. Raises NotFound for a third party."""
    if actor.organisation_id is not None and actor.organisation_id == acceptance.licensee_id:
        return register.LICENSEE
    if actor.organisation_id is not None and actor.organisation_id == acceptance.holder_id:
        return register.HOLDER
    raise NotFound("not_found")


def stated_by(actor: Actor, acceptance: Acceptance) -> str:
    """The role a statement is made in: the actor's side, or its agent."""
    return agency.stated(side_of(actor, acceptance), actor.power)


def other(side: str) -> str:
    return register.HOLDER if side == register.LICENSEE else register.LICENSEE


def check_in_force(acceptance: Acceptance) -> None:
    """Only about a license in force. Raises Conflict `license_not_in_force`, Gone after an erasure."""
    register.check_kept(acceptance.contract)
    if acceptance.state != AcceptanceState.EFFECTIVE:
        raise Conflict("license_not_in_force", article="CC 509", number=acceptance.contract.number)


def same(act: Act, filing: Filing, *, moving: Iterable[str] = ()) -> None:
    """What was signed must be what would be filed now; `moving` fields are instants of the signing itself."""
    apart = set(moving)
    before = {name: value for name, value in act.filing.fields.items() if name not in apart}
    now = {name: value for name, value in filing.fields.items() if name not in apart}
    if before != now or dict(act.filing.secrets) != dict(filing.secrets):
        raise Conflict("stale_digest", "statement")


def filing(
    kind: str, acceptance: Acceptance, fields: Mapping[str, Any], secrets: Mapping[str, Any]
) -> Filing:
    """A filing about the contract; what is empty is not committed to."""
    named = {**acceptance.filed_as, **fields}
    kept = {path: value for path, value in secrets.items() if value}
    return Filing(type=kind, subject=acceptance.filed_under, fields=named, secrets=kept)


def brought(actor: Actor, ids: Sequence[Any], *, field: str = "files") -> list[Upload]:
    """Files of the actor's own. Raises Refused `upload_unknown`, `too_many_files`."""
    wanted = list(dict.fromkeys(str(one) for one in ids if one))
    if len(wanted) > FILES_MAX:
        raise Refused("too_many_files", field, max=FILES_MAX)
    return [parties.uploaded(actor, one, field=field) for one in wanted]


def digests(uploads: Iterable[Upload]) -> list[str]:
    """What is committed of files: their digests, in order."""
    return sorted(one.digest for one in uploads)


def keep_files(acceptance: Acceptance, subject_id: UUID, uploads: Iterable[Upload]) -> None:
    """Attach files to an act."""
    for upload in uploads:
        row = DutyFile(
            id=new_id(), acceptance_id=acceptance.id, subject_id=subject_id, upload_id=upload.id
        )
        db.session.add(row)


def files_of(subject_id: UUID) -> Sequence[Upload]:
    """The files of an act, in the order they came."""
    query = select(Upload).join(DutyFile, DutyFile.upload_id == Upload.id)
    return db.session.scalars(query.where(DutyFile.subject_id ==
    subject_id).order_by(Upload.created_at)).all()


def say(actor: Actor, acceptance: Acceptance, subject_id: UUID, words: str, *, most: int) -> DutyMessage:
    """Add a question or an answer to a thread. Raises Refused `too_many_messages`."""
    if len(thread(subject_id)) >= most:
        raise Refused("too_many_messages", "words", max=most)
    row = DutyMessage(
        id=new_id(),
        acceptance_id=acceptance.id,
        subject_id=subject_id,
        side=side_of(actor, acceptance),
        words=words,
        made_by=actor.account_id,
        made_at=clock.now(),
    )
    db.session.add(row)
    return row


def thread(subject_id: UUID) -> Sequence[DutyMessage]:
    """Questions and answers about an act, oldest first."""
    query = select(DutyMessage).where(DutyMessage.subject_id == subject_id)
    return db.session.scalars(query.order_by(DutyMessage.made_at, DutyMessage.id)).all()


def print_later(acceptance: Acceptance, kind: str, subject_id: UUID) -> None:
    """Have the paper of an act printed after the commit."""
    enqueue(PRINT, {"kind": kind, "subject": str(subject_id)}, subject_id=acceptance.id)


def papers_of(subject_id: UUID) -> list[DutyPaper]:
    """The papers of an act once they were printed, the Chinese before its reading version."""
    query = select(DutyPaper).where(DutyPaper.subject_id == subject_id)
    return sorted(db.session.scalars(query), key=lambda one: (one.issued_at, one.kind))


def reading_kind(kind: str) -> str:
    """What the English reading version of a paper is called."""
    return f"{kind}_en"


def found(table: type[Model], row_id: UUID, *, locked: bool = False) -> Any:
    """A row of a table by its id. Raises NotFound."""
    row = db.session.get(table, row_id, with_for_update=locked or None, populate_existing=locked)
    if row is None:
        raise NotFound("not_found")
    return row


def said(words: str, *, field: str = "words", article: str = "") -> str:
    """Words somebody has to give. Raises Refused `required`."""
    if not words.strip():
        raise Refused("required", field, article)
    return words.strip()
