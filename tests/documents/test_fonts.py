"""The faces: what they cover, that they are made once, and what is said when they are missing."""

import shutil
from pathlib import Path

import pytest

from registry.config import Misconfigured
from registry.documents.fonts import SANS, SERIF, build_fonts, load_fonts
from registry.documents.foundry import FACES, STAMP, source
from tests.fonts import font_folder, fonts

GB2312 = [
    bytes([row, cell]).decode("gb2312")
    for row in range(0xB0, 0xF8)
    for cell in range(0xA1, 0xFF)
    if (row, cell) < (0xD7, 0xFA) or row > 0xD7
]


@pytest.mark.parametrize("face", [SERIF, SANS])
def test_both_faces_draw_gb2312_and_rare_names(face: str) -> None:
    for char in [*GB2312, *"𬱟㛃䶮𫖯龑喆堃𬭊□■〓①㎡℃，。（）“”·"]:
        assert fonts().face_for(char, face) == face, char


def test_no_face_draws_what_noto_lacks() -> None:
    assert fonts().missing("甲𠀾乙𠀾") == ("𠀾",)


def test_a_finished_folder_is_left_alone() -> None:
    said: list[str] = []
    before = (font_folder() / FACES[0].file).stat().st_mtime_ns
    build_fonts(font_folder(), progress=said.append)
    assert (font_folder() / FACES[0].file).stat().st_mtime_ns == before
    assert len(said) == 1


def test_the_licence_stands_beside_the_fonts() -> None:
    assert "SIL OPEN FONT LICENSE" in (font_folder() / "OFL.txt").read_text(encoding="utf-8")


def test_an_unfinished_folder_is_refused(tmp_path: Path) -> None:
    shutil.copytree(font_folder(), tmp_path / "fonts")
    (tmp_path / "fonts" / STAMP).unlink()
    with pytest.raises(Misconfigured):
        load_fonts(tmp_path / "fonts")


def test_extra_faces_must_be_truetype() -> None:
    with pytest.raises(Misconfigured, match="TrueType"):
        load_fonts(font_folder(), [source(FACES[1])])


def test_extra_faces_come_last() -> None:
    again = load_fonts(font_folder(), [font_folder() / FACES[1].file])
    assert again.faces[:2] == (SERIF, SANS)
    assert len(again.faces) == 3
