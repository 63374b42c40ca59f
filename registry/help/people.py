"""All questions, by the person who asks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.help.holders import HOLDERS
from registry.help.licensees import LICENSEES
from registry.help.questions import Question
from registry.help.readers import AUDITORS, READERS
from registry.help.venues import VENUES


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a first day, and what they ask."""

    name: LazyString
    questions: Sequence[Question]


PEOPLE: Mapping[str, Person] = {
    "holder": Person(name=_l("高校、院所和企业的专利管理人员"), questions=HOLDERS),
    "licensee": Person(name=_l("想用一件专利的小企业主"), questions=LICENSEES),
    "venue": Person(name=_l("交易场所的受理人员"), questions=VENUES),
    "auditor": Person(name=_l("审计人员"), questions=AUDITORS),
    "reader": Person(name=_l("手里拿着一张文件的人"), questions=READERS),
}


def on(page: str) -> list[Question]:
    """The questions a page answers, in the order of the people."""
    return [one for person in PEOPLE.values() for one in person.questions if one.page == page]
