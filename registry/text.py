"""What a text may contain: names and free text as people type them, made canonical or refused.

Texts are NFC. Refused: control and invisible characters, marks that reorder what is read (bidirectional),
private-use characters (they print as anything), lone surrogates and code points no standard has given away.
Ideographs newer than Python's character tables are kept: rare names live there (domain/identifiers.md).
"""

import re
import unicodedata

from registry.errors import Refused

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_IDEOGRAPHIC_PLANES = (2, 3)
_LOCAL_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def clean_name(text: str, *, field: str = "") -> str:
    """One line: NFC, ends trimmed, runs of spaces made one. Refuses: not_text, name_control, name_bidi, …"""
    return " ".join(_checked(text, field=field, allowed="\t").split())


def clean_text(text: str, *, field: str = "") -> str:
    """Lines: NFC, ends as \\n, no spaces before them, ends trimmed. Refuses like `clean_name`."""
    if isinstance(text, str):
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    checked = _checked(text, field=field, allowed="\n\t")
    return "\n".join(line.rstrip() for line in checked.replace("\t", " ").split("\n")).strip()


def local_path(text: str, default: str = "/") -> str:
    """The text if it is a path on this site and cannot lead elsewhere, else the default."""
    return text if _LOCAL_PATH.fullmatch(text) else default


def readable_size(size: int) -> str:
    """`10 MB`, `64 KB`, `12 B`: 1024 to a step, as file managers count."""
    for unit, step in (("MB", 1024**2), ("KB", 1024)):
        if size >= step:
            return f"{size / step:.1f}".removesuffix(".0") + f" {unit}"
    return f"{size} B"


def _checked(text: str, *, field: str, allowed: str) -> str:
    if not isinstance(text, str):
        raise Refused("not_text", field)
    for character in text:
        code = "" if character in allowed else _objection(character)
        if code:
            raise Refused(code, field, character=f"U+{ord(character):04X}")
    return unicodedata.normalize("NFC", text)


def _objection(character: str) -> str:
    if character in _BIDI:
        return "name_bidi"
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Zl", "Zp"):
        return "name_control"
    if category == "Co":
        return "name_private_use"
    point = ord(character)
    noncharacter = point & 0xFFFE == 0xFFFE
    if category == "Cs" or (category == "Cn" and (noncharacter or point >> 16 not in _IDEOGRAPHIC_PLANES)):
        return "name_unassigned"
    return ""


def N_(text: str) -> str:
    """Mark a sentence for the catalogue where it stands as data; the page that shows it translates it."""
    return text


_ENDS = "。．.；;，,、：:！!？? \t\r\n\u3000"


def phrase(text: str) -> str:
    """What a person typed as a part of our sentence: without its own closing mark, so that none stands twice.

    Brackets and quotation marks stay, for they belong to what they close.
    """
    return text.rstrip(_ENDS)
