"""docs/machines.md says what the program does: its scopes, the pattern of keys."""

import re
from pathlib import Path

from registry.parties.bearer import PATTERN
from registry.parties.scopes import Scope

TEXT = Path("docs/machines.md").read_text(encoding="utf-8")


def test_the_table_of_scopes_is_ours() -> None:
    assert re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE) == [str(one) for one in Scope]


def test_the_pattern_for_scanners_is_ours() -> None:
    assert f"    {PATTERN}\n" in TEXT
