"""docs/papers.md shows each paper we print for a package, with pictures that exist and are small."""

import re

from registry.documents.uploads import PNG, image_size
from registry.exports.rules import BRINGS
from tests import page_pictures, pictures

PAGE = pictures.FOLDER.parent.parent / "papers.md"


def test_the_page_shows_every_picture_and_every_picture_is_there() -> None:
    shown = re.findall(r"\(pictures/papers/([^)]+)\)", PAGE.read_text(encoding="utf-8"))
    assert sorted(shown) == sorted(path.name for path in pictures.FOLDER.glob("*.png"))
    assert len(shown) == len(set(shown))


def test_every_picture_belongs_to_a_paper_and_is_small() -> None:
    names = {name for name, _ in pictures.composed()}
    for path in pictures.FOLDER.glob("*.png"):
        assert path.stem in names or path.stem.rpartition("-")[0] in names, path.name
        data = path.read_bytes()
        assert len(data) <= pictures.LARGEST
        assert image_size(data, PNG) in ((496, 702), (497, 702))


def test_the_page_names_every_place_we_print() -> None:
    said = PAGE.read_text(encoding="utf-8")
    printed = [f"{n:02d}" for n in (0, 1, 2, 3, 4, 9, 10, 11, 12)] + ["02b", "08a", "08b"]
    for place in printed:
        assert re.search(rf"^## (?:.*, )?{place} ", said, re.MULTILINE), place
    assert {"02b", "08a", "08b", "12"} <= set(BRINGS)


def test_the_pages_are_shown_wide_and_narrow_in_both_languages_and_are_small() -> None:
    said = (page_pictures.FOLDER.parent.parent / "pages.md").read_text(encoding="utf-8")
    shown = re.findall(r"\(pictures/pages/([^)]+)\)", said)
    assert shown == [
        f"{name}-{lang}.png" for name, _, _ in page_pictures.PAGES for lang in page_pictures.SIZES
    ]
    for name in shown:
        data = (page_pictures.FOLDER / name).read_bytes()
        lang = name.removesuffix(".png").rpartition("-")[2]
        assert image_size(data, PNG) == tuple(page_pictures.SIZES[lang].values()), name
        assert len(data) <= page_pictures.LARGEST, name
