"""What code tables and facts are called in the reader's language; registered with the templates by pages."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import clock, language
from registry.codes.tables import table

FACTS: Mapping[str, LazyString] = {
    "exclusive_license": _l("独占许可"),
    "sole_license": _l("排他许可"),
    "pending_exclusive_recordal": _l("独占或者排他许可备案办理中"),
    "ordinary_license": _l("普通许可"),
    "dispute": _l("权属纠纷，程序中止"),
    "preservation": _l("财产保全，程序中止"),
    "pledge": _l("质押"),
    "invalidation": _l("宣告全部无效"),
    "termination": _l("专利权终止"),
    "other_hindrance": _l("其他妨碍实施的情形"),
}


def fact_kind(kind: str) -> str:
    return str(FACTS[kind])


def code_name(code: str, name: str) -> str:
    """What a code of a table is called; an unknown one shows as itself."""
    rows = table(name)
    return rows.get(code).name(language.current()) if code in rows else code


def patent_kind(code: str) -> str:
    return code_name(code, "patent_kind")


def choices(name: str) -> tuple[tuple[str, str], ...]:
    """The rows of a table that are valid today, for a select; those under another are indented."""
    rows = table(name).valid_on(clock.today())
    return tuple((row.code, ("　" if row.parent else "") + row.name(language.current())) for row in rows)
