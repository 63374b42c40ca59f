"""The list of letters stays true: what is written, what the table says of it, and how each may be chosen."""

import re
from pathlib import Path

import pytest
from flask import Flask

from registry.database import db
from registry.parties.letters import (
    LETTERS,
    OPTIONAL,
    REFUSABLE,
    TOPICS,
    Topic,
    in_language,
    optional,
)
from registry.parties.models import Mail
from tests.browser import PASSWORD, Browser
from tests.factories import make_organisation, reading

ROOT = Path(__file__).resolve().parent.parent.parent
ROW = re.compile(r"^\| (?P<event>[^|*]+) \| `(?P<letter>\w+)` \| (?P<to>[^|]+) \| (?P<mail>[^|]+) \|$", re.M)


def templates() -> set[str]:
    return {path.stem for path in (ROOT / "registry" / "templates" / "mail").glob("*.txt")}


def table() -> dict[str, str]:
    found = ROW.findall((ROOT / "docs" / "letters.md").read_text(encoding="utf-8"))
    assert len(found) == len({letter for _, letter, _, _ in found}), "a letter stands there once"
    return {letter: mail for _, letter, _, mail in found}


def test_every_letter_has_its_topic_and_its_line_in_the_table() -> None:
    """A new letter needs a line in registry/parties/letters.py and one in docs/letters.md."""
    assert set(LETTERS) == templates()
    assert set(table()) == templates()


def test_the_table_says_rightly_which_letters_may_be_kept_out_of_the_mail() -> None:
    chosen = {letter for letter, mail in table().items() if mail.startswith("by choice")}
    assert chosen == {letter for letter in LETTERS if optional(letter)}


def test_every_template_is_written_somewhere() -> None:
    sources = [
        path
        for path in (ROOT / "registry").rglob("*.py")
        if path.name != "letters.py" or "contracts" in str(path)
    ]
    text = "".join(path.read_text(encoding="utf-8") for path in sources)
    assert [one for one in sorted(templates()) if f'"{one}"' not in text] == []


def test_a_letter_whose_topic_nobody_chose_goes_by_mail() -> None:
    assert not optional("some_new_letter")
    assert set(TOPICS) == {str(one) for one in Topic}
    assert set(REFUSABLE) <= set(OPTIONAL)


@pytest.mark.parametrize("letter", sorted(templates()))
def test_a_letter_is_chinese_then_english_with_a_subject_of_both(letter: str) -> None:
    text = (ROOT / "registry" / "templates" / "mail" / f"{letter}.txt").read_text(encoding="utf-8")
    subject, _, body = text.strip().partition("\n")
    zh, slash, en = subject.rpartition("/ ")
    assert slash
    assert re.search(r"[\u4e00-\u9fff]", zh)
    assert not re.search(r"[\u4e00-\u9fff]", en)
    assert re.search(r"[\u4e00-\u9fff]", body)
    assert re.search(r"\b[A-Za-z]{3,} [a-z]{2,}\b", body)


def test_a_reader_sees_the_half_of_a_subject_in_their_language() -> None:
    assert in_language("请付款：MX-1 / Please pay", "zh") == "请付款：MX-1"
    assert in_language("请付款：MX-1 / Please pay", "en") == "Please pay"
    assert in_language("没有译文", "en") == "没有译文"


def test_whoever_owns_a_key_hears_that_it_was_changed(lite: Flask) -> None:
    owner = make_organisation(lite, "u1")
    browser = Browser(lite).sign_in(owner.email).get("/account/password")
    new = "another good long password"
    browser.submit({"present_password": PASSWORD, "password": new, "password_again": new})
    assert "密码已更换" in browser.text
    letter = reading(lambda: db.session.query(Mail).filter_by(letter="key_changed").one())
    assert (letter.address, letter.link) == (owner.email, "/account")
    assert new not in letter.body
