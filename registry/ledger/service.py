"""What can be done with the ledger: start it, enter filings, publish its head, hand out receipts, check it.

The verbs live beside their nouns (append, checkpoints, receipts, audit, export); here is the list of them.
Who may file what is the matter of the folders above: the ledger knows signatures, not permissions.
"""

from dataclasses import replace
from datetime import datetime

from flask import current_app
from sqlalchemy import delete, insert, select, text

from registry.config import Settings
from registry.database import db, in_transaction, transaction
from registry.errors import Conflict
from registry.ledger import closed
from registry.ledger.anchors import MOST_SKEW, Awaited, awaited, clock_skew, paused
from registry.ledger.anchors import ask as ask_outside
from registry.ledger.append import Appended, append
from registry.ledger.audit import audit
from registry.ledger.audit_runs import is_late as audit_is_late
from registry.ledger.audit_runs import runs as audits
from registry.ledger.audit_runs import start_audits
from registry.ledger.bundles import bundle, filings_about
from registry.ledger.canonical import b64
from registry.ledger.chain import NOTHING
from registry.ledger.checkpoints import (
    checkpoint,
    checkpoint_covering,
    note_head,
    own_keys,
    publish_checkpoint,
)
from registry.ledger.closed import last_closed
from registry.ledger.closed import place as closed_place
from registry.ledger.cosignatures import checkpoint_with_cosignatures, cosignatures_of
from registry.ledger.cosigning import Elsewhere, heads_elsewhere
from registry.ledger.export import export
from registry.ledger.extracts import extract
from registry.ledger.filings import Filing
from registry.ledger.models import Disclosure, LedgerHead, LedgerKey
from registry.ledger.proofs import consistency, proof
from registry.ledger.receipts import disclosures, filed_among, filed_at, leaf, opened, receipt, time_of
from registry.ledger.rotation import listed, revoke, rotate, tidy
from registry.ledger.setup import init_app, ledger_setup
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, RegistryKeys
from registry.ledger.start import check_against, check_kept, check_start
from registry.ledger.timestamps import timestamps_of

__all__ = [
    "MOST_SKEW",
    "Appended",
    "Awaited",
    "Elsewhere",
    "append",
    "ask_outside",
    "audit",
    "audit_is_late",
    "audits",
    "awaited",
    "bundle",
    "check_against",
    "check_kept",
    "check_start",
    "checkpoint",
    "checkpoint_covering",
    "checkpoint_with_cosignatures",
    "clock_skew",
    "closed_place",
    "consistency",
    "cosignatures_of",
    "disclosures",
    "erase",
    "export",
    "extract",
    "filed_among",
    "filed_at",
    "filings_about",
    "heads_elsewhere",
    "init_app",
    "last_closed",
    "leaf",
    "listed",
    "opened",
    "own_keys",
    "paused",
    "proof",
    "public_key",
    "publish_checkpoint",
    "receipt",
    "revoke",
    "rotate",
    "size",
    "start",
    "start_audits",
    "tidy",
    "time_of",
    "timestamps_of",
]


def start(
    origin: str | None = None,
    keys: RegistryKeys | None = None,
    name: str | None = None,
    *,
    at: datetime | None = None,
) -> None:
    """Enter log.started as the first filing, unless it stands there already.

    Origin, keys and the registry's name are the settings' unless given. Behind a closed log it names that
    log's last known head. Raises Conflict ledger_differs when the log that stands there is another one,
    ledger_restarted when this is the name of a closed log or not its successor's.
    """
    setup = ledger_setup()
    settings: Settings = current_app.extensions["settings"]
    filing = _started(origin or setup.origin, keys or setup.keys, name or settings.operator_name)

    def work() -> None:
        if db.session.execute(select(LedgerHead.id)).first() is None:
            empty = {"id": 1, "seq": -1, "leaf": NOTHING, "time": "", "size": 0, "frontier": b""}
            db.session.execute(insert(LedgerHead), empty)
        if size() == 0:
            append([_following(filing)], at=at)
        elif filed_at(0)[1].subject != filing.subject:
            raise Conflict("ledger_differs", origin=filing.subject)

    if in_transaction():
        work()
    else:
        transaction(work)


def size() -> int:
    """How many filings there are."""
    return db.session.execute(select(LedgerHead.size)).scalar() or 0


def public_key(kid: str) -> LedgerKey | None:
    """An enrolled key, revoked or not; None when nobody enrolled it."""
    return db.session.get(LedgerKey, kid)


def erase(seq: int, path: str) -> bool:
    """Forget what one commitment held, salt and all; no hash changes. Answers whether there was anything.

    The papers, uploads and job rows that held the same value are their own folders' to erase.
    """
    connection = db.session.connection()
    if seq < 0 and connection.dialect.name != "postgresql":
        return closed.erase(seq, path)
    if connection.dialect.name == "postgresql":  # the application's role may not DELETE, only call this
        query = text("SELECT ledger_erase(:seq, :path)")
        return bool(connection.execute(query, {"seq": seq, "path": path}).scalar_one())
    gone = connection.execute(delete(Disclosure).where(Disclosure.seq == seq, Disclosure.path == path))
    return gone.rowcount > 0


def _started(origin: str, keys: RegistryKeys, name: str) -> Filing:
    described = [
        {"kid": signer.kid, "alg": signer.alg, "public": b64(signer.public), "purpose": purpose}
        for purpose, signer in ((COUNTERSIGN, keys.countersigner), (CHECKPOINT, keys.checkpoint_signer))
    ]
    fields = {"origin": origin, "name": name, "keys": described}
    return Filing(type="log.started", subject=origin, fields=fields)


def _following(filing: Filing) -> Filing:
    """The first filing of a log that follows a closed one names its last known head."""
    before = closed.latest()
    if before is None:
        return filing
    if filing.subject != before.successor:
        raise Conflict("ledger_restarted", origin=before.origin, successor=before.successor)
    head = note_head(before.last_head)
    named = {"origin": head.origin, "size": head.size, "root": head.root.hex(), "note": before.last_head}
    return replace(filing, fields={**filing.fields, "predecessor": named})
