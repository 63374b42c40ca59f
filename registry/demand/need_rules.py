"""Needs (需求): what an organisation looks for, read by a person before it is public, and what fits one.

A need binds nobody. It carries no contact: holders answer by a form, which goes on to whoever posted it.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from registry.errors import Refused
from registry.states import Machine, Move

TITLE_MAX, PROBLEM_MAX, ANSWER_MAX = 60, 2000, 1000
LONGEST = timedelta(days=365)
POSTS, ANSWERS, WINDOW = 10, 20, timedelta(days=1)
"""Needs of one organisation and answers of one account in a day."""

ANSWERS_EACH = 3
"""Answers of one organisation to one need."""

_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+\.\w+|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)0\d{2,3}[- ]?\d{7,8}(?!\d)"
    r"|(?<!\d)\d{17}[\dXx](?!\d)|微信|QQ|https?://|www\.",
    re.IGNORECASE,
)
_RUN = re.compile("[a-z0-9]{3,}|[\u4e00-\u9fff]{2,}")
_COMMON_WORDS = """
一种 方法 装置 系统 设备 产品 技术 用于 进行 需要 我们 能够 可以 以及 及其 使用 公司 企业 单位 解决 问题 提高
实现 希望 采用 制备 生产 目前 现有 具有 其中 通过 要求 不能 寻找 相关 专利 许可 the and for with
"""
_COMMON = frozenset(_COMMON_WORDS.split())
"""Pairs of characters that say nothing about a field of technology."""


class NeedState(StrEnum):
    """How a need stands."""

    WAITING = "waiting"  # for a person who reads it
    RETURNED = "returned"
    PUBLIC = "public"
    WITHDRAWN = "withdrawn"
    ENDED = "ended"


LIVE = (NeedState.WAITING, NeedState.RETURNED, NeedState.PUBLIC)
_S = NeedState
_MOVES: Mapping[tuple[NeedState, str], Move[NeedState]] = {
    (_S.WAITING, "publish"): Move(_S.PUBLIC, "[ours]"),
    (_S.WAITING, "return"): Move(_S.RETURNED, "[ours]"),
    (_S.PUBLIC, "return"): Move(_S.RETURNED, "[ours]"),
    (_S.WAITING, "send"): Move(_S.WAITING, "[ours]"),
    (_S.RETURNED, "send"): Move(_S.WAITING, "[ours]"),
    **{(state, "withdraw"): Move(_S.WITHDRAWN, "PIPL 15") for state in LIVE},
    **{(state, "end"): Move(_S.ENDED, "[ours]") for state in LIVE},
}
NEED: Machine[NeedState] = Machine(_MOVES, start=NeedState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a need or an offer is about: codes of industry and field, and the words it uses."""

    industry: str
    field: str
    pieces: frozenset[str]


def contact_in(text: str) -> str:
    """A contact or a person's number that does not belong into public words; empty when there is none."""
    found = _CONTACT.search(unicodedata.normalize("NFKC", text))
    return found.group() if found else ""


def refusals(texts: Mapping[str, str], until: date, today: date) -> Iterator[Refused]:
    """What is wrong with a need: contacts in its words, a last day that is past or too far."""
    for field, text in texts.items():
        if contact_in(text):
            yield Refused("contact_in_words", field, "PIPL 6", words=contact_in(text))
    if not today < until <= today + LONGEST:
        yield Refused("need_until", "until", "[ours]", last=(today + LONGEST).isoformat())


def pieces(*texts: str) -> frozenset[str]:
    """The words of texts as they are compared: pairs of Chinese characters, Latin words of three and more."""
    found: set[str] = set()
    for run in _RUN.findall(unicodedata.normalize("NFKC", " ".join(texts)).casefold()):
        found |= {run} if run.isascii() else {run[n : n + 2] for n in range(len(run) - 1)}
    return frozenset(found - _COMMON)


def fits(need: Subject, offer: Subject) -> bool:
    """Whether an offer may be what a need looks for: some words in common, and industry or field near it."""
    shared = len(need.pieces & offer.pieces)
    same = 2 if need.industry == offer.industry else int(need.industry[:1] == offer.industry[:1])
    near = same * bool(need.industry) + (need.field == offer.field and bool(need.field))
    return shared > 0 and near + min(shared, 3) >= 3
