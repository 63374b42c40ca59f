"""docs/security.md names tests and files: all of them exist, and every row of the abuses names one."""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TEXT = (TESTS.parent / "docs" / "security.md").read_text(encoding="utf-8")
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.*)$", TEXT, re.MULTILINE)}


def test_every_abuse_has_its_row_and_every_row_its_test() -> None:
    assert sorted(ROWS) == list(range(1, 29))
    assert not [number for number, row in ROWS.items() if "::test_" not in row]


def test_every_test_named_exists() -> None:
    named = re.findall(r"`([\w/]+)::(test_\w+)`", TEXT)
    assert len(named) > 60
    missing = []
    for file, test in named:
        path = TESTS / f"{file}.py"
        if not path.exists() or f"def {test}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{test}")
    assert not missing


def test_every_file_named_exists() -> None:
    named = re.findall(r"((?:tests|docs)/[\w/.-]+\.(?:py|md|conf))", TEXT)
    assert len(named) > 6
    assert not [one for one in named if not (TESTS.parent / one).exists()]
