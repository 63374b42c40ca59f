"""Extracts of the register, made and signed: one head for every bundle in one, one signature over it all.

What stands in the table, and who may have it, the caller decides; the form is docs/formats.md, section 13.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select

from registry import clock
from registry.database import db
from registry.errors import Conflict
from registry.ledger.bundles import bundle, signed_over
from registry.ledger.canonical import jcs
from registry.ledger.checkpoints import note_head, own_keys, sign_beside, vkeys_of
from registry.ledger.cosignatures import cosignatures_of
from registry.ledger.extract_file import bundle_name
from registry.ledger.extract_form import (
    ABOUT,
    HEAD,
    KEY,
    NOTE,
    POPULATION,
    ROWS,
    About,
    Drawn,
    list_text,
    population_text,
)
from registry.ledger.models import LedgerHead
from registry.ledger.setup import ledger_setup
from registry.ledger.stored_zip import pack


def extract(
    kind: str,
    *,
    asked: Mapping[str, str],
    rows: Iterable[Mapping[str, Any]],
    files: Mapping[str, bytes],
    drawn: Drawn | None = None,
    population: Iterable[str] = (),
) -> bytes:
    """The archive of an extract: a table's rows, `files` beside it, and of each contract drawn its public
    bundle. Publishes a checkpoint unless one covers the log: asked for outside a transaction.

    Raises Conflict ledger_not_started.
    """
    size = db.session.scalar(select(LedgerHead.size)) or 0
    if not size:
        raise Conflict("ledger_not_started")
    origin, signed = ledger_setup().origin, signed_over(size - 1)
    reach = note_head(signed).size
    lines = [jcs(dict(row)) + b"\n" for row in rows]
    about = About(
        origin=origin,
        kind=kind,
        made_at=clock.rfc3339(clock.now()),
        size=reach,
        asked=asked,
        rows=len(lines),
        drawn=drawn,
    )
    head = signed + "".join(one.line for one in cosignatures_of(reach))
    key = str(vkeys_of(own_keys(), reach)[0])
    members = {ABOUT: about.encode(), HEAD: head.encode(), KEY: f"{key}\n".encode(), ROWS: b"".join(lines)}
    members |= files
    if drawn is not None:
        members[POPULATION] = population_text(list(population))
        here = (number for number in drawn.numbers if number not in drawn.elsewhere)
        members |= {bundle_name(number): jcs(bundle(number, under=signed)) for number in here}
    return pack({NOTE: sign_beside(list_text(origin, members), reach).encode(), **members})
