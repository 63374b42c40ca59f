"""Jobs and settings as administrators see them; where everybody can go; what is said about privacy."""

import html
import re
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from registry import clock, history, job_pages, navigation, settings_pages
from registry.database import db, new_id, transaction
from registry.jobs import Job
from registry.parties.rules import Actor, Role
from tests.browser import Browser
from tests.factories import Person, make_account, make_member, make_organisation, make_venue, reading
from tests.parties.test_administration import administrator

ERROR = "Traceback:\n  …\nsmtplib.SMTPRecipientsRefused: {'liu@private.example': 550}"


def dead_job() -> str:
    job_id = new_id()
    facts: dict[str, Any] = {"mail": "secret payload", "state": "dead"}

    def work() -> None:
        instant = clock.now()
        row = Job(id=job_id, name="mail.send", payload=facts, run_after=instant, created_at=instant)
        row.state, row.attempts, row.error = "dead", 8, ERROR
        db.session.add(row)

    transaction(work)
    return str(job_id)


def press(browser: Browser, path: str, key: str, reason: str) -> None:
    token = browser.forms[0].fields["csrf_token"]
    browser.post(path, {"csrf_token": token, "idempotency_key": key, "reason": reason})


def test_a_stopped_job_is_shown_by_kind_and_tried_again_with_a_reason(app: Flask) -> None:
    job, first = dead_job(), administrator(app)
    browser = Browser(app).sign_in(first.email)
    assert "后台任务" in browser.text
    page = browser.get("/admin/jobs")
    assert "smtplib.SMTPRecipientsRefused" in page.text
    assert "liu@private.example" not in page.html
    assert "secret payload" not in page.html
    press(browser, f"/admin/jobs/{job}/retry", "key-1", "")
    assert browser.status == 422
    press(browser, f"/admin/jobs/{job}/retry", "key-2", "邮件服务器已恢复")
    row = reading(lambda: db.session.get_one(Job, UUID(job)))
    assert (row.state, row.attempts, row.error) == ("waiting", 0, "")
    changes = reading(lambda: history.of(db.session.get_one(Job, row.id))[-1].changes)
    assert changes["error"] == "smtplib.SMTPRecipientsRefused"
    press(browser, f"/admin/jobs/{job}/drop", "key-3", "不再需要")
    assert browser.status == 409


def test_a_job_put_aside_is_run_no_more_and_says_why(lite: Flask) -> None:
    job, first = dead_job(), administrator(lite)
    browser = Browser(lite).sign_in(first.email).get("/admin/jobs")
    press(browser, f"/admin/jobs/{job}/drop", "key-4", "收件人已注销")
    assert "收件人已注销" in browser.text
    assert "没有停下的任务" in browser.text


@pytest.mark.parametrize(
    ("error", "kind"),
    [(ERROR, "smtplib.SMTPRecipientsRefused"), ("", ""), ("the worker died every time", "the"), ("'x'", "")],
)
def test_of_an_error_only_its_class_is_said(error: str, kind: str) -> None:
    assert job_pages.error_class(error) == kind


def test_settings_are_shown_without_any_secret(lite: Flask) -> None:
    settings = replace(
        lite.extensions["settings"],
        database_url="postgresql+psycopg://registry:hunter2@db/registry",
        smtp_url="smtp://u:hunter2@mail",
        metrics_token="hunter2",
        oidc_secret="hunter2",
        tsa_url="https://u:hunter2@tsa",
    )
    told = dict(settings_pages.shown(settings))
    assert "hunter2" not in str(told)
    assert settings.secret_key not in str(told)
    assert told["database_url"] == "postgresql+psycopg://…@db/registry"
    assert (told["metrics_token"], told["tsa_url"]) == ("已设置", "已设置")
    assert "hunter2" not in repr(replace(settings, database_url="sqlite://"))
    named = {one for one in told if re.search("secret|token|password", one) and not one.endswith("_file")}
    assert named - {"staff_second_factor"} <= settings_pages.SECRET
    page = Browser(lite).sign_in(administrator(lite).email).get("/admin/settings")
    assert settings.secret_key not in page.html
    assert page.status == 200


# --- where one can go --------------------------------------------------------------------------------


def test_every_item_of_every_role_names_the_page_it_leads_to(lite: Flask) -> None:
    venue, holder = make_venue(lite, "v1"), make_organisation(lite, "u1")
    auditor = make_member(lite, make_account(lite, "who@example.cn"), Role.AUDITOR, email="audit@example.cn")
    for who in (holder, venue, auditor, administrator(lite)):
        _lead(lite, who)


def _lead(app: Flask, who: Person) -> None:
    browser = Browser(app).sign_in(who.email)
    for label, url in navigation.items(who.actor):
        page = browser.get(url)
        assert page.status == 200, url
        assert re.search(r'aria-current="page">([^<]+)', page.html), url
        heading = html.unescape(re.sub(r"<[^>]+>", "", re.search(r"<h1.*?</h1>", page.html, re.S)[0]))  # type: ignore[index]
        if url not in ("/organisation", "/search"):
            assert str(label) in heading, (url, heading)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_footer_leads_to_pages_that_stand(lite: Flask, lang: str) -> None:
    browser = Browser(lite, lang=lang)
    for _, url in navigation.FOOTER:
        assert browser.get(url).status == 200, url


def test_a_stranger_is_led_only_where_everybody_may_go() -> None:
    assert navigation.items(None) == navigation.EVERYBODY
    assert navigation.items(Actor(account_id=None))[-1] == navigation.DESK


def test_a_contact_that_was_not_set_is_said_to_be_missing(lite: Flask) -> None:
    for page in ("/privacy", "/accessibility"):
        assert "没有在设置中填写联系方式" in Browser(lite).get(page).text
    told = replace(lite.extensions["settings"], operator_contact="privacy@mingxu.invalid")
    with lite.test_request_context("/privacy"):
        module: Any = lite.jinja_env.get_template("help/_contact.html").module
        assert "privacy@mingxu.invalid" in module.contact(told)
