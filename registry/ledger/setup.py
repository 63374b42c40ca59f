"""Where the ledger's origin, keys and anchor live: one object, put into the application at its start."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import Flask, current_app
from sqlalchemy import select

from registry.config import Settings
from registry.database import db
from registry.ledger.anchor_setup import Anchors, read_anchors
from registry.ledger.keyfiles import KeyFile, read_keys, retired_keys
from registry.ledger.models import LedgerKey
from registry.ledger.notes import Vkey, check_name
from registry.ledger.signers import FILE, open_signer
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, KeysUnsafe, RegistryKeys, Signer


@dataclass(slots=True)
class LedgerSetup:
    """The log's origin, the folder of the registry's keys (read at first use), and the anchor file.

    `signers` says for each purpose where its signatures come from; `borrowed` helps out for a moment.
    """

    origin: str
    folder: Path
    anchor: Path
    anchors: Anchors = field(default_factory=Anchors)
    signers: Mapping[str, str] = field(default_factory=lambda: {COUNTERSIGN: FILE, CHECKPOINT: FILE})
    borrowed: Signer | None = field(default=None, repr=False)
    clock_behind: int = 7200  # seconds our clock may stand behind the last filing before filing stops
    _keys: RegistryKeys | None = field(default=None, repr=False)

    @property
    def keys(self) -> RegistryKeys:
        """Raises KeysUnsafe when the keys are missing or readable by others."""
        if self._keys is None:
            self._keys = RegistryKeys(self._present(COUNTERSIGN), self._present(CHECKPOINT))
        return self._keys

    def reload(self) -> RegistryKeys:
        """The keys as the log and the key folder now have them: another process may have rotated one."""
        self.forget()
        return self.keys

    def forget(self) -> None:
        self._keys = None

    @property
    def vkey(self) -> Vkey:
        """The key to pin: who checks our checkpoints needs this and nothing else from us."""
        kid = self.keys.checkpoint_signer.kid
        if db.session.execute(select(LedgerKey.revoked_seq).where(LedgerKey.kid == kid)).scalar() is not None:
            self.forget()  # rotated by another process since we read it
        return Vkey(self.origin, self.keys.checkpoint_signer.public)

    def signer_of(self, kid: str) -> Signer | None:
        """The signer under this key, be it one that has been rotated away; None when it is not at hand."""
        for signer in (self.borrowed, self.keys.countersigner, self.keys.checkpoint_signer):
            if signer is not None and signer.kid == kid:
                return signer
        return next((key.signer for key in self._files() if key.signer.kid == kid), None)

    def _present(self, purpose: str) -> Signer:
        if self.signers[purpose] != FILE:
            return open_signer(self.signers[purpose], purpose, folder=self.folder)
        keys = read_keys(self.folder, purpose)
        return keys[0].signer if len(keys) == 1 else _chosen(keys, purpose)

    def _files(self) -> list[KeyFile]:
        purposes = [purpose for purpose, setting in self.signers.items() if setting == FILE]
        present = [key for purpose in purposes for key in read_keys(self.folder, purpose)]
        return [*present, *retired_keys(self.folder)]


def _chosen(keys: list[KeyFile], purpose: str) -> Signer:
    """Of several files the one the log has in force: a rotation was begun, or not yet tidied up."""
    kids = [key.signer.kid for key in keys]
    query = select(LedgerKey.kid).where(
        LedgerKey.kid.in_(kids), LedgerKey.purpose == purpose, LedgerKey.revoked_seq.is_(None)
    )
    valid = set(db.session.execute(query).scalars())
    chosen = [key.signer for key in keys if key.signer.kid in valid]
    if len(chosen) != 1:
        raise KeysUnsafe(f"{len(keys)} {purpose} keys lie in the key folder, and the log knows none in force")
    return chosen[0]


def init_app(app: Flask, settings: Settings) -> None:
    """Tell the application which log is its own.

    Raises ValueError when the origin cannot name a key, Misconfigured for witnesses or roots of no use.
    """
    app.extensions["ledger"] = LedgerSetup(
        origin=check_name(settings.origin),
        folder=settings.keys,
        anchor=settings.instance / "anchor" / "checkpoint",
        anchors=read_anchors(settings),
        signers={COUNTERSIGN: settings.signer_countersign, CHECKPOINT: settings.signer_checkpoint},
        clock_behind=settings.clock_behind,
    )


def ledger_setup() -> LedgerSetup:
    """The log of the present application."""
    return cast(LedgerSetup, current_app.extensions["ledger"])
