"""How far witnesses and timestamps have followed the log, on the desk of those who run it."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from registry import clock
from registry.ledger import service as ledger
from registry.parties.desk import Card, cards
from registry.parties.permissions import may
from registry.parties.rules import Actor

ADDRESS = "/desk/anchors"


@cards
def of_anchors(actor: Actor) -> Iterable[Card]:
    """One card: in trouble it stands among what waits, otherwise it says how old the last outside word is."""
    if not may(actor, "anchors.view"):
        return
    awaited = ledger.awaited()
    title = _l("外部见证与时间戳")
    if not awaited:
        hint = _l("没有设置：账本的时间只出自本站自己的时钟，也没有外部见证。")
        yield Card(title=title, url=ADDRESS, hint=hint, place=60)
        return
    if ledger.paused() is not None:
        hint = _l("外部见证或时间戳中断过久，已暂停受理新的存证。")
        yield Card(title=title, url=ADDRESS, hint=hint, due=True, place=0)
    elif abs(ledger.clock_skew()) > ledger.MOST_SKEW:
        hint = _l("本站时钟与时间戳机构相差超过两秒。")
        yield Card(title=title, url=ADDRESS, hint=hint, due=True, place=3)
    elif troubles := [one for one in awaited if one.troubles]:
        hint = _l("有一方超过一小时没有跟上，或者答复不成立。")
        yield Card(title=title, url=ADDRESS, count=len(troubles), hint=hint, due=True, place=4)
    else:
        yield Card(title=title, url=ADDRESS, hint=_age(awaited), place=60)


def _age(awaited: Iterable[ledger.Awaited]) -> str:
    """How long ago the last of them said something; what followed since waits for them."""
    known = [one.at for one in awaited if one.at is not None]
    if not known:
        return str(_l("还没有得到外部的签名。"))
    minutes = max(int((clock.now() - max(known)).total_seconds() // 60), 0)
    return str(_l("最近一次外部签名距今 %(n)s 分钟。", n=minutes))
