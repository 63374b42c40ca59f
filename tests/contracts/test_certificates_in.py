"""Certificates that come with a list of results: bounded over all archives, not each by itself."""

from dataclasses import replace
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from flask import Flask
from werkzeug.datastructures import FileStorage

from registry.contracts import certificates_in
from registry.errors import TooLarge
from tests.parties.people import PDF


def archive(name: str, sizes: dict[str, int]) -> FileStorage:
    """A ZIP with so many bytes in each member."""
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as made:
        for member, size in sizes.items():
            made.writestr(member, PDF + Random(size).randbytes(size) + PDF)
    output.seek(0)
    return FileStorage(output, filename=name)


def test_many_archives_together_unfold_to_no_more_than_one_may(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = replace(lite.extensions["settings"], body_limit=256 * 1024)  # a megabyte unfolded
    monkeypatch.setitem(lite.extensions, "settings", settings)
    parts = [archive(f"{n}.zip", {f"{n}.pdf": 600 * 1024}) for n in range(2)]
    with lite.app_context():
        assert certificates_in.read(parts[:1])
        parts[0].stream.seek(0)
        with pytest.raises(TooLarge, match="unpacks_too_large"):
            certificates_in.read(parts)


def test_many_archives_together_hold_no_more_files_than_one_may(lite: Flask) -> None:
    parts = [archive(f"{place}.zip", {f"{place}-{n}.pdf": 0 for n in range(600)}) for place in "AB"]
    with lite.app_context(), pytest.raises(TooLarge, match="too_many_files"):
        certificates_in.read(parts)
