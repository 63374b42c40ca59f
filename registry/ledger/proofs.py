"""Proofs from the stored tiles: one entry under one signed head, and one size of the log under another.

The compact range kept with each signed size answers for the right edge of the tree, so that a proof reads at
most one tile a level: three for a million entries.
"""

from sqlalchemy import select

from registry.database import db
from registry.errors import NotFound, Refused
from registry.ledger import tiles
from registry.ledger.chain import (
    Frontier,
    Node,
    consistency_proof,
    inclusion_proof,
    parse_frontier,
    with_frontier,
)
from registry.ledger.checkpoints import checkpoint_covering, note_head
from registry.ledger.cosignatures import cosignatures_of
from registry.ledger.models import Checkpoint
from registry.ledger.notes import Proof, first_alone


def proof(seq: int, size: int | None = None) -> Proof:
    """The way from an entry to a signed head: of that very size, else the latest; with its cosignatures.

    Without a size a checkpoint is published if none covers the entry yet, so it is asked outside a
    transaction. Raises NotFound when there is no such entry, or no head of that size was signed.
    """
    if size is None:
        size = note_head(checkpoint_covering(seq)).size
    row = db.session.execute(
        select(Checkpoint.note, Checkpoint.frontier).where(Checkpoint.size == size)
    ).one_or_none()
    if row is None or not 0 <= seq < size:
        raise NotFound("not_found")
    nodes = with_frontier(parse_frontier(size, row.frontier), tiles.nodes())
    note = first_alone(row.note) + "".join(one.line for one in cosignatures_of(size))
    return Proof(seq, tuple(inclusion_proof(seq, size, nodes)), note)


def consistency(old: int, new: int) -> list[bytes]:
    """The proof that the log of size `new` only added to that of size `old`.

    Raises NotFound beyond the newest signed head, Refused sizes_disordered unless 0 < old <= new.
    """
    newest = db.session.execute(select(Checkpoint.size).order_by(Checkpoint.size.desc()).limit(1)).scalar()
    if not 0 < old <= new:
        raise Refused("sizes_disordered", "from")
    if new > (newest or 0):
        raise NotFound("not_found")
    return consistency_proof(old, new, _nodes(old, new))


def _nodes(*sizes: int) -> Node:
    """Subtree hashes, the edges at these sizes known where a head was signed."""
    nodes = tiles.nodes()
    for frontier in _frontiers(*sizes):
        nodes = with_frontier(frontier, nodes)
    return nodes


def _frontiers(*sizes: int) -> list[Frontier]:
    rows = db.session.execute(
        select(Checkpoint.size, Checkpoint.frontier).where(Checkpoint.size.in_(set(sizes)))
    )
    return [parse_frontier(row.size, row.frontier) for row in rows]
