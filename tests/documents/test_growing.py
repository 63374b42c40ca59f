"""An archive that grows: whole after every step, cut back after a crash, readable by others, unbounded."""

import os
import subprocess
from io import BytesIO
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

import pytest

from registry.documents import growing
from registry.documents.archive import Member
from registry.documents.growing import Busy, GrowingZip


def member(name: str, data: bytes) -> Member:
    return Member(name=name, size=len(data), open=lambda: BytesIO(data))


def write(folder: Path, *steps: int) -> Path:
    """An archive of these steps and a tail, finished."""
    with GrowingZip(folder, "a") as archive:
        done = len(list(archive.notes()))
        for step in steps[done:]:
            archive.add([member(f"{step}/甲.txt", b"x" * step), member(f"{step}/b.txt", b"")])
            archive.step({"step": step})
        archive.finish([member("manifest.json", b"{}")])
        return archive.path


def test_it_holds_what_was_added_and_others_can_read_it(tmp_path: Path) -> None:
    path = write(tmp_path, 3, 70_000)
    with ZipFile(path) as read:
        assert read.testzip() is None
        assert read.namelist() == ["3/甲.txt", "3/b.txt", "70000/甲.txt", "70000/b.txt", "manifest.json"]
        assert read.read("70000/甲.txt") == b"x" * 70_000
    listed = subprocess.run(["unzip", "-tq", path], capture_output=True, text=True, check=False)
    assert listed.returncode == 0, listed.stdout


@pytest.mark.parametrize("lost", ["half a member", "half a line", "a finished directory"])
def test_after_a_crash_it_goes_on_from_the_last_step_and_comes_out_the_same(
    tmp_path: Path, lost: str
) -> None:
    whole = write(tmp_path / "whole", 5, 6).read_bytes()
    folder = tmp_path / "torn"
    with GrowingZip(folder, "a") as archive:
        archive.add([member("5/甲.txt", b"x" * 5), member("5/b.txt", b"")])
        archive.step({"step": 5})
        archive.add([member("6/甲.txt", b"xxx")])
        if lost == "a finished directory":
            archive.finish([])
    if lost == "half a line":
        with (folder / "a.index").open("ab") as index:
            index.write(b'{"end": 99999, "note"')
    assert write(folder, 5, 6).read_bytes() == whole


def test_an_index_that_promises_more_than_the_disk_holds_is_not_believed(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole", 5).read_bytes()
    with GrowingZip(tmp_path, "a") as archive:
        archive.add([member("5/甲.txt", b"x" * 5), member("5/b.txt", b"")])
        archive.step({"step": 5})
    os.truncate(tmp_path / "a.zip", 10)
    assert write(tmp_path, 5).read_bytes() == whole


def test_only_one_worker_has_it_open(tmp_path: Path) -> None:
    with GrowingZip(tmp_path, "a"), pytest.raises(Busy):
        GrowingZip(tmp_path, "a")
    with GrowingZip(tmp_path, "a"):
        pass


def test_a_full_disk_costs_the_step_and_nothing_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_file: BinaryIO) -> None:
        raise OSError(28, "No space left on device")

    whole = write(tmp_path / "whole", 5, 6).read_bytes()
    folder = tmp_path / "full"
    with GrowingZip(folder, "a") as archive:
        archive.add([member("5/甲.txt", b"x" * 5), member("5/b.txt", b"")])
        archive.step({"step": 5})
    with monkeypatch.context() as patch:
        patch.setattr(growing, "_to_disk", full)
        with pytest.raises(OSError, match="No space"):
            write(folder, 5, 6)
    assert write(folder, 5, 6).read_bytes() == whole


def test_names_that_would_unpack_over_each_other_are_refused(tmp_path: Path) -> None:
    with GrowingZip(tmp_path, "a") as archive:
        archive.add([member("A.txt", b""), member("a.txt", b"")])
        with pytest.raises(ValueError, match=r"a\.txt"):
            archive.step(None)


@pytest.mark.parametrize("told", [4, 6])
def test_a_member_of_another_length_than_it_said_is_refused(tmp_path: Path, told: int) -> None:
    with GrowingZip(tmp_path, "a") as archive, pytest.raises(ValueError, match="bytes"):
        archive.add([Member(name="a", size=told, open=lambda: BytesIO(b"12345"))])


def test_beyond_65535_members_it_writes_zip64(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is brought down to what can be tried; the fields are the real ones."""
    monkeypatch.setattr(growing, "MANY", 2)
    check_zip64(write(tmp_path, 1, 2))


def test_beyond_four_gigabytes_it_writes_zip64(tmp_path: Path) -> None:
    check_zip64(_sparse(tmp_path))


def check_zip64(path: Path) -> None:
    with path.open("rb") as file:
        file.seek(-200, 2)
        assert b"PK\x06\x06" in file.read()
    with ZipFile(path) as read:
        assert read.testzip() is None
        assert read.namelist()[-1] == "manifest.json"


def _sparse(folder: Path) -> Path:
    """More than 4 GiB of which the disk keeps next to nothing: a hole in the file between two steps."""
    with GrowingZip(folder, "a") as archive:
        archive.add([member("1/a", b"a")])
        archive._file.seek(growing.BIG + 10)
        archive._file.truncate()
        archive.add([member("2/b", b"b")])
        archive.step({})
        archive.finish([member("manifest.json", b"{}")])
        return archive.path
