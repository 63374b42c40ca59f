"""Word of a leak: whole or not at all, shown before it is sent, once to each address."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from registry.database import db
from registry.errors import NotAllowed, Refused
from registry.events import SecurityEvent
from registry.parties import leaks
from registry.parties.models import Mail
from tests.factories import make_organisation, reading
from tests.test_commands import run

WORDS = {lang: {part: f"{part} 某某 {lang}" for part in leaks.PARTS} for lang in leaks.LANGUAGES}


def notice(without: str = "", **extra: str) -> bytes:
    lines = ['number = "2026-1"', *(f'{name} = "{text}"' for name, text in extra.items())]
    for lang, said in WORDS.items():
        lines += [f"[{lang}]", *(f'{p} = "{t}"' for p, t in said.items() if f"{lang}.{p}" != without)]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("part", [f"{lang}.{part}" for lang in leaks.LANGUAGES for part in leaks.PARTS])
def test_no_letter_goes_without_a_part_the_law_asks_for(part: str) -> None:
    with pytest.raises(Refused, match="required") as refused:
        leaks.read_notice(notice(without=part))
    assert refused.value.field == part


@pytest.mark.parametrize("data", [b"\xff\xfe", b"number = 1", notice(colour="red"), b"[zh", b""])
def test_what_is_no_notice_is_refused(data: bytes) -> None:
    with pytest.raises(Refused, match="leak_notice"):
        leaks.read_notice(data)


def test_a_list_is_read_line_by_line_each_address_once() -> None:
    data = "\ufeff# 名单\na@example.cn\n\n A@EXAMPLE.cn \nb@example.cn".encode()
    assert leaks.read_addresses(data) == ("a@example.cn", "b@example.cn")
    with pytest.raises(Refused, match="leak_list") as refused:
        leaks.read_addresses(b"a@example.cn\nnobody")
    assert refused.value.params["line"] == 2
    with pytest.raises(Refused, match="required"):
        leaks.read_addresses(b"# nobody\n")
    with pytest.raises(Refused, match="leak_many"):
        leaks.read_addresses(b"x" * (leaks.LARGEST + 1))


def test_it_is_shown_first_then_written_once_in_both_languages_and_noted(lite: Flask, tmp_path: Path) -> None:
    person = make_organisation(lite, "u1")
    (tmp_path / "n.toml").write_bytes(notice())
    (tmp_path / "to.txt").write_text(f"{person.email}\nformer@example.cn\n")
    asked = ("mail", "notify-leak", str(tmp_path / "n.toml"), "--to", str(tmp_path / "to.txt"))
    letters = select(Mail).where(Mail.letter == "data_leaked").order_by(Mail.address)
    shown = run(lite, *asked)
    assert "to 2 addresses, 1 of them of accounts here" in shown.output
    assert reading(lambda: db.session.scalars(letters).all()) == []
    digest = shown.output.split()[-1]
    assert "[leak_changed]" in run(lite, *asked, "--send", "0" * 64).output
    assert "2 letters are on their way" in run(lite, *asked, "--send", digest).output
    written = reading(lambda: db.session.scalars(letters).all())
    assert [one.address for one in written] == ["former@example.cn", person.email]
    assert (written[0].account_id, written[1].account_id) == (None, person.actor.account_id)
    for said in WORDS.values():
        assert all(text in written[0].body for text in said.values())
    assert "0 letters are on their way" in run(lite, *asked, "--send", digest).output
    noted = select(SecurityEvent.subject).where(SecurityEvent.detail == "tell_leak")
    noted = noted.order_by(SecurityEvent.at)
    assert reading(lambda: db.session.scalars(noted).all()) == ["2026-1: 2", "2026-1: 0"]


def test_only_the_security_administrator_tells(lite: Flask) -> None:
    person = make_organisation(lite, "u1")
    with pytest.raises(NotAllowed):
        reading(lambda: leaks.plan(person.actor, leaks.read_notice(notice()), ["a@example.cn"]))
