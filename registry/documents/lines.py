"""Where lines may break in Chinese text mixed with codes and figures: pure, widths come in, positions go out.

Between Chinese characters anywhere; never before closing nor after opening punctuation (GB/T 15834-2011,
5.1, placement of punctuation); never inside a number, a code or a Latin word unless it alone is wider
than the line.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CANNOT_START = frozenset("，。、；：？！）〕］｝〉》」』】〗”’…—～·％‰℃,.;:?!)]}%々ー〞")
CANNOT_END = frozenset("（〔［｛〈《「『【〖“‘￥＄([{$£〝")
SOFT_ENDS = frozenset("-/_?&=.:,;|")
FIRST_IDEOGRAPH = 0x2E80


@dataclass(frozen=True, slots=True)
class Line:
    """Characters `start` to `end` (not included); `closed` when a paragraph ends here: not stretched."""

    start: int
    end: int
    closed: bool


def break_lines(text: str, advances: Sequence[float], *, width: float, first_width: float) -> list[Line]:
    """Fill lines greedily; `advances` and both widths share one unit. Always at least one line."""
    lines: list[Line] = []
    start = 0
    for paragraph in text.split("\n"):
        room = first_width if not lines else width
        lines += _fill(text, advances, start, end=start + len(paragraph), room=room, width=width)
        start += len(paragraph) + 1
    return lines


def _fill(
    text: str, advances: Sequence[float], start: int, *, end: int, room: float, width: float
) -> Iterator[Line]:
    line_start, used = start, 0.0
    for first, last in _clusters(text, start, end):
        need = sum(advances[first:last])
        if used + need > room and first > line_start and text[first] != " ":
            yield _trimmed(text, line_start, end=first, closed=False)
            line_start, used, room = first, 0.0, width
        if need > room and text[first] != " ":
            for cut in _cuts(text, advances, first, last=last, room=room, width=width):
                yield Line(line_start, cut, False)
                line_start, room = cut, width
            need = sum(advances[line_start:last])
        used += need
    yield _trimmed(text, line_start, end=end, closed=True)


def _clusters(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Pieces that stay on one line, as (first, last) positions; a space is a piece of its own."""
    first = start
    while first < end:
        last = first + 1
        while last < end and not _may_break(text[last - 1], text[last]):
            last += 1
        yield first, last
        first = last


def _may_break(before: str, after: str) -> bool:
    if before == " ":
        return after != " "
    if after == " ":
        return True
    if after in CANNOT_START or before in CANNOT_END:
        return False
    return _is_ideograph(before) or _is_ideograph(after)


def _is_ideograph(char: str) -> bool:
    """Chinese characters, full-width forms and the quotation marks and boxes set among them."""
    return ord(char) >= FIRST_IDEOGRAPH or char in "“”‘’…—□■"


def _cuts(
    text: str, advances: Sequence[float], first: int, *, last: int, room: float, width: float
) -> Iterator[int]:
    """Where to cut a piece wider than its line: after a separator near the edge, else anywhere."""
    start = first
    while sum(advances[start:last]) > room:
        edge, used = start, 0.0
        while edge < last and (used := used + advances[edge]) <= room:
            edge += 1
        edge = max(edge, start + 1)
        if edge >= last:
            return
        soft = next(
            (cut for cut in range(edge, start + (edge - start) // 2, -1) if text[cut - 1] in SOFT_ENDS), edge
        )
        yield soft
        start, room = soft, width


def _trimmed(text: str, start: int, *, end: int, closed: bool) -> Line:
    while end > start and text[end - 1] == " ":
        end -= 1
    return Line(start, end, closed)
