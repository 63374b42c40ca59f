"""The chain and the tree: log entries, leaf hashes, the RFC 6962 Merkle tree, its proofs and their checks.

Pure arithmetic on bytes. Where the hashes are kept is the caller's matter: proofs read them through a
function that answers the hash of one complete subtree (`Node`), usually made by `nodes_from_tiles`.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from unicodedata import is_normalized

from registry.clock import parse_rfc3339
from registry.ledger.canonical import exact_keys, is_hex, loads

HASH = 32
NOTHING = bytes(HASH)  # what the first entry names as its predecessor
EMPTY_ROOT = hashlib.sha256(b"").digest()
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT

Node = Callable[[int, int], bytes]  # (height, index) -> hash of the complete subtree of 2**height leaves
ReadTile = Callable[[int, int], bytes]  # (tile level, tile index) -> its hashes so far, concatenated


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log: what was filed, about what, when, after what."""

    seq: int
    prev: bytes
    time: str
    type: str
    subject: str
    envelope: str

    def encode(self) -> bytes:
        """The entry's one spelling (RFC 8785). Raises ValueError for text that is not in normal form C."""
        subject, time, kind = (encode_basestring(text) for text in (self.subject, self.time, self.type))
        # Part by part, as every reader looks: behind an escape a mark would seem to join the letter n of \\n.
        if not all(is_normalized("NFC", part) for part in (self.subject, self.time, self.type)):
            raise ValueError("text is not in normal form C")
        text = (
            f'{{"env":"{self.envelope}","prev":"{self.prev.hex()}","seq":{self.seq},'
            f'"subject":{subject},"time":{time},"type":{kind},"v":1}}'
        )
        return text.encode()

    @property
    def instant(self) -> datetime:
        return parse_rfc3339(self.time)


def parse_entry(data: bytes) -> Entry:
    """The entry these bytes spell. Raises ValueError unless it is exactly one, canonically written."""
    value = exact_keys(loads(data), {"v", "seq", "prev", "time", "type", "subject", "env"})
    if value["v"] != 1 or not isinstance(value["v"], int) or isinstance(value["v"], bool):
        raise ValueError("unknown entry version")
    seq = value["seq"]
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise ValueError("malformed sequence number")
    if not is_hex(value["prev"], 64) or not is_hex(value["env"], 64):
        raise ValueError("malformed digest")
    if not all(isinstance(value[name], str) for name in ("time", "type", "subject")):
        raise ValueError("malformed entry")
    parse_rfc3339(value["time"])
    entry = Entry(
        seq=seq,
        prev=bytes.fromhex(value["prev"]),
        time=value["time"],
        type=value["type"],
        subject=value["subject"],
        envelope=value["env"],
    )
    if entry.encode() != data:
        raise ValueError("not canonical")
    return entry


def leaf_hash(entry: bytes) -> bytes:
    """RFC 6962 section 2.1: the chain link and the Merkle leaf in one hash."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The compact range of a whole tree: the roots of its complete subtrees, the largest first."""

    size: int = 0
    nodes: tuple[bytes, ...] = ()

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaves."""
        nodes, size = list(self.nodes), self.size
        for leaf in leaves:
            at = size
            while at & 1:
                leaf = node_hash(nodes.pop(), leaf)
                at >>= 1
            nodes.append(leaf)
            size += 1
        return Frontier(size, tuple(nodes))

    @property
    def root(self) -> bytes:
        if not self.nodes:
            return EMPTY_ROOT
        root = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            root = node_hash(node, root)
        return root

    def encode(self) -> bytes:
        return b"".join(self.nodes)


def parse_frontier(size: int, data: bytes) -> Frontier:
    """The stored frontier of a tree of that size. Raises ValueError when the count does not fit."""
    if size < 0 or len(data) != size.bit_count() * HASH:
        raise ValueError("frontier does not fit the size")
    return Frontier(size, tuple(data[at : at + HASH] for at in range(0, len(data), HASH)))


def tree_root(size: int, node: Node) -> bytes:
    """The root of the first `size` leaves."""
    return EMPTY_ROOT if size == 0 else _range(0, size, node)


def inclusion_proof(index: int, size: int, node: Node) -> list[bytes]:
    """RFC 6962 section 2.1.1, from the leaf's sibling upwards. Raises ValueError when the leaf is outside."""
    if not 0 <= index < size:
        raise ValueError("no such leaf in a tree of that size")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + _split(end - start)
        if index < split:
            path.append(_range(split, end, node))
            end = split
        else:
            path.append(_range(start, split, node))
            start = split
    return path[::-1]


