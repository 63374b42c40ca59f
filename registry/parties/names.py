"""Names of people and organisations, on top of `registry.text`: measured, comparable, shown to a reviewer.

Any Chinese name passes, rare characters included; what has no agreed shape, steers the page or cannot be
seen is refused with its code point. Warnings are for the reviewer and stop nothing.
"""

import re
import unicodedata

from registry import text as texts
from registry.errors import Refused

NAME_LONGEST = 200
TEXT_LONGEST = 10_000

_UNSEEN = re.compile(
    # fillers and blanks that count as letters or marks, and selectors that change a shape without being seen
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0\ufffc\ufffd\ufe00-\ufe0f\U000e0100-\U000e01ef]"
)
_LOOK_ALIKE = re.compile("[\u2e80-\u2fdf\uf900-\ufaff\U0002f800-\U0002fa1f]")
_DOTS = str.maketrans(dict.fromkeys("•‧∙⋅・･．᛫●", "·"))
_MOST_MARKS = 4


def clean_name(text: str, field: str, *, longest: int = NAME_LONGEST) -> str:
    """One line in NFC, outer space cut and inner space single.

    Refuses: required, too_long, name_invisible, name_marks, and as `registry.text` does (not_text, name_bidi,
    name_control, name_private_use, name_unassigned); `character` is the code point.
    """
    return _measured(texts.clean_name(text, field=field), field, longest=longest)


def clean_text(text: str, field: str, *, longest: int = TEXT_LONGEST) -> str:
    """Several lines: line ends become `\\n`, tabs a space, closing space is cut. Refuses as `clean_name`."""
    return _measured(texts.clean_text(text, field=field), field, longest=longest)


def comparison_key(name: str) -> str:
    """What two spellings of one name share: NFKC, no case, no space, one middle dot. Never shown."""
    folded = _UNSEEN.sub("", unicodedata.normalize("NFKC", name.translate(_DOTS)).casefold())
    seen = (c for c in folded if not (c.isspace() or unicodedata.category(c) in ("Cf", "Cc")))
    return unicodedata.normalize("NFKC", "".join(seen)).translate(_DOTS)


def warnings(name: str) -> tuple[str, ...]:
    """Codes for the reviewer: name_mixed_width, name_mixed_script, name_look_alike, name_unusual_dot."""
    found = (
        ("name_mixed_width", _mixes_width(name)),
        ("name_mixed_script", _mixes_scripts(name)),
        ("name_look_alike", _LOOK_ALIKE.search(name) is not None),
        ("name_unusual_dot", name.translate(_DOTS) != name),
    )
    return tuple(code for code, wrong in found if wrong)


def _measured(cleaned: str, field: str, *, longest: int) -> str:
    unseen = _UNSEEN.search(cleaned)
    if unseen:
        raise Refused("name_invisible", field, character=f"U+{ord(unseen[0]):04X}")
    _refuse_heaped_marks(cleaned, field)
    if not cleaned:
        raise Refused("required", field)
    if len(cleaned) > longest:
        raise Refused("too_long", field, max=longest)
    return cleaned


def _refuse_heaped_marks(cleaned: str, field: str) -> None:
    """Marks heaped on one character run over the lines around it on screen and paper."""
    marks = 0
    for character in cleaned:
        marks = marks + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if marks > _MOST_MARKS:
            raise Refused("name_marks", field, character=f"U+{ord(character):04X}")


def _mixes_width(name: str) -> bool:
    """Half-width and full-width letters, digits or brackets beside each other."""
    return bool(re.search(r"[0-9A-Za-z()]", name)) and bool(re.search(r"[０-９Ａ-Ｚａ-ｚ（）]", name))


def _mixes_scripts(name: str) -> bool:
    """Latin beside Cyrillic or Greek letters, which look the same."""
    scripts = {unicodedata.name(c, "").split(" ")[0] for c in name if c.isalpha()}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) > 1
