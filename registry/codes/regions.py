"""Administrative regions (GB/T 2260): six digits of province, prefecture and county.

The table follows the standard and its yearly changes as far as a source was at hand. A region founded later
is not in it; its code is still accepted while its province is known, and marked so that a clerk looks at
it.
"""

import re
from dataclasses import dataclass

from registry.codes.tables import table
from registry.errors import Refused

NATION = "100000"
"""What codes given by central authorities carry in place of a region (GB 32100)."""

_SIX = re.compile(r"[1-9][0-9]{5}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region as far as it is known; with `known` false `zh` is the nearest known region above it."""

    code: str
    zh: str
    known: bool

    @property
    def province(self) -> str:
        return self.code[:2] + "0000"

    @property
    def prefecture(self) -> str:
        return self.code[:4] + "00"


def region(code: str, *, field: str = "") -> Region:
    """The region of six digits. Refuses: region_form, region_unknown (the province itself is unknown)."""
    regions = table("region")
    if not isinstance(code, str) or not _SIX.fullmatch(code):
        raise Refused("region_form", field)
    if code[:2] + "0000" not in regions or (code[:2] == NATION[:2] and code != NATION):
        raise Refused("region_unknown", field, value=code)
    if code in regions:
        return Region(code=code, zh=full_name(code), known=True)
    above = code[:4] + "00"
    return Region(code=code, zh=full_name(above if above in regions else code[:2] + "0000"), known=False)


def full_name(code: str) -> str:
    """`上海市浦东新区`, `浙江省杭州市西湖区`: the names from the province down, without the fillers 市辖区
    and 县.
    """
    regions = table("region")
    names: list[str] = []
    step = code
    while step:
        row = regions.get(step)
        if not row.facts["filler"]:  # 市辖区, 县: groups that no address names
            names.insert(0, row.zh)
        step = row.parent
    return "".join(names)
