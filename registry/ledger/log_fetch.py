"""A copy of a log from its web site, which anybody can make: the files `registry log export` writes, under
one signed head and with the timestamp of that head alone.

Nothing is checked here: `registry verify` does that on the copy. The checkpoint is written last, so that a
copy that was cut off never passes for a whole one.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from registry.ledger.chain import TILE_WIDTH, Entry, parse_entry, tiles_of
from registry.ledger.filings import parse_envelope, parse_filing
from registry.ledger.notes import parse_entry_bundle, parse_head, split_note, tile_path
from registry.ledger.outside import get
from registry.ledger.signing import CHECKPOINT

FOUND: Final = 200
ABSENT: Final = 404


def fetch(url: str, folder: Path) -> int:
    """Copy the log whose `checkpoint` stands at `url`/checkpoint; answers its size.

    Raises FileExistsError unless the folder is new or empty, ValueError for what is no log or lacks a file,
    Unreached.
    """
    if folder.exists() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty")
    note = _needed(url, "checkpoint")
    size = parse_head(split_note(note.decode())[0]).size
    handovers = []
    for level, index, width in tiles_of(size):
        _copy(url, folder, tile_path(level, index, width))
    for entry in _entries(url, folder, size):
        envelope = _copy(url, folder, f"envelopes/{entry.envelope}")
        if entry.type == "key.rotated" and _rotates_checkpoint(envelope):
            handovers.append(f"handover/{entry.seq + 1}")
    for name in ("vkey", *handovers, *(("vkeys",) if handovers else ())):
        _copy(url, folder, name)
    stamp = f"timestamps/{size}"
    if (token := _asked(url, f"{stamp}.tsr")) is not None:
        _copy(url, folder, f"{stamp}.checkpoint")
        _write(folder / f"{stamp}.tsr", token)
    _write(folder / "checkpoint", note)
    return size


def _entries(url: str, folder: Path, size: int) -> Iterator[Entry]:
    for first in range(0, size, TILE_WIDTH):
        name = tile_path("entries", first // TILE_WIDTH, min(TILE_WIDTH, size - first))
        yield from map(parse_entry, parse_entry_bundle(_copy(url, folder, name)))


def _rotates_checkpoint(envelope: bytes) -> bool:
    return bool(parse_filing(parse_envelope(envelope)[0]).fields["purpose"] == CHECKPOINT)


def _copy(url: str, folder: Path, name: str) -> bytes:
    data = _needed(url, name)
    _write(folder / name, data)
    return data


def _needed(url: str, name: str) -> bytes:
    data = _asked(url, name)
    if data is None:
        raise ValueError(f"{url} has no {name}")
    return data


def _asked(url: str, name: str) -> bytes | None:
    answer = get(f"{url.rstrip('/')}/{name}")
    if answer.status not in (FOUND, ABSENT):
        raise ValueError(f"{url}: {name} was answered with status {answer.status}")
    return answer.body if answer.status == FOUND else None


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
