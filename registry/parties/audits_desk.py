"""The nightly audits on the desk of those who run the registry: nothing to do while the last one passed."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from registry import clock
from registry.ledger import service as ledger
from registry.parties.desk import Card, cards
from registry.parties.permissions import may
from registry.parties.rules import Actor

ADDRESS = "/desk/audits"


@cards
def of_audits(actor: Actor) -> Iterable[Card]:
    """One card: first of all when the log did not hold or nobody looked for more than a day."""
    if not may(actor, "audits.view"):
        return
    title, last = _l("全库核验"), next(iter(ledger.audits(1)), None)
    if last is not None and last.verdict == "invalid":
        hint = _l("账本核验不通过：请立即停止办理并查明原因。")
        yield Card(title=title, url=ADDRESS, hint=hint, due=True, place=0)
    elif last is not None and last.verdict == "error":
        hint = _l("最近一次核验没有做完。")
        yield Card(title=title, url=ADDRESS, hint=hint, due=True, place=1)
    elif ledger.audit_is_late(clock.now()):
        hint = _l("超过一天没有通过核验：请查看后台任务是否在运行。")
        yield Card(title=title, url=ADDRESS, hint=hint, due=True, place=2)
    else:
        yield Card(title=title, url=ADDRESS, hint=_l("最近一次核验全部成立。"), place=61)
