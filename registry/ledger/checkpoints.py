"""Checkpoints: signed after commit, anchored outside the database, compared at every start."""

import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from registry import clock
from registry.database import db, transaction
from registry.errors import Conflict, NotFound
from registry.ledger import anchors, tiles
from registry.ledger.chain import Frontier, parse_frontier
from registry.ledger.keyring import Key, handovers, head_keys
from registry.ledger.models import Checkpoint, LedgerHead, LedgerKey
from registry.ledger.notes import Head, Vkey, first_alone, open_strictly, parse_head, sign_note
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import OWN, Signer


def publish_checkpoint() -> str:
    """Sign the committed head, keep the note, and write the anchor file. Answers the note.

    Own transaction, after the caller's commit: a head that could still be rolled back is never signed.
    A crash before the note is kept is repaired by the next call; the signature would be the same. A head
    behind a rotation of the checkpoint key is signed after the handover head, never before: whoever pinned
    the old key finds no gap. Raises Conflict ledger_not_started, ledger_closed, handover_key_missing.
    """
    setup = ledger_setup()

    def work() -> str:
        head = db.session.execute(select(LedgerHead.__table__)).one_or_none()
        if head is None or head.size == 0:
            raise Conflict("ledger_not_started")
        kept = checkpoint(head.size, exact=True)
        if kept is not None:
            return kept
        own = own_keys()
        for size in handovers(own):
            if size < head.size and checkpoint(size, exact=True) is None:
                _sign(tiles.frontier_at(size), own)
        note = _sign(parse_frontier(head.size, head.frontier), own)
        anchors.ask()  # publishing never waits for anybody outside
        return note

    note = transaction(work)
    write_anchor(setup.anchor, note)
    return note


def checkpoint(size: int | None = None, *, exact: bool = False) -> str | None:
    """The latest note, or the first of at least (with `exact`: of just) that size; None if none."""
    query = select(Checkpoint.note)
    if size is None:
        query = query.order_by(Checkpoint.size.desc())
    elif exact:
        query = query.where(Checkpoint.size == size)
    else:
        query = query.where(Checkpoint.size >= size).order_by(Checkpoint.size)
    return db.session.execute(query.limit(1)).scalar()


def checkpoint_covering(seq: int) -> str:
    """The latest published note whose tree holds that entry, publishing one if need be. Raises NotFound.

    It carries one line of ours, the newest key's, even where it is a handover head.
    """
    head = db.session.execute(select(LedgerHead.size)).scalar()
    if head is None or not 0 <= seq < head:
        raise NotFound("not_found")
    latest = checkpoint()
    note = latest if latest is not None and note_head(latest).size > seq else publish_checkpoint()
    return first_alone(note)


def own_keys() -> list[Key]:
    """The registry's own keys with their validity, as the log has them, oldest first."""
    query = select(LedgerKey.__table__).where(
        LedgerKey.holder == ledger_setup().origin, LedgerKey.purpose.in_(OWN)
    )
    rows = db.session.execute(query.order_by(LedgerKey.enrolled_seq, LedgerKey.kid))
    return [Key(**row._mapping) for row in rows]


def vkeys_of(own: Sequence[Key], size: int) -> list[Vkey]:
    """The verifier keys that sign the head of this size, newest first. Raises Conflict ledger_closed."""
    keys = head_keys(own, size)
    if not keys:
        raise Conflict("ledger_closed")
    return [Vkey(ledger_setup().origin, key.public) for key in keys]


def note_head(note: str) -> Head:
    """What a note of ours says, its signature not looked at. Raises ValueError when malformed."""
    return parse_head(note.rpartition("\n\n")[0] + "\n")


def write_anchor(path: Path, note: str) -> None:
    """Replace the anchor unless it already holds a larger head; whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # several processes publish; the anchor must never go back
        kept = read_anchor(path)
        if kept is not None and _supersedes(note_head(kept), note_head(note)):
            return
        unfinished = path.with_suffix(".new")
        with unfinished.open("w", encoding="utf-8") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _supersedes(kept: Head, new: Head) -> bool:
    """An anchor never goes back; that of a log closed since then makes room for its successor's."""
    return kept.origin == new.origin and kept.size >= new.size


def check_keys(own: Sequence[Key]) -> None:
    """Our keys are those in force; of a closed log, which is only read, there are none."""
    keys = ledger_setup().keys
    for purpose, signer in zip(OWN, (keys.countersigner, keys.checkpoint_signer), strict=True):
        in_force = {key.kid for key in own if key.purpose == purpose and key.revoked_seq is None}
        if in_force and signer.kid not in in_force:
            raise Conflict("ledger_key_differs", kid=signer.kid)
    if not own:
        raise Conflict("ledger_key_differs", kid=keys.countersigner.kid)


def signers_of(note: str, own: Sequence[Key]) -> list[Vkey]:
    """Who signs a head of the size a note claims; ours of today when the log has no such head."""
    size = note_head(note).size
    return [Vkey(ledger_setup().origin, key.public) for key in head_keys(own, size)] or [ledger_setup().vkey]


def sign_beside(text: str, size: int) -> str:
    """A note of ours over something that is no head, under the key that signs the head of this size.

    Raises Conflict ledger_closed; RuntimeError for a text that a reader could take for a head.
    """
    try:
        parse_head(text)
    except ValueError:
        own = own_keys()
        vkeys_of(own, size)  # a closed log signs nothing any more
        return sign_note(text, ledger_setup().origin, _signer(head_keys(own, size)[0].kid))
    raise RuntimeError("only a committed head is signed as one")


def _sign(frontier: Frontier, own: Sequence[Key]) -> str:
    """Sign a committed head with every key that is valid there, check it as a reader would, and keep it."""
    head = Head(ledger_setup().origin, frontier.size, frontier.root)
    vkeys = vkeys_of(own, head.size)
    note = sign_note(head.text, head.origin, *(_signer(key.kid) for key in head_keys(own, head.size)))
    open_strictly(note, *vkeys)
    _keep(frontier, note)
    return note


def _signer(kid: str) -> Signer:
    setup = ledger_setup()
    signer = setup.signer_of(kid)
    if signer is None:
        setup.reload()  # another process has rotated the key since we read it
        signer = setup.signer_of(kid)
    if signer is None:
        raise Conflict("handover_key_missing", kid=kid)
    return signer


def _keep(frontier: Frontier, note: str) -> None:
    row = {"size": frontier.size, "note": note, "frontier": frontier.encode(), "created_at": clock.now()}
    if db.session.connection().dialect.name == "postgresql":
        db.session.execute(postgresql.insert(Checkpoint).values(row).on_conflict_do_nothing())
    else:
        db.session.execute(sqlite.insert(Checkpoint).values(row).on_conflict_do_nothing())


def read_anchor(path: Path) -> str | None:
    """The last published head as it stands outside the database; None before the first."""
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
