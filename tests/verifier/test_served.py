"""The registry's own page: the same checker, loaded from the site, sends nothing; the upload says it does."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright import sync_api as playwright

from registry import verifier_page
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.setup import ledger_setup
from tests.browser import Browser
from tests.chromium import barriers
from tests.ledger.licensed import PAPER, licensed
from tests.ledger.making import effective, file
from tests.parties.people import PDF
from tests.verifier.checking import DROP, b64


@pytest.fixture
def receipt(lite: Flask, tmp_path: Path) -> Path:
    (tmp_path / "receipt.json").write_bytes(jcs(ledger.receipt(file(effective("C-1"))[0].seq)))
    return tmp_path / "receipt.json"


@pytest.fixture
def shown(chromium: playwright.Browser, origin: str) -> Iterator[playwright.Page]:
    """The page at /verify; afterwards the browser may have had nothing to complain about."""
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{origin}/verify")
    yield page
    context.close()
    assert complaints == []


def test_the_site_s_own_key_lowers_and_another_way_s_key_does_not(
    shown: playwright.Page, receipt: Path
) -> None:
    sent: list[str] = []
    shown.set_input_files("#checker-files", receipt)
    shown.wait_for_selector("[data-report] .finding")
    shown.on("request", lambda request: sent.append(request.url))
    assert "The key used came from this site" in shown.inner_text("[data-report]")
    assert shown.get_attribute(".finding", "class") == "finding wait"
    assert shown.query_selector(".report .ok") is None
    key = receipt.with_name("vkey")
    key.write_text(str(ledger_setup().vkey))
    shown.set_input_files("#checker-files", [receipt, key])
    shown.wait_for_selector(".finding.ok")
    assert sent == []
    assert barriers(shown) == []


def test_a_file_chosen_before_the_checker_came_is_checked_when_it_has(
    shown: playwright.Page, receipt: Path
) -> None:
    assert shown.evaluate("window.mingxu") is None
    shown.set_input_files("#checker-files", receipt)
    shown.click("form.checker button[type=submit]")
    shown.wait_for_selector("[data-report] .finding")
    assert shown.url.endswith("/verify")


def test_a_file_dropped_before_the_checker_came_is_checked_and_not_opened(
    shown: playwright.Page, receipt: Path
) -> None:
    assert shown.evaluate(DROP, [receipt.name, b64(receipt.read_bytes())]) == [False, False]
    shown.wait_for_selector("[data-report] .finding")
    assert shown.url.endswith("/verify")


def test_the_form_is_reached_and_sent_by_keyboard(shown: playwright.Page, receipt: Path) -> None:
    reached = []
    while "checker-trust" not in reached and len(reached) < 40:
        shown.keyboard.press("Tab")
        assert shown.evaluate("document.activeElement.matches(':focus-visible')")
        reached.append(shown.evaluate("document.activeElement.id"))
    assert reached[-2:] == ["checker-files", "checker-trust"]
    while not shown.evaluate("window.mingxu !== undefined"):  # brought by the focus; no eval here
        shown.wait_for_timeout(50)
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    shown.wait_for_selector("[data-report] [role=alert]")
    assert "Choose a file first." in shown.inner_text("[data-report]")


def test_what_the_page_loads_is_the_checker_of_the_one_file(lite: Flask) -> None:
    client = lite.test_client()
    page = client.get("/verify").text
    for name, text in (
        ("checker.js", verifier_page.script()),
        ("checker.css", verifier_page.style("checker.css")),
    ):
        address = f"/verify/{name}?{verifier_page.digest()[:16]}"
        assert address in page
        answer = client.get(address)
        assert answer.text == text
        assert "immutable" in answer.headers["Cache-Control"]
        assert "Set-Cookie" not in answer.headers


def send(lite: Flask, data: bytes, trust: str = "", **files: tuple[bytes, str]) -> Browser:
    shown = Browser(lite, lang="en").get("/verify/upload")
    assert "The file is sent to this site" in shown.text
    return shown.submit({"trust": trust}, files={"file": (data, "receipt.json"), **files})


def test_without_javascript_the_server_checks_what_it_is_sent(lite: Flask, receipt: Path) -> None:
    data, vkey = receipt.read_bytes(), str(ledger_setup().vkey)
    assert "Everything that can be checked here holds." in send(lite, data, vkey).text
    assert "its issuer is unknown" in send(lite, data).text
    policy = f"log {vkey}\r\nquorum none\r\n"
    assert "Everything that can be checked here holds." in send(lite, data, policy).text
    shown = send(lite, data.replace(b"license.effective", b"license.ended"), vkey)
    assert shown.status == 200
    assert "The check failed" in shown.text


def test_a_paper_without_its_bundle_and_a_picture_are_not_called_forged(lite: Flask) -> None:
    shown = send(lite, PDF)
    assert "This PDF carries no intact bundle" in shown.text
    assert f"/verify?number={hashlib.sha256(PDF).hexdigest()}" in shown.html
    shown = send(lite, b"\xff\xd8\xff\xe0 a picture")
    assert "This file cannot be read" in shown.text
    assert "not what was issued" not in shown.text


def test_papers_sent_beside_a_bundle_are_compared_with_it(lite: Flask) -> None:
    made = licensed()
    bundle, key = jcs(made.bundle()), str(made.log.log_key)
    shown = send(lite, bundle, key, papers=(PAPER, "contract.pdf"))
    assert "Everything that can be checked here holds." in shown.text
    assert "contract.pdf" in shown.text
    assert "The check failed" in send(lite, bundle, key, papers=(PAPER + b"!", "contract.pdf")).text
    assert "choose the bundle" in send(lite, b"{}", papers=(PAPER, "contract.pdf")).text


@pytest.mark.parametrize(
    ("data", "trust", "status", "words"),
    [
        (b"", "", 422, "Please"),
        (b"{}", "nonsense", 422, "The key or policy cannot be read"),
        (b"{}", "quorum none", 422, "The key or policy cannot be read"),
        (b"c2sp.org/tlog-proof@v1\n", "", 422, "checked with the entry it is about"),
        (b"x" * (10 * 1024 * 1024 + 1), "", 413, "10 MB"),
    ],
    ids=["nothing", "no key", "no log", "no entry", "too large"],
)
def test_what_the_server_cannot_check_is_said_beside_its_field(
    lite: Flask, data: bytes, trust: str, status: int, words: str
) -> None:
    shown = send(lite, data, trust)
    assert shown.status == status
    assert words in shown.text
    assert 'id="error-summary"' in shown.html


def test_an_upload_from_elsewhere_is_refused(lite: Flask, receipt: Path) -> None:
    answer = lite.test_client().post("/verify/upload", data={"file": (receipt.open("rb"), "receipt.json")})
    assert answer.status_code == 403
