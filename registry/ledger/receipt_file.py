"""A receipt, checked offline: one filing, its place in the log, and the keys that signed it."""

from collections.abc import Sequence
from typing import Any

from registry.ledger.canonical import exact_keys, strict
from registry.ledger.filed_lines import (
    LINE,
    Line,
    check_order,
    check_place,
    note_of,
    open_value,
    own_key,
    read_line,
)
from registry.ledger.heads import Seen, check_signer, compare, see
from registry.ledger.keyring import Keyring
from registry.ledger.notes import Head, check_name, split_note
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.signing import kid_of
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault, Pair, check_signatures, check_start

FORMAT = "open-license-receipt/1"
KEY_FILINGS = ("log.started", "key.enrolled", "key.rotated")


def check_receipt(data: bytes, policy: Policy | None, *, earlier: Head | None = None) -> Report:
    """Check a receipt's bytes. Raises Fault at the first thing that does not hold."""
    value = _parse(data)
    keys, main = [read_line(item) for item in value["keys"]], read_line({name: value[name] for name in LINE})
    lines = sorted([*keys, main], key=lambda line: line.pair.entry.seq)
    origin = value["origin"]
    note = note_of(main)
    seen = _see(note, policy, lines=lines, origin=origin)
    compared = compare(seen.head, earlier)
    check_order(lines)
    if keys != [line for line in lines if line is not main]:
        raise Fault(INTEGRITY, "sequence_broken", main.pair.entry.seq)
    _check_needed(lines, main, seen)
    keyring = Keyring()
    for line in lines:
        check_start(line.pair, origin=origin)
        check_place(line, note, seen.head)
        check_signatures(line.pair, keyring, origin=origin)
    check_signer(seen, keyring.keys.values())
    disclosed = _check_disclosures(main.pair, value.get("disclosures", []))
    entry = main.pair.entry
    facts = {"seq": entry.seq, "type": entry.type, "subject": entry.subject, "time": entry.time}
    facts |= {"signed_by": [said.fields["role"] for said in main.pair.filed.statements], **disclosed}
    return passed("receipt", seen, compared=compared, facts=facts)


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


def _see(note: str, policy: Policy | None, *, lines: Sequence[Line], origin: str) -> Seen:
    """A receipt is read strictly: the registry alone has signed its checkpoint, with one key."""
    start, *later = (line.pair for line in lines)
    seen = see(note, policy, own=own_key(start, origin, later) if policy is None else None)
    if len(split_note(note)[1]) != 1:
        raise Fault(INTEGRITY, "checkpoint_signature")
    if seen.head.origin != origin:
        raise Fault(INTEGRITY, "origin_differs")
    return seen


def _check_needed(lines: Sequence[Line], main: Line, seen: Seen) -> None:
    """The log's start and enrolments that the filing or the head's signature needs: nothing extra."""
    used = main.needs | ({kid_of("ed25519", seen.signer.public)} if seen.signer else set())
    for line in reversed(lines):  # an enrolment stands before its use, so what needs it is already seen
        if line is main:
            continue
        filed, seq = line.pair.filed, line.pair.entry.seq
        if filed.type not in KEY_FILINGS or (seq and filed.fields["kid"] not in used):
            raise Fault(INTEGRITY, "file_unexpected", seq)
        used |= line.needs


def _check_disclosures(pair: Pair, disclosures: list[Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    salts: set[str] = set()
    for item in disclosures:
        try:
            opened = exact_keys(item, {"path", "salt", "value"})
        except ValueError as error:
            raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq) from error
        open_value(pair, opened)
        if f"disclosed.{opened['path']}" in shown:
            raise Fault(INTEGRITY, "disclosure_differs", pair.entry.seq)
        if opened["salt"] in salts:  # who is shown one value could guess the other at leisure
            raise Fault(INTEGRITY, "salt_reused", pair.entry.seq)
        salts.add(opened["salt"])
        shown[f"disclosed.{opened['path']}"] = opened["value"]
    return shown
