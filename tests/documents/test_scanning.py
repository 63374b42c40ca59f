"""The scanner of uploads: what it finds is refused, and where it gives no verdict nothing is kept."""

import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from registry.database import db, transaction
from registry.documents import scanning
from registry.errors import Refused, Unavailable
from registry.parties import service as parties
from registry.parties.models import Upload
from tests.browser import Browser
from tests.parties.people import PDF, owner
from tests.parties.test_api import Machine

EICAR = b"X5O!P%@AP[4" + rb"\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def clamd(answer: bytes | None = None, *, speaks: bool = True) -> Iterator[str]:
    """A small clamd: it takes one INSTREAM a connection and looks for EICAR's text."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                line, _ = server.accept()
            except OSError:
                return
            with line:
                _answer(line, answer, speaks)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"clamd:127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(2)


def _answer(line: socket.socket, answer: bytes | None, speaks: bool) -> None:
    stream = line.makefile("rb")
    assert stream.read(10) == b"zINSTREAM\0"
    data = b""
    while length := struct.unpack(">I", stream.read(4))[0]:
        data += stream.read(length)
    if not speaks:
        return
    found = b"stream: Eicar-Signature FOUND\0" if EICAR in data else b"stream: OK\0"
    line.sendall(answer if answer is not None else found)


def test_clamd_finds_what_is_infected_and_lets_the_rest_pass() -> None:
    with clamd() as setting:
        scanning.check(PDF, setting)
        scanning.check(b"x" * 200_000, setting)
        with pytest.raises(Refused, match="file_infected") as caught:
            scanning.check(b"y" * 100_000 + EICAR, setting, field="slip")
    assert (caught.value.field, caught.value.params["found"]) == ("slip", "Eicar-Signature")


@pytest.mark.parametrize(
    "answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: maybe\0", b"\xff\0"]
)
def test_no_verdict_is_no_clean_file(answer: bytes) -> None:
    with clamd(answer) as setting, pytest.raises(Unavailable, match="scanner_down"):
        scanning.check(PDF, setting)


def test_a_scanner_that_hangs_up_or_is_not_there_is_down() -> None:
    with clamd(speaks=False) as setting, pytest.raises(Unavailable):
        scanning.check(PDF, setting)
    with pytest.raises(Unavailable):
        scanning.check(PDF, setting)  # closed by now


def test_a_scanner_that_thinks_too_long_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scanning, "SECONDS", 0.1)
    server = socket.create_server(("127.0.0.1", 0))
    with server, pytest.raises(Unavailable):
        scanning.check(PDF, f"clamd:127.0.0.1:{server.getsockname()[1]}")


@pytest.mark.parametrize(("ends", "error"), [(0, None), (1, Refused), (2, Unavailable)])
def test_a_command_says_it_by_how_it_ends(tmp_path: Path, ends: int, error: type[Exception] | None) -> None:
    script = tmp_path / "scan"
    script.write_text(f"#!/bin/sh\ncat >/dev/null; echo Worm.Test; exit {ends}\n")
    script.chmod(0o700)
    if error is None:
        scanning.check(PDF, f"command:{script}")
        return
    with pytest.raises(error):
        scanning.check(PDF, f"command:{script}")


def test_a_function_is_asked_and_one_that_fails_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    here = sys.modules[__name__]
    monkeypatch.setattr(here, "looked", lambda data: "Bad" if EICAR in data else "", raising=False)
    scanning.check(PDF, f"{__name__}:looked")
    with pytest.raises(Refused, match="file_infected"):
        scanning.check(EICAR, f"{__name__}:looked")
    with pytest.raises(Unavailable):
        scanning.check(PDF, f"{__name__}:nothing_here")


@pytest.mark.parametrize("setting", ["clam", "command:scan", "command:", ":x", "a.b:c d"])
def test_a_setting_that_names_no_scanner_is_refused_at_the_start(setting: str) -> None:
    with pytest.raises(ValueError, match=r"scanner|path"):
        scanning.scanner(setting)


def test_an_infected_or_unseen_upload_leaves_nothing_behind(lite: Flask) -> None:
    actor = owner("u1")
    client = Machine(lite, transaction(lambda: parties.create_api_key(actor, label="x")))

    def bring(key: str, setting: str, data: bytes = PDF) -> Any:
        lite.extensions["settings"] = replace(lite.extensions["settings"], scanner=setting)
        form = {"purpose": "certificate", "file": (BytesIO(data), "a.pdf")}
        return client.call("POST", "/files", key=key, data=form, content_type="multipart/form-data")

    with clamd() as setting:
        refused = bring("f1", setting, PDF.replace(b"endobj", EICAR + b" endobj"))
        assert (refused.status_code, refused.json["code"]) == (422, "file_infected")
    down = bring("f2", setting)
    assert (down.status_code, down.json["code"]) == (503, "scanner_down")
    assert db.session.query(Upload).count() == 0
    db.session.rollback()
    with clamd() as setting:
        assert bring("f2", setting).status_code == 201, "the same key may come again"


def test_an_infected_file_is_answered_beside_its_field_and_the_form_is_kept(lite: Flask) -> None:
    owner("u1")
    browser = Browser(lite).sign_in("u1@example.cn")
    lite.extensions["settings"] = replace(lite.extensions["settings"], scanner=f"{__name__}:infected")
    page, certificate = "/patents/new?number=ZL201819999001.7", {"certificate_upload": (PDF, "a.pdf")}
    browser.get(page).submit({"title": "一种夹具"}, files=certificate)
    assert (browser.status, browser.address) == (422, page)
    assert 'id="f-certificate_upload-error"' in browser.html
    assert 'value="一种夹具"' in browser.html
    for path, action in (("/organisation", "/organisation/evidence"), ("/bank", "/bank")):
        browser.get(path).submit(action=action, files={"file": (PDF, "a.pdf")})
        assert (browser.status, 'id="f-file-error"' in browser.html) == (422, True), path
    assert db.session.query(Upload).count() == 0


def infected(data: bytes) -> str:
    return "Eicar-Signature" if data else ""
