"""Every door: closed unless marked, closed to forged requests, strict in its headers."""

import inspect
from collections.abc import Iterator
from types import CodeType

import pytest
from flask import Flask
from werkzeug.routing import Rule

from registry.app import create_app
from registry.licenses.service import STEPS
from registry.parties import cookies
from tests.browser import Browser, open_account

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if not rule.endpoint.endswith("static")]


def test_every_view_says_who_may_come_in(lite: Flask) -> None:
    unmarked = {
        rule.rule
        for rule in rules(lite)
        if getattr(lite.view_functions[rule.endpoint], "access", None) not in ("public", "account")
    }
    assert unmarked == set()


def test_a_view_without_a_mark_is_closed_to_everybody(lite: Flask) -> None:
    app = create_app(lite.extensions["settings"])
    app.add_url_rule("/unmarked", "unmarked", lambda: "open")
    with app.app_context():
        assert app.test_client().get("/unmarked").status_code == 403


STRANGERS = ("/verify", "/consent", "/offers", "/unsubscribe")


def test_only_a_few_pages_are_open_to_strangers_who_post(lite: Flask) -> None:
    posting = {
        rule.rule
        for rule in rules(lite)
        if UNSAFE & (rule.methods or set())
        and getattr(lite.view_functions[rule.endpoint], "access", "") == "public"
        and not rule.rule.startswith("/api/")
    }
    own = {
        "/register",
        "/confirm",
        "/confirm/again",
        "/confirm/mobile",
        "/confirm/mobile/code",
        "/login",
        "/login/code",
        "/login/passkey",
        "/login/passkey/options",
        "/logout",
        "/reset",
        "/reset/code",
        "/language",
        "/account/address/back/<token>",  # the link of a letter opens it
        "/interests/<uuid:interest_id>/<key>/confirm",  # the link of a letter opens them
        "/interests/<uuid:interest_id>/<key>/withdraw",
        "/basket/add",  # a list kept with the visitor, which binds nobody
        "/basket/change",
    }
    assert own <= posting
    assert {rule for rule in posting - own if not rule.startswith(STRANGERS)} == set()


def paths(app: Flask) -> list[tuple[str, str]]:
    made = []
    for rule in rules(app):
        if rule.rule.startswith("/api/"):
            continue
        values = {name: _example(rule, name) for name in rule.arguments}
        built = rule.build(values, append_unknown=False)
        assert built is not None, rule.rule
        made += [(method, built[1]) for method in UNSAFE & (rule.methods or set())]
    return sorted(set(made))


def _example(rule: Rule, name: str) -> object:
    kind = type(rule._converters[name]).__name__
    if kind == "UUIDConverter":
        return "00000000-0000-4000-8000-000000000000"
    if kind == "AnyConverter":
        return sorted(rule._converters[name].items)[0]  # type: ignore[attr-defined]
    return 1 if kind == "IntegerConverter" else "x"


def test_every_form_without_its_token_is_refused(lite: Flask) -> None:
    open_account("wm@example.cn")
    browser = Browser(lite).sign_in("wm@example.cn")
    for method, path in paths(lite):
        answer = browser.client.open(path, method=method, data={"csrf_token": "0" * 64})
        assert answer.status_code == 403, path
        assert "表单已过期" in answer.get_data(as_text=True), path


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({}, 200),
    ],
)
def test_a_foreign_origin_is_refused_even_with_the_token(
    lite: Flask, headers: dict[str, str], status: int
) -> None:
    open_account("wm@example.cn")
    browser = Browser(lite).sign_in("wm@example.cn").get("/account")
    browser.post("/logout", browser.form("/account").fields or browser.forms[0].fields, headers=headers)
    assert browser.status == status


def test_another_visitors_token_is_refused(lite: Flask) -> None:
    first, second = Browser(lite).get("/login"), Browser(lite).get("/login")
    typed = {"email": "a@example.cn", "password": "x"}
    assert second.post("/login", {**first.form("/login").fields.to_dict(), **typed}).status == 403


