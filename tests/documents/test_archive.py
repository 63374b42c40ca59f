"""Packages: the same members give the same bytes, of the length promised, with names safe anywhere."""

import subprocess
import sys
import tracemalloc
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.documents.archive import Archive, Member, safe_name, safe_path


def member(name: str, data: bytes) -> Member:
    return Member(name=name, size=len(data), open=lambda: BytesIO(data))


def packed(*members: Member) -> bytes:
    return b"".join(Archive(members))


def test_members_come_back_in_the_callers_order() -> None:
    with ZipFile(BytesIO(packed(member("02 合同.pdf", b"two"), member("01/清单.csv", b"one")))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["02 合同.pdf", "01/清单.csv"]
        assert archive.read("02 合同.pdf") == b"two"
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_same_members_give_the_same_bytes() -> None:
    assert packed(member("a", b"1")) == packed(member("a", b"1"))


@given(
    st.dictionaries(st.from_regex(r"[a-z一-龥]{1,12}", fullmatch=True), st.binary(max_size=300), max_size=5)
)
def test_the_length_is_known_beforehand(files: dict[str, bytes]) -> None:
    archive = Archive([member(name, data) for name, data in files.items()])
    assert len(archive) == len(b"".join(archive))


def test_memory_stays_constant(tmp_path: Path) -> None:
    sparse, size = tmp_path / "zeros", 64 * 1024 * 1024
    with sparse.open("wb") as target:
        target.truncate(size)
    archive = Archive([Member(name="big", size=size, open=lambda: sparse.open("rb"))])
    tracemalloc.start()
    assert sum(len(chunk) for chunk in archive) == len(archive)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2 * 1024 * 1024


def test_a_member_of_another_size_is_an_error() -> None:
    with pytest.raises(ValueError, match="bytes"):
        packed(Member(name="a", size=2, open=lambda: BytesIO(b"1")))


@pytest.mark.parametrize(("first", "second"), [("a", "A"), ("x/a", "x//a"), ("a?", "a*")])
def test_members_that_would_overwrite_each_other_are_refused(first: str, second: str) -> None:
    with pytest.raises(ValueError, match="members are called"):
        Archive([member(first, b""), member(second, b"")])


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("../../etc/passwd", "etc/passwd"),
        ("/abs/a.pdf", "abs/a.pdf"),
        ("C:\\a.pdf", "C__a.pdf"),
        ("con.txt", "_con.txt"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("", "_"),
        (". ./..", "_"),
        ("名称 .", "名称"),
    ],
)
def test_paths_cannot_leave_their_folder(path: str, safe: str) -> None:
    assert safe_path(path) == safe


def test_long_names_keep_their_extension() -> None:
    name = safe_name("长" * 200 + ".pdf")
    assert name.endswith("长.pdf")
    assert len(name.encode()) <= 180


@given(st.text(max_size=40))
def test_safe_names_stay_as_they_are(text: str) -> None:
    assert safe_name(safe_name(text)) == safe_name(text)
    assert "/" not in safe_name(text)


def test_other_programs_accept_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(packed(member("合同.pdf", b"x" * 1000)))
    subprocess.run([sys.executable, "-m", "zipfile", "-t", str(path)], check=True, capture_output=True)
