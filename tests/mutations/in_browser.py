"""The same changes judged by the checking page in a headless browser, from a file and without a network.

The page takes single files, so the exported log is left to the command. A byte takes the same three values;
what is left out or doubled is judged by the command, whose reader and the page's are held to each other by
tests/verifier.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright import sync_api as playwright

from registry import verifier_page
from tests.chromium import program
from tests.ledger.cases import Case, cases
from tests.mutations.subjects import WANTED
from tests.verifier.checking import Checker, opened

CHUNK = 100  # bytes of a file judged in one call of the page
Counted = tuple[str, int, int, list[str]]


def judged(only: str) -> Iterator[Counted] | None:
    """Subject, its bytes, changes tried and those nobody noticed; None where there is no browser."""
    with playwright.sync_playwright() as runner:
        found = program(runner)
    return None if found is None else _judged(found, only)


def _judged(found: str, only: str) -> Iterator[Counted]:
    with playwright.sync_playwright() as runner, TemporaryDirectory(prefix="mxverifier") as folder:
        browser = runner.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        file = Path(folder) / "verifier.html"
        file.write_bytes(verifier_page.page())
        checker = opened(browser.new_context(), file)
        checker.page.set_default_timeout(0)
        for case in cases():
            if case.name in WANTED and only in case.name:
                yield _count(checker, case)
        browser.close()


def _count(checker: Checker, case: Case) -> Counted:
    trust = case.policy or case.vkey
    whole = checker.verify({"whole": case.data}, trust)
    if not whole["ok"]:
        raise ValueError(f"{case.name} does not hold in the browser")
    tried, passed = 0, []
    for start in range(0, len(case.data), CHUNK):
        end = min(start + CHUNK, len(case.data))
        flips = [(at, to) for at in range(start, end) for to in _values(case.data[at], at)]
        for (at, to), (ok, *states) in zip(flips, checker.flipped(case.data, trust, flips), strict=True):
            if ok or "invalid" not in states:
                passed.append(f"{case.name} in the browser {at}: ^ {to}")
        tried += len(flips)
    return case.name, len(case.data), tried, passed


def _values(byte: int, at: int) -> list[int]:
    """What the byte is XORed with, so that it takes the values that the command judges too."""
    return [to for to in dict.fromkeys((0x01, 0x20, ((at * 37 + 11) % 256) ^ byte)) if to]
