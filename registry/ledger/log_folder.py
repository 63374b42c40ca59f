"""An exported log, checked offline: entries walked, tiles recomputed, no file missing and none extra."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from registry.ledger.canonical import is_hex
from registry.ledger.chain import TILE_HEIGHT, TILE_WIDTH, complete_root, tiles_of
from registry.ledger.heads import check_signer, see
from registry.ledger.keyring import handovers, head_keys
from registry.ledger.notes import (
    Head,
    Vkey,
    open_strictly,
    parse_entry_bundle,
    parse_head,
    parse_vkey,
    tile_path,
)
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.stamps import Roots, with_folder
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault, Walk

ENVELOPES = "envelopes"
ENV = b'{"env":"'


def check_folder(
    folder: Path, policy: Policy | None, *, earlier: Head | None = None, roots: Roots = ()
) -> Report:
    """Check an exported folder. Raises Fault at the first thing that does not hold, OSError."""
    enclosed = _enclosed(folder, policy)
    trusted = None if policy is None else replace(policy, logs=tuple({*policy.logs, enclosed}))
    seen = see(_text(folder, "checkpoint"), trusted, own=enclosed)
    head = seen.head
    if head.origin != enclosed.name:
        raise Fault(INTEGRITY, "origin_differs")
    if earlier is not None and (earlier.origin != head.origin or earlier.size > head.size):
        raise Fault(INTEGRITY, "earlier_differs", head.size)
    walk, expected, types = Walk(head.origin), {"checkpoint", "vkey"}, Counter[str]()
    leaves: list[bytes] = []
    envelopes: set[bytes] = set()  # digests, not envelopes: a log of any length must fit
    rotated: dict[int, bytes] = {}  # roots by size, where a key was rotated
    for entry in _entries(folder, head.size, expected):
        digest = _envelope_digest(entry, walk.frontier.size)
        if bytes.fromhex(digest) in envelopes:
            raise Fault(INTEGRITY, "filing_repeated", walk.frontier.size)
        envelopes.add(bytes.fromhex(digest))
        pair = walk.step(entry, _bytes(folder, f"{ENVELOPES}/{digest}", walk.frontier.size))
        leaves.append(pair.leaf)
        types[pair.entry.type] += 1
        if pair.filed.type == "key.rotated":
            rotated[walk.frontier.size] = walk.frontier.root
        if earlier is not None and walk.frontier.size == earlier.size and walk.frontier.root != earlier.root:
            raise Fault(INTEGRITY, "earlier_differs", earlier.size - 1)
    if walk.frontier.root != head.root:
        raise Fault(INTEGRITY, "root_differs", head.size - 1)
    check_signer(replace(seen, signer=enclosed), walk.keyring.keys.values())
    expected |= _check_tiles(folder, leaves)
    expected |= _check_handovers(folder, walk, rotated, policy=policy, enclosed=enclosed)
    seen = with_folder(seen, folder, leaves, expected, roots=roots)
    _check_nothing_extra(folder, expected, envelopes)
    facts = {"last_time": walk.time, **{name: types[name] for name in sorted(types)}}
    followed = policy is not None and enclosed not in policy.logs
    return passed("log", replace(seen, followed=followed), compared=earlier is not None, facts=facts)


def _enclosed(folder: Path, policy: Policy | None) -> Vkey:
    text = _text(folder, "vkey")
    try:
        enclosed = parse_vkey(text)
        if text != f"{enclosed}\n":
            raise ValueError("not canonical")
    except ValueError as error:
        raise Fault(INTEGRITY, "vkey_differs") from error
    if policy is not None and enclosed not in policy.logs and not (folder / "handover").is_dir():
        raise Fault(INTEGRITY, "vkey_differs")
    return enclosed


def _check_handovers(
    folder: Path, walk: Walk, roots: Mapping[int, bytes], *, policy: Policy | None, enclosed: Vkey
) -> set[str]:
    """Each key hands over to the next under both signatures, and one the reader trusts leads to the last.

    Answers the names of the files.
    """
    keys = walk.keyring.keys.values()
    sizes = handovers(keys)
    reached = {enclosed} if policy is None else set(policy.logs)
    chain: list[Vkey] = []
    for size in sizes:
        pair = [Vkey(walk.origin, key.public) for key in head_keys(keys, size)]
        _check_handover(folder, pair, Head(walk.origin, size, roots[size]))
        reached |= set(pair[:1]) if pair[-1] in reached else set()
        chain += reversed(pair) if not chain else pair[:1]
    if enclosed not in reached:
        raise Fault(INTEGRITY, "vkey_differs")
    if sizes and _text(folder, "vkeys") != "".join(f"{key}\n" for key in chain):
        raise Fault(INTEGRITY, "vkey_differs")
    return {f"handover/{size}" for size in sizes} | ({"vkeys"} if sizes else set())


def _check_handover(folder: Path, keys: Sequence[Vkey], head: Head) -> None:
    note = _bytes(folder, f"handover/{head.size}", head.size - 1)
    try:
        said = parse_head(open_strictly(note.decode("utf-8"), *keys))
    except ValueError as error:
        raise Fault(INTEGRITY, "handover_signature", head.size - 1) from error
    if said != head:
        raise Fault(INTEGRITY, "root_differs", head.size - 1)


def _entries(folder: Path, size: int, expected: set[str]) -> Iterator[bytes]:
    for first in range(0, size, TILE_WIDTH):
        width = min(TILE_WIDTH, size - first)
        name = tile_path("entries", first // TILE_WIDTH, width)
        expected.add(name)
        try:
            entries = parse_entry_bundle(_bytes(folder, name, first))
        except ValueError as error:
            raise Fault(INTEGRITY, "entry_malformed", first) from error
        yield from entries[:width]
        if len(entries) != width:
            raise Fault(INTEGRITY, "sequence_broken", first + min(len(entries), width))


def _envelope_digest(entry: bytes, seq: int) -> str:
    """Where an entry keeps it when it is canonical, which the walk checks: the first of its fields."""
    digest = entry[len(ENV) : len(ENV) + 64].decode("latin-1")
    if not entry.startswith(ENV) or not is_hex(digest, 64):
        raise Fault(INTEGRITY, "entry_malformed", seq)
    return digest


def _check_tiles(folder: Path, leaves: list[bytes]) -> set[str]:
    """Compare every hash tile with the one the entries give; answers the names."""
    names: set[str] = set()
    row, level = leaves, 0
    for at, index, width in tiles_of(len(leaves)):
        if at != level:
            row, level = _parents(row), at
        name = tile_path(level, index, width)
        names.add(name)
        first = index * TILE_WIDTH
        seq = first << (TILE_HEIGHT * level)
        if _bytes(folder, name, seq) != b"".join(row[first : first + width]):
            raise Fault(INTEGRITY, "tile_differs", seq)
    return names


def _parents(row: list[bytes]) -> list[bytes]:
    full = len(row) // TILE_WIDTH * TILE_WIDTH
    return [complete_root(b"".join(row[at : at + TILE_WIDTH])) for at in range(0, full, TILE_WIDTH)]


def _check_nothing_extra(folder: Path, expected: set[str], envelopes: set[bytes]) -> None:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name not in expected and not path.is_dir() and not _is_envelope(name, envelopes):
            raise Fault(INTEGRITY, "file_unexpected")


def _is_envelope(name: str, envelopes: set[bytes]) -> bool:
    place, _, digest = name.partition("/")
    return place == ENVELOPES and is_hex(digest, 64) and bytes.fromhex(digest) in envelopes


def _bytes(folder: Path, name: str, seq: int) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise Fault(INTEGRITY, "file_missing", seq) from error


def _text(folder: Path, name: str) -> str:
    try:
        return (folder / name).read_bytes().decode("utf-8")
    except (FileNotFoundError, UnicodeDecodeError) as error:
        raise Fault(INTEGRITY, "unreadable") from error
