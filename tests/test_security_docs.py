"""What docs say of security: the tests and files they name exist, every abuse and every item of the ASVS has
its row, and the tables that repeat the program say what the program does.
"""

import re
from pathlib import Path

import pytest

from registry.documents.uploads import CSV, JPEG, PDF, PNG, TEXT, XLSX
from registry.parties import passwords
from registry.parties.files import PURPOSES

TESTS = Path(__file__).resolve().parent
ROOT = TESTS.parent
PAGES = {name: (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8") for name in (
    "security", "security-asvs", "security-rules", "incident",
)}  # fmt: skip
TEXT_OF_ABUSES, RULES = PAGES["security"], PAGES["security-rules"]
ROWS = {int(number): row for number, row in re.findall(r"^\| (\d+) \|(.*)$", TEXT_OF_ABUSES, re.MULTILINE)}
LEVELS = {
    "1.1": "22", "1.2": "1111122223", "1.3": "112222222223", "1.4": "222", "1.5": "123",
    "2.1": "122", "2.2": "112", "2.3": "12223", "2.4": "23",
    "3.1": "3", "3.2": "113", "3.3": "12223", "3.4": "11222233", "3.5": "11122333", "3.6": "3",
    "3.7": "22333",
    "4.1": "12233", "4.2": "23333", "4.3": "22", "4.4": "1222",
    "5.1": "2", "5.2": "112333", "5.3": "113", "5.4": "222",
    "6.1": "122", "6.2": "111111112222", "6.3": "11223333", "6.4": "112233", "6.5": "22222333", "6.6": "2223",
    "6.7": "33", "6.8": "2222",
    "7.1": "222", "7.2": "1111", "7.3": "22", "7.4": "11222", "7.5": "223", "7.6": "22",
    "8.1": "1233", "8.2": "1123", "8.3": "133", "8.4": "23",
    "9.1": "111", "9.2": "1222",
    "10.1": "22", "10.2": "223", "10.3": "22223", "10.4": "1111122222233333", "10.5": "22222", "10.6": "22",
    "10.7": "222",
    "11.1": "2233", "11.2": "22233", "11.3": "11233", "11.4": "1222", "11.5": "23", "11.6": "23",
    "11.7": "33",
    "12.1": "12233", "12.2": "11", "12.3": "22223",
    "13.1": "2333", "13.2": "222223", "13.3": "2233", "13.4": "1222233",
    "14.1": "22", "14.2": "12223333", "14.3": "122",
    "15.1": "12233", "15.2": "12233", "15.3": "1222222", "15.4": "3333",
    "16.1": "2", "16.2": "22222", "16.3": "2222", "16.4": "222", "16.5": "2223",
    "17.1": "23", "17.2": "22223333", "17.3": "22",
}  # fmt: skip
"""OWASP ASVS 5.0.0: of each section the levels of its items, in their order; 345 items in all."""


def test_every_abuse_has_its_row_and_every_row_its_test() -> None:
    assert sorted(ROWS) == list(range(1, 29))
    assert not [number for number, row in ROWS.items() if "::test_" not in row]


@pytest.mark.parametrize("page", PAGES)
def test_every_test_named_exists(page: str) -> None:
    missing = []
    for file, test in re.findall(r"`([\w/]+)::(test_\w+)`", PAGES[page]):
        path = TESTS / f"{file}.py"
        if not path.exists() or f"def {test}(" not in path.read_text(encoding="utf-8"):
            missing.append(f"{file}::{test}")
    assert not missing


@pytest.mark.parametrize("page", PAGES)
def test_every_file_named_exists(page: str) -> None:
    named = re.findall(r"((?:tests|docs|registry)/[\w/.-]+\.(?:py|md|conf|js|html))", PAGES[page])
    assert not [one for one in named if not (ROOT / one).exists()]


def test_every_item_of_levels_one_and_two_is_answered_once() -> None:
    assert sum(len(levels) for levels in LEVELS.values()) == 345
    wanted = {
        f"{section}.{number}": level
        for section, levels in LEVELS.items()
        for number, level in enumerate(levels, 1)
        if level != "3"
    }
    rows = re.findall(
        r"^\| ([\d.]+) \| (\d) \| (.+?) \| (.+?) \| (.+) \|$", PAGES["security-asvs"], re.MULTILINE
    )
    assert len(rows) == len(wanted) == 253
    assert {number: level for number, level, *_ in rows} == wanted
    for number, _, _, stands, by in rows:
        assert stands in ("met", "**not met**", "does not apply"), number
        named = re.search(
            r"::test_|(?:docs|registry|tests)/|requirements|REGISTRY_|make |mypy|gunicorn|cryptography", by
        )
        assert named if stands == "met" else len(by) > 3, number


def test_the_sums_told_are_right() -> None:
    rows = PAGES["security-asvs"]
    counts = [rows.count(f"| {stands} |") for stands in ("met", "**not met**", "does not apply")]
    told = f"{counts[0]} are met, {counts[1]} are not"
    assert told in " ".join(rows.split())
    assert told in TEXT_OF_ABUSES


def test_every_counted_attempt_stands_in_the_table_of_limits() -> None:
    call = re.compile(
        r"""(?:\battempt|\b_?count)\(\s*(?:str\(actor\.account_id\), |email, |place, )?"(\w+)\""""
    )
    used = {"sign_in", "sign_in_account", "sign_in_address"}  # pages.TRIES
    for path in (ROOT / "registry").rglob("*.py"):
        used |= set(call.findall(path.read_text(encoding="utf-8")))
    assert set(re.findall(r"^\| `(\w+)` \| .+ \| \d+ \|", RULES, re.MULTILINE)) == used


def test_every_purpose_of_a_file_stands_in_its_table() -> None:
    words = {"PDF": PDF, "PNG": PNG, "JPEG": JPEG, "XLSX": XLSX, "CSV": CSV, "text": TEXT}
    told = {}
    for purposes, kinds in re.findall(r"^\| ((?:`\w+`(?:, )?)+) \| ([\w, ]+) \|$", RULES, re.MULTILINE):
        for purpose in re.findall(r"`(\w+)`", purposes):
            told[purpose] = {words[kind] for kind in kinds.split(", ")}
    assert told == {purpose: set(kinds) for purpose, kinds in PURPOSES.items()}


def test_the_words_no_password_may_rest_on_are_written_down() -> None:
    assert f"known to a guesser: {', '.join(passwords.OURS)}." in " ".join(RULES.split())
