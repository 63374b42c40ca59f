import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.chain import (
    EMPTY_ROOT,
    Frontier,
    Node,
    complete_root,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_from_tiles,
    parse_entry,
    parse_frontier,
    tiles_of,
    tree_root,
)

LEAVES = [leaf_hash(str(n).encode()) for n in range(700)]


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962 section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(slow_root(leaves[:split]), slow_root(leaves[split:]))


def nodes(leaves: list[bytes]) -> Node:
    """Nodes out of tiles made of these leaves."""

    def read(level: int, index: int) -> bytes:
        row = leaves
        for _ in range(level):
            full = len(row) // 256 * 256
            row = [complete_root(b"".join(row[at : at + 256])) for at in range(0, full, 256)]
        return b"".join(row[index * 256 : index * 256 + 256])

    return nodes_from_tiles(read)


@given(st.integers(0, 700))
def test_frontier_and_tiles_give_the_root_of_the_specification(size: int) -> None:
    frontier = Frontier().extend(LEAVES[:size])
    assert frontier.root == tree_root(size, nodes(LEAVES)) == slow_root(LEAVES[:size])
    assert parse_frontier(size, frontier.encode()) == frontier


@given(st.integers(1, 700).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))), st.data())
def test_an_inclusion_proof_holds_and_nothing_else_does(place: tuple[int, int], data: st.DataObject) -> None:
    index, size = place
    proof = inclusion_proof(index, size, nodes(LEAVES))
    root = slow_root(LEAVES[:size])
    assert included(LEAVES[index], index, size, proof=proof, root=root)
    assert not included(LEAVES[index], index, size, proof=[*proof, LEAVES[0]], root=root)
    other = data.draw(st.integers(0, size - 1))
    assert included(LEAVES[index], other, size, proof=proof, root=root) is (other == index)
    if proof:
        broken = data.draw(st.integers(0, len(proof) - 1))
        worse = [LEAVES[1] if at == broken else step for at, step in enumerate(proof)]
        assert worse == proof or not included(LEAVES[index], index, size, proof=worse, root=root)
        assert not included(LEAVES[index], index, size, proof=proof[:-1], root=root)


@given(st.integers(1, 700).flatmap(lambda n: st.tuples(st.integers(1, n), st.just(n))))
def test_a_consistency_proof_holds_between_true_trees_only(sizes: tuple[int, int]) -> None:
    old, new = sizes
    proof = consistency_proof(old, new, nodes(LEAVES))
    roots = {"old_root": slow_root(LEAVES[:old]), "new_root": slow_root(LEAVES[:new])}
    assert consistent(old, new, **roots, proof=proof)
    assert not consistent(old, new, **{**roots, "old_root": EMPTY_ROOT}, proof=proof)
    assert not consistent(old, new, **{**roots, "new_root": EMPTY_ROOT}, proof=proof)
    assert not consistent(old, new, **roots, proof=[*proof, LEAVES[0]])


def test_growing_in_lists_is_growing_one_by_one() -> None:
    at_once = Frontier().extend(LEAVES)
    one_by_one = Frontier()
    for leaf in LEAVES:
        one_by_one = one_by_one.extend([leaf])
    assert at_once == one_by_one


def test_proofs_outside_the_tree_are_refused() -> None:
    node = nodes(LEAVES)
    for index, size in ((0, 0), (5, 5), (-1, 5)):
        with pytest.raises(ValueError, match="no such leaf"):
            inclusion_proof(index, size, node)
    for old, new in ((0, 5), (6, 5)):
        with pytest.raises(ValueError, match="consistency"):
            consistency_proof(old, new, node)
    with pytest.raises(ValueError, match="too short"):
        tree_root(701, node)


def test_tiles_are_those_of_the_specifications_example() -> None:
    tiles = list(tiles_of(70_000))
    assert tiles.count((0, 273, 112)) == 1
    assert sum(1 for level, _, width in tiles if level == 0 and width == 256) == 273
    assert [tile for tile in tiles if tile[0] > 0] == [(1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert list(tiles_of(0)) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("v", 2),
        ("v", True),
        ("seq", -1),
        ("seq", "0"),
        ("prev", "AB" * 32),
        ("env", "ab" * 31),
        ("time", "2026-11-22T01:02:03Z"),
        ("time", "2026-11-22T01:02:03.004+08:00"),
        ("type", None),
        ("extra", 1),
    ],
)
def test_a_malformed_entry_is_refused(name: str, value: object) -> None:
    import rfc8785

    good = {
        "v": 1,
        "seq": 0,
        "prev": "00" * 32,
        "time": "2026-11-22T01:02:03.004Z",
        "type": "log.started",
        "subject": "x",
        "env": "ab" * 32,
    }
    data = rfc8785.dumps(good)
    assert parse_entry(data).encode() == data
    with pytest.raises(ValueError):  # noqa: PT011
        parse_entry(rfc8785.dumps({**good, name: value}))
