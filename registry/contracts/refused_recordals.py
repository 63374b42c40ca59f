"""Why CNIPA refused to record a license: the ground as the table names it, and what was written to it.

The ground stands in the history of the refusal; what was written opens the filing and goes with an erasure.
"""

from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select

from registry.contracts import paper_facts
from registry.contracts.models import Contract
from registry.contracts.rules import RecordalState
from registry.database import db
from registry.history import History
from registry.ledger import service as ledger

TABLE = "recordal_refusal"
VERB = "recordal_refuse"


def grounds(contracts: Iterable[Contract], lang: str) -> dict[UUID, str]:
    """The ground of each recordal that stands refused, by the contract's id, in one query; "" where none of
    the table was named.
    """
    ids = [one.id for one in contracts if one.recordal_state == RecordalState.REFUSED]
    query = select(History).where(History.subject_id.in_(ids), History.verb == VERB)
    moves = db.session.scalars(query.order_by(History.at)) if ids else ()
    return {move.subject_id: _name(str(move.changes.get("ground", "")), lang) for move in moves}


def reason(contract: Contract) -> str:
    """What was written to the refusal that stands, if anything was and nothing was erased."""
    if contract.recordal_state != RecordalState.REFUSED or contract.recordal_seq is None:
        return ""
    opened = {row["path"]: row["value"] for row in ledger.disclosures(contract.recordal_seq)}
    return str((opened.get("reason") or {}).get("reason", ""))


def _name(code: str, lang: str) -> str:
    found = paper_facts.row(TABLE, code) if code else None
    return found.name(lang) if found else code
