"""What tables, changes and degrees of confidence are called in the reader's language."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.codes.tables import Table
from registry.language import current

CONFIDENCE: Mapping[str, LazyString] = {
    "law": _l("法律法规"),
    "standard": _l("国家或者国际标准"),
    "second_hand": _l("转述，未见原文"),
    "unverified": _l("未核实"),
    "ours": _l("本平台自定"),
}
VERBS: Mapping[str, LazyString] = {
    "add": _l("增加"),
    "amend": _l("改名"),
    "end": _l("停用"),
    "map": _l("登记机构的代码"),
}


def title(table: Table) -> str:
    """The table's title; files carry it as `中文 / English`."""
    chinese, slash, english = table.about["title"].partition(" / ")
    return english[:1].upper() + english[1:] if slash and current() == "en" else chinese


def confidence(level: str) -> str:
    """How well a row is founded."""
    return str(CONFIDENCE.get(level, level))


def confidences(levels: Iterable[str]) -> list[tuple[str, str]]:
    """The same as choices."""
    return [(level, confidence(level)) for level in levels]


def verb(name: str) -> str:
    """What a change does."""
    return str(VERBS.get(name, name))
