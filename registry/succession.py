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
from registry.ledger.seal_keys import carry_over
from registry.ledger.setup import LedgerSetup, ledger_setup


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarted:
    """What became of the old log, and the new one with the key to pin. Numbers are filings."""

    origin: str
    held: int
    lost: int
    successor: str
    vkey: str
    seal_stayed: bool


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
    stayed = new_keys and _replace_keys(setup, number)
    setup.origin = successor
    ledger.start()
    ledger.publish_checkpoint()
    lost = max(note_head(last_head).size - held, 0)
    return Restarted(
        origin=origin,
        held=held,
        lost=lost,
        successor=successor,
        vkey=str(setup.vkey),
        seal_stayed=stayed,
    )


def _replace_keys(setup: LedgerSetup, number: int) -> bool:
    """New keys for the new log, the old ones aside; whether a seal stayed. It signs papers, not the log, and
    what it sealed is to be known by the same certificate tomorrow.

    If we crash before the seal is carried over, it lies with the old keys and the self-check misses it.
    """
    aside = setup.folder.with_name(f"{setup.folder.name}.{number}")
    setup.folder.rename(aside)
    create_keys(setup.folder)
    setup.reload()
    return carry_over(aside, setup.folder)
