"""Many statements under one signature: a party signs the head of a tree over them, each filing carries its
own place in it.

The tree is that of RFC 6962; its leaves are the statements' JCS bytes in the order they were read. So one
filing is checked with its own statement and a path of some 32-byte steps, and shows nothing of the others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from registry.ledger.canonical import LARGEST, exact_keys, is_hex, jcs, pae
from registry.ledger.chain import HASH, inclusion_proof, leaf_hash, nodes_from_leaves, root_by, tree_root

LIST_TYPE = "application/vnd.open-license.statement-list.v1+json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a statement stands in the list that was signed, and the path from it to the tree's root."""

    index: int
    size: int
    path: tuple[bytes, ...]

    def encode(self) -> dict[str, Any]:
        return {"index": self.index, "size": self.size, "path": [step.hex() for step in self.path]}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementList:
    """The statements of one act in their order. Raises ValueError for an empty list or one of two logs."""

    statements: tuple[Mapping[str, Any], ...]

    def __post_init__(self) -> None:
        if len({one["origin"] for one in self.statements}) != 1:
            raise ValueError("a list holds statements of one log, at least one")

    @property
    def leaves(self) -> list[bytes]:
        return [_leaf(one) for one in self.statements]

    @property
    def root(self) -> bytes:
        leaves = self.leaves
        return tree_root(len(leaves), nodes_from_leaves(leaves))

    @property
    def signed_bytes(self) -> bytes:
        """What the one signature is over."""
        return _head(self.statements[0]["origin"], len(self.statements), self.root)

    @property
    def head(self) -> dict[str, Any]:
        """What the signed bytes say."""
        return _head_fields(self.statements[0]["origin"], len(self.statements), self.root)

    def places(self) -> list[Place]:
        """Each statement's place, in order."""
        leaves = self.leaves
        node, size = nodes_from_leaves(leaves), len(leaves)
        return [
            Place(index=index, size=size, path=tuple(inclusion_proof(index, size, node)))
            for index in range(size)
        ]


def listed_bytes(fields: Mapping[str, Any], place: Place) -> bytes:
    """What was signed over the list this statement says it stands in: its root follows from the path.

    Raises ValueError for a path of another length than the place has; `parse_place` let none of those in.
    """
    root = root_by(_leaf(fields), place.index, place.size, proof=place.path)
    if root is None:
        raise ValueError("the path does not fit the place")
    return _head(fields["origin"], place.size, root)


def parse_place(value: Any) -> Place:
    """A place as `encode` wrote it. Raises ValueError unless whole, exact and with a path that fits."""
    found = exact_keys(value, {"index", "size", "path"})
    index, size, path = found["index"], found["size"], found["path"]
    if not all(isinstance(one, int) and not isinstance(one, bool) for one in (index, size)):
        raise ValueError("malformed place")
    if not 0 <= index < size <= LARGEST or not isinstance(path, list):
        raise ValueError("malformed place")
    if len(path) != steps(index, size) or not all(is_hex(one, 2 * HASH) for one in path):
        raise ValueError("the path does not fit the place")
    return Place(index=index, size=size, path=tuple(bytes.fromhex(one) for one in path))


def steps(index: int, size: int) -> int:
    """How many hashes lead from a leaf to the root of a tree of that size."""
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def _leaf(fields: Mapping[str, Any]) -> bytes:
    return leaf_hash(jcs(dict(fields)))


def _head(origin: str, size: int, root: bytes) -> bytes:
    return pae(LIST_TYPE, jcs(_head_fields(origin, size, root)))


def _head_fields(origin: str, size: int, root: bytes) -> dict[str, Any]:
    return {"v": 1, "origin": origin, "size": size, "root": root.hex()}
