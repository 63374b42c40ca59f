"""Proofs out of tiles: right, few reads, and none without a signed head."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry.errors import NotFound, Refused
from registry.ledger import service as ledger
from registry.ledger.chain import (
    HASH,
    TILE_HEIGHT,
    TILE_WIDTH,
    Frontier,
    consistency_proof,
    consistent,
    included,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_from_tiles,
    tiles_of,
    with_frontier,
)
from registry.ledger.checkpoints import note_head
from registry.ledger.notes import open_strictly, parse_head, parse_proof
from registry.ledger.setup import ledger_setup
from tests.ledger.making import effective, file
from tests.ledger.test_chain import LEAVES, nodes

MILLION = 1_000_000
LEAF = leaf_hash(b"one of a million")


class Million:
    """Tiles of a million equal leaves: complete subtrees of one height have one hash. Counts the reads."""

    def __init__(self) -> None:
        self.rows = [LEAF]
        for _ in range(MILLION.bit_length()):
            self.rows.append(node_hash(self.rows[-1], self.rows[-1]))
        self.widths = {(level, index): width for level, index, width in tiles_of(MILLION)}
        self.reads = 0

    def read(self, level: int, index: int) -> bytes:
        self.reads += 1
        return self.rows[TILE_HEIGHT * level] * self.widths[level, index]

    def frontier(self, size: int) -> Frontier:
        heights = [height for height in reversed(range(size.bit_length())) if size >> height & 1]
        return Frontier(size, tuple(self.rows[height] for height in heights))


@given(st.integers(1, 700).flatmap(lambda n: st.tuples(st.integers(0, n - 1), st.just(n))))
def test_the_frontier_changes_no_proof(place: tuple[int, int]) -> None:
    index, size = place
    edge = with_frontier(Frontier().extend(LEAVES[:size]), nodes(LEAVES))
    assert inclusion_proof(index, size, edge) == inclusion_proof(index, size, nodes(LEAVES))
    old = with_frontier(Frontier().extend(LEAVES[: index + 1]), edge)
    assert consistency_proof(index + 1, size, old) == consistency_proof(index + 1, size, nodes(LEAVES))


@pytest.mark.parametrize(
    "index", [0, 255, 256, 524_287, 524_288, 917_504, 999_000, MILLION - 65, MILLION - 1]
)
def test_a_proof_among_a_million_entries_reads_at_most_three_tiles(index: int) -> None:
    tiles = Million()
    frontier = tiles.frontier(MILLION)
    proof = inclusion_proof(index, MILLION, with_frontier(frontier, nodes_from_tiles(tiles.read)))
    assert included(LEAF, index, MILLION, proof=proof, root=frontier.root)
    assert tiles.reads <= 3, tiles.reads


@pytest.mark.parametrize("old", [1, 255, 65_536, 524_288, 524_289, 999_744, MILLION - 1, MILLION])
def test_a_consistency_proof_between_signed_heads_reads_at_most_three_tiles(old: int) -> None:
    tiles = Million()
    before, after = tiles.frontier(old), tiles.frontier(MILLION)
    edges = with_frontier(before, with_frontier(after, nodes_from_tiles(tiles.read)))
    proof = consistency_proof(old, MILLION, edges)
    assert consistent(old, MILLION, old_root=before.root, new_root=after.root, proof=proof)
    assert tiles.reads <= 3, tiles.reads


def test_without_the_frontier_the_right_edge_costs_more_reads() -> None:
    tiles = Million()
    inclusion_proof(0, MILLION, nodes_from_tiles(tiles.read))
    assert tiles.reads > 3  # so that the claim above is about the frontier and not about the tree


def test_an_entry_is_proved_under_every_signed_head_that_holds_it(app: Flask) -> None:
    sizes = []
    for number in range(3):
        file(*(effective(f"C-{number}-{n}") for n in range(90 + number * 100)))
        sizes.append(note_head(ledger.publish_checkpoint()).size)
    for size in sizes:
        for seq in (0, 1, size // 2, size - 1):
            proof = parse_proof(ledger.proof(seq, size).text)
            head = parse_head(open_strictly(proof.checkpoint, ledger_setup().vkey))
            leaf = leaf_hash(ledger.filed_at(seq)[0])
            assert (head.size, proof.index) == (size, seq)
            assert included(leaf, seq, size, proof=proof.hashes, root=head.root)
    assert note_head(ledger.proof(0).checkpoint).size == sizes[-1]


def test_what_no_signed_head_holds_has_no_proof(lite: Flask) -> None:
    size = note_head(ledger.publish_checkpoint()).size
    file(effective("C-1"))
    for seq, under in ((size, size), (-1, size), (0, size + 1), (0, 0), (size + 5, None)):
        with pytest.raises(NotFound):
            ledger.proof(seq, under)
    assert note_head(ledger.proof(size).checkpoint).size == size + 1  # asked for, it is signed first


def test_two_sizes_of_the_log_are_proved_consistent_whether_signed_or_not(lite: Flask) -> None:
    file(effective("C-1"), effective("C-2"))
    old = note_head(ledger.publish_checkpoint())
    file(*(effective(f"D-{n}") for n in range(300)))
    new = note_head(ledger.publish_checkpoint())
    proof = ledger.consistency(old.size, new.size)
    assert consistent(old.size, new.size, old_root=old.root, new_root=new.root, proof=proof)
    assert not consistent(old.size, new.size, old_root=new.root, new_root=new.root, proof=proof)
    assert all(len(step) == HASH for step in ledger.consistency(2, TILE_WIDTH))
    file(effective("E-1"))
    with pytest.raises(NotFound):
        ledger.consistency(1, new.size + 1)
    for disordered in ((0, 1), (3, 2)):
        with pytest.raises(Refused, match="sizes_disordered"):
            ledger.consistency(*disordered)
