"""A collection (专利包): a public page that groups open offers of one holder or one venue. It has no price.

Every license is offered to everyone at the announced price (PL 51); a price or rebate for the whole would not
be that price and would make the license an ordinary negotiated one (GL 8). Words that name one are refused.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from enum import StrEnum

from registry.errors import Refused
from registry.licenses import cautions
from registry.states import Machine, Move

MEMBERS_LEAST, MEMBERS_MAX = 2, 50
TITLE_MAX, WORDS_MAX = 60, 1000
NO_PRICE = "PL 51; GL 8"
_PRICE = re.compile(
    r"打包价|套餐|一口价|优惠|折扣|打折|让利|立减|满减|返现|赠送|[0-9一二三四五六七八九][.·]?[0-9]?折|[0-9]\s*[千万]?元"
    r"|discount|rebate|package price|\bCNY\b|\bRMB\b|¥",
    re.IGNORECASE,
)


class CollectionState(StrEnum):
    """Whether a collection is shown."""

    PUBLIC = "public"
    RETIRED = "retired"


_S = CollectionState
_MOVES: Mapping[tuple[CollectionState, str], Move[CollectionState]] = {
    (_S.PUBLIC, "edit"): Move(_S.PUBLIC, "[ours]"),
    (_S.PUBLIC, "retire"): Move(_S.RETIRED, "[ours]"),
    (_S.RETIRED, "restore"): Move(_S.PUBLIC, "[ours]"),
}
COLLECTION: Machine[CollectionState] = Machine(_MOVES, start=CollectionState.PUBLIC)


def refusals(title: str, words: str, members: Sequence[str], on: date) -> Iterator[Refused]:
    """What is wrong with a collection's words and with how many offers it has."""
    for field, text in (("title", title), ("words", words)):
        for caution in cautions.advertising(text, on):
            yield Refused("advertising_words", field, caution.article, words=caution.words)
        if named := _PRICE.search(unicodedata.normalize("NFKC", text)):
            yield Refused("collection_price", field, NO_PRICE, words=named.group())
    if len(members) < MEMBERS_LEAST:
        yield Refused("too_few", "offers", min=MEMBERS_LEAST)
    if len(members) > MEMBERS_MAX:
        yield Refused("too_many", "offers", max=MEMBERS_MAX)
    if len(set(members)) < len(members):
        yield Refused("collection_twice", "offers")
