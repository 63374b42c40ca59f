"""A log that lost filings, and the command that closes it.

The loss is played by a head that was signed over more than the database holds.
"""

from pathlib import Path
from typing import Any

from flask import Flask

from registry.database import db
from registry.ledger import service as ledger
from registry.ledger.notes import Head, sign_note
from registry.ledger.setup import ledger_setup
from tests.factories import reading
from tests.ledger.making import ORIGIN
from tests.test_commands import run

NEXT = f"{ORIGIN}/2"


def lost_head(folder: Path, more: int = 3) -> Path:
    """A head over filings that are gone."""
    size = reading(ledger.size)
    head = Head(ORIGIN, size + more, b"\x11" * 32)
    path = folder / "last-head"
    path.write_text(sign_note(head.text, ORIGIN, ledger_setup().keys.checkpoint_signer))
    return path


def restart(app: Flask, folder: Path, *words: str, head: Path | None = None) -> Any:
    given = ("--last-head", str(head or lost_head(folder)), "--archive", str(folder / "archive"))
    return run(app, "log", "restart", *given, "--the-rest-is-lost", *words)


def renamed(app: Flask) -> None:
    """The service started again under the new name, as the command asks."""
    setup = ledger_setup()
    setup.origin = NEXT
    setup.reload()
    db.session.rollback()
