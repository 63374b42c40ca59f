"""What is refused about interests, collections and needs. No logic here."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

DEMAND: dict[str, LazyString] = {
    "offer_not_waiting": _l("这项许可不在等待公告，不用登记意向：请看它的页面。"),
    "compare_too_many": _l("一次最多比较 %(max)s 项，您选了 %(count)s 项。"),
    "collection_price": _l(
        "“%(words)s”像是整包的价格或者优惠。专利包没有自己的价格：每项许可按各自公告的价格取得，对任何人相同。"
    ),
    "collection_not_own": _l("%(number)s 不是您可以编排的许可：要是本单位（本场所）发布、没有结束的。"),
    "collection_twice": _l("同一项许可放了两次。"),
    "contact_in_words": _l("公开的文字里不能有联系方式或者个人号码：%(words)s。"),
    "need_until": _l("有效期要在今天以后，最晚到 %(last)s。"),
    "need_not_public": _l("这项需求没有公开，不能答复。"),
    "need_answered": _l("本单位对这项需求已经答复 %(max)s 次。"),
    "own_need": _l("这是本单位自己的需求。"),
    "own_offer": _l("这是本单位自己的许可。"),
}
