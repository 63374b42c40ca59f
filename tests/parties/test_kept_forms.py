"""Nothing typed is lost: kept for its account alone, shown again, sent by hand, forgotten."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

import registry
from registry.database import db, transaction
from registry.erasure import people
from registry.errors import Paused, Unavailable
from registry.parties import kept_forms
from registry.parties import organisation_pages as pages
from registry.parties.kept_forms import KeptForm
from registry.parties.models import Account, Organisation
from tests.browser import PASSWORD, Browser, open_account
from tests.parties.people import owner

EDIT = "/organisation/edit"
HERE = {"Origin": "http://localhost", "Referer": f"http://localhost{EDIT}"}
TYPED = {"address": "上海市新路 2 号", "contact_name": "赵六"}


def at_the_form(app: Flask, email: str = "u1@example.cn") -> tuple[Browser, dict[str, str]]:
    """A browser with the form open, and what it would send."""
    browser = Browser(app).sign_in(email).get(EDIT)
    return browser, {**browser.form(EDIT).fields.to_dict(), **TYPED}


def send(browser: Browser, fields: Mapping[str, str], headers: Mapping[str, str] = HERE) -> Browser:
    return browser.post(EDIT, fields, headers=headers)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(KeptForm)) or 0


def address() -> str:
    found = db.session.scalar(select(Organisation.address))
    db.session.rollback()
    return str(found)


def test_a_form_sent_after_the_session_ended_is_found_filled_and_taken_when_sent_again(app: Flask) -> None:
    owner()
    with time_machine.travel("2026-11-22T02:00:00Z", tick=False) as travel:
        browser, fields = at_the_form(app)
        travel.shift(timedelta(hours=3))
        send(browser, fields)
        assert browser.address.startswith("/login")
        assert "您填写的内容已保留" in browser.text
        browser.submit({"email": "u1@example.cn", "password": PASSWORD}, action="/login")
        assert browser.address == EDIT
        assert "您填写的内容还在，尚未提交" in browser.text
        assert address() == "上海市某路 1 号"
        form = browser.form(EDIT)
        assert {name: form.fields[name] for name in TYPED} == TYPED
        browser.submit(action=EDIT)
    assert address() == TYPED["address"]
    assert kept() == 0
    assert "您填写的内容还在" not in browser.get(EDIT).text


def test_a_form_whose_token_has_run_out_leads_back_to_itself_and_nothing_is_done(lite: Flask) -> None:
    owner()
    browser, fields = at_the_form(lite)
    browser.sign_in("u1@example.cn")  # as in another window: the open page's token is no longer ours
    send(browser, fields)
    assert (browser.status, browser.address) == (200, EDIT)
    assert browser.form(EDIT).fields["contact_name"] == "赵六"
    assert address() == "上海市某路 1 号"


def test_a_page_of_another_site_plants_nothing(lite: Flask) -> None:
    owner()
    browser, fields = at_the_form(lite)
    foreign = {"Origin": "https://evil.example", "Referer": HERE["Referer"]}
    for headers in (foreign, {"Sec-Fetch-Site": "cross-site"}):
        assert send(browser, fields, headers).status == 403
    assert send(browser, {**fields, "csrf_token": "0" * 64}, {}).status == 403
    assert kept() == 0


def test_nobody_else_finds_what_was_typed(lite: Flask) -> None:
    owner()
    owner("c1")
    browser, fields = at_the_form(lite)
    send(browser, {**fields, "csrf_token": "0" * 64})
    assert kept() == 1
    other = Browser(lite).sign_in("c1@example.cn").get(EDIT)
    assert "您填写的内容还在" not in other.text
    assert "赵六" not in other.html


def test_who_signed_out_has_left_nothing_to_be_kept(lite: Flask) -> None:
    owner()
    browser, fields = at_the_form(lite)
    token = browser.client.get_cookie("mingxu_session")
    assert token is not None
    browser.sign_out()
    browser.client.set_cookie("mingxu_session", token.value)
    send(browser, fields)
    assert browser.address == f"/login?next={EDIT}"
    assert kept() == 0


def test_passwords_secrets_and_what_is_too_much_are_not_kept() -> None:
    sent = [("name", "甲"), ("password", "x"), ("present_password", "x"), ("csrf_token", "x")]
    sent += [("idempotency_key", "x"), ("client_secret", "x"), ("empty", " "), ("odd", "a\x00")]
    assert kept_forms.typed_in(sent) == [("name", "甲")]
    assert kept_forms.typed_in([("name", "甲" * kept_forms.MOST_BYTES)]) == []
    assert kept_forms.typed_in([(f"n{n}", "1") for n in range(kept_forms.MOST_FIELDS + 1)]) == []


def test_every_password_input_of_the_templates_has_a_name_that_is_not_kept() -> None:
    templates = (Path(registry.__file__).parent / "templates").rglob("*.html")
    text = "\n".join(path.read_text(encoding="utf-8") for path in templates)
    names = set(re.findall(r"\.password\(\w+, '([^']+)'", text))
    names |= set(re.findall(r'name="([^"{]+)" type="password"', text))
    assert len(names) > 2
    assert [name for name in names if not kept_forms.SECRET.search(name)] == []


def test_a_refusal_on_a_page_of_its_own_leads_back_to_the_filled_form(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner()
    browser, fields = at_the_form(lite)

    def fail(*_: object, **__: object) -> None:
        raise KeyError("unforeseen")

    monkeypatch.setattr(pages.parties, "edit", fail)
    send(browser, fields)
    assert browser.status == 500
    assert f'href="{EDIT}?#kept"' in browser.html
    assert browser.get(EDIT).form(EDIT).fields["contact_name"] == "赵六"
    browser.submit(action="/kept/forget")
    assert (browser.address, kept()) == (EDIT, 0)
    assert browser.form(EDIT).fields["contact_name"] == "王明"


BUSY = (
    OperationalError("UPDATE", {}, Exception("database is locked")),  # while the page is read
    Unavailable("busy"),  # what a transaction says once it has tried long enough; its door speaks of refusals
    Paused("timestamps_missing", hours=24, size=7),
)


@pytest.mark.parametrize("error", BUSY, ids=repr)
def test_a_busy_service_gives_the_form_back_to_be_sent_once_more(
    lite: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    owner()
    browser, fields = at_the_form(lite)

    def busy(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(pages.parties, "edit", busy)
        send(browser, fields)
    assert (browser.status, browser.page.headers["Retry-After"]) == (503, "2")
    assert kept() == 0
    again = browser.form(EDIT)
    assert again.fields["contact_name"] == "赵六"
    browser.submit(action=EDIT)
    assert address() == TYPED["address"]


def test_of_a_form_with_too_large_a_file_the_words_are_kept(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner()
    monkeypatch.setitem(lite.config, "MAX_CONTENT_LENGTH", 5000)
    browser, fields = at_the_form(lite)
    large = {"file": (b"0" * 8000, "scan.pdf")}
    browser.post(EDIT, fields, files=large, headers=HERE)
    assert browser.status == 413
    assert f'href="{EDIT}?#kept"' in browser.html
    assert browser.get(EDIT).form(EDIT).fields["contact_name"] == "赵六"
    browser.submit(action="/kept/forget")
    beyond = {"file": (b"0" * 20000, "scan.pdf")}  # nobody reads so far
    browser.post(EDIT, fields, files=beyond, headers=HERE)
    assert (browser.status, kept()) == (413, 0)
    assert f'href="{EDIT}"' in browser.html
    stranger = Browser(lite).get("/verify/upload")
    stranger.submit(files=large, action="/verify/upload")
    assert (stranger.status, kept()) == (413, 0)


def test_five_forms_of_an_account_are_kept_and_none_for_longer_than_a_day(app: Flask) -> None:
    account_id = open_account("wm@example.cn").id

    def keep(number: int) -> None:
        kept_forms.keep(account_id, action=f"/a/{number}", page="/a", fields=[("n", str(number))])

    with time_machine.travel("2026-11-22T02:00:00Z", tick=False) as travel:
        for number in (1, 2, 3, 4, 5, 6, 6):
            transaction(lambda one=number: keep(one))  # type: ignore[misc]
            travel.shift(timedelta(seconds=1))
        assert kept() == kept_forms.MOST_FORMS
        newest = kept_forms.of_page(account_id, "/a")
        assert newest is not None
        assert newest.typed == {"n": ["6"]}
        db.session.rollback()
        travel.shift(timedelta(days=1))
        assert kept_forms.of_page(account_id, "/a") is None
        transaction(kept_forms.sweep)
        assert kept() == 0


def test_the_account_goes_with_what_it_typed(lite: Flask) -> None:
    owner()
    account = db.session.scalars(select(Account)).one()
    transaction(
        lambda: kept_forms.keep(account.id, action=EDIT, page=EDIT, fields=[("address", "上海市新路 2 号")])
    )
    gone = [one.table for one in people.account_listing(account).goes]
    assert gone.count(KeptForm.__tablename__) == 1
