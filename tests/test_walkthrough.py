"""The walkthrough does the whole job over HTTP and leaves what anybody can check; a failure is kept."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

import pytest

from registry import walkthrough
from registry.ledger.verify import read_vkey, verify_path
from registry.walkthrough import pages, story
from registry.walkthrough.browser import WentWrong
from tests.fonts import font_folder

FORM = b"""<html><title>not words</title><body><p>Some   words</p>
<form method="get" action="/search"><input name="q"></form>
<form method="post" action="/logout"><input type="hidden" name="csrf_token" value="x"></form>
<form method="post" action="/go?x=1"><input type="hidden" name="csrf_token" value="&amp;secret">
<input name="plain" value="typed"><input type="checkbox" name="ticks[]" value="a" checked>
<input type="checkbox" name="ticks[]" value="b"><input type="radio" name="which" value="1">
<select name="chosen"><option value="">-</option><option value="one" selected>One</option></select>
<textarea name="text">
two
lines</textarea><input type="file" name="paper"><button name="_save" value="later">Save</button></form>
<a href="/files/1">a file</a><script>never words</script></body></html>"""


def test_the_whole_job_is_done_and_leaves_what_can_be_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGISTRY_INSTANCE", str(font_folder().parent))
    said: list[str] = []
    out = tmp_path / "out"
    assert walkthrough.run(out, say=said.append, takings=story.FEW) == 0, "\n".join(said)
    _the_log_and_receipts_verify(out)
    _the_batch_holds_what_its_manifest_says(out)
    summary = (out / "SUMMARY.md").read_text(encoding="utf-8")
    assert {taking.offer.method for taking in story.FEW} <= set(summary.replace("|", " ").split())
    assert "stays although the offer was withdrawn" in summary
    assert "applicant_elsewhere" in summary
    assert not (out / "server.log").exists()


def _the_log_and_receipts_verify(out: Path) -> None:
    policy = read_vkey(str(out / "vkey"))
    assert verify_path(out / "log", policy).ok
    receipts = list((out / "receipts").iterdir())
    assert len(receipts) == len(story.FEW) + 2 * len(story.FEW)
    assert all(verify_path(path, policy).ok for path in receipts)
    bundles = list((out / "bundles").iterdir())
    assert len(bundles) == 2 * len(story.FEW)
    assert all(verify_path(path, policy).ok for path in bundles)
    papers = list((out / "papers").iterdir())
    assert len(papers) == sum(
        story.PAPERS_PAID if taking.amount else story.PAPERS_FREE for taking in story.FEW
    )
    assert all(path.read_bytes().startswith(b"%PDF-") for path in papers)


def _the_batch_holds_what_its_manifest_says(out: Path) -> None:
    with ZipFile(out / "batch.zip") as archive:
        assert archive.testzip() is None
        manifest = json.loads(archive.read("manifest.json"))
        assert manifest["count"] == len(story.FEW) - 1  # a seller in Hangzhou registers in Hangzhou
        for one in manifest["files"]:
            assert hashlib.sha256(archive.read(one["name"])).hexdigest() == one["sha256"]


def test_a_short_walk_leaves_out_nothing_but_repetitions() -> None:
    few = story.FEW
    for shown in (
        [one.machine for one in few],
        [one.amount != "" for one in few],
        [one.offer.local for one in few],
    ):
        assert set(shown) == {True, False}
    assert any(one.offer.co_owner for one in few)
    assert len({one.offer.method for one in few}) == len(few)


def test_a_failure_is_said_and_the_server_log_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def broken(out: Path, *, say: object) -> Iterator[None]:
        (out / "server.log").write_text("what the server said")
        raise WentWrong("the server ended with 1 before it answered")
        yield

    monkeypatch.setattr(walkthrough, "running", broken)
    said: list[str] = []
    assert walkthrough.run(tmp_path, say=said.append) == 1
    assert "FAILED: the server ended with 1 before it answered" in said
    assert (tmp_path / "server.log").exists()
    assert not (tmp_path / "SUMMARY.md").exists()


def test_a_second_walk_replaces_the_first_and_touches_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "old.pdf").write_bytes(b"old")
    (tmp_path / "SUMMARY.md").write_text("old")
    (tmp_path / "mine.txt").write_text("mine")
    walkthrough._make_room(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bundles", "mine.txt", "papers", "receipts"]
    assert list((tmp_path / "papers").iterdir()) == []


# --- pages as a browser reads them -------------------------------------------------------------------


def test_a_form_sends_what_it_shows_and_what_was_filled_in() -> None:
    form = pages.read("/here", 200, FORM, media_type="text/html").form("/go")
    sent = form.filled({"plain": "new", "which": "1", "ticks[]": ["a", "b"], "chosen": None})
    assert sorted(sent) == sorted(
        [
            ("csrf_token", "&secret"),
            ("text", "two\nlines"),
            ("plain", "new"),
            ("which", "1"),
            ("ticks[]", "a"),
            ("ticks[]", "b"),
        ]
    )


def test_an_input_that_is_not_on_the_page_cannot_be_filled_in() -> None:
    form = pages.read("/here", 200, FORM, media_type="text/html").form()
    with pytest.raises(KeyError, match="no input"):
        form.filled({"elsewhere": "x"})


def test_signing_out_is_never_the_form_that_was_meant() -> None:
    page = pages.read("/here", 200, FORM, media_type="text/html")
    assert page.form().action == "/go?x=1"
    assert page.form("/search", method="get").names == {"q"}
    with pytest.raises(LookupError, match="no form"):
        page.form("/logout")


def test_words_and_links_are_read_scripts_and_titles_are_not() -> None:
    page = pages.read("/here", 200, FORM, media_type="text/html")
    assert page.text.startswith("Some words")
    assert "never words" not in page.text
    assert page.link("/files/") == "/files/1"
