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
from registry.ledger.heads import Seen, compare, see
from registry.ledger.keyring import Keyring
from registry.ledger.notes import Head, check_name
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault, Pair, check_signatures, check_start

FORMAT = "open-license-receipt/1"
KEY_FILINGS = ("log.started", "key.enrolled", "key.rotated")


def check_receipt(data: bytes, policy: Policy | None, *, earlier: Head | None = None) -> Report:
    """Check a receipt's bytes. Raises Fault at the first thing that does not hold."""
    value = _parse(data)
    lines = [read_line(item) for item in (*value["keys"], {name: value[name] for name in LINE})]
    origin = value["origin"]
    note = note_of(lines[-1])
    seen = _see(note, policy, start=lines[0].pair, origin=origin)
    compared = compare(seen.head, earlier)
    check_order(lines)
    _check_needed(lines)
    keyring = Keyring()
    for line in lines:
        check_start(line.pair, origin=origin)
        check_place(line, note, seen.head)
        check_signatures(line.pair, keyring, origin=origin)
    disclosed = _check_disclosures(lines[-1].pair, value.get("disclosures", []))
    entry = lines[-1].pair.entry
    facts = {"seq": entry.seq, "type": entry.type, "subject": entry.subject, "time": entry.time}
    facts |= {"signed_by": [said.fields["role"] for said in lines[-1].pair.filed.statements], **disclosed}
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


def _see(note: str, policy: Policy | None, *, start: Pair, origin: str) -> Seen:
    """A receipt is read strictly: the registry alone has signed its checkpoint."""
    seen = see(note, policy, own=own_key(start, origin))
    if seen.unlisted or seen.cosigned:
        raise Fault(INTEGRITY, "checkpoint_signature")
    if seen.head.origin != origin:
        raise Fault(INTEGRITY, "origin_differs")
    return seen


def _check_needed(lines: Sequence[Line]) -> None:
    """The log's start, then enrolments that are needed, then the filing: nothing extra."""
    used = lines[-1].signers
    for line in reversed(lines[:-1]):  # an enrolment stands before its use, so what needs it is already seen
        filed, seq = line.pair.filed, line.pair.entry.seq
        if filed.type not in KEY_FILINGS or (seq and filed.fields["kid"] not in used):
            raise Fault(INTEGRITY, "file_unexpected", seq)
        used |= line.signers


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
