"""The text map names every character in UTF-16BE, a hundred to a block."""

import re

from registry.documents.tounicode import to_unicode_cmap


def test_supplementary_characters_are_surrogate_pairs() -> None:
    assert "<01> <D873DC5F>" in to_unicode_cmap("F", [0, 0x2CC5F])


def test_no_block_holds_more_than_a_hundred() -> None:
    text = to_unicode_cmap("F", [0, *range(0x4E00, 0x4E00 + 255)])
    assert [int(count) for count in re.findall(r"(\d+) beginbfchar", text)] == [100, 100, 55]


def test_unused_places_are_not_named() -> None:
    assert "<00>" not in to_unicode_cmap("F", [0, 0x41]).split("endcodespacerange")[1]
