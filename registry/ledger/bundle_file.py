"""A license bundle, checked offline: what was filed about one contract or declaration, up to a checkpoint.

Its form and every rule: docs/formats.md, section 6. It proves what stands in it, not that nothing else does.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from registry.errors import Refused
from registry.ledger.bundle_facts import facts_of, papers_of
from registry.ledger.canonical import exact_keys, sha256_hex, strict, unb64
from registry.ledger.filed_lines import (
    Line,
    check_order,
    check_place,
    note_of,
    open_value,
    own_key,
    read_line,
)
from registry.ledger.filings import RELAYED
from registry.ledger.heads import Seen, check_signer, compare, see
from registry.ledger.keyring import Keyring
from registry.ledger.notes import COSIGNATURE, ED25519, Head, Vkey, check_name, parse_vkey, split_note
from registry.ledger.policy import Policy
from registry.ledger.relayed import SIGNED, own_statement
from registry.ledger.report import Report
from registry.ledger.signing import kid_of
from registry.ledger.stamps import Roots, with_timestamps
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, SIGNATURES, Fault, Pair, check_signatures, check_start

FORMAT = "open-license-bundle/1"
MEMBERS = {"format", "origin", "subject", "signers", "filings", "disclosures", "timestamps"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A bundle that holds: who signed its checkpoint, its filings in order, what it discloses."""

    subject: str
    seen: Seen
    pairs: Sequence[Pair]
    disclosures: Sequence[Mapping[str, Any]]
    timestamps: Sequence[Mapping[str, str]]

    def digests(self, paper: str | None = None) -> set[str]:
        """The digests of the papers (of one kind) that were issued on the bundle's subject."""
        return {str(one.get("digest")) for one in self.papers if paper in (None, one.get("paper"))}

    @property
    def papers(self) -> list[dict[str, Any]]:
        """The papers issued on the bundle's subject, as filed."""
        return papers_of([pair for pair in self.pairs if pair.filed.subject == self.subject])

    def has_newer(self, digests: Collection[str]) -> bool:
        """Whether one of these papers is of an edition behind which another of its kind was issued."""
        given = [one for one in self.papers if str(one.get("digest")) in digests]
        return any(_is_newer(other, one) for one in given for other in self.papers)


def check_bundle(
    data: bytes,
    policy: Policy | None,
    *,
    earlier: Head | None = None,
    papers: Mapping[str, bytes] | None = None,
    roots: Roots = (),
) -> Report:
    """Check a bundle's bytes, and that each paper (by name) is one it says was issued. Raises Fault."""
    bundle = open_bundle(data, policy, roots=roots)
    compared = compare(bundle.seen.head, earlier)
    return judged("bundle", bundle, compared=compared, papers=papers)


def judged(
    kind: str,
    bundle: Bundle,
    *,
    compared: bool,
    papers: Mapping[str, bytes] | None = None,
    printed: str = "",
) -> Report:
    """The report on a bundle that holds; `printed` is the digest of the paper that carries it.

    Raises Fault paper_unknown.
    """
    known = bundle.digests()
    told = {name: sha256_hex(paper) for name, paper in (papers or {}).items()}
    if any(digest not in known for digest in told.values()):
        raise Fault(INTEGRITY, "paper_unknown")
    facts = facts_of(bundle.subject, bundle.pairs, bundle.disclosures)
    report = passed(kind, bundle.seen, compared=compared, facts={**facts, **_given(told)})
    newer = ("newer_edition",) if bundle.has_newer({printed, *told.values()}) else ()
    return replace(report, notes=(*newer, *report.notes))


