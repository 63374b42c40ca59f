"""The checking page as people meet it: alone and without a network, in two languages, by keyboard, honest."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from playwright import sync_api as playwright

from registry import verifier_page
from registry.commands import cli
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.ledger.kinds import KINDS
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from tests.chromium import PHONE, barriers
from tests.ledger.making import enrolment, file, notice, signed
from tests.verifier.checking import DROP, Checker, b64, opened

SCRIPTS = sorted(verifier_page.FOLDER.glob("*.js"))


@pytest.fixture
def receipt(lite: Flask, tmp_path: Path) -> Path:
    signer = Ed25519Signer.generate()
    file(enrolment(signer))
    seq = file(signed(notice("C-1"), signer))[0].seq
    (tmp_path / "receipt.json").write_bytes(jcs(ledger.receipt(seq, disclose={"licensee"})))
    return tmp_path / "receipt.json"


def choose(checker: Checker, *files: Path, trust: str = "") -> str:
    """Fill the form as a person would; the report's text."""
    checker.page.fill("#checker-trust", trust)
    checker.page.set_input_files("#checker-files", list(files))
    checker.page.wait_for_selector("[data-report] > *")
    return checker.page.inner_text("[data-report]")


def test_its_policy_allows_its_own_script_and_style_and_no_connection() -> None:
    page = verifier_page.page().decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    for tag in ("script", "style"):
        (inner,) = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(inner.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy[1]
    assert "default-src 'none'" in policy[1]
    assert "unsafe" not in policy[1]
    assert not re.search(r"(?:src|href)=|url\(|https?://|import\(", page)


def test_the_script_has_no_way_to_reach_a_network_or_to_write_markup() -> None:
    words = r"fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|innerHTML|outerHTML|eval\(|Function\("
    assert not re.search(words, verifier_page.script())


def test_its_sources_stay_readable_and_each_is_put_in_once() -> None:
    script = verifier_page.script()
    for path in SCRIPTS:
        assert len(path.read_text().splitlines()) < 400, path.name
        assert script.count(f"const {path.stem}_js = ") == 1, path.name


def test_its_types_of_filing_are_those_of_the_registry(checker: Checker) -> None:
    read = """[...window.mingxu.parts.KINDS].map(([type, {subject, statements, versions, fields}]) =>
        [type, subject, statements, versions,
            [...fields].map(([name, f]) => [name, f.form, f.bound, f.optional])])"""
    forms = {"list of texts": "texts", "whole number": "number", "list of objects": "objects"}
    told = checker.page.evaluate(read)
    here = {name: (*rest, {tuple(field) for field in fields}) for name, *rest, fields in told}
    there = {
        name: (
            kind.subject,
            kind.least_statements,
            list(kind.versions),
            {
                (field, forms.get(form, form), field in kind.bound, field in kind.optional)
                for field, form in {**kind.required, **kind.optional}.items()
            },
        )
        for name, kind in KINDS.items()
    }
    assert here == there


def test_every_code_it_can_report_has_words() -> None:
    source = {path.name: path.read_text() for path in SCRIPTS}
    said = source.pop("words.js") + source.pop("extract_words.js")
    words = set(re.findall(r'^  "?([\w.]+)"?: \[', said, re.MULTILINE))
    codes = set()
    for text in source.values():
        codes |= set(re.findall(r'"(?:integrity|signatures|seal)", "([a-z_]+)"', text))
        codes |= set(re.findall(r'(?:wrong\(|inMember\(\w+, )"([a-z_]+)"', text))
        codes |= set(re.findall(r'refuse\("([a-z_]+)"\)', text))
        codes |= set(re.findall(r'BadFiles\("([a-z_]+)"\)', text))
        codes |= set(re.findall(r'said\("[a-z_]+", "([a-z_]+)"', text))
        codes |= set(re.findall(r'code: "([a-z_]+)"', text))
        codes |= set(re.findall(r'\bsay\("([a-z_]+)"', text))
    codes |= set(re.findall(r'"([a-z_]+)"', source["verdicts.js"].split("const SAID")[1].split("};")[0]))
    assert len(codes) > 60
    assert codes - words == set()
    assert set(KINDS) <= words


def test_a_receipt_is_told_in_words_and_only_what_was_checked_is_green(
    checker: Checker, receipt: Path
) -> None:
    said = choose(checker, receipt, trust=str(ledger_setup().vkey))
    told = ("Filing 2, “Notice of the licensee”", "holds", "not checkable here", "上海某某科技有限公司")
    assert [words for words in told if words not in said] == []
    assert "Account key: sealed under the person's password" in said
    assert "It does not prove that what was typed is true" in said
    tones = "[...document.querySelectorAll('.verdicts > div')].map(one => one.className)"
    assert checker.page.evaluate(tones) == ["ok", "ok", "plain", "plain"]
    assert checker.page.get_attribute(".finding", "class") == "finding ok"
    assert checker.page.evaluate("document.activeElement.tagName") == "H2"


def test_without_the_key_nothing_is_green(checker: Checker, receipt: Path) -> None:
    said = choose(checker, receipt)
    assert "who issued it is not known" in said
    assert checker.page.get_attribute(".finding", "class") == "finding wait"
    assert checker.page.query_selector(".report .ok") is None


def test_a_changed_file_shows_nothing_of_what_it_claims(checker: Checker, receipt: Path) -> None:
    receipt.write_bytes(receipt.read_bytes().replace("上海".encode(), "北京".encode()))
    said = choose(checker, receipt, trust=str(ledger_setup().vkey))
    assert "The check failed: this is not what was issued." in said
    assert "does not hold" in said
    assert "某某科技" not in said
    assert checker.page.query_selector(".report .ok") is None


def test_a_key_dropped_beside_the_file_is_the_trust(checker: Checker, receipt: Path) -> None:
    vkey = receipt.with_name("vkey")
    vkey.write_text(f"{ledger_setup().vkey}\n")
    choose(checker, receipt, vkey)
    assert checker.page.get_attribute(".finding", "class") == "finding ok"


def test_a_dropped_file_is_checked_and_not_opened(checker: Checker, receipt: Path) -> None:
    checker.page.fill("#checker-trust", str(ledger_setup().vkey))
    dropped = checker.page.evaluate(DROP, [receipt.name, b64(receipt.read_bytes())])
    assert dropped == [False, False]
    checker.page.wait_for_selector(".finding.ok")
    assert receipt.name in checker.page.inner_text("[data-report]")


@pytest.mark.parametrize(
    ("trust", "files", "words"),
    [
        ("", 0, "Choose a file first."),
        ("nonsense", 1, "The key or policy cannot be read"),
        ("quorum none", 1, "The key or policy cannot be read"),
        ("", 2, "One bundle, receipt or certificate at a time."),
    ],
)
def test_what_cannot_be_checked_as_it_is_says_why(
    checker: Checker, receipt: Path, trust: str, files: int, words: str
) -> None:
    again = receipt.with_name("again.json")
    again.write_bytes(receipt.read_bytes())
    checker.page.fill("#checker-trust", trust)
    checker.page.set_input_files("#checker-files", [receipt, again][:files])
    checker.page.click("button[type=submit]")
    checker.page.wait_for_selector("[data-report] [role=alert]")
    assert words in checker.page.inner_text("[data-report]")


def test_without_cryptography_nothing_is_shown_as_checked(checker: Checker, receipt: Path) -> None:
    checker.page.evaluate("Object.defineProperty(crypto, 'subtle', {value: undefined})")
    report = checker.verify({"receipt.json": receipt.read_bytes()})
    assert report["ok"] is False
    assert {v["state"] for v in report["verdicts"].values()} == {"not_checkable"}
    assert {v["code"] for v in report["verdicts"].values()} == {"browser_cannot"}


@pytest.mark.parametrize("lang", ["zh-CN", "en-GB"])
def test_axe_finds_no_barrier_and_nothing_runs_over_the_edge_of_a_phone(
    chromium: playwright.Browser, page_file: Path, receipt: Path, lang: str
) -> None:
    context = chromium.new_context(locale=lang, viewport=PHONE)  # type: ignore[arg-type]
    checker = opened(context, page_file)
    said = choose(checker, receipt, trust=str(ledger_setup().vkey))
    assert ("四项结论" in said) is (lang == "zh-CN")
    over = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert checker.page.evaluate(over) == 0
    assert barriers(checker.page) == []
    context.close()


def test_the_report_follows_the_language_without_another_check(checker: Checker, receipt: Path) -> None:
    assert "Four verdicts" in choose(checker, receipt, trust=str(ledger_setup().vkey))
    checker.page.click("[data-other-language]")
    assert "四项结论" in checker.page.inner_text("[data-report]")
    assert checker.page.evaluate("document.documentElement.lang") == "zh-CN"
    assert checker.page.inner_text("h1") == "离线核验"


def test_everything_is_reached_by_keyboard(checker: Checker, receipt: Path) -> None:
    page = checker.page
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.matches(':focus-visible')")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent"))
    assert reached == ["中文", "checker-files", "checker-trust", "Check"]
    page.focus("#checker-trust")
    page.keyboard.insert_text(str(ledger_setup().vkey))
    page.set_input_files("#checker-files", receipt)
    page.wait_for_selector("[data-report] h2")
    assert page.evaluate("document.activeElement.className") == "result-heading"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Print"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.querySelector('details').open")


def test_the_command_writes_the_page_that_the_site_hands_out(lite: Flask, tmp_path: Path) -> None:
    file = tmp_path / "verifier.html"
    done = CliRunner().invoke(cli, ["verifier", str(file)])
    assert hashlib.sha256(file.read_bytes()).hexdigest() in done.output
    answer = lite.test_client().get("/verify/verifier.html")
    assert answer.data == file.read_bytes()
    assert answer.headers["Content-Disposition"] == "attachment; filename=verifier.html"
    assert verifier_page.digest() in lite.test_client().get("/verify").text


def test_every_value_a_filing_may_hide_is_named_when_it_is_shown() -> None:
    source = (verifier_page.FOLDER / "words.js").read_text()
    words = set(re.findall(r"^  (\w+)_path: \[", source, re.MULTILINE))
    assert {path for kind in KINDS.values() for path in kind.committed} - words == set()
