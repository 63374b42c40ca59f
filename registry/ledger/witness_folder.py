"""A witness's own folder: its key, the logs it trusts, and in one SQLite file the heads it cosigned last.

It needs nothing of a registry: a venue or a university runs it on a machine of its own.
"""

import json
import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from registry.ledger.canonical import b64, unb64
from registry.ledger.notes import (
    COSIGNATURE,
    Head,
    Vkey,
    check_name,
    cosign,
    parse_head,
    parse_vkey,
    split_note,
)
from registry.ledger.signing import Ed25519Signer, KeysUnsafe
from registry.ledger.witness import PLAIN, Answer, Request, decide, parse_request

log = logging.getLogger(__name__)
PATIENCE = 10.0
"""Seconds a request waits for the one before it to be on disk."""
SCHEMA = "CREATE TABLE IF NOT EXISTS cosigned (origin TEXT PRIMARY KEY, note TEXT NOT NULL) STRICT"


def create_witness(folder: Path, name: str) -> Vkey:
    """Make a witness's key, mode 0600, and answer what others pin.

    Raises ValueError for a name that cannot name a key, FileExistsError where a key is already.
    """
    check_name(name)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    signer = Ed25519Signer(Ed25519PrivateKey.generate())
    descriptor = os.open(_key(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(f"{b64(signer.private_bytes())}\n")
        file.flush()
        os.fsync(file.fileno())
    vkey = Vkey(name, signer.public, COSIGNATURE)
    (folder / "vkey").write_text(f"{vkey}\n", encoding="utf-8")  # last: without it there is no witness yet
    return vkey


def open_witness(folder: Path) -> "Witness":
    """The witness of a folder. Raises KeysUnsafe when its key is missing, malformed or readable by others."""
    path = _key(folder)
    try:
        mode = stat.S_IMODE(path.stat().st_mode)
        signer = Ed25519Signer.from_private_bytes(unb64(path.read_text(encoding="ascii").strip()))
        vkey = parse_vkey((folder / "vkey").read_text(encoding="utf-8"), kind=COSIGNATURE)
    except OSError as error:
        raise KeysUnsafe(f"no witness in {folder}: {error.strerror}; `registry witness create`") from error
    except ValueError as error:
        raise KeysUnsafe(f"the witness's key in {folder} is malformed") from error
    if mode & 0o077:
        raise KeysUnsafe(f"the witness's key may be read by others (mode {mode:04o}): chmod 600")
    if vkey.public != signer.public:
        raise KeysUnsafe("the witness's key and its verifier key do not belong together")
    return Witness(folder, vkey, signer)


@dataclass(frozen=True, slots=True)
class Witness:
    """Cosigns what only grew. Several threads or processes may share one folder."""

    folder: Path
    vkey: Vkey
    signer: Ed25519Signer

    @property
    def logs(self) -> list[Vkey]:
        """The keys trusted, read anew so that trusting one needs no restart. Raises ValueError, OSError."""
        path = _logs(self.folder)
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [parse_vkey(line) for line in lines if line.strip()]

    def trust(self, vkey: str) -> Vkey:
        """Trust a log's key; an origin may have several. Raises ValueError when malformed."""
        key = parse_vkey(vkey)
        if key not in self.logs:
            with _logs(self.folder).open("a", encoding="utf-8") as file:
                file.write(f"{key}\n")
        return key

    def submit(self, body: bytes, *, now: int) -> Answer:
        """The answer to `add-checkpoint` at `now`, in seconds since the epoch; on disk before it is given.

        A crash before the commit forgets the request, one after it at most loses the answer: the log asks
        again, learns our size, and gets a cosignature of the head we hold.
        """
        try:
            request = parse_request(body)
        except ValueError as error:
            return Answer(status=400, text=f"{error}\n")
        logs = self.logs
        with self._database() as database:
            answer = decide(request, logs, _latest(database, request.head.origin))
            if answer.status == 200:  # only now the lock: strangers never keep the log waiting
                answer = self._cosign(database, request, logs, now=now)
        if answer.status == 422 or (answer.status == 409 and answer.type == PLAIN):
            said = {"event": "contradiction", "origin": request.head.origin, "old": request.old}
            log.warning("%s", json.dumps({**said, "answer": answer.text.strip(), "note": request.note}))
        return answer

    def cosigned(self, origin: str) -> str | None:
        """The checkpoint of a log cosigned last, the log's own lines and ours under it."""
        with self._database() as database:
            return _note(database, origin)

    def _cosign(
        self, database: sqlite3.Connection, request: Request, logs: list[Vkey], *, now: int
    ) -> Answer:
        """Look again under the lock, sign, store, commit: a second request waits and then sees this one."""
        database.execute("BEGIN IMMEDIATE")
        answer = decide(request, logs, _latest(database, request.head.origin))
        if answer.status != 200:
            database.execute("ROLLBACK")
            return answer
        line = cosign(request.head.text, self.vkey.name, self.signer, time=now)
        database.execute(
            "INSERT INTO cosigned VALUES (?, ?) ON CONFLICT (origin) DO UPDATE SET note = excluded.note",
            (request.head.origin, _signed_by_log(request, logs) + line),
        )
        database.execute("COMMIT")
        return Answer(status=200, text=line)

    @contextmanager
    def _database(self) -> Iterator[sqlite3.Connection]:
        path = self.folder / "witness.sqlite"
        with closing(sqlite3.connect(path, timeout=PATIENCE, isolation_level=None)) as database:
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")  # a witness that forgets could be taken back
            database.execute(SCHEMA)
            yield database


def _signed_by_log(request: Request, logs: list[Vkey]) -> str:
    """The note with the trusted log's lines alone: what strangers added to it is not ours to hand on."""
    text, lines = split_note(request.note)
    trusted = {(key.name, key.key_id) for key in logs if key.name == request.head.origin}
    kept = [line for line in lines if (line.name, line.key_id) in trusted]
    return text + "\n" + "".join(f"— {line.name} {b64(line.key_id + line.signature)}\n" for line in kept)


def _latest(database: sqlite3.Connection, origin: str) -> Head | None:
    note = _note(database, origin)
    return None if note is None else parse_head(split_note(note)[0])


def _note(database: sqlite3.Connection, origin: str) -> str | None:
    row = database.execute("SELECT note FROM cosigned WHERE origin = ?", (origin,)).fetchone()
    return None if row is None else str(row[0])


def _key(folder: Path) -> Path:
    return folder / "witness.key"


def _logs(folder: Path) -> Path:
    return folder / "logs"
