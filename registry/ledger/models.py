"""What the ledger remembers. Everything but the head, and the end of a key, is written once (see guards)."""

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from registry.database import Model, UtcDateTime, uuid_key

SEQ = BigInteger().with_variant(Integer, "sqlite")


class LedgerHead(Model):
    """The one row every append locks: last number, leaf and time, and the tree's compact range."""

    __tablename__ = "ledger_head"
    __table_args__ = (
        CheckConstraint("id = 1", name="one_row"),
        CheckConstraint("size = seq + 1", name="size_follows_seq"),
    )
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(SEQ)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    time: Mapped[str] = mapped_column(String(24))
    size: Mapped[int] = mapped_column(SEQ)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)


class Envelope(Model):
    """A filing's envelope under its digest: public, exported."""

    __tablename__ = "envelope"
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    bytes: Mapped[bytes] = mapped_column(LargeBinary)


class LedgerEntry(Model):
    """One line of the log. UNIQUE(prev) is the backstop against forks."""

    __tablename__ = "ledger_entry"
    __table_args__ = (Index(None, "subject", "seq"),)
    seq: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    prev: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    envelope_digest: Mapped[str] = mapped_column(String(64), ForeignKey(Envelope.digest))
    subject: Mapped[str] = mapped_column(String(200))  # as the entry says, so that a bundle finds its filings


class StatementUse(Model):
    """A statement that stands in the log, by its key and nonce: it was signed for one filing only."""

    __tablename__ = "statement_use"
    once: Mapped[str] = mapped_column(String(64), primary_key=True)


class Disclosure(Model):
    """What opens one commitment: the only part that may be erased, and erasing it changes no hash."""

    __tablename__ = "disclosure"
    seq: Mapped[int] = mapped_column(SEQ, ForeignKey(LedgerEntry.seq), primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)


class LedgerKey(Model):
    """A public key, as the key filings left it; validity counts in sequence numbers."""

    __tablename__ = "ledger_key"
    kid: Mapped[str] = mapped_column(String(32), primary_key=True)
    alg: Mapped[str] = mapped_column(String(20))
    public: Mapped[bytes] = mapped_column(LargeBinary)
    holder: Mapped[str] = mapped_column(String(200), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    enrolled_seq: Mapped[int] = mapped_column(SEQ, ForeignKey(LedgerEntry.seq))
    revoked_seq: Mapped[int | None] = mapped_column(SEQ, ForeignKey(LedgerEntry.seq))


class Tile(Model):
    """A full hash tile (C2SP tlog-tiles): 256 hashes and the root over them."""

    __tablename__ = "tile"
    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    index: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))


class Checkpoint(Model):
    """A signed head. Only committed heads are signed, one note a size."""

    __tablename__ = "checkpoint"
    size: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    note: Mapped[str] = mapped_column(Text)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)  # spares a proof the partial tiles at its edge
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Cosignature(Model):
    """A witness's signature line over a checkpoint's text (C2SP tlog-cosignature), the first of each size."""

    __tablename__ = "cosignature"
    size: Mapped[int] = mapped_column(SEQ, ForeignKey(Checkpoint.size), primary_key=True, autoincrement=False)
    witness: Mapped[str] = mapped_column(String(300), primary_key=True)  # its verifier key
    line: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)  # as the witness says, inside its signature


class TimestampToken(Model):
    """An RFC 3161 response over SHA-256 of a checkpoint's note as the registry alone signed it."""

    __tablename__ = "timestamp_token"
    size: Mapped[int] = mapped_column(SEQ, ForeignKey(Checkpoint.size), primary_key=True, autoincrement=False)
    authority: Mapped[str] = mapped_column(String(300), primary_key=True)  # subject of its certificate
    token: Mapped[bytes] = mapped_column(LargeBinary)
    stamped_at: Mapped[datetime] = mapped_column(UtcDateTime)  # genTime
    skew_ms: Mapped[int] = mapped_column(Integer)  # how far our clock was from theirs, for the operators


class AuditRun(Model):
    """One check of the whole log by the worker: what it found. `root` is hex, empty when it did not hold."""

    __tablename__ = "audit_run"
    __table_args__ = (
        CheckConstraint("verdict IN ('valid', 'invalid', 'error')", name="verdict"),
        CheckConstraint("(verdict = 'valid') = (length(root) = 64)", name="valid_has_root"),
    )
    id: Mapped[uuid.UUID] = uuid_key()
    origin: Mapped[str] = mapped_column(String(300))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    size: Mapped[int] = mapped_column(SEQ)
    root: Mapped[str] = mapped_column(String(64))
    verdict: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(String(60))  # why, as in a report; of an error its class
    seq: Mapped[int | None] = mapped_column(SEQ)  # the first place that does not hold


class ClosedLog(Model):
    """A log that was closed after a loss. Its filings are known by negative numbers: see `first`."""

    __tablename__ = "closed_log"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    origin: Mapped[str] = mapped_column(String(300), unique=True)
    successor: Mapped[str] = mapped_column(String(300))
    first: Mapped[int] = mapped_column(SEQ)  # what its entry 0 is called here: minus the filings since then
    size: Mapped[int] = mapped_column(SEQ)  # what we still held when it was closed
    note: Mapped[str] = mapped_column(Text)  # the newest head we signed over what we held; empty for none
    last_head: Mapped[str] = mapped_column(Text)  # the newest head anybody knows of it
    closed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ClosedEntry(Model):
    """An entry of a closed log with its envelope, as they were."""

    __tablename__ = "closed_entry"
    log: Mapped[int] = mapped_column(ForeignKey(ClosedLog.number), primary_key=True)
    seq: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary(32))
    entry: Mapped[bytes] = mapped_column(LargeBinary)
    envelope: Mapped[bytes] = mapped_column(LargeBinary)


class ClosedKey(Model):
    """A key of a closed log: where it came in, and whether it was the registry's for signing heads."""

    __tablename__ = "closed_key"
    log: Mapped[int] = mapped_column(ForeignKey(ClosedLog.number), primary_key=True)
    kid: Mapped[str] = mapped_column(String(32), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    enrolled_seq: Mapped[int] = mapped_column(SEQ)


class ClosedDisclosure(Model):
    """What opens one commitment of a closed log; it may be erased like any other."""

    __tablename__ = "closed_disclosure"
    log: Mapped[int] = mapped_column(ForeignKey(ClosedLog.number), primary_key=True)
    seq: Mapped[int] = mapped_column(SEQ, primary_key=True, autoincrement=False)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    salt: Mapped[str] = mapped_column(String(64))
    value: Mapped[str] = mapped_column(Text)
