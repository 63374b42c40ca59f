"""Before serving: is this the log whose heads we published, whole? Asked of everything that remembers one.

Silence proves nothing: who cannot be asked is a line in the log. A contradiction is a refusal: a log that
lost or changed what was published is never continued (`registry log restart` opens a new one).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import select

from registry.database import db
from registry.errors import Conflict
from registry.ledger import closed, tiles
from registry.ledger.checkpoints import check_keys, checkpoint, note_head, own_keys, read_anchor, signers_of
from registry.ledger.cosigning import Elsewhere, heads_elsewhere
from registry.ledger.models import LedgerHead
from registry.ledger.notes import Head, open_note, parse_head
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import read_note

Source = Callable[[], Iterable[Elsewhere]]


def kept_here() -> Iterator[Elsewhere]:
    """The anchor file beside the database, and the newest checkpoint in it."""
    for source, note in (("anchor", read_anchor(ledger_setup().anchor)), ("checkpoint", checkpoint())):
        if note is not None and not _of_a_closed_log(note):
            yield Elsewhere(source=source, note=note)


def _of_a_closed_log(note: str) -> bool:
    try:
        return closed.is_closed(note_head(note).origin)
    except ValueError:  # what cannot be read is for `check_heads` to refuse, in words
        return False


SOURCES: list[Source] = [kept_here, heads_elsewhere]
"""Who is asked at every start, in this order; further ones may be added."""


def check_start() -> None:
    """Refuse to serve a log that lost or changed what was published.

    Raises Conflict ledger_behind_anchor, ledger_differs_from_anchor, ledger_anchor_unreadable,
    ledger_key_differs. After a real loss the origin is never continued: a new one names the last known head.
    """
    if db.session.execute(select(LedgerHead.size)).scalar():
        check_keys(own_keys())
    check_heads(found for source in SOURCES for found in source())


def check_kept() -> None:
    """`check_start` with what is kept here alone: quick, and without a network. Raises the same."""
    if db.session.execute(select(LedgerHead.size)).scalar():
        check_keys(own_keys())
    check_heads(kept_here())


def check_against(paths: Sequence[Path]) -> int:
    """Hold the log against checkpoints, proofs, receipts and bundles in files, or in folders of them.

    Answers how many heads were compared. Raises what `check_heads` raises, OSError, ValueError for a file
    that holds none of these.
    """
    files = [file for path in paths for file in _files(path)]
    check_heads(Elsewhere(source=str(file), note=read_note(file)) for file in files)
    return len(files)


def check_heads(heads: Iterable[Elsewhere]) -> None:
    """Raises Conflict ledger_behind_anchor, ledger_differs_from_anchor, ledger_anchor_unreadable.

    Everybody is asked first: another process may be filing, and a head that it published while we were
    asking is no head that we lost.
    """
    heads = list(heads)
    db.session.rollback()  # what this session saw before is older than their answers
    row = db.session.execute(select(LedgerHead.size, LedgerHead.time)).one_or_none()
    size, last = (row.size, row.time) if row is not None else (0, "")
    for remembered in heads:
        head = _read(remembered)
        if head.size > size:
            raise Conflict(
                "ledger_behind_anchor",
                size=size,
                anchored=head.size,
                lost=head.size - size,
                last=last or "—",
                source=remembered.source,
            )
        if tiles.root_at(head.size) != head.root:
            raise Conflict("ledger_differs_from_anchor", size=head.size, source=remembered.source)


def _read(remembered: Elsewhere) -> Head:
    """The head, signed by the key that was valid there. One of another log is not ours to be held against."""
    try:
        text, _ = open_note(remembered.note, signers_of(remembered.note, own_keys()))
        head = parse_head(text)
        if head.origin != ledger_setup().origin:
            raise ValueError("of another log")
    except ValueError as error:
        raise Conflict("ledger_anchor_unreadable", source=remembered.source) from error
    return head


def _files(path: Path) -> Iterator[Path]:
    """The file itself, or every file of a folder; of an exported log its checkpoint."""
    if not path.is_dir():
        yield path
    elif (path / "checkpoint").is_file():
        yield path / "checkpoint"
    else:
        yield from sorted(file for file in path.iterdir() if file.is_file())
