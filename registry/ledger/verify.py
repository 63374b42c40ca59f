"""The offline verifier: an exported log or a receipt, without database, operator or network.

It imports neither the web framework nor the database. Everything is read strictly and re-encoded; size and
root come only from a checkpoint whose signature was checked first.
"""

from pathlib import Path

from registry.ledger.canonical import strict
from registry.ledger.log_folder import check_folder
from registry.ledger.notes import Head, Vkey, open_note, parse_head, parse_proof, parse_vkey
from registry.ledger.receipt_file import check_receipt
from registry.ledger.report import Report
from registry.ledger.verdicts import failed
from registry.ledger.walk import INTEGRITY, Fault

LARGEST_RECEIPT = 16 * 1024 * 1024


def verify_path(path: Path, vkey: str | None = None, *, earlier: Path | None = None) -> Report:
    """Check an exported folder or a receipt file; never raises for what it is given to check.

    `vkey` is the registry's verifier key, got from elsewhere; without it the verdicts are lowered. `earlier`
    is a checkpoint, proof or receipt from before: a rewritten and re-signed log is refused against it.
    Raises ValueError for a malformed vkey or an earlier checkpoint the key did not sign.
    """
    key = None if vkey is None else parse_vkey(vkey)
    before = None if earlier is None else read_head(earlier, key)
    kind = "log" if path.is_dir() else "receipt"
    try:
        if kind == "log":
            return check_folder(path, key, earlier=before)
        if path.stat().st_size > LARGEST_RECEIPT:
            raise Fault(INTEGRITY, "unreadable")
        return check_receipt(path.read_bytes(), key, earlier=before)
    except Fault as fault:
        return failed(kind, fault, pinned=key is not None)
    except (OSError, UnicodeDecodeError):
        return failed(kind, Fault(INTEGRITY, "unreadable"), pinned=key is not None)


def read_vkey(text: str) -> str:
    """The verifier key, given as itself or as a file that holds it. Raises OSError, ValueError."""
    try:
        return str(parse_vkey(text))
    except ValueError:
        return str(parse_vkey(Path(text).read_text(encoding="utf-8")))


def read_head(path: Path, key: Vkey | None) -> Head:
    """The head stated by an earlier checkpoint, proof or receipt. Raises ValueError, OSError.

    Comparing needs the key: an unsigned head proves nothing.
    """
    if key is None:
        raise ValueError("comparing with an earlier checkpoint needs the verifier key")
    text = path.read_text(encoding="utf-8")
    if text.startswith("{"):
        receipt = strict(text.encode())
        if not isinstance(receipt, dict) or not isinstance(receipt.get("proof"), str):
            raise ValueError("not a receipt")
        text = str(receipt["proof"])
    if text.startswith("c2sp.org/tlog-proof@"):
        text = parse_proof(text).checkpoint
    return parse_head(open_note(text, [key])[0])
