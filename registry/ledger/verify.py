"""The offline verifier: exported logs, bundles, certificates, extracts, receipts, proofs; no database, no
network.

It imports neither the web framework nor the database. Everything is read strictly and re-encoded; size and
root come only from a checkpoint whose signatures were checked first, under the policy the reader brought.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.x509 import Certificate

from registry import clock
from registry.ledger import bundle_file
from registry.ledger.bundle_file import check_bundle
from registry.ledger.canonical import strict
from registry.ledger.certificate_file import check_certificate
from registry.ledger.extract_file import MAGIC, check_extract, check_members, is_extract, read_folder
from registry.ledger.log_folder import check_folder
from registry.ledger.notes import Head, parse_proof, parse_vkey
from registry.ledger.policy import Policy, open_checkpoint, parse_policy, policy_of
from registry.ledger.proof_file import check_checkpoint, check_proof
from registry.ledger.receipt_file import check_receipt
from registry.ledger.report import Report
from registry.ledger.stamps import Roots
from registry.ledger.verdicts import failed
from registry.ledger.walk import INTEGRITY, Fault

LARGEST = 64 * 1024 * 1024  # bytes of one file; what is larger is said to be so, and not looked into
PROOF, PDF = b"c2sp.org/tlog-proof@", b"%PDF-"


def verify_path(
    path: Path,
    policy: Policy | None = None,
    *,
    earlier: Path | None = None,
    entry: Path | None = None,
    papers: Iterable[Path] = (),
    roots: Roots = (),
    seals: Sequence[Certificate] = (),
) -> Report:
    """Check an exported folder or one file; never raises for what it is given to check.

    Without a policy the verdicts are lowered. `earlier` is a checkpoint, proof, receipt or bundle from
    before: a rewritten and re-signed log is refused against it. `entry` is the entry a proof is about,
    `papers` are files a bundle is asked about, `roots` those of the timestamp authorities that count,
    `seals` the certificates of the seals that do. Raises ValueError for an earlier checkpoint the policy
    does not trust, a proof without its entry, papers for no bundle; OSError.
    """
    before = None if earlier is None else read_head(earlier, policy)
    if path.is_dir() and is_extract(path):
        return _judged(
            "extract",
            policy,
            lambda: check_members(read_folder(path, LARGEST), policy, earlier=before, roots=roots),
        )
    if path.is_dir():
        return _judged("log", policy, lambda: check_folder(path, policy, earlier=before, roots=roots))
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError:
        data = b""
    said = None if entry is None else entry.read_bytes()
    given = {file.name: file.read_bytes() for file in papers}
    return verify_bytes(data, policy, earlier=before, entry=said, papers=given, roots=roots, seals=seals)


def verify_bytes(
    data: bytes,
    policy: Policy | None = None,
    *,
    earlier: Head | None = None,
    entry: bytes | None = None,
    papers: Mapping[str, bytes] | None = None,
    roots: Roots = (),
    seals: Sequence[Certificate] = (),
    now: datetime | None = None,
) -> Report:
    """Check what one file holds, its kind told by how it begins. Raises ValueError: a proof has no entry."""
    if len(data) > LARGEST:
        kind = "certificate" if data.startswith(PDF) else "receipt"
        return failed(kind, Fault(INTEGRITY, "too_large"), pinned=policy is not None)
    if _format(data) == bundle_file.FORMAT:
        return _judged(
            "bundle",
            policy,
            lambda: check_bundle(data, policy, earlier=earlier, papers=papers, roots=roots),
        )
    if papers:
        raise ValueError("only a bundle can be asked about papers")
    if data.startswith(MAGIC):
        return _judged("extract", policy, lambda: check_extract(data, policy, earlier=earlier, roots=roots))
    if data.startswith(PDF):
        today = now or clock.now()
        return _judged(
            "certificate",
            policy,
            lambda: check_certificate(data, policy, now=today, earlier=earlier, roots=roots, given=seals),
        )
    if data.startswith(PROOF):
        if entry is None:
            raise ValueError("checking a proof needs the entry it is about")
        return _judged("proof", policy, lambda: check_proof(data, policy, entry=entry, earlier=earlier))
    if b"\n" in data and data[:1] not in (b"{", b"["):
        return _judged("checkpoint", policy, lambda: check_checkpoint(data, policy, earlier=earlier))
    return _judged("receipt", policy, lambda: check_receipt(data, policy, earlier=earlier))


def read_vkey(text: str) -> Policy:
    """Trust in one log's verifier key, given as itself or as a file that holds it. OSError, ValueError."""
    try:
        return policy_of(parse_vkey(text))
    except ValueError:
        return policy_of(parse_vkey(Path(text).read_text(encoding="utf-8")))


def read_policy(path: Path) -> Policy:
    """The policy in a file (tlog-policy). Raises OSError, ValueError; ValueError when it names no log."""
    policy = parse_policy(path.read_text(encoding="utf-8"))
    if not policy.logs:
        raise ValueError("the policy names no log")
    return policy


def read_head(path: Path, policy: Policy | None) -> Head:
    """The head stated by an earlier checkpoint, proof or receipt. Raises ValueError, OSError.

    Comparing needs the key: an unsigned head proves nothing.
    """
    if policy is None:
        raise ValueError("comparing with an earlier checkpoint needs the verifier key")
    return open_checkpoint(read_note(path), policy).head


def read_note(path: Path) -> str:
    """The checkpoint a file is or holds (a proof, receipt, bundle), unchecked. Raises ValueError, OSError."""
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        value = strict(text.encode())
        try:
            text = str(value["proof"] if "proof" in value else value["filings"][0]["proof"])
        except (KeyError, IndexError, TypeError) as error:
            raise ValueError("neither a receipt nor a bundle") from error
    if text.startswith(PROOF.decode()):
        text = parse_proof(text).checkpoint
    return text


def _format(data: bytes) -> Any:
    """What a JSON text calls itself, None for anything else."""
    if not data.startswith(b"{"):
        return None
    try:
        value = json.loads(data)  # read strictly by the check that it is handed to
    except (ValueError, RecursionError):
        return None
    return value.get("format") if isinstance(value, dict) else None


def _judged(kind: str, policy: Policy | None, check: Callable[[], Report]) -> Report:
    try:
        return check()
    except Fault as fault:
        return failed(kind, fault, pinned=policy is not None)
    except (OSError, UnicodeDecodeError):
        return failed(kind, Fault(INTEGRITY, "unreadable"), pinned=policy is not None)
