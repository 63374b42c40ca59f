"""Letters about licenses: the same event told to each side in its own words, without the other side's
secrets.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from registry import money
from registry.clock import SHANGHAI
from registry.contracts.duty_models import DefaultNotice, Ending, Handover, RoyaltyReport
from registry.contracts.duty_sheets import duty_names
from registry.contracts.models import (
    Acceptance,
    Contract,
    Correction,
    Decision,
    Paper,
    Payment,
    Refund,
    RegistrationResult,
)
from registry.contracts.money_models import Invoice, PaymentRequest
from registry.contracts.stamp_models import SealReading
from registry.contracts.words import due_name, said
from registry.database import db
from registry.parties import mail

_ABOUT: Mapping[str, type[Any]] = {
    "payment": Payment,
    "refund": Refund,
    "decision": Decision,
    "result": RegistrationResult,
    "correction": Correction,
    "request": PaymentRequest,
    "reading": SealReading,
    "report": RoyaltyReport,
    "notice": DefaultNotice,
    "ending": Ending,
    "handover": Handover,
    "invoice": Invoice,
    "paper": Paper,
}


def write(
    subject: Acceptance | Contract, letter: str, *, sides: Iterable[str], about: Mapping[str, str]
) -> None:
    """Write a letter of templates/mail to sides (licensee, holder, venue). `about` names rows by id."""
    facts = {name: db.session.get_one(_ABOUT[name], UUID(row_id)) for name, row_id in about.items()}
    facts |= _of(subject) | {"said": said, "due_name": due_name, "named": duty_names}
    if "refund" in facts:
        facts["refund_amount"] = money.yuan(facts["refund"].amount)
    if "request" in facts:
        facts["request_amount"] = money.yuan(facts["request"].amount)
    for side in sides:
        if side == "venue":
            mail.write_to_venue(subject.venue_id, letter, side=side, **facts)
        else:
            organisation_id = subject.licensee_id if side == "licensee" else subject.holder_id
            mail.write_to_organisation(organisation_id, letter, side=side, **facts)


def _of(subject: Acceptance | Contract) -> dict[str, Any]:
    if isinstance(subject, Contract):
        return {"contract": subject}
    at = subject.noticed_at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if subject.noticed_at else ""
    return {
        "acceptance": subject,
        "contract": subject.contract,
        "patent": subject.declaration.patent,
        "amount": money.yuan(subject.amount_due),
        "at": at,
    }