def consistency_proof(old: int, new: int, node: Node) -> list[bytes]:
    """RFC 6962 section 2.1.2. Raises ValueError unless 0 < old <= new."""
    if not 0 < old <= new:
        raise ValueError("a consistency proof leads from a non-empty tree to one at least as large")
    path: list[bytes] = []
    start, end, whole = 0, new, True
    while end > old:
        split = start + _split(end - start)
        if old <= split:
            path.append(_range(split, end, node))
            end = split
        else:
            path.append(_range(start, split, node))
            start, whole = split, False
    if not whole:
        path.append(_range(start, end, node))
    return path[::-1]


def included(leaf: bytes, index: int, size: int, *, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof leads from the leaf to the root (RFC 9162 section 2.1.3.2)."""
    return root_by(leaf, index, size, proof=proof) == root


def root_by(leaf: bytes, index: int, size: int, *, proof: Sequence[bytes]) -> bytes | None:
    """The root to which a proof leads from a leaf (RFC 9162 section 2.1.3.2); None where its length does not
    fit the place.
    """
    if not 0 <= index < size or len(leaf) != HASH or any(len(step) != HASH for step in proof):
        return None
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if at & 1 or at == last:
            found = node_hash(step, found)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return found if last == 0 else None


def consistent(old: int, new: int, *, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the larger tree only added to the smaller (RFC 9162 section 2.1.4.2)."""
    if not 0 < old <= new or any(len(step) != HASH for step in proof):
        return False
    if old == new:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for step in path[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def nodes_from_tiles(read: ReadTile) -> Node:
    """Read subtree hashes out of tiles (C2SP tlog-tiles); each tile is asked for once."""
    seen: dict[tuple[int, int], bytes] = {}

    def node(height: int, index: int) -> bytes:
        level, within = divmod(height, TILE_HEIGHT)
        tile, offset = divmod(index << within, TILE_WIDTH)
        if (level, tile) not in seen:
            seen[level, tile] = read(level, tile)
        hashes = seen[level, tile][offset * HASH : (offset + (1 << within)) * HASH]
        if len(hashes) != HASH << within:
            raise ValueError(f"tile {level}/{tile} is too short")
        return complete_root(hashes)

    return node


def nodes_from_leaves(leaves: Sequence[bytes]) -> Node:
    """Subtree hashes straight from the leaves; each is computed once."""
    rows: list[list[bytes]] = [list(leaves)]

    def node(height: int, index: int) -> bytes:
        while len(rows) <= height:
            below = rows[-1]
            rows.append([node_hash(below[at], below[at + 1]) for at in range(0, len(below) - 1, 2)])
        return rows[height][index]

    return node


def with_frontier(frontier: Frontier, node: Node) -> Node:
    """The same hashes, those of the frontier known beforehand.

    A proof then asks `node` only inside the one complete subtree that holds its leaf: the right edge of the
    tree, where tiles are partial, costs no read.
    """
    known: dict[tuple[int, int], bytes] = {}
    start = 0
    for root in frontier.nodes:
        height = (frontier.size - start).bit_length() - 1
        known[height, start >> height] = root
        start += 1 << height

    def found(height: int, index: int) -> bytes:
        kept = known.get((height, index))
        return node(height, index) if kept is None else kept

    return found


def complete_root(hashes: bytes) -> bytes:
    """The root over concatenated hashes whose number is a power of two."""
    row = [hashes[at : at + HASH] for at in range(0, len(hashes), HASH)]
    while len(row) > 1:
        row = [node_hash(row[at], row[at + 1]) for at in range(0, len(row), 2)]
    return row[0]


def tiles_of(size: int) -> Iterable[tuple[int, int, int]]:
    """Every hash tile of a tree of that size as (level, index, width); the last of a level may be partial."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        full, rest = divmod(size >> (TILE_HEIGHT * level), TILE_WIDTH)
        yield from ((level, index, TILE_WIDTH) for index in range(full))
        if rest:
            yield level, full, rest
        level += 1


def _split(count: int) -> int:
    """The largest power of two smaller than the count."""
    return 1 << ((count - 1).bit_length() - 1)


def _range(start: int, end: int, node: Node) -> bytes:
    """The Merkle tree hash of leaves start..end-1; start is a multiple of the subtree beginning there."""
    count = end - start
    if count & (count - 1) == 0:
        height = count.bit_length() - 1
        return node(height, start >> height)
    split = start + _split(count)
    return node_hash(_range(start, split, node), _range(split, end, node))
