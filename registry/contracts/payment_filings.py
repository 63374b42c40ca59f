"""The filings of payments: the state stands open; amounts, days, references and for what are committed."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from registry import clock, money
from registry.contracts.debts import START
from registry.contracts.models import Acceptance
from registry.errors import Conflict, Refused
from registry.ledger.filings import Filing
from registry.parties.prepared import Act

_PAYER = ("payer", "payer_reason")
"""Who paid, and why another than the licensee: committed with the slip, so that the signature covers it."""


def filing(
    kind: str,
    acceptance: Acceptance,
    state: str,
    facts: Mapping[str, Any],
    *,
    due: str = START,
    reference: str = "",
    files: Mapping[str, str] | None = None,
) -> Filing:
    """`payment.claimed`, `payment.confirmed`. `files`: digests by what they show; empty ones are left out."""
    day = facts.get("paid_on") or facts.get("arrived_on")
    instant = facts.get("paid_at") or facts.get("arrived_at")
    secrets: dict[str, Any] = {"reference": reference or acceptance.reference or "", "due": due}
    if facts.get("amount") is not None:
        secrets["amount"] = money.plain(facts["amount"])
    if facts.get("part_of"):
        secrets["amount.transfer"] = money.plain(facts["part_of"])  # of which `amount` is this license's part
    if day is not None:
        secrets["bank_day"] = clock.rfc3339(instant) if instant else day.isoformat()
    if facts.get("serial"):
        secrets["bank_serial"] = facts["serial"]
    if facts.get("note"):
        secrets["reason"] = facts["note"]
    evidence = {name: digest for name, digest in (files or {}).items() if digest}
    if evidence:
        secrets["evidence"] = {**evidence, **{name: facts[name] for name in _PAYER if facts.get(name)}}
    fields = {**acceptance.filed_as, "state": state}
    return Filing(type=kind, subject=acceptance.filed_under, fields=fields, secrets=secrets)


def check_same(act: Act, wanted: Filing) -> None:
    """What was signed must be what would be filed now: same fields, same confidential values."""
    same = dict(act.filing.fields) == dict(wanted.fields) and dict(act.filing.secrets) == dict(wanted.secrets)
    if not same:
        raise Conflict("stale_digest", "statement")


def check_day(day: date, field: str) -> None:
    """Raises Refused `day_in_future`."""
    if day > clock.today():
        raise Refused("day_in_future", field)
