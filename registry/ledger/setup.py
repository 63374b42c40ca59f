"""Where the ledger's origin, keys and anchor live: one object, put into the application at its start."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from flask import Flask, current_app

from registry.config import Settings
from registry.ledger.anchor_setup import Anchors, read_anchors
from registry.ledger.notes import Vkey, check_name
from registry.ledger.signing import RegistryKeys, load_keys


@dataclass(slots=True)
class LedgerSetup:
    """The log's origin, the folder of the registry's keys (read at first use), and the anchor file."""

    origin: str
    folder: Path
    anchor: Path
    anchors: Anchors = field(default_factory=Anchors)
    _keys: RegistryKeys | None = field(default=None, repr=False)

    @property
    def keys(self) -> RegistryKeys:
        """Raises KeysUnsafe when the keys are missing or readable by others."""
        if self._keys is None:
            self._keys = load_keys(self.folder)
        return self._keys

    @property
    def vkey(self) -> Vkey:
        """The key to pin: who checks our checkpoints needs this and nothing else from us."""
        return Vkey(self.origin, self.keys.checkpoint_signer.public)


def init_app(app: Flask, settings: Settings) -> None:
    """Tell the application which log is its own.

    Raises ValueError when the origin cannot name a key, Misconfigured for witnesses or roots of no use.
    """
    app.extensions["ledger"] = LedgerSetup(
        origin=check_name(settings.origin),
        folder=settings.keys,
        anchor=settings.instance / "anchor" / "checkpoint",
        anchors=read_anchors(settings),
    )


def ledger_setup() -> LedgerSetup:
    """The log of the present application."""
    return cast(LedgerSetup, current_app.extensions["ledger"])
