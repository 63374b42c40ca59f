"""Whether what a notice of default asked for was done in the time it gave (CC 563(3))."""

from datetime import date

from registry import clock
from registry.contracts import dues, royalty_reports
from registry.contracts.debts import COUNTS, KEY, DueState
from registry.contracts.duty_models import DefaultNotice
from registry.contracts.models import Acceptance


def cured(acceptance: Acceptance, notice: DefaultNotice) -> bool:
    """Whether a report was made or a due paid by the last day of the notice; of other duties the one who gave
    the notice knows.
    """
    day = _done_on(acceptance, notice.key)
    return day is not None and day <= notice.cure_by


def _done_on(acceptance: Acceptance, key: str) -> date | None:
    """The day of the first report, or of the last money of a due that is paid."""
    kind, _, number = key.partition(":")
    if kind == "report" and number.isdigit():
        found = royalty_reports.editions(acceptance, int(number))
        return min((clock.legal_day(one.reported_at) for one in found), default=None)
    debt = next((one for one in dues.of(acceptance) if one.key == key), None) if KEY.fullmatch(key) else None
    if debt is None or debt.state is not DueState.PAID:
        return None
    came = (one for one in acceptance.payments if one.due_key == key and one.state in COUNTS)
    return max((one.arrived_on for one in came if one.arrived_on), default=None)
