"""ReportLab 5.1 misnames characters above U+FFFF in a PDF's text map: drawn right, found and copied wrong.

Its `makeToUnicodeCMap` writes the code point as one hexadecimal number, where ISO 32000-1, 9.10.3 asks for
UTF-16BE, and puts more than the hundred lines a block may hold. `repair()` puts ours in its place.
"""

from collections.abc import Sequence

from reportlab.pdfbase import ttfonts

BLOCK = 100

HEAD = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
<< /Registry ({name})
/Ordering ({name})
/Supplement 0
>> def
/CMapName /{name} def
/CMapType 2 def
1 begincodespacerange
<00> <FF>
endcodespacerange"""

TAIL = """endcmap
CMapName currentdict /CMap defineresource pop
end
end"""


def to_unicode_cmap(name: str, subset: Sequence[int]) -> str:
    """The text map of one font subset: `subset[i]` is the code point drawn by byte i, 0 where none is."""
    lines = [
        f"<{index:02X}> <{chr(code).encode('utf-16-be').hex().upper()}>"
        for index, code in enumerate(subset)
        if code
    ]
    blocks = [lines[start : start + BLOCK] for start in range(0, len(lines), BLOCK)]
    body = [f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar" for block in blocks]
    return "\n".join([HEAD.format(name=name), *body, TAIL])


def repair() -> None:
    """Make ReportLab write right text maps in this process."""
    ttfonts.makeToUnicodeCMap = to_unicode_cmap