def open_bundle(data: bytes, policy: Policy | None, *, roots: Roots = ()) -> Bundle:
    """Read and check a bundle's bytes. Raises Fault at the first thing that does not hold."""
    value = _parse(data)
    origin, subject = value["origin"], value["subject"]
    lines = [read_line(item) for item in value["filings"]]
    note = note_of(lines[0])
    signers = _signers(value["signers"])
    check_order(lines)
    check_start(lines[0].pair, origin=origin)
    log_kid = kid_of("ed25519", signers[0].public)
    seen = _see(note, policy, signers, pairs=[line.pair for line in lines], origin=origin)
    _check_chain(lines)
    _check_membership(lines, subject, {log_kid, *_passed_on(value["disclosures"])})
    keyring = Keyring()
    for line in lines:
        check_start(line.pair, origin=origin)
        check_place(line, note, seen.head)
        check_signatures(line.pair, keyring, origin=origin)
    if log_kid in keyring.keys:
        check_signer(replace(seen, signer=signers[0]), keyring.keys.values())
    _check_disclosures(lines, value["disclosures"])
    _check_passed_on(lines, value["disclosures"], keyring, origin=origin)
    stamped = _timestamps(value["timestamps"])
    return Bundle(
        subject=subject,
        seen=with_timestamps(seen, stamped, note, signers=signers, roots=roots),
        pairs=[line.pair for line in lines],
        disclosures=value["disclosures"],
        timestamps=stamped,
    )


def _parse(data: bytes) -> dict[str, Any]:
    try:
        value = exact_keys(strict(data), MEMBERS)
        check_name(value["origin"])
    except (ValueError, TypeError) as error:
        raise Fault(INTEGRITY, "unreadable") from error
    lists = ("signers", "filings", "disclosures", "timestamps")
    if value["format"] != FORMAT or not all(isinstance(value[name], list) for name in lists):
        raise Fault(INTEGRITY, "unreadable")
    if not value["signers"] or not value["filings"] or not isinstance(value["subject"], str):
        raise Fault(INTEGRITY, "unreadable")
    return value


def _signers(listed: Sequence[Any]) -> list[Vkey]:
    """The log's key first, then witnesses, each in its one spelling."""
    kinds = [ED25519] + [COSIGNATURE] * (len(listed) - 1)
    try:
        keys = [parse_vkey(text, kind=kind) for text, kind in zip(listed, kinds, strict=True)]
    except (ValueError, TypeError, AttributeError) as error:
        raise Fault(INTEGRITY, "unreadable") from error
    if [str(key) for key in keys] != listed or len(set(keys)) != len(keys):
        raise Fault(INTEGRITY, "unreadable")
    return keys


def _see(
    note: str, policy: Policy | None, signers: Sequence[Vkey], *, pairs: Sequence[Pair], origin: str
) -> Seen:
    """Exactly the listed signers have signed; whom of them the reader trusts is the policy's matter."""
    listed = Policy(logs=(signers[0],), witnesses={str(key): key for key in signers[1:]})
    try:
        text, lines = split_note(note)
    except ValueError as error:
        raise Fault(INTEGRITY, "checkpoint_malformed") from error
    if [(line.name, line.key_id) for line in lines] != [(key.name, key.key_id) for key in signers]:
        raise Fault(INTEGRITY, "checkpoint_signature")
    if not all(key.holds(text, line.signature) for key, line in zip(signers, lines, strict=True)):
        raise Fault(INTEGRITY, "checkpoint_signature")
    if policy is None and signers[0] != own_key(pairs[0], origin, pairs[1:]):
        raise Fault(INTEGRITY, "checkpoint_signature")
    head = see(note, listed, own=None).head
    if head.origin != origin:
        raise Fault(INTEGRITY, "origin_differs")
    if policy is None:
        return Seen(head=head, pinned=False, witness_unpinned=len(signers) > 1)
    return replace(see(note, policy, own=None), unlisted=False)


def _check_chain(lines: Sequence[Line]) -> None:
    for before, after in pairwise(line.pair for line in lines):
        if after.entry.seq == before.entry.seq + 1 and after.entry.prev != before.leaf:
            raise Fault(INTEGRITY, "chain_broken", after.entry.seq)


def _check_membership(lines: Sequence[Line], subject: str, used: Collection[str]) -> None:
    """Every filing is the subject's, or a key's that something here was signed with."""
    subjects = {subject, *_declarations(lines, subject)}
    about = [line for line in lines[1:] if line.pair.entry.subject in subjects]
    if not any(line.pair.entry.subject == subject for line in about):
        raise Fault(INTEGRITY, "subject_missing")
    allowed = {0, *(line.pair.entry.seq for line in about)}
    allowed |= _needed_keys(lines, about, used)
    for line in lines:
        if line.pair.entry.seq not in allowed:
            raise Fault(INTEGRITY, "file_unexpected", line.pair.entry.seq)


