"""A receipt, checked offline: one filing, its place in the log, and the keys that signed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from registry.ledger.canonical import commitment, exact_keys, strict, unb64
from registry.ledger.chain import included
from registry.ledger.keyring import Keyring
from registry.ledger.notes import Head, Vkey, check_name, open_strictly, parse_head, parse_proof
from registry.ledger.report import Report
from registry.ledger.signing import CHECKPOINT
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault, Pair, check_signatures, check_start, open_pair

FORMAT = "open-license-receipt/1"
LINE = {"seq", "entry", "envelope", "proof"}
KEY_FILINGS = ("log.started", "key.enrolled", "key.rotated")


@dataclass(frozen=True, slots=True)
class _Line:
    """One filing of a receipt: read, not yet placed."""

    pair: Pair
    proof: str


def check_receipt(data: bytes, key: Vkey | None, *, earlier: Head | None = None) -> Report:
    """Check a receipt's bytes. Raises Fault at the first thing that does not hold."""
    value = _parse(data)
    lines = [_line(item) for item in (*value["keys"], {name: value[name] for name in LINE})]
    origin = value["origin"]
    signer = key or _own_key(lines[0].pair, origin)
    head = _head(lines[-1].proof, signer, origin=origin)
    if earlier is not None:
        _compare(head, earlier)
    _check_order(lines)
    keyring = Keyring()
    for line in lines:
        check_start(line.pair, origin=origin)
        _check_place(line, lines[-1].proof, head)
        check_signatures(line.pair, keyring, origin=origin)
    disclosed = _check_disclosures(lines[-1].pair, value.get("disclosures", []))
    entry = lines[-1].pair.entry
    facts = {"seq": entry.seq, "type": entry.type, "subject": entry.subject, "time": entry.time, **disclosed}
    same = earlier is not None and earlier.size == head.size
    return passed("receipt", head, pinned=key is not None, whole=False, compared=same, facts=facts)


def _parse(data: bytes) -> dict[str, Any]:
    try:
        value = strict(data)
        optional = {"disclosures"} if isinstance(value, dict) and "disclosures" in value else set()
        exact_keys(value, {"format", "origin", "keys", *LINE, *optional})
        check_name(value["origin"])
    except (ValueError, TypeError) as error:
        raise Fault(INTEGRITY, "unreadable") from error
    lists = (value["keys"], value.get("disclosures", [{}]))
    if value["format"] != FORMAT or not all(isinstance(item, list) for item in lists) or lists[1] == []:
        raise Fault(INTEGRITY, "unreadable")
    parsed: dict[str, Any] = value
    return parsed


def _line(item: Any) -> _Line:
    try:
        exact_keys(item, LINE)
    except ValueError as error:
        raise Fault(INTEGRITY, "unreadable") from error
    seq = item["seq"]
    if not isinstance(seq, int) or isinstance(seq, bool):
        raise Fault(INTEGRITY, "unreadable")
    if not all(isinstance(item[name], str) for name in ("entry", "envelope", "proof")):
        raise Fault(INTEGRITY, "unreadable", seq)
    pair = open_pair(item["entry"].encode(), item["envelope"].encode(), seq=seq)
    return _Line(pair, item["proof"])


def _own_key(start: Pair, origin: str) -> Vkey:
    """The checkpoint key the log names itself: good for self-consistency, never for trust."""
    for described in start.filed.fields.get("keys", []):
        if isinstance(described, Mapping) and described.get("purpose") == CHECKPOINT:
            try:
                return Vkey(origin, unb64(described["public"]))
            except (KeyError, ValueError, TypeError) as error:
                raise Fault(INTEGRITY, "checkpoint_signature") from error
    raise Fault(INTEGRITY, "checkpoint_signature")


def _head(proof: str, signer: Vkey, *, origin: str) -> Head:
    try:
        note = parse_proof(proof).checkpoint
    except ValueError as error:
        raise Fault(INTEGRITY, "proof_malformed") from error
    try:
        head = parse_head(open_strictly(note, signer))
    except ValueError as error:
        raise Fault(INTEGRITY, "checkpoint_signature") from error
    if head.origin != origin:
        raise Fault(INTEGRITY, "origin_differs")
    return head


def _compare(head: Head, earlier: Head) -> None:
    """Two heads of one log and one size must be one; of other sizes a receipt cannot say."""
    if head.origin != earlier.origin:
        raise Fault(INTEGRITY, "origin_differs")
    if head.size == earlier.size and head.root != earlier.root:
        raise Fault(INTEGRITY, "earlier_differs", head.size - 1)


def _check_order(lines: Sequence[_Line]) -> None:
    """The log's start, then enrolments that are needed, then the filing: in order, nothing extra."""
    entries = [line.pair.entry for line in lines]
    for before, after in pairwise(entries):
        if before.seq >= after.seq:
            raise Fault(INTEGRITY, "sequence_broken", after.seq)
        if before.time > after.time:
            raise Fault(INTEGRITY, "time_runs_back", after.seq)
    used = _signers(lines[-1].pair)
    for line in reversed(lines[:-1]):  # an enrolment stands before its use, so what needs it is already seen
        filed, seq = line.pair.filed, line.pair.entry.seq
        if filed.type not in KEY_FILINGS or (seq and filed.fields["kid"] not in used):
            raise Fault(INTEGRITY, "file_unexpected", seq)
        used |= _signers(line.pair)
    if entries[0].seq != 0:
        raise Fault(INTEGRITY, "start_misplaced", entries[0].seq)


def _signers(pair: Pair) -> set[str]:
    return {pair.kid, *(statement.kid for statement in pair.filed.statements)}


def _check_place(line: _Line, shown: str, head: Head) -> None:
    seq = line.pair.entry.seq
    try:
        proof = parse_proof(line.proof)
    except ValueError as error:
        raise Fault(INTEGRITY, "proof_malformed", seq) from error
    if proof.text != line.proof or proof.index != seq or proof.checkpoint != parse_proof(shown).checkpoint:
        raise Fault(INTEGRITY, "proof_wrong", seq)
    if not included(line.pair.leaf, seq, head.size, proof=proof.hashes, root=head.root):
        raise Fault(INTEGRITY, "proof_wrong", seq)


def _check_disclosures(pair: Pair, disclosures: list[Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for item in disclosures:
        try:
            opened = exact_keys(item, {"path", "salt", "value"})
            sealed = commitment(opened["salt"], opened["path"], opened["value"])
        except ValueError as error:
            raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq) from error
        if sealed not in pair.filed.commitments or f"disclosed.{opened['path']}" in shown:
            raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq)
        shown[f"disclosed.{opened['path']}"] = opened["value"]
    return shown
