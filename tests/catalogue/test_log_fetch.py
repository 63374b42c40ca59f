"""`registry log fetch`: whoever has the address of a log's site gets what its operator would export."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask

from registry.commands import cli
from registry.ledger import log_fetch
from registry.ledger import service as ledger
from registry.ledger.log_fetch import fetch
from registry.ledger.outside import Reply, Unreached
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.verify import verify_path
from tests.ledger.making import effective, file

SITE = "https://registry.example/log"


@pytest.fixture
def site(lite: Flask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The log's site; answers what was asked of it."""
    asked: list[str] = []

    def get(url: str) -> Reply:
        asked.append(url.removeprefix(f"{SITE}/"))
        answer = lite.test_client().get(url.removeprefix("https://registry.example"))
        return Reply(status=answer.status_code, type=answer.mimetype, body=answer.data)

    monkeypatch.setattr(log_fetch, "get", get)
    file(*(effective(f"C-{n}") for n in range(260)))
    ledger.publish_checkpoint()
    return asked


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_copy_is_the_export_and_verifies(site: list[str], tmp_path: Path) -> None:
    assert fetch(f"{SITE}/", tmp_path / "copy") == 261
    ledger.export(tmp_path / "export")
    assert files(tmp_path / "copy") == files(tmp_path / "export")
    assert verify_path(tmp_path / "copy", policy_of(ledger_setup().vkey)).ok
    assert len(site) == len(set(site)), "nothing is asked for twice"


def test_a_rotated_log_is_copied_with_what_leads_from_the_old_key_to_the_new(
    site: list[str], tmp_path: Path
) -> None:
    old = ledger_setup().vkey
    ledger.rotate("countersign")
    ledger.rotate("checkpoint")
    ledger.publish_checkpoint()
    fetch(SITE, tmp_path / "copy")
    ledger.export(tmp_path / "export")
    assert files(tmp_path / "copy") == files(tmp_path / "export")
    report = verify_path(tmp_path / "copy", policy_of(old))
    assert (report.ok, "key_followed" in report.notes) == (True, True)


@pytest.mark.parametrize("spoil", [lambda reply: Reply(status=503, type="", body=b""), None])
def test_a_copy_that_was_cut_off_has_no_checkpoint(
    spoil: Callable[[Reply], Reply] | None,
    site: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = log_fetch.get

    def get(url: str) -> Reply:
        if "/envelopes/" not in url:
            return whole(url)
        if spoil is None:
            raise Unreached("unreached", "cut off")
        return spoil(whole(url))

    monkeypatch.setattr(log_fetch, "get", get)
    answer = CliRunner().invoke(cli, ["log", "fetch", SITE, str(tmp_path / "copy")])
    assert answer.exit_code == 1
    assert ("cut off" if spoil is None else "status 503") in answer.output
    assert not (tmp_path / "copy" / "checkpoint").exists()
    assert not verify_path(tmp_path / "copy").ok
    again = CliRunner().invoke(cli, ["log", "fetch", SITE, str(tmp_path / "copy")])
    assert "is not empty" in again.output


def test_a_site_without_a_log_is_said_to_be_none(site: list[str], tmp_path: Path) -> None:
    answer = CliRunner().invoke(
        cli, ["log", "fetch", "https://registry.example/nowhere", str(tmp_path / "x")]
    )
    assert answer.output == "Error: https://registry.example/nowhere has no checkpoint\n"
