"""A log's succession: the old one closed with what is left of it, the new one begun behind it."""

from dataclasses import dataclass
from pathlib import Path

from registry import schema
from registry.config import Settings
from registry.database import db
from registry.ledger import restart as closing
from registry.ledger import service as ledger
from registry.ledger.checkpoints import note_head
from registry.ledger.keyfiles import create_keys
from registry.ledger.setup import ledger_setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """What became of the old log, and the new one with the key to pin. Numbers are filings."""

    origin: str
    held: int
    lost: int
    successor: str
    vkey: str


def restart(settings: Settings, last_head: str, *, archive: Path, new_keys: bool) -> Restarted:
    """Close the log whose newest known head is given, and begin its successor.

    Each step may be the last before a crash: until the log is closed everything is as it was; afterwards the
    next start under the new name does what is missing. Raises as `closing.close`.
    """
    setup = ledger_setup()
    owner = schema.owner_engine(settings)
    try:
        guards = (schema.lift, schema.guard)
        log = closing.close(last_head, owner=owner, places=schema.places(), guards=guards, archive=archive)
    finally:
        owner.dispose()
    number, origin, successor, held = log.number, log.origin, log.successor, log.size
    db.session.rollback()
    closing.set_anchor_aside(setup.anchor, number)
    if new_keys:
        setup.folder.rename(setup.folder.with_name(f"{setup.folder.name}.{number}"))
        create_keys(setup.folder)
        setup.reload()
    setup.origin = successor
    ledger.start()
    ledger.publish_checkpoint()
    lost = max(note_head(last_head).size - held, 0)
    return Restarted(origin=origin, held=held, lost=lost, successor=successor, vkey=str(setup.vkey))
