"""What an auditor takes away: drawn again for ever, signed, checked offline, and noted."""

import io
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from sqlalchemy import select

from registry.contracts import extracts, oversight
from registry.database import db
from registry.errors import Refused
from registry.events import SecurityEvent, What
from registry.ledger import service as ledger
from registry.ledger.canonical import strict
from registry.ledger.checkpoints import sign_beside
from registry.ledger.extract_form import draw, parse_about
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.stored_zip import pack, unpack
from registry.ledger.verify import verify_bytes, verify_path
from registry.log_commands import verify
from registry.parties.event_log import Asked
from registry.parties.rules import Role
from tests.browser import Browser
from tests.contracts import performing as do
from tests.contracts import taking
from tests.factories import Person, make_account, make_member, make_organisation, published, reading

NUMBERS = st.sets(st.integers(0, 999), max_size=30).map(lambda found: [f"MX-C26-{one:04d}" for one in found])
NAMES = st.sampled_from(["a", "b.json", "bundles/a", "bundles/b", "c-1"])


@settings(max_examples=50)
@given(NUMBERS, st.text(max_size=20), st.integers(1, 40), st.randoms())
def test_a_draw_hangs_on_numbers_and_seed_alone_and_a_larger_one_begins_like_a_smaller(
    numbers: list[str], seed: str, size: int, chance: object
) -> None:
    mixed = list(numbers)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    drawn = draw(numbers, seed=seed, size=size)
    assert drawn == draw(mixed, seed=seed, size=size)
    assert (len(drawn), set(drawn) <= set(numbers)) == (min(size, len(numbers)), True)
    assert draw(numbers, seed=seed, size=size + 1)[:size] == drawn


@settings(max_examples=25)
@given(st.dictionaries(NAMES, st.binary(max_size=50), min_size=1))
def test_an_archive_gives_back_its_members_and_every_other_program_reads_it(
    members: dict[str, bytes],
) -> None:
    data = pack(members)
    assert (unpack(data), pack(unpack(data))) == (members, data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == members


@pytest.mark.parametrize("name", ["../a", "/a", "a//b", "a\\b", ".a", "a/..", "", "é", "a" * 201])
def test_a_member_that_would_unpack_elsewhere_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        pack({name: b""})


# --- out of the database ---------------------------------------------------------------------------------


def auditor(app: Flask) -> Person:
    who = make_account(app, "audit@example.cn", name="严明")
    return make_member(app, who, Role.AUDITOR, email="auditor@example.cn")


def test_what_an_auditor_takes_away_is_checked_elsewhere_and_draws_the_same_when_the_register_moved_on(
    lite: Flask, tmp_path: Path
) -> None:
    offer = published(lite)
    taken = [taking.taken(make_organisation(lite, key), offer) for key in ("c1", "c2")]
    first, second = (reading(lambda n=one: do.acceptance(n).contract.number) for one in taken)  # type: ignore[misc]
    who = auditor(lite)
    browser = Browser(lite).sign_in(who.email)
    then = reading(ledger.size)
    page = browser.get("/audit/sample?seed=第 7 期&size=5")
    assert f"as_of={then}" in page.html

    answer = browser.get(f"/audit/sample.zip?seed=第 7 期&size=5&as_of={then}")
    data, key = answer.page.data, ledger_setup().vkey
    report = verify_bytes(data, policy_of(key))
    assert report.ok, report.to_text()
    assert sorted(report.facts["numbers"]) == sorted([first, second])
    members = unpack(data)
    sheet = load_workbook(io.BytesIO(members["table.xlsx"])).active
    assert {row[1].value for row in sheet.iter_rows(min_row=2)} == {first, second}
    rows = [strict(line) for line in members["table.jsonl"].splitlines()]
    assert {row["licensee"] for row in rows} == {name_of(one) for one in taken}
    assert all(strict(members[f"bundles/{one}.json"])["disclosures"] == [] for one in (first, second))

    for name, one in members.items():
        (tmp_path / name).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / name).write_bytes(one)
    asked = [str(tmp_path), "--vkey", str(key), "--lang", "en"]
    said = CliRunner().invoke(verify, asked)
    assert (said.exit_code, "extract of the register: sample" in said.output) == (0, True), said.output
    (tmp_path / "bundles" / f"{first}.json").unlink()
    said = CliRunner().invoke(verify, asked)
    assert (said.exit_code, f"bundles/{first}.json" in said.output) == (1, True), said.output
    (tmp_path / ".notes").write_text("x")
    assert verify_path(tmp_path, policy_of(key)).facts == {"file": ".notes"}

    taking.taken(make_organisation(lite, "c3"), offer)
    again = reading(lambda: oversight.sample(who.actor, seed="第 7 期", size=5, as_of=then).drawn)
    assert again == parse_about(members["extract.json"]).drawn
    assert reading(lambda: oversight.sample(who.actor, seed="第 7 期", size=5).drawn.of) == 3
    events = reading(lambda: [(one.what, one.detail) for one in db.session.scalars(select(SecurityEvent))])
    assert (What.PERSONAL, "contract") in events
    assert (What.EXPORT, "oversight.sample_extract") in events

    for kind in ("exceptions", "decisions", "events"):
        report = verify_bytes(browser.get(f"/audit/{kind}.zip").page.data, policy_of(key))
        assert (report.ok, report.facts["extract"]) == (True, kind), report.to_text()
    wrong = {"size=0": 422, "size=x": 422, "size=5&as_of=x": 422, "size=5&as_of=99999999": 422}
    for asked_for, status in wrong.items():
        assert browser.get(f"/audit/sample.zip?seed=1&{asked_for}").status == status, asked_for


def test_a_list_longer_than_what_is_handed_out_at_once_is_refused(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = auditor(lite)
    monkeypatch.setattr(extracts, "ROWS_MOST", 0)
    Browser(lite).sign_in(who.email)  # one event
    with pytest.raises(Refused, match="extract_rows"):
        reading(lambda: extracts.of_events(who.actor, Asked()))


def test_nothing_that_reads_like_a_head_is_signed_beside_the_heads(lite: Flask) -> None:
    published(lite)
    head = reading(lambda: ledger.publish_checkpoint()).rpartition("\n\n")[0] + "\n"
    with pytest.raises(RuntimeError, match="head"):
        reading(lambda: sign_beside(head, ledger.size()))


def name_of(number: str) -> str:
    return reading(lambda: do.acceptance(number).licensee.name)
