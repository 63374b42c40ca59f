"""The log under /log/: the very files of `registry log export`, cached for ever where they never change."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry import clock
from registry.database import db, transaction
from registry.ledger import log_texts
from registry.ledger import service as ledger
from registry.ledger.chain import TILE_WIDTH, parse_entry, tiles_of
from registry.ledger.checkpoints import note_head
from registry.ledger.models import TimestampToken
from registry.ledger.notes import parse_entry_bundle, parse_tile_path, tile_path
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_path
from tests.browser import Browser, open_account
from tests.ledger.making import effective, file

FOREVER = "public, max-age=31536000, immutable"


def get(app: Flask, path: str, status: int = 200) -> TestResponse:
    answer = app.test_client().get(f"/log/{path}")
    assert answer.status_code == status, (path, answer.status_code)
    return answer


@pytest.fixture
def long_log(lite: Flask) -> Flask:
    """Signed at 4 and at 300 entries, and one more entry that no head covers yet."""
    file(*(effective(f"C-{n}") for n in range(3)))
    ledger.publish_checkpoint()
    file(*(effective(f"D-{n}") for n in range(300 - ledger.size())))
    ledger.publish_checkpoint()
    file(effective("E-1"))
    return lite


def copied(app: Flask) -> Iterator[tuple[str, bytes]]:
    """The whole log as a stranger copies it, knowing C2SP tlog-tiles and nothing else of us."""
    note = get(app, "checkpoint").data
    size = note_head(note.decode()).size
    yield "checkpoint", note
    yield "vkey", get(app, "vkey").data
    names = [tile_path(level, index, width) for level, index, width in tiles_of(size)]
    entries = [name.replace("tile/0/", "tile/entries/") for name in names if name.startswith("tile/0/")]
    for name in (*names, *entries):
        data = get(app, name).data
        yield name, data
        if name in entries:
            for entry in parse_entry_bundle(data):
                digest = parse_entry(entry).envelope
                yield f"envelopes/{digest}", get(app, f"envelopes/{digest}").data


def test_the_copied_log_is_the_exported_one_byte_for_byte_and_verifies(
    long_log: Flask, tmp_path: Path
) -> None:
    export, copy = tmp_path / "export", tmp_path / "copy"
    ledger.export(export)  # signs the last entry first
    whole = dict(copied(long_log))
    assert whole == {
        path.relative_to(export).as_posix(): path.read_bytes() for path in export.rglob("*") if path.is_file()
    }
    for name, data in whole.items():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        (copy / name).write_bytes(data)
    report = verify_path(copy, policy_of(ledger_setup().vkey))
    assert (report.ok, report.size) == (True, 301), report


def test_whole_tiles_and_envelopes_are_kept_for_ever_and_partial_ones_asked_for_again(
    long_log: Flask,
) -> None:
    envelope = parse_entry(parse_entry_bundle(get(long_log, "tile/entries/000").data)[0]).envelope
    for path in ("tile/0/000", "tile/entries/000", f"envelopes/{envelope}"):
        assert get(long_log, path).headers["Cache-Control"] == FOREVER, path
    for path in ("tile/0/001.p/44", "tile/1/000.p/1", "tile/entries/001.p/44", "checkpoint", "vkey"):
        assert get(long_log, path).headers["Cache-Control"] == "no-cache", path
    for path in ("tile/0/000", "tile/1/000.p/1", "tile/entries/000"):
        assert get(long_log, path).content_type == "application/octet-stream"
    for path in ("checkpoint", "vkey"):
        assert get(long_log, path).content_type == "text/plain; charset=utf-8"


def test_no_file_of_the_log_sets_a_cookie_even_for_who_is_signed_in(lite: Flask) -> None:
    open_account("wm@example.cn")
    browser = Browser(lite).sign_in("wm@example.cn")
    for path in ("checkpoint", "vkey", "tile/0/000.p/1"):
        answer = browser.client.get(f"/log/{path}")
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
        assert "Cookie" not in answer.headers.get("Vary", "")


def test_partial_tiles_stand_at_every_signed_size_and_at_no_other(long_log: Flask) -> None:
    for path in (
        "tile/0/000.p/1",
        "tile/0/000.p/4",
        "tile/entries/000.p/4",
        "tile/0/001.p/44",
        "tile/1/000.p/1",
    ):
        get(long_log, path)  # heads were signed at 1, 4 and 300
    for path in (
        "tile/0/000.p/2",
        "tile/entries/000.p/5",
        "tile/0/001.p/45",
        "tile/0/001.p/43",
        "tile/1/000.p/2",
    ):
        get(long_log, path, 404)


def test_a_partial_tile_begins_the_whole_one(long_log: Flask) -> None:
    assert get(long_log, "tile/0/000").data.startswith(get(long_log, "tile/0/000.p/4").data)
    assert len(get(long_log, "tile/0/000").data) == 32 * TILE_WIDTH


NOT_THERE = [
    *("tile/0/001", "tile/1/000", "tile/2/000.p/1", "tile/63/000", "tile/entries/001"),  # not that far
    *("tile/64/000", "tile/00/000", "tile/-1/000", "tile/data/000", "tile/0x/000", "tile/０/000"),
    *("tile/0/0", "tile/0/1000", "tile/0/x000/000", "tile/0/x001", "tile/0/000/000", "tile/0/x001/x234"),
    *("tile/0/xx001/234", "tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/04", "tile/0/000.p/"),
    *(
        "tile/0/000.p/4/",
        "tile/0/000.p",
        "tile/0/٠٠٠",
        "tile/0/x999/x999/x999/x999/x999/x999/999",
        "tile/",
    ),
    *("envelopes/" + "0" * 64, "envelopes/x", "envelopes/" + "A" * 64, "checkpoints", "tile"),
]


def test_what_is_not_there_or_not_spelled_so_is_not_found(long_log: Flask) -> None:
    for path in NOT_THERE:
        get(long_log, path, 404)


def test_an_envelope_behind_the_newest_signed_head_is_not_shown_yet(long_log: Flask) -> None:
    digest = parse_entry(ledger.filed_at(300)[0]).envelope
    get(long_log, f"envelopes/{digest}", 404)
    ledger.publish_checkpoint()
    get(long_log, f"envelopes/{digest}")


def test_every_tile_path_is_read_back_and_no_other_spelling() -> None:
    for level in (0, 1, 63, "entries"):
        for index in (0, 7, 999, 1000, 1_234_067, 999_999_999):
            for width in (1, 255, 256):
                assert parse_tile_path(tile_path(level, index, width)) == (level, index, width)
    assert tile_path(0, 1_234_067) == "tile/0/x001/x234/067"
    for wrong in ("tile/0/x001/x234/67", "tile/0/001/x234/067", "tile/0/x01/234", "0/000", "tile/0/x0a/001"):
        with pytest.raises(ValueError, match=r"tile|decimal"):
            parse_tile_path(wrong)


def test_handovers_all_keys_and_timestamps_are_served_as_they_are_exported(
    lite: Flask, tmp_path: Path
) -> None:
    for rounds in range(2):
        ledger.rotate("checkpoint")
        file(effective(f"C-{rounds}"))
        size = note_head(ledger.publish_checkpoint()).size
    stamp = {"size": size, "authority": "CN=x", "token": b"der", "stamped_at": clock.now(), "skew_ms": 0}
    transaction(lambda: db.session.add(TimestampToken(**stamp)))
    ledger.export(tmp_path / "export")
    names = list(log_texts.names(size))
    assert {"vkeys", f"timestamps/{size}.tsr", f"timestamps/{size}.checkpoint", "checkpoint"} <= set(names)
    assert sum(name.startswith("handover/") for name in names) == 2
    for name in names:
        assert get(lite, name).data == (tmp_path / "export" / name).read_bytes(), name
    for name in ("handover/1", "handover/x", "timestamps/1.tsr", f"timestamps/{size}.pdf", "handover/99.tsr"):
        get(lite, name, 404)
