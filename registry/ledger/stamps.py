"""Timestamps that come with a bundle or an exported log, checked offline against the roots a reader pinned.

A timestamp that is there and wrong makes the verdict on time invalid, whoever made it; one that no pinned
root stands behind is passed over, and said to be there.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from cryptography.x509 import Certificate

from registry.ledger.canonical import unb64
from registry.ledger.chain import Frontier
from registry.ledger.heads import Seen
from registry.ledger.notes import ED25519, Head, Vkey, decimal, parse_head, split_note
from registry.ledger.tokens import Token, open_token, vouched
from registry.ledger.walk import TIME, Fault

FOLDER = "timestamps"
Roots = Sequence[Certificate]


def with_timestamps(
    seen: Seen, stamps: Iterable[Mapping[str, str]], note: str, *, signers: Sequence[Vkey], roots: Roots
) -> Seen:
    """What a bundle's timestamps add to its head: `signers` stand in the order of the note's lines.

    Raises Fault timestamp_wrong.
    """
    text = split_note(note)[0]
    whole = note[len(text) + 1 :].splitlines(keepends=True)
    own = "".join(line for line, key in zip(whole, signers, strict=True) if key.kind == ED25519)
    size = seen.head.size
    for stamp in stamps:
        token = _opened(unb64(stamp["token"]), f"{text}\n{own}".encode(), size)
        if token.authority != stamp["authority"]:
            raise _wrong(size)
        seen = _noted(seen, token, size, roots=roots)
    return seen


def with_folder(
    seen: Seen, folder: Path, leaves: Sequence[bytes], expected: set[str], *, roots: Roots
) -> Seen:
    """What the timestamps of an exported log add to its head; adds their names to those expected.

    Whether the log's key signed a head of the past is not asked: that the tree had this root is seen here,
    and that it had it then is what the authority says. Raises Fault timestamp_wrong, OSError.
    """
    frontier, at = Frontier(), 0
    for size in _sizes(folder / FOLDER):
        if not 0 < size <= len(leaves):
            raise _wrong(None)
        frontier, at = frontier.extend(leaves[at:size]), size
        names = [f"{FOLDER}/{size}.{kind}" for kind in ("checkpoint", "tsr")]
        expected.update(names)
        try:
            note, response = [(folder / name).read_bytes() for name in names]
            head = parse_head(split_note(note.decode())[0])
        except (ValueError, FileNotFoundError) as error:
            raise _wrong(size) from error
        if head != Head(seen.head.origin, size, frontier.root):
            raise _wrong(size)
        seen = _noted(seen, _opened(response, note, size), size, roots=roots)
    return seen


def _sizes(folder: Path) -> Iterator[int]:
    """The sizes that have a timestamp, rising; other names are for the search for strange files to find."""
    sizes: list[int] = []
    for path in folder.glob("*.tsr"):
        try:
            sizes.append(decimal(path.stem))
        except ValueError:
            continue
    yield from sorted(sizes)


def _opened(response: bytes, message: bytes, size: int) -> Token:
    try:
        return open_token(response, message)
    except ValueError as error:
        raise _wrong(size) from error


def _noted(seen: Seen, token: Token, size: int, *, roots: Roots) -> Seen:
    """The largest head counts, and of its timestamps the earliest."""
    try:
        known = bool(roots) and vouched(token, roots)
    except ValueError as error:
        raise _wrong(size) from error
    if not known:
        return replace(seen, timestamp_unpinned=True)
    if seen.stamped_size > size:
        return seen
    if seen.stamped_size == size and seen.stamped_at is not None and seen.stamped_at <= token.at:
        return seen
    return replace(seen, stamped_at=token.at, stamped_size=size)


def _wrong(size: int | None) -> Fault:
    return Fault(TIME, "timestamp_wrong", None if size is None else size - 1)
