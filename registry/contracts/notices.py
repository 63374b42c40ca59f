"""The notice of a licensee: prepared with its frozen record and its commitments, then the statement that
gets signed.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from registry import clock
from registry.config import Settings
from registry.contracts import receiving_accounts
from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract
from registry.contracts.stamping import START, StampPolicy
from registry.database import db, new_id
from registry.ledger.canonical import new_nonce
from registry.ledger.filings import Filing, Statement, salted, statement_fields
from registry.ledger.setup import ledger_setup
from registry.parties import agency
from registry.parties.agency import Power
from registry.parties.models import Venue


def prepare(
    acceptance: Acceptance,
    *,
    track: str,
    signer: str,
    settings: Settings,
    power: Power | None = None,
    unit: str = "",
) -> None:
    """Fix the record of a drafted acceptance and the statement over it, for the person who will sign, the
    power they sign under or the unit they are of. Preparing again makes both anew.
    """
    acceptance.nonce = secrets.token_hex(16)
    acceptance.track = track
    acceptance.record = records.build(
        acceptance,
        track=track,
        on=clock.today(),
        settings=settings,
        signer=signer,
        power=power,
        unit=unit,
    )
    acceptance.record_digest = records.digest(acceptance.record)
    acceptance.salts = {}
    drawn = salted(filing_of(acceptance))
    acceptance.salts = dict(drawn.salts)
    acceptance.statement_fields = statement_fields(
        drawn, origin=ledger_setup().origin, role=agency.stated("licensee", power), nonce=new_nonce()
    )


def filing_of(acceptance: Acceptance, statement: Statement | None = None) -> Filing:
    """`license.noticed`: open fields that name nobody, commitments to who, what for and the whole record."""
    declaration, version = acceptance.declaration, acceptance.version
    return Filing(
        type="license.noticed",
        subject=acceptance.filed_under,
        fields={
            "contract": acceptance.filed_under,
            "declaration": declaration.number,
            "declaration_version": version.version,
            "declaration_envelope": declaration.published_envelope,
            "standard_terms": version.terms_version,
            "track": acceptance.track,
        },
        secrets={
            "licensee": _licensee(acceptance.record["licensee"]),
            "licensor": _licensor(acceptance.record["licensor"]),
            "patents": [
                {"number": one["number"], "title": one["title"]} for one in acceptance.record["patents"]
            ],
            "intended_use": acceptance.record["notice"].get("use", ""),
            "contacts": acceptance.record["notice"].get("contact", {}),
            "record": acceptance.record_digest,
            "nonce": acceptance.nonce,
            "wording": acceptance.record["wording"],
        },
        salts=acceptance.salts,
        statements=(statement,) if statement else (),
    )


def _licensee(party: Mapping[str, Any]) -> dict[str, str]:
    return {"name": party["name"], "uscc": party["uscc"], "identity": party["identity"]}


def _licensor(party: Mapping[str, Any]) -> dict[str, str]:
    return {"name": party["name"], "uscc": party["uscc"]}


def still_current(acceptance: Acceptance, track: str) -> bool:
    """Whether what was prepared is still what would be filed: same version, envelope and track, same day,
    same parties.
    """
    prepared = acceptance.record["declaration"]
    declaration = acceptance.declaration
    return (
        acceptance.track == track
        and declaration.current is not None
        and declaration.current.id == acceptance.version_id
        and prepared["envelope"] == declaration.published_envelope
        and prepared["cnipa_status"] == declaration.cnipa_status
        and acceptance.record["prepared_on"] == clock.today().isoformat()
        and acceptance.record["licensee"] == records.party(acceptance.licensee)
        and acceptance.record["account"] == receiving_accounts.of(declaration, acceptance.version)
    )


def new_contract(acceptance: Acceptance, number: str) -> Contract:
    """The contract of one acceptance; grouped contracts share one."""
    return Contract(
        id=new_id(),
        number=number,
        venue_id=acceptance.venue_id,
        holder_id=acceptance.holder_id,
        licensee_id=acceptance.licensee_id,
        stamp=START[StampPolicy(db.session.get_one(Venue, acceptance.venue_id).stamp_track)],
        created_at=clock.now(),
    )
