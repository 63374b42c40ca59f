"""Erasures at the doors: two administrators, the list, and pages that say what is gone."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.exc import DBAPIError

from registry import erasure
from registry.contracts import papers_shown
from registry.contracts import register as contracts
from registry.database import Model, db, prepare_engine, transaction
from registry.erasure.words import TABLES
from registry.parties import service as parties
from registry.parties.models import Upload
from tests.browser import Browser
from tests.erasure import making
from tests.erasure.making import administrator, erase, licensed
from tests.factories import FREE, Person, published, reading
from tests.test_commands import run


@pytest.fixture
def made(lite: Flask) -> making.Licensed:
    return licensed(lite, printed=False)


def browser(app: Flask, who: Person) -> Browser:
    return Browser(app).sign_in(who.email)


def test_an_administrator_asks_for_the_list_and_another_one_carries_it_out(
    lite: Flask, made: making.Licensed
) -> None:
    first, second = administrator(lite, "a1@example.cn"), administrator(lite, "a2@example.cn")
    wanted = {"kind": "contract", "subject": made.contract, "ground": "request"}
    page = browser(lite, first).get("/erasures").submit(wanted, action="/erasures/check")
    assert "现在不能删除" in page.text
    page = page.get("/erasures").submit(
        {**wanted, "ground": "order", "reference": "一号决定"}, action="/erasures/check"
    )
    assert making.OF_CONTRACT["contact"] not in page.html
    page = page.submit({}, action="/erasures")
    assert "等待第二人确认" in page.text
    address = page.address
    other = browser(lite, second).get(address).submit({}, action=f"{address}/approve")
    assert "已删除" in other.text
    assert reading(lambda: contracts.find_contract(made.contract).erased_at) is not None


def test_after_an_erasure_every_page_of_the_contract_says_so_and_its_papers_are_gone(lite: Flask) -> None:
    made = licensed(lite)
    first, second = administrator(lite, "a1@example.cn"), administrator(lite, "a2@example.cn")
    papers = reading(lambda: [one.id for one in papers_shown.of(contracts.find_contract(made.contract))])
    erase(first, second, "contract", made.contract, "order")
    for who in (made.licensee, made.offer.holder, made.offer.venue):
        page = browser(lite, who)
        for address in (f"/contracts/{made.contract}", f"/acceptances/{made.number}"):
            assert "个人和保密信息已于" in page.get(address).text
            assert "法院或者主管机关的决定" in page.text
        assert not any(value in page.html for value in making.OF_CONTRACT.values())
        gone = page.get(f"/contracts/{made.contract}/papers/{papers[0]}.pdf")
        assert gone.status == 410
        assert "已于" in gone.text
        assert page.get("/desk").status == 200
    lists = ("/licenses", "/holder/acceptances", "/venue/contracts")
    for who, address in zip((made.licensee, made.offer.holder, made.offer.venue), lists, strict=True):
        assert browser(lite, who).get(address).status == 200
    file = browser(lite, made.licensee).get(f"/files/{made.upload}")
    assert file.status == 410
    public = Browser(lite).get(f"/verify?number={made.contract}")
    assert "个人和保密信息已于" in public.text
    receipt = browser(lite, made.licensee).get(f"/acceptances/{made.number}/receipt.json")
    assert receipt.status == 200
    assert "disclosures" not in receipt.html
    _machines_read_what_is_left(lite, made)


def _machines_read_what_is_left(lite: Flask, made: making.Licensed) -> None:
    bearer = transaction(lambda: parties.create_api_key(made.licensee.actor, label="erp"))
    headers = {"Authorization": f"Bearer {bearer}"}
    client = lite.test_client()
    whole = client.get(f"/api/v1/contracts/{made.contract}", headers=headers)
    assert whole.status_code == 200
    assert (whole.json["erased_ground"], whole.json["findings"]) == ("order", [])
    assert client.get(f"/api/v1/acceptances/{made.number}", headers=headers).status_code == 200
    paper = client.get(f"/api/v1/contracts/{made.contract}/papers", headers=headers).json["papers"][0]
    gone = client.get(paper["url"], headers=headers)
    assert (gone.status_code, gone.json["code"]) == (410, "content_erased")


def test_the_command_lists_and_asks_and_changes_nothing_itself(lite: Flask, made: making.Licensed) -> None:
    listed = run(lite, "erase", "contract", made.contract, "--ground", "order", "--reference", "一号决定")
    assert listed.exit_code == 0, listed.output
    assert "goes   disclosure" in listed.output
    digest = listed.output.strip().rpartition(" ")[2]
    words = (
        "erase",
        "contract",
        made.contract,
        "--ground",
        "order",
        "--reference",
        "一号决定",
        "--ask",
        digest,
    )
    asked = run(lite, *words)
    assert "/erasures/" in asked.output
    assert reading(lambda: contracts.find_contract(made.contract).erased_at) is None
    held = run(lite, "erase", "contract", made.contract, "--ground", "request")
    assert "[erasure_in_force]" in held.output


ERASING = "erased_at = '2026-01-01 00:00:00'"


@pytest.mark.parametrize("table", ["history", "declaration_version"])
def test_a_frozen_row_changes_only_by_being_erased_and_only_once(app: Flask, table: str) -> None:
    published(app, fee=FREE)
    value = {"history": "changes = '{}'", "declaration_version": "signed_by = 'x'"}[table]
    other = {"history": "verb = 'x'", "declaration_version": "digest = 'x'"}[table]
    engine = create_engine(app.extensions["settings"].owner_database_url, poolclass=NullPool)
    prepare_engine(engine)
    _refused(engine, f"UPDATE {table} SET {value}")
    _refused(engine, f"UPDATE {table} SET {other}, {ERASING}")
    with engine.begin() as connection:
        connection.execute(text(f"UPDATE {table} SET {value}, {ERASING}"))
    _refused(engine, f"UPDATE {table} SET {value}, {ERASING.replace('2026', '2027')}")
    _refused(engine, f"UPDATE {table} SET {value}, erased_at = NULL")


def _refused(engine: Engine, statement: str) -> None:
    with engine.connect() as connection, pytest.raises(DBAPIError, match="guard"):
        connection.execute(text(statement))


def test_an_unused_file_of_the_same_content_goes_too(lite: Flask, made: making.Licensed) -> None:
    first, second = administrator(lite, "a1@example.cn"), administrator(lite, "a2@example.cn")
    again = making.brought(made.licensee, b"slip of one contract", making.OF_CONTRACT["file"])
    erase(first, second, "contract", made.contract, "order")
    assert transaction(lambda: db.session.get_one(Upload, again).filename) == ""


def test_every_table_an_erasure_names_is_called_by_a_word() -> None:
    sources = "".join(one.read_text("utf-8") for one in Path(erasure.__file__).parent.glob("*.py"))
    named = set(re.findall(r"\b[A-Z][A-Za-z]+\b", sources))
    tables = {one.class_.__name__: one.class_.__tablename__ for one in Model.registry.mappers}
    assert {tables[name] for name in named & set(tables)} <= set(TABLES)
