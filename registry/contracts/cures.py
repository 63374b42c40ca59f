"""Whether what a notice of default asked for was done in the time it gave (CC 563(3))."""

from datetime import date

from registry import clock
from registry.contracts import duties
from registry.contracts.debts import COUNTS
from registry.contracts.duty_models import DefaultNotice
from registry.contracts.models import Acceptance
from registry.contracts.royalty_reports import editions
from registry.licenses.schedule import DueKind


def cured(acceptance: Acceptance, notice: DefaultNotice) -> bool:
    """Whether the duty is done, and by the last day of the notice where the day it was done is known."""
    duty = duties.find(acceptance, notice.key)
    if duty is None or not duty.done:
        return False
    day = _done_on(acceptance, notice.key)
    return day is None or day <= notice.cure_by


def _done_on(acceptance: Acceptance, key: str) -> date | None:
    """The day of the first report, or of the last money that came; None for what leaves no day."""
    kind, _, number = key.partition(":")
    if kind == "report" and number.isdigit():
        return min((clock.legal_day(one.reported_at) for one in editions(acceptance, int(number))), default=None)
    if kind in set(DueKind):
        came = (one for one in acceptance.payments if one.due_key == key and one.state in COUNTS)
        return max((one.arrived_on for one in came if one.arrived_on), default=None)
    return None
