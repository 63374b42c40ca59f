"""Every door against everybody: who may come in to the objects of others. A route without a line fails.

Visitors who may are only let look (reading changes nothing); visitors who may not knock with a body that
would do something, and nothing may have happened afterwards. The lines stand in tests/access_*.py.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any
from urllib.parse import urlencode
from zipfile import ZipFile

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.database import db
from registry.documents.uploads import XLSX
from registry.history import History
from registry.ledger import service as ledger
from registry.parties.models import Account, IdentityDocument, Membership, Organisation
from registry.parties.watching import PERSONAL
from tests.access import DENIED, EVERYBODY
from tests.access_api import API
from tests.access_demand import DEMAND
from tests.access_lists import LISTS, LISTS_API
from tests.access_pages import PAGES
from tests.documents.papers import pdftotext
from tests.factories import reading
from tests.kept import Kept
from tests.world import World, make_world

TABLE = {**PAGES, **API, **DEMAND, **LISTS, **LISTS_API}


@pytest.fixture
def world(lite: Flask, kept: Kept) -> World:
    return kept(lite, make_world)


def doors_of(app: Flask) -> Iterator[tuple[str, str]]:
    """(method and endpoint, rule) of everything that can be knocked at."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if not rule.endpoint.endswith("static"):
                yield f"{method} {rule.endpoint}", rule.rule


def test_every_route_has_its_line_and_every_line_its_route(lite: Flask) -> None:
    assert {name for name, _ in doors_of(lite)} == set(TABLE)


def path_of(app: Flask, name: str, things: Mapping[str, str]) -> str:
    wanted = {
        key: value[1:] if value[0] == "=" else things[value] for key, value in TABLE[name].things.items()
    }
    with app.test_request_context():
        rule = next(one for one in app.url_map.iter_rules() if one.endpoint == name.split()[1])
        numbers = ("period", "position", "seq")
        values: dict[str, Any] = {key: int(one) if key in numbers else one for key, one in wanted.items()}
        built = rule.build(values)
    assert built is not None, name
    asked = urlencode(filled(TABLE[name].body, things)) if name.startswith("GET ") else ""
    return f"{built[1]}?{asked}" if asked else built[1]


def filled(value: Any, things: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: filled(one, things) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, things) for one in value]
    return value.format(**things) if isinstance(value, str) and value.startswith("{") else value


def denied(answer: TestResponse) -> bool:
    """Not for you, not there, or you act for nobody here."""
    refused = answer.status_code == 422 and _code(answer) == "no_organisation"
    return refused or answer.status_code in DENIED


def _code(answer: TestResponse) -> str:
    document = answer.json if answer.is_json else None
    return str(document.get("code", "")) if isinstance(document, dict) else ""


def test_everybody_reads_what_concerns_them_and_nothing_else(world: World) -> None:
    wrong: list[tuple[Any, ...]] = []
    values = reading(_particulars)
    for name, one in TABLE.items():
        if not name.startswith("GET "):
            continue
        path = path_of(world.app, name, world.things)
        for visitor in sorted(EVERYBODY):
            answer = world.visitors[visitor].get(path)
            may, found = visitor in one.who, answer.status_code
            if path.startswith("/api/") and visitor == "guest":
                may = visitor in one.who and "anonymous" in one.who
            own_list = may and found == 422 and denied(answer)  # a list of one's own without an organisation
            if found >= 500 or (denied(answer) if may and not own_list else not may and not denied(answer)):
                wrong.append((name, visitor, found, _code(answer)))
            others = values - {world.people[visitor].email} if visitor in _STAFF else set()
            if found == 200 and others and (read := _unnoticed(answer, name, others)):
                wrong.append((name, visitor, "reads what nobody notes", read))
            if found < 300 and visitor in _STRANGERS and _leaks(world, answer, name):
                wrong.append((name, visitor, "leaks", _leaks(world, answer, name)))
    assert not wrong, "\n".join(map(str, wrong))


def _particulars() -> set[str]:
    """Phones, addresses of mail, accounts and numbers of documents of everybody who is no staff."""
    found: set[str] = set()
    for party in db.session.query(Organisation):
        found |= {party.contact_phone, party.contact_email, party.bank_account}
    found |= {document.number for document in db.session.query(IdentityDocument)}
    staff = db.session.query(Membership.account_id).filter(Membership.organisation_id.is_(None))
    for account in db.session.query(Account).filter(Account.id.not_in(staff)):
        found |= {account.email, account.phone}
    return {one for one in found if len(one) > 5}


def _unnoticed(answer: TestResponse, name: str, values: set[str]) -> list[str]:
    """Personal data that staff read through a door the log of security does not know."""
    if name.split()[1] in PERSONAL or name == "GET mail_log.letter":
        return []
    brought = answer.mimetype == "application/pdf" and len(answer.data) < 1000  # a bench's file, no real PDF
    archive = answer.mimetype in ("application/zip", "image/png", "application/octet-stream")
    text = answer.data.decode("utf-8", "replace") if brought or archive else _text(answer)
    return [one for one in values if one in text]


_STAFF = ("venue", "auditor", "administrator", "security")
_STRANGERS = ("foreign.owner", "other_venue", "administrator", "security", "guest", "anonymous")


def _leaks(world: World, answer: TestResponse, name: str) -> list[str]:
    """What no stranger may read on any page: numbers, names and phones of somebody's license."""
    binary = str(answer.mimetype).startswith("image/") or answer.mimetype == "application/octet-stream"
    text = "" if binary else _text(answer)
    secrets = [world.things[one] for one in ("contract", "effective", "claimed", "batch", "draft", "review")]
    if "erasures" in name:
        secrets = secrets[1:]  # an administrator reads which contract is to be erased, and nothing of it
    if "GET log" in name:
        secrets = []  # what a filing is about stands in the public log: who and how much do not
    if "events" in name:
        secrets = []  # which things were knocked at, and nothing of them
    if "consent" in name:
        secrets = secrets[:-1]  # whoever holds the link reads that declaration
    if name != "GET organisations.compare":  # an operator compares any organisation with its document
        secrets.append("13900139000")
    if "organisations" not in name and "directory" not in name:
        secrets += ["浦东智焊装备有限公司", "6222020000000000001"]
    return [one for one in secrets if one in text and one not in answer.request.full_path]


def _text(answer: TestResponse) -> str:
    """What can be read in an answer; of a workbook, in its parts."""
    if answer.mimetype == "application/pdf":
        return pdftotext(answer.get_data())
    if answer.mimetype != XLSX:
        return answer.get_data().decode("utf-8", "replace")  # pictures are no text
    with ZipFile(BytesIO(answer.data)) as book:
        return "".join(book.read(name).decode() for name in book.namelist())


def test_nobody_acts_on_what_is_not_theirs_and_nothing_happens(world: World) -> None:
    before, wrong = _traces(), []
    for name, one in TABLE.items():
        method = name.split()[0]
        if method == "GET" or one.who == EVERYBODY:
            continue
        path = path_of(world.app, name, world.things)
        for visitor in sorted(EVERYBODY - one.who):
            body = filled(one.body, world.things)
            key = f"{name} {visitor}"[-80:]
            answer = world.visitors[visitor].call(method, path, form=body, body=body, key=key)
            if not denied(answer):
                wrong.append((name, visitor, answer.status_code, answer.get_data(as_text=True)[:90]))
    assert not wrong, "\n".join(map(str, wrong))
    assert _traces() == before


def _traces() -> tuple[int, int]:
    return reading(lambda: (ledger.size(), db.session.query(History).count()))
