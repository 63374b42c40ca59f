"""Two signed heads of one log, held against each other: do they belong to one log, or were two shown?

Heads of one size with different roots prove by themselves that two logs were shown under one name. Of
different sizes only the log can say whether the larger grew out of the smaller. Where it did not, the proof
is both heads and the consistency proof that leads from the larger one's own past to it. The report holds all
that is needed to check it again, by anybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from registry.ledger.canonical import b64, exact_keys, jcs, strict, unb64
from registry.ledger.chain import (
    TILE_WIDTH,
    Frontier,
    consistency_proof,
    consistent,
    leaf_hash,
    nodes_from_leaves,
)
from registry.ledger.notes import Head, parse_entry_bundle, parse_vkey, tile_path
from registry.ledger.policy import Policy, open_checkpoint, policy_of

FORMAT = "open-license-equivocation/1"
MEMBERS = {"format", "origin", "keys", "heads", "past", "proof"}


class Verdict(StrEnum):
    CONSISTENT = "consistent"  # the same head, or shown to have grown out of it
    AHEAD = "ahead"  # of different sizes, and no log here that could show more
    EQUIVOCATION = "equivocation"  # they cannot both be true


EXIT = {Verdict.CONSISTENT: 0, Verdict.AHEAD: 3, Verdict.EQUIVOCATION: 4}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What two heads say of each other, the smaller first. `report` is there when they contradict."""

    verdict: Verdict
    heads: tuple[Head, Head]
    report: Mapping[str, Any] | None = None

    def to_json(self) -> bytes:
        """For machines: verdict, heads, and the report where there is one."""
        heads = [{"size": head.size, "root": b64(head.root)} for head in self.heads]
        told = {"verdict": str(self.verdict), "origin": self.heads[0].origin, "heads": heads}
        return jcs({**told, "report": dict(self.report)} if self.report else told)


def compare_notes(one: str, other: str, policy: Policy, *, logs: Sequence[Path] = ()) -> Compared:
    """Compare two checkpoints; `logs` are exported logs, of which one may be that of the larger head.

    Raises ValueError when a note is not signed by a trusted log or when they are of different logs; OSError.
    """
    opened = [(open_checkpoint(note, policy), note) for note in (one, other)]
    opened.sort(key=lambda item: item[0].head.size)
    (small, small_note), (large, large_note) = opened
    heads = (small.head, large.head)
    if small.head.origin != large.head.origin:
        raise ValueError("heads of different logs do not contradict each other")
    notes, keys = (small_note, large_note), sorted({str(small.signer), str(large.signer)})
    if small.head.size == large.head.size:
        if small.head.root == large.head.root:
            return Compared(verdict=Verdict.CONSISTENT, heads=heads)
        report = _report(small.head, notes, keys, past=small.head.root, proof=())
        return Compared(verdict=Verdict.EQUIVOCATION, heads=heads, report=report)
    leaves = next(filter(None, (_leaves_of(log, large.head) for log in logs)), None)
    if leaves is None or small.head.size == 0:
        return Compared(verdict=Verdict.AHEAD, heads=heads)
    past = Frontier().extend(leaves[: small.head.size]).root
    if past == small.head.root:
        return Compared(verdict=Verdict.CONSISTENT, heads=heads)
    proof = consistency_proof(small.head.size, large.head.size, nodes_from_leaves(leaves))
    report = _report(small.head, notes, keys, past=past, proof=proof)
    return Compared(verdict=Verdict.EQUIVOCATION, heads=heads, report=report)


def check_report(data: bytes, policy: Policy) -> tuple[Head, Head]:
    """The two heads that an equivocation report proves to contradict. Raises ValueError unless it does.

    The keys in it are for those who have none; what counts are those the reader brought.
    """
    value = exact_keys(strict(data), MEMBERS)
    lists = (value["keys"], value["heads"], value["proof"])
    if value["format"] != FORMAT or not all(isinstance(item, list) for item in lists):
        raise ValueError("not an equivocation report")
    if len(value["heads"]) != 2:
        raise ValueError("an equivocation takes two heads")
    small, large = (open_checkpoint(str(note), policy).head for note in value["heads"])
    past, proof = unb64(str(value["past"])), [unb64(str(step)) for step in value["proof"]]
    if not small.origin == large.origin == value["origin"] or small.size > large.size:
        raise ValueError("not two heads of one log, the smaller first")
    if small.size == large.size and small.root != large.root:
        return small, large
    if past == small.root or small.size == large.size:
        raise ValueError("these heads do not contradict each other")
    if not consistent(small.size, large.size, old_root=past, new_root=large.root, proof=proof):
        raise ValueError("the larger head does not commit to this past")
    return small, large


def keys_in(data: bytes) -> Policy:
    """Trust in the keys a report itself names: good for self-consistency only. Raises ValueError."""
    value = exact_keys(strict(data), MEMBERS)
    if not isinstance(value["keys"], list):
        raise ValueError("not an equivocation report")
    return policy_of(*(parse_vkey(str(key)) for key in value["keys"]))


def _leaves_of(folder: Path, head: Head) -> list[bytes] | None:
    """The leaves under that head; None where the exported log is another or a shorter one."""
    try:
        leaves = read_leaves(folder, head.size)
    except ValueError:
        return None
    return leaves if Frontier().extend(leaves).root == head.root else None


def read_leaves(folder: Path, size: int) -> list[bytes]:
    """The leaf hashes of an exported log's first entries. Raises ValueError, OSError."""
    leaves: list[bytes] = []
    for first in range(0, size, TILE_WIDTH):
        wanted = [TILE_WIDTH, *range(TILE_WIDTH - 1, 0, -1)] if size - first < TILE_WIDTH else [TILE_WIDTH]
        paths = (folder / tile_path("entries", first // TILE_WIDTH, width) for width in wanted)
        found = next((path for path in paths if path.is_file()), None)
        if found is None:
            raise ValueError("the exported log does not reach that far")
        leaves += [leaf_hash(entry) for entry in parse_entry_bundle(found.read_bytes())]
    if len(leaves) < size:
        raise ValueError("the exported log does not reach that far")
    return leaves[:size]


def _report(
    small: Head, notes: Sequence[str], keys: Sequence[str], *, past: bytes, proof: Sequence[bytes]
) -> Mapping[str, Any]:
    return {
        "format": FORMAT,
        "origin": small.origin,
        "keys": list(keys),
        "heads": list(notes),
        "past": b64(past),
        "proof": [b64(step) for step in proof],
    }