def test_every_page_carries_strict_headers_and_no_inline_code(lite: Flask) -> None:
    for path in ("/login", "/register", "/nothing-here"):
        page = Browser(lite).get(path)
        headers = page.page.headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Request-Id"]
        assert " style=" not in page.html
        assert " onclick=" not in page.html


def test_what_a_signed_in_person_sees_is_kept_by_no_cache(lite: Flask) -> None:
    open_account("wm@example.cn")
    assert Browser(lite).sign_in("wm@example.cn").page.headers["Cache-Control"] == "no-store"


def test_the_cookie_is_secure_where_the_site_is(lite: Flask) -> None:
    with lite.test_request_context("/"):
        answer = cookies.set_session(lite.make_response("x"), "token")
    assert "HttpOnly" in answer.headers["Set-Cookie"]
    assert "Secure" not in answer.headers["Set-Cookie"]  # http://localhost in tests


def test_a_signed_in_page_sends_strangers_to_sign_in_and_machines_a_problem(lite: Flask) -> None:
    assert Browser(lite).get("/desk").address == "/login?next=/desk"
    answer = lite.test_client().get("/desk", headers={"Accept": "application/json"})
    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


def test_no_page_stands_in_the_way_of_a_step_of_a_declaration(lite: Flask) -> None:
    match = lite.url_map.bind("localhost").match
    assert {match(f"/declarations/X/{step}")[0] for step in STEPS} == {"licenses.step"}


PREVIEWS = {
    "codebook.bring": "shows the list it was given",
    "erasures.check": "lists what would go",
    "verification.check": "answers about the file it was given",
    "declaration_batches.files": "says which draft each file went to",
    "batch_acts.ask": "says who was asked, and the second time who had been",
    "duties.subscribe": "shows a private address this once; the second press makes no other",
    "choices.end": "ends letters of one kind, and says so as often as it is asked (RFC 8058)",
    "passkeys.sign_in_options": "draws a challenge for the browser, which no page shows",
    "bank.bring": "says what it read: a credit that is known already is not taken twice",
}
"""Forms that answer with a page: sending them again shows it again and makes nothing more."""

ONCE = (
    "organisations.verify",
    "organisations.send_back",
    "organisations.bring_evidence",
    "results.bring",
    "declaration_batches.bring",
    "machines.create",
    "machines.rotate",
    "payments.claim",
    "payments.answer",
    "decisions.decide",
    "corrections.sign",
    "signing.sign",
    "withdrawals.file",
)
"""Acts of which a second one would be a second letter, list, key, claim or filing."""


def reached(view: object) -> set[object]:
    """The view and the functions of doors that it calls."""
    found: set[object] = set()
    waiting = [inspect.unwrap(view)]  # type: ignore[arg-type]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.add(one)
        code = getattr(one, "__code__", None)
        names = set(_names(code)) if code else set()
        for name in names:
            called = inspect.unwrap(one.__globals__.get(name)) if name in one.__globals__ else None  # type: ignore[attr-defined]
            if inspect.isfunction(called) and called.__module__.startswith("registry."):
                waiting.append(called)
    return found


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def posting(app: Flask) -> dict[str, object]:
    return {
        rule.endpoint: app.view_functions[rule.endpoint]
        for rule in rules(app)
        if "POST" in (rule.methods or set()) and not rule.rule.startswith("/api/")
    }


def says(view: object, word: str) -> bool:
    return any(word in set(_names(one.__code__)) for one in reached(view) if inspect.isfunction(one))


def test_after_a_form_the_way_back_sends_nothing_again(lite: Flask) -> None:
    """What was sent is answered with a redirect; only what makes nothing may answer with a page."""
    stays = {name for name, view in posting(lite).items() if not says(view, "redirect")}
    assert " ".join(sorted(stays - set(PREVIEWS))) == ""


def test_a_second_press_shows_the_first_result(lite: Flask) -> None:
    """What makes something is done under the form's own key."""
    acts = posting(lite)
    assert [name for name in ONCE if not says(acts[name], "submit")] == []
