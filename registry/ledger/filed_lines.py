"""A filing as receipts and bundles carry it: entry, envelope, and the proof leading to their checkpoint."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from registry.ledger.canonical import commitment, exact_keys, unb64
from registry.ledger.chain import included
from registry.ledger.notes import Head, Vkey, parse_proof
from registry.ledger.signing import CHECKPOINT
from registry.ledger.walk import INTEGRITY, Fault, Pair, open_pair

LINE = {"seq", "entry", "envelope", "proof"}


@dataclass(frozen=True, slots=True)
class Line:
    """One filing: read, not yet placed."""

    pair: Pair
    proof: str

    @property
    def signers(self) -> set[str]:
        """The keys that signed it: the registry's and the parties'."""
        return {self.pair.kid, *(statement.kid for statement in self.pair.filed.statements)}

    @property
    def needs(self) -> set[str]:
        """The keys that must have come in before it: its signers', and the one that it ends."""
        filed = self.pair.filed
        return self.signers | ({filed.fields["kid"]} if filed.type == "key.revoked" else set())


def read_line(item: Any) -> Line:
    """Raises Fault unreadable, or what is wrong with entry and envelope."""
    try:
        exact_keys(item, LINE)
    except ValueError as error:
        raise Fault(INTEGRITY, "unreadable") from error
    seq = item["seq"]
    if not isinstance(seq, int) or isinstance(seq, bool) or seq < 0:
        raise Fault(INTEGRITY, "unreadable")
    if not all(isinstance(item[name], str) for name in ("entry", "envelope", "proof")):
        raise Fault(INTEGRITY, "unreadable")
    pair = open_pair(item["entry"].encode(), item["envelope"].encode(), seq=seq)
    return Line(pair, item["proof"])


def note_of(line: Line) -> str:
    """The checkpoint the proof leads to. Raises Fault proof_malformed."""
    try:
        return parse_proof(line.proof).checkpoint
    except ValueError as error:
        raise Fault(INTEGRITY, "proof_malformed", line.pair.entry.seq) from error


def own_key(start: Pair, origin: str, later: Iterable[Pair] = ()) -> Vkey:
    """The newest checkpoint key the log names itself: good for self-consistency, never for trust."""
    rotated = [
        pair.filed.fields
        for pair in later
        if pair.filed.type == "key.rotated" and pair.filed.fields["purpose"] == CHECKPOINT
    ]
    for described in rotated[-1:] or start.filed.fields.get("keys", []):
        if isinstance(described, Mapping) and described.get("purpose") == CHECKPOINT:
            try:
                return Vkey(origin, unb64(described["public"]))
            except (KeyError, ValueError, TypeError) as error:
                raise Fault(INTEGRITY, "checkpoint_signature") from error
    raise Fault(INTEGRITY, "checkpoint_signature")


def check_order(lines: Sequence[Line]) -> None:
    """From the log's start onwards: numbers rise, time never runs back. Raises Fault."""
    entries = [line.pair.entry for line in lines]
    for before, after in pairwise(entries):
        if before.seq >= after.seq:
            raise Fault(INTEGRITY, "sequence_broken", after.seq)
        if before.time > after.time:
            raise Fault(INTEGRITY, "time_runs_back", after.seq)
    if entries[0].seq != 0:
        raise Fault(INTEGRITY, "start_misplaced", entries[0].seq)


def check_place(line: Line, note: str, head: Head) -> None:
    """Raises Fault unless the entry stands in the tree of that very checkpoint."""
    seq = line.pair.entry.seq
    try:
        proof = parse_proof(line.proof)
    except ValueError as error:
        raise Fault(INTEGRITY, "proof_malformed", seq) from error
    if proof.text != line.proof or proof.index != seq or proof.checkpoint != note:
        raise Fault(INTEGRITY, "proof_wrong", seq)
    if not included(line.pair.leaf, seq, head.size, proof=proof.hashes, root=head.root):
        raise Fault(INTEGRITY, "proof_wrong", seq)


def open_value(pair: Pair, item: Mapping[str, Any]) -> None:
    """Raises Fault disclosure_differs unless path, salt and value open a commitment of the filing."""
    try:
        if not isinstance(item["path"], str):
            raise ValueError("a path is text")
        sealed = commitment(item["salt"], item["path"], item["value"])
    except (ValueError, TypeError) as error:
        raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq) from error
    if sealed not in pair.filed.commitments:
        raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq)
