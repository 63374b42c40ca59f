"""Fixtures: the checking page, written to a file and opened from it, the network off."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright import sync_api as playwright

from registry import verifier_page
from tests.verifier.checking import Checker, opened


@pytest.fixture(scope="module")
def page_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("verifier") / "verifier.html"
    file.write_bytes(verifier_page.page())
    return file


@pytest.fixture
def checker(chromium: playwright.Browser, page_file: Path) -> Iterator[Checker]:
    """A fresh page; afterwards nothing may have been asked for and nothing complained about."""
    context = chromium.new_context()
    made = opened(context, page_file)
    yield made
    context.close()
    assert made.asked == []
    assert made.complaints == []
