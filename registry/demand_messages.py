"""What is refused about interests, collections and needs. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

DEMAND: dict[str, LazyString] = {
    "offer_not_waiting": _l("这项许可不在等待公告，不用登记意向：请看它的页面。"),
    "compare_too_many": _l("一次最多比较 %(max)s 项，您选了 %(count)s 项。"),
    "own_offer": _l("这是本单位自己的许可。"),
}
