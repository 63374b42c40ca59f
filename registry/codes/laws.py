"""The laws and rules papers cite, by their own name on the day of the contract and with articles in words.

Names and days stand in the table `rule`, so that no paper holds a name of its own and an older contract goes
on citing what was in force. Articles are given as people write them: 50, `845(3)` for a paragraph.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from registry.codes.tables import Code, table

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_ARTICLE = re.compile(r"(?P<article>[0-9]{1,4})(?:\((?P<part>[0-9]{1,2})\))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Laws:
    """What is cited on one day, in one language (`zh` or `en`)."""

    on: date
    lang: str = "zh"

    def full(self, mark: str, *articles: int | str) -> str:
        """`《中华人民共和国专利法》第五十条`. Refuses not_a_choice where no such rule stood."""
        name = self._row(mark).name(self.lang)
        return self._with(name if self.lang == "en" else f"《{name}》", articles)

    def cite(self, mark: str, *articles: int | str) -> str:
        """`专利法第五十条、第五十一条`; without articles the short name alone."""
        facts = self._row(mark).facts
        return self._with(facts["short_en" if self.lang == "en" else "short"], articles)

    def _with(self, name: str, articles: tuple[int | str, ...]) -> str:
        if self.lang == "en":
            many = "Articles" if len(articles) > 1 else "Article"
            return f"{name}, {many} {_listed([str(one) for one in articles])}" if articles else name
        return name + "、".join(f"第{_article(str(one))}" for one in articles)

    def words(self) -> dict[str, Callable[..., str]]:
        """The two as a paper's template calls them."""
        return {"law": self.full, "cite": self.cite}

    def _row(self, mark: str) -> Code:
        return table("rule").get(mark, on=self.on)


def chinese_number(number: int) -> str:
    """一 to 九千九百九十九, as articles are numbered: 十五, 一百零三, 八百四十五."""
    if not 0 < number < 10**4:
        raise ValueError(f"not an article's number: {number}")
    text, gap = "", False
    for place in (3, 2, 1, 0):
        digit = number // 10**place % 10
        if digit == 0:
            gap = bool(text)
            continue
        one = "" if digit == 1 and place == 1 and not text else _DIGITS[digit]
        text += ("零" if gap else "") + one + _PLACES[place]
        gap = False
    return text


def _article(text: str) -> str:
    found = _ARTICLE.fullmatch(text)
    if found is None:
        raise ValueError(f"not an article: {text!r}")
    part = f"第{chinese_number(int(found['part']))}款" if found["part"] else ""
    return f"{chinese_number(int(found['article']))}条{part}"


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