def _declarations(lines: Sequence[Line], subject: str) -> set[str]:
    return {
        line.pair.filed.fields["declaration"]
        for line in lines
        if line.pair.filed.type == "license.noticed" and line.pair.filed.subject == subject
    }


def _needed_keys(lines: Sequence[Line], about: Collection[Line], used: Collection[str]) -> set[int]:
    """Places of the key filings about these keys, about those that signed the subject's, and so on."""
    concerning: dict[str, list[Line]] = {}
    for line in lines:
        if line.pair.filed.type.startswith("key."):
            for kid in _concerned(line):
                concerning.setdefault(kid, []).append(line)
    found: set[int] = set()
    needed, waiting = set[str](), set(used).union(*(line.signers for line in about))
    while waiting:  # each key once: a stranger's file may chain thousands of them
        needed.add(kid := waiting.pop())
        for line in concerning.get(kid, ()):
            found.add(line.pair.entry.seq)
            waiting |= line.signers - needed
    return found


def _concerned(line: Line) -> set[str]:
    fields = line.pair.filed.fields
    return {fields["kid"], fields.get("replaces", fields["kid"])}


def _check_disclosures(lines: Sequence[Line], disclosures: Sequence[Any]) -> None:
    pairs = {line.pair.entry.seq: line.pair for line in lines}
    places: list[tuple[int, str]] = []
    salts: set[str] = set()
    for item in disclosures:
        try:
            exact_keys(item, {"seq", "path", "salt", "value"})
        except ValueError as error:
            raise Fault(INTEGRITY, "disclosure_differs") from error
        seq = item["seq"]
        if isinstance(seq, bool) or not isinstance(seq, int) or seq not in pairs:
            raise Fault(INTEGRITY, "disclosure_differs")
        open_value(pairs[seq], item)
        if item["salt"] in salts:
            raise Fault(INTEGRITY, "salt_reused", seq)
        salts.add(item["salt"])
        places.append((seq, item["path"]))
    if places != sorted(set(places)):
        raise Fault(INTEGRITY, "disclosure_differs")


def _passed_on(disclosures: Sequence[Any]) -> Iterator[str]:
    """The keys whose signatures are shown behind keys made for one statement."""
    for item in disclosures:
        value = item.get("value") if isinstance(item, dict) and item.get("path") == SIGNED else None
        if isinstance(value, dict) and isinstance(value.get("kid"), str):
            yield value["kid"]


def _check_passed_on(
    lines: Sequence[Line], disclosures: Sequence[Any], keyring: Keyring, *, origin: str
) -> None:
    """What a party signed itself holds as if it stood in the filing openly."""
    opened = {item["seq"]: item["value"] for item in disclosures if item["path"] == SIGNED}
    made = {line.pair.filed.subject: opened[seq] for line in lines if (seq := line.pair.entry.seq) in opened}
    for line in lines:
        filed, seq = line.pair.filed, line.pair.entry.seq
        for said in filed.statements:
            if said.level != RELAYED or said.kid not in made or filed.subject == said.kid:
                continue
            try:
                own = own_statement(said, made[said.kid])
                keyring.check_shown(filed, own, seq=seq, origin=origin)
            except ValueError as error:
                raise Fault(SIGNATURES, "statement_mismatch", seq) from error
            except Refused as refused:
                raise Fault(SIGNATURES, refused.code, seq) from refused


def _timestamps(items: Sequence[Any]) -> list[dict[str, str]]:
    stamps: list[dict[str, str]] = []
    for item in items:
        try:
            stamp = exact_keys(item, {"authority", "token"})
            if not isinstance(stamp["authority"], str) or not stamp["authority"] or not unb64(stamp["token"]):
                raise ValueError("empty")
        except (ValueError, TypeError) as error:
            raise Fault(INTEGRITY, "unreadable") from error
        stamps.append(stamp)
    return stamps


def _given(told: Mapping[str, str]) -> dict[str, Any]:
    return (
        {"papers_given": [{"file": name, "digest": digest} for name, digest in told.items()]} if told else {}
    )


def _is_newer(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Of the same kind and license and a later edition, as far as both say so in whole numbers."""
    versions = one.get("version"), other.get("version")
    if any(isinstance(said, bool) or not isinstance(said, int) for said in versions):
        return False
    same = all(one.get(name) == other.get(name) for name in ("paper", "declaration"))
    return same and bool(one["version"] > other["version"])
