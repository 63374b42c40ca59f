"""A checkpoint alone, and a `.tlog-proof` with its entry: the smallest things that can be checked offline."""

from typing import Any

from registry.ledger.chain import included, leaf_hash, parse_entry
from registry.ledger.heads import Seen, compare, see
from registry.ledger.notes import Head, parse_head, parse_proof, split_note
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault


def check_checkpoint(data: bytes, policy: Policy | None, *, earlier: Head | None = None) -> Report:
    """Check a checkpoint's signatures. Raises Fault at the first thing that does not hold."""
    seen = _see(data.decode("utf-8"), policy)
    return passed("checkpoint", seen, compared=compare(seen.head, earlier))


def check_proof(data: bytes, policy: Policy | None, *, entry: bytes, earlier: Head | None = None) -> Report:
    """Check that the entry stands where the proof says. Raises Fault."""
    text = data.decode("utf-8")
    try:
        proof = parse_proof(text)
        if proof.text != text:
            raise ValueError("not canonical")
    except ValueError as error:
        raise Fault(INTEGRITY, "proof_malformed") from error
    try:
        read = parse_entry(entry)
    except ValueError as error:
        raise Fault(INTEGRITY, "entry_malformed", proof.index) from error
    seen = _see(proof.checkpoint, policy)
    head = seen.head
    if read.seq != proof.index or not included(
        leaf_hash(entry), proof.index, head.size, proof=proof.hashes, root=head.root
    ):
        raise Fault(INTEGRITY, "proof_wrong", proof.index)
    facts: dict[str, Any] = {"seq": read.seq, "type": read.type, "subject": read.subject, "time": read.time}
    return passed("proof", seen, compared=compare(head, earlier), facts=facts)


def _see(note: str, policy: Policy | None) -> Seen:
    """Nothing beside a bare checkpoint names its key: without a policy only its form is read."""
    try:
        head = parse_head(split_note(note)[0])
    except ValueError as error:
        raise Fault(INTEGRITY, "checkpoint_malformed") from error
    return Seen(head=head, pinned=False) if policy is None else see(note, policy, own=None)
