"""A certificate with its bundle: any reader opens it, and nobody makes the added part in another way."""

import subprocess
from pathlib import Path

import pytest

from registry.documents.fonts import load_fonts
from registry.documents.pdf import Paper
from registry.ledger.attach import NAME, attach, detach

BUNDLE = b'{"format":"open-license-bundle/1","words":"endstream >> xref trailer"}'


@pytest.fixture(scope="module")
def paper(fonts: Path) -> bytes:
    paper = Paper(
        load_fonts(fonts, ()), number="MX-C26-AAAA-BBBB", title="专利开放许可证书", digest="ab" * 32
    )
    paper.title()
    paper.paragraph("一项许可。")
    return paper.render().data


def run(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_other_readers_open_it_and_find_the_bundle(paper: bytes, tmp_path: Path) -> None:
    file, saved = tmp_path / "certificate.pdf", tmp_path / "saved.json"
    file.write_bytes(attach(paper, BUNDLE))
    assert NAME.decode() in run("pdfdetach", "-list", str(file))
    run("pdfdetach", "-save", "1", "-o", str(saved), str(file))
    assert saved.read_bytes() == BUNDLE
    told = subprocess.run(["pdfinfo", str(file)], capture_output=True, text=True, check=True)
    assert "专利开放许可证书" in told.stdout
    assert "Pages:           1" in told.stdout
    assert told.stderr == ""
    assert "一项许可" in run("pdftotext", str(file), "-")


def test_the_printed_part_stays_as_it_was(paper: bytes) -> None:
    whole = attach(paper, BUNDLE)
    assert whole.startswith(paper)
    assert detach(whole) == (paper, BUNDLE)
    assert attach(paper, BUNDLE) == whole


def test_a_second_bundle_is_never_put_behind_the_first(paper: bytes) -> None:
    with pytest.raises(ValueError, match="plain"):
        attach(attach(paper, BUNDLE), BUNDLE)


@pytest.mark.parametrize(
    "change",
    [
        (b"startxref\n", b"startxref\n1"),
        (b"/Root 1", b"/Root 9"),
        (b"%%EOF\n", b"%%EOF"),
        (b"xref\n0 ", b"xref\n1 "),
        (b"/Type /Catalog", b"/Type /Catalog /Names 1 0 R"),
    ],
)
def test_what_was_printed_otherwise_is_refused(paper: bytes, change: tuple[bytes, bytes]) -> None:
    before, after = change
    assert before in paper
    with pytest.raises(ValueError, match=r"plain|once"):
        attach(after.join(paper.rsplit(before, 1)), BUNDLE)
