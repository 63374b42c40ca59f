"""What a licensee reads before signing: price, own dates, payments as days, duties, from the prepared
record alone.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from registry import money
from registry.codes.calendar import Due as Deadline
from registry.contracts import record as records
from registry.contracts import rules, service
from registry.contracts.models import Acceptance
from registry.licenses import schedule, terms, wording
from registry.licenses.fees import Fee, Method
from registry.licenses.public_text import act_names


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """If the licensee accepts today. Amounts are yuan, days legal days."""

    fee: Fee
    line: str
    sentences: tuple[str, ...]
    example: str
    free: bool
    needs_payment: bool
    due_now: Decimal
    due_now_capitals: str
    pay_by: date
    term: terms.Term
    dues: tuple[schedule.Due, ...]
    total: schedule.Total
    total_capitals: str
    recordal: Deadline
    five_years: bool
    acts: str
    made_by_contractor: bool
    abroad: bool
    digest: str
    text: str


def of(acceptance: Acceptance, lang: str) -> Preview:
    """The preview of a prepared notice on the day it was prepared. `lang` is `zh` or `en`. Raises Refused
    as the term does.
    """
    on = date.fromisoformat(acceptance.record["prepared_on"])
    fee = records.fee_of(acceptance.record)
    term = records.expected_term(acceptance, on)
    total = records.amounts(acceptance, on)
    due = records.due_now(acceptance.record)
    acts = acceptance.version.answers.get("acts", {})
    return Preview(
        fee=fee,
        line=wording.price(fee, lang),
        sentences=tuple(wording.describe(fee, lang).splitlines()),
        example=wording.worked_example(fee, lang),
        free=fee.method is Method.FREE,
        needs_payment=schedule.condition(fee).kind is schedule.Condition.ON_PAYMENT,
        due_now=due,
        due_now_capitals=money.capitals(due) if due else "",
        pay_by=schedule.pay_by(on, schedule.start_window(fee)).day,
        term=term,
        dues=tuple(schedule.schedule(fee, on, effective_on=on, license_last_day=term.last_day)),
        total=total,
        total_capitals=money.capitals(total.amount) if total.amount else "",
        recordal=rules.recordal_due(on),
        five_years=terms.five_year_hint(term.first_day, term.last_day),
        acts=act_names(acts.get("acts") or (), lang),
        made_by_contractor=bool(acts.get("made_by_contractor")),
        abroad=service.is_abroad(acceptance),
        digest=acceptance.version.digest,
        text=acceptance.version.public_text,
    )
