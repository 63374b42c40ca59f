"""Numbers of organisations and people, and how to reach them: shape and check characters, never whether
they exist.

Sources: GB 32100-2015 (unified social credit code), GB 11714 (organisation code inside it), GB 11643
(resident ID). A few real codes fail the inner check and rarer ones the outer, so the inner one only warns
and a reviewer may override the outer.
"""

import re
from dataclasses import dataclass
from datetime import date

from stdnum.cn import ric
from stdnum.cn import uscc as stdnum_uscc

from registry.codes.regions import Region, region
from registry.codes.tables import table
from registry.errors import Refused

_USCC = re.compile(r"[1-9ANY][1-9ANY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}", re.ASCII)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]", re.ASCII)
_MOBILE = re.compile(r"(?:(?:\+|00)86)?(1[3-9][0-9]{9})", re.ASCII)
_LANDLINE = re.compile(
    r"(?:(?:\+|00)86-?)?(0?)(10|2[0-9]|[3-9][0-9]{2})-?([2-8][0-9]{6,7})(?:[-转#]?([0-9]{1,6}))?", re.ASCII
)
_SERVICE = re.compile(r"([48]00)-?([0-9]{3})-?([0-9]{4})", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])",
    re.ASCII,
)
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: " "}
_EARLIEST_BIRTH = date(1880, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Uscc:
    """A unified social credit code. `warnings` are codes for the reviewer: uscc_inner, uscc_check
    (overridden), uscc_region.
    """

    code: str
    warnings: tuple[str, ...] = ()

    @property
    def organisation_code(self) -> str:
        return self.code[8:17]

    def __str__(self) -> str:
        return self.code


def uscc(text: str, *, field: str = "", check_overridden: bool = False) -> Uscc:
    """Refuses: required, uscc_form, uscc_check (unless a reviewer overrode it: then a warning)."""
    code = _compact(text, field=field, drop=" -")
    if not _USCC.fullmatch(code):
        raise Refused("uscc_form", field, "GB 32100-2015")
    outer = stdnum_uscc.calc_check_digit(code[:17]) == code[17]
    if not outer and not check_overridden:
        raise Refused("uscc_check", field, "GB 32100-2015")
    found = (
        ("uscc_check", not outer),
        ("uscc_inner", organisation_check(code[8:16]) != code[16]),
        ("uscc_region", not region_of(code).known),
    )
    return Uscc(code=code, warnings=tuple(name for name, wrong in found if wrong))


def organisation_check(body: str) -> str:
    """GB 11714's check character of the eight characters before it; letters count from A = 10."""
    total = sum(int(c, 36) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def region_of(code: str) -> Region:
    """The region in characters 3 to 8 of a code; without a name when even its province is unknown."""
    try:
        return region(code[2:8])
    except Refused:
        return Region(code=code[2:8], zh="", known=False)


def resident_id(text: str, *, field: str = "", today: date | None = None) -> str:
    """Eighteen characters in capitals. Refuses: required, resident_id_form, resident_id_check,
    resident_id_birth (no such day, or later than `today`). The region is not looked up: old ones stay in
    people's numbers.
    """
    number = _compact(text, field=field, drop=" -")
    if not _RESIDENT.fullmatch(number) or not _known_issuer(number):
        raise Refused("resident_id_form", field)
    if ric.calc_check_digit(number) != number[17]:
        raise Refused("resident_id_check", field, "GB 11643")
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise Refused("resident_id_birth", field)
    if born < _EARLIEST_BIRTH or (today is not None and born > today):
        raise Refused("resident_id_birth", field)
    return number


def _known_issuer(number: str) -> bool:
    """A province; 83 for residents from Taiwan; 9 on foreigners' permanent residence cards (since 2023)."""
    return number.startswith(("83", "9")) or number[:2] + "0000" in table("region")


def masked(number: str) -> str:
    """A personal number for screens and papers: first three and last two characters."""
    return number if len(number) < 8 else number[:3] + "*" * (len(number) - 5) + number[-2:]


def mobile(text: str, *, field: str = "") -> str:
    """Eleven digits of a mainland mobile number. Refuses: required, mobile_form."""
    found = _MOBILE.fullmatch(_compact(text, field=field, drop=" -"))
    if not found:
        raise Refused("mobile_form", field)
    return found[1]


def phone(text: str, *, field: str = "") -> str:
    """A mobile, `021-63211234`, `021-63211234-801` or `400-820-8820`. Refuses: required, phone_form."""
    number = _compact(text, field=field, drop=" ()")
    found = _MOBILE.fullmatch(number.replace("-", ""))
    if found:
        return found[1]
    found = _SERVICE.fullmatch(number)
    if found:
        return "-".join(found.groups())
    found = _LANDLINE.fullmatch(number)
    if not found or (not found[1] and not number.startswith(("+", "00"))):
        raise Refused("phone_form", field)
    return f"0{found[2]}-{found[3]}" + (f"-{found[4]}" if found[4] else "")


def postcode(text: str, *, field: str = "") -> str:
    """Six digits. Refuses: required, postcode_form."""
    code = _compact(text, field=field, drop=" ")
    if not re.fullmatch(r"[0-9]{6}", code):
        raise Refused("postcode_form", field)
    return code


def email(text: str, *, field: str = "") -> str:
    """An address of the common shape, its domain in small letters (RFC 5321: 64 + 254). Refuses: required,
    email_form.
    """
    address = text.strip() if isinstance(text, str) else ""
    if not address:
        raise Refused("required", field)
    local, _, domain = address.rpartition("@")
    if not _EMAIL.fullmatch(address) or len(address) > 254 or len(local) > 64:
        raise Refused("email_form", field)
    return f"{local}@{domain.lower()}"


def _compact(text: str, *, field: str, drop: str) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refused("required", field)
    narrow = text.translate(_FULL_WIDTH).strip().upper()
    return narrow.translate({ord(c): None for c in drop})
