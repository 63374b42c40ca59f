"""A real browser for the tests that need one, started once a file; where there is none they are skipped."""

import os
import shutil
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from playwright import sync_api as playwright
from werkzeug.serving import make_server

PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
"""Tried in this order: the shell has no window to draw and takes a third of the time."""
ABSENT = "no Chromium here: set REGISTRY_TEST_CHROMIUM or install one to run the tests in a real browser"
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
AXE = "window.axe.run(document, {resultTypes: ['violations']})"


def program(runner: playwright.Playwright) -> str | None:
    """The browser's program, None where there is none."""
    found = os.environ.get("REGISTRY_TEST_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    own = runner.chromium.executable_path
    return found or (own if Path(own).exists() else None)


@pytest.fixture(scope="module")
def chromium() -> Iterator[playwright.Browser]:
    with playwright.sync_playwright() as runner:
        found = program(runner)
        if found is None:
            pytest.skip(ABSENT)
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--lang=en-US"]
        browser = runner.chromium.launch(executable_path=found, args=flags)
        yield browser
        browser.close()


def whole(app: Flask, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """The application's answer, read to its end and closed: where the browser leaves before it has heard all,
    Werkzeug's server drops what it is given without closing it, and a file of styles stays open.
    """
    answer = app(environ, start)
    try:
        return list(answer)
    finally:
        getattr(answer, "close", lambda: None)()


@pytest.fixture
def origin(lite: Flask) -> Iterator[str]:
    """The application, answering on a port of its own."""
    server = make_server("127.0.0.1", 0, partial(whole, lite), threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def barriers(page: playwright.Page) -> list[tuple[str, str]]:
    """What axe finds on a page: the rule and the first element that breaks it."""
    packaged = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python brings axe-core")
    page.evaluate((Path(packaged.__file__).parent / "axe.min.js").read_text("utf-8"))
    return [(one["id"], one["nodes"][0]["html"]) for one in page.evaluate(AXE)["violations"]]
