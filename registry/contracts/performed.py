"""What was done since each license of a contract, and what one's own side may do about it."""

from typing import Any

from registry.contracts import (
    default_notices,
    duties,
    duty_printing,
    endings,
    handovers,
    must_withdraw,
    reminders,
)
from registry.contracts import record as records
from registry.contracts.models import Acceptance, Contract
from registry.parties.permissions import may
from registry.parties.rules import Actor


def of(actor: Actor, contract: Contract) -> list[dict[str, Any]]:
    """For each license whose notice was sent, in the order of the contract."""
    return [_of(actor, one) for one in contract.acceptances if one.noticed_at is not None]


def _of(actor: Actor, acceptance: Acceptance) -> dict[str, Any]:
    mine = actor.organisation_id in (acceptance.licensee_id, acceptance.holder_id)
    return {
        "acceptance": acceptance,
        "duties": duties.of(acceptance),
        "notices": default_notices.of_acceptance(acceptance),
        "endings": endings.of_acceptance(acceptance),
        "duty_papers": duty_printing.of_acceptance(acceptance),
        "reminded": reminders.of_acceptance(acceptance),
        "barred": must_withdraw.told(acceptance),
        "can_act": mine and may(actor, "default.notice", acceptance),
        "has_royalty": records.fee_of(acceptance.record).royalty is not None,
        "has_materials": bool(handovers.promised(acceptance)),
    }
