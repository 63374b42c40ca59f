"""Line drawings for a few invented offers, as a holder would bring them: grey PNG files drawn by ourselves.

A figure is a list of strokes in a field of 100 × 70; nothing of it is taken from any real patent.
"""

import math
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

Point = tuple[float, float]
Stroke = tuple[Point, ...]
WIDTH, HEIGHT, SCALE = 600, 420, 6.0
THICK = 0.2
ROUND = 36


def _box(left: float, top: float, right: float, bottom: float) -> Stroke:
    return ((left, top), (right, top), (right, bottom), (left, bottom), (left, top))


def _ring(x: float, y: float, across: float, along: float | None = None) -> Stroke:
    high = across if along is None else along
    turns = (2 * math.pi * n / ROUND for n in range(ROUND + 1))
    return tuple((x + across * math.cos(turn), y + high * math.sin(turn)) for turn in turns)


BOLTS = ((20, 24), (80, 24), (50, 33), (50, 15), (31, 31), (69, 31), (31, 17), (69, 17))
FIGURES: dict[str, tuple[Stroke, ...]] = {
    "O4": (  # a welding robot's arm on its turning column
        ((6, 64), (94, 64)), _box(30, 58, 62, 64), _box(36, 50, 56, 58), _ring(46, 50, 10, 2),
        _box(42, 26, 50, 48), _ring(46, 22, 5), _ring(46, 22, 2),
        ((47, 17), (72, 14)), ((47, 27), (72, 22)), _ring(73, 18, 4.4), _ring(73, 18, 1.6),
        ((70, 22), (74, 40)), ((77, 20), (80, 40)), _box(73, 40, 81, 44), ((75, 44), (77, 52), (79, 44)),
        ((77, 52), (77, 58)), ((64, 58), (88, 58)), ((12, 18), (41, 22)), ((12, 18), (8, 18)),
        ((88, 12), (77, 17)), ((88, 12), (92, 12)), ((20, 44), (38, 47)), ((20, 44), (16, 44)),
    ),
    "O5": (  # a bearing ring under a welding table
        _ring(50, 24, 34, 10), _ring(50, 24, 28, 8), _ring(50, 24, 8, 2.4), ((16, 24), (16, 32)),
        ((84, 24), (84, 32)), _ring(50, 32, 34, 10)[: ROUND // 2 + 1], _ring(50, 45, 24, 7)[: ROUND // 2 + 1],
        ((26, 38), (26, 45)), ((74, 38), (74, 45)), _box(34, 52, 66, 62), ((42, 52), (42, 62)),
        ((58, 52), (58, 62)), ((10, 64), (90, 64)), *(_ring(x, y, 1) for x, y in BOLTS),
        ((90, 14), (82, 20)), ((90, 14), (94, 14)),
    ),
    "O6": (  # a hand-held instrument's shell, seen from in front and from the side
        _box(18, 6, 46, 64), _box(22, 11, 42, 32), _ring(32, 42, 6), _ring(32, 42, 2.2), _ring(25, 56, 2),
        _ring(32, 56, 2), _ring(39, 56, 2),
        ((62, 6), (72, 6), (74, 12), (74, 58), (72, 64), (62, 64), (62, 6)),
        ((62, 11), (60, 13), (60, 30), (62, 32)), ((74, 20), (78, 22), (78, 48), (74, 50)),
        ((62, 42), (59, 42)),
    ),
}  # fmt: skip


def png(key: str) -> bytes:
    """One figure as a grey PNG of 600 × 420 pixels (PNG, ISO/IEC 15948)."""
    field = [bytearray(b"\xff" * WIDTH) for _ in range(HEIGHT)]
    for stroke in FIGURES[key]:
        for first, last in pairwise(stroke):
            _draw(field, first, last)
    rows = zlib.compress(b"".join(b"\x00" + bytes(row) for row in field), 9)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", rows), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _draw(field: list[bytearray], first: Point, last: Point) -> None:
    """Darken each pixel by how near it lies to the line: an edge of one pixel is soft."""
    for x, y in _near(first, last):
        far = _distance((x + 0.5) / SCALE, (y + 0.5) / SCALE, first, last) - THICK
        shade = min(max(far * SCALE + 0.5, 0.0), 1.0)
        field[y][x] = min(field[y][x], 40 + round(215 * shade))


def _near(first: Point, last: Point) -> Iterator[tuple[int, int]]:
    """The pixels along a line, three to each side of it."""
    steps = max(1, math.ceil(math.dist(first, last) * SCALE / 2))
    seen: set[tuple[int, int]] = set()
    for n in range(steps + 1):
        x = int((first[0] + (last[0] - first[0]) * n / steps) * SCALE)
        y = int((first[1] + (last[1] - first[1]) * n / steps) * SCALE)
        around = ((x + i, y + j) for i in range(-3, 4) for j in range(-3, 4))
        seen.update((i, j) for i, j in around if 0 <= i < WIDTH and 0 <= j < HEIGHT)
    yield from seen


def _distance(x: float, y: float, first: Point, last: Point) -> float:
    along = (last[0] - first[0], last[1] - first[1])
    length = along[0] ** 2 + along[1] ** 2
    at = 0.0 if not length else ((x - first[0]) * along[0] + (y - first[1]) * along[1]) / length
    at = min(max(at, 0.0), 1.0)
    return math.dist((x, y), (first[0] + at * along[0], first[1] + at * along[1]))
