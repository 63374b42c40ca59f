"""Problems: every refusal has a status, a sentence and a shape, for machines and for people."""

import ast
import json
import logging
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, abort, g, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import MultiDict

import registry
from registry import errors, forms, language, problems
from registry.errors import Invalid, Refused
from registry.messages import ADVICE, MESSAGES
from tests.browser import Browser

SOURCE = Path(registry.__file__).parent
REFUSALS = {
    name for name, kind in vars(errors).items() if isinstance(kind, type) and issubclass(kind, Refused)
}


@pytest.fixture
def app():
    app = Flask("registry", root_path=str(SOURCE))
    app.extensions["settings"] = SimpleNamespace(
        base_url="https://x.example", demo=True, operator_name="某方", upload_limit=10 * 1024 * 1024,
        body_limit=24 * 1024 * 1024,
    )
    language.init_app(app)
    problems.init_app(app)
    app.raising = None

    @app.route("/<path:anything>", methods=["GET", "POST"])
    def view(anything):
        raise app.raising

    @app.post("/only-post")
    def only_post():
        return request.get_data()

    return app


def ask(app, error, path="/thing", **options):
    app.raising = error
    return app.test_client().open(path, **options)


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Refused, 422),
        (errors.NotSignedIn, 401),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.TooLarge, 413),
        (errors.Mistyped, 422),
        (errors.Unavailable, 503),
    ],
)
def test_each_class_of_refusal_has_its_status(app, kind, status):
    answer = ask(app, kind("busy", "fee.rate", "PL 50", max=Decimal("2.50")), "/api/v1/x")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    body = answer.json
    assert body["status"] == status
    assert body["type"] == "https://x.example/problems/busy"
    assert (body["code"], body["field"], body["article"]) == ("busy", "fee.rate", "PL 50")
    assert body["params"] == {"max": "2.50"}
    assert body["detail"] == body["detail_zh"] != "busy"
    assert body["title"]
    assert body["detail_en"]
    assert body["instance"] == "/api/v1/x"
    assert body["reference"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_class_stands_in_the_table():
    for name in REFUSALS:
        assert getattr(errors, name) in problems.STATUS


def test_a_class_not_in_the_table_answers_like_its_nearest_ancestor():
    class Stale(errors.Conflict):
        pass

    assert problems.status(Stale("moved_on")) == 409


def test_many_refusals_are_told_one_by_one(app):
    found = Invalid([Refused("required", "title"), Refused("too_long", "note", max=3)])
    answer = ask(app, found, "/api/v1/x")
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [
        ("title", "required"),
        ("note", "too_long"),
    ]
    assert "3" in answer.json["errors"][1]["detail"]
    assert "2" in answer.json["detail"]


def test_busy_says_when_to_come_back(app):
    assert int(ask(app, errors.Unavailable("busy")).headers["Retry-After"]) > 0


@pytest.mark.parametrize("accept", ["application/json", "application/problem+json", "application/ld+json"])
def test_whoever_asks_for_json_gets_the_document(app, accept):
    answer = ask(app, errors.NotFound("not_found"), headers={"Accept": accept})
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.parametrize(
    "headers", [{}, {"Accept": "*/*"}, {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}]
)
def test_people_get_a_page_with_rule_reason_and_advice(app, headers):
    answer = ask(app, Refused("amount_decimals", "fee.amount", "专利法第五十条", max=2), headers=headers)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    for words in ("金额最多 2 位小数", "依据：专利法第五十条", "怎么办", '<html lang="zh-CN">', "<h1>"):
        assert words in answer.text
    assert answer.text.count("<h1") == 1


def test_hostile_parameters_stay_text(app):
    page = ask(app, Refused("too_long", "<b>", "<script>", max="<script>alert(1)</script>")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(app):
    answer = ask(app, errors.NotSignedIn("not_signed_in"), "/offers?q=%E7%84%8A&page=2")
    assert answer.status_code == 303
    assert answer.location == "/login?next=/offers%3Fq%3D%25E7%2584%258A%26page%3D2"


@pytest.mark.parametrize(
    ("referrer", "expected"),
    [
        ("http://localhost/drafts/7", "/login?next=/drafts/7"),
        ("https://evil.example/x", "/login?next=/"),
        ("", "/login?next=/"),
    ],
)
def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(app, referrer, expected):
    answer = ask(app, errors.NotSignedIn("not_signed_in"), method="POST", headers={"Referer": referrer})
    assert answer.location == expected


def test_a_machine_without_credentials_is_told_how_to_bring_them(app):
    answer = ask(app, errors.NotSignedIn("not_signed_in"), "/api/v1/x")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "bad_request"),
        (403, "not_allowed"),
        (404, "not_found"),
        (410, "gone"),
        (429, "too_many_requests"),
    ],
)
def test_the_frameworks_own_errors_speak_our_codes(app, status, code):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any HTTP error
        abort(status)
    answer = ask(app, caught.value, "/api/v1/x")
    assert (answer.status_code, answer.json["code"]) == (status, code)


def test_a_wrong_method_says_which_are_right(app):
    answer = app.test_client().put("/only-post", headers={"Accept": "application/json"})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert answer.json["code"] == "method_not_allowed"


def test_a_body_over_the_limit_is_413_with_the_limit(app):
    app.config["MAX_CONTENT_LENGTH"] = 1024 * 1024
    answer = app.test_client().post(
        "/only-post", data=b"x" * (1024 * 1024 + 1), headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json["code"]) == (413, "body_too_large")
    assert "1 MB" in answer.json["detail"]


def test_what_webargs_aborts_with_becomes_refusals_by_field(app):
    with pytest.raises(Exception) as caught:  # noqa: PT011
        abort(422)
    caught.value.data = {"messages": {"json": {"fee": {"rate": [Refused("rate_form")]}}}}
    answer = ask(app, caught.value, "/api/v1/x")
    assert [(one["field"], one["code"]) for one in answer.json["errors"]] == [("fee.rate", "rate_form")]


@pytest.mark.parametrize("path", ["/api/v1/x", "/page"])
def test_what_nobody_foresaw_is_500_with_a_reference_and_one_line_in_the_log(app, caplog, path):
    with caplog.at_level(logging.ERROR, logger="registry.problems"):
        answer = ask(app, KeyError("x\nforged line"), path)
    assert answer.status_code == 500
    (record,) = caplog.records
    line = record.getMessage()
    assert "\n" not in line
    logged = json.loads(line)
    assert logged["reference"] in answer.text
    assert "KeyError" in logged["traceback"]
    assert "KeyError" not in answer.text


def test_a_lost_database_is_503_but_a_wrong_statement_is_500(app):
    assert ask(app, OperationalError("SELECT 1", {}, Exception("database is locked"))).status_code == 503
    assert (
        ask(app, OperationalError("SELECT 1", {}, Exception("server closed the connection"))).status_code
        == 503
    )
    for said in ("no such table: x", "table x has no column named y"):
        assert ask(app, OperationalError("SELECT 1", {}, Exception(said))).status_code == 500


def test_a_page_that_cannot_be_drawn_still_answers(app):
    @app.context_processor
    def broken():
        raise RuntimeError("the database is away")

    answer = ask(app, errors.Unavailable("busy"))
    assert (answer.status_code, answer.mimetype) == (503, "text/html")
    assert "系统正忙" in answer.text


def test_redirects_pass_untouched(app):
    @app.get("/folder/")
    def folder():
        return "here"

    assert app.test_client().get("/folder").status_code == 308


def test_the_type_of_a_problem_leads_to_its_explanation(app):
    answer = app.test_client().get("/problems/required")
    assert answer.status_code == 200
    assert "请填写此项" in answer.text
    assert app.test_client().get("/problems/no_such_code").status_code == 404


# --- sentences ---


def test_sentences_speak_days_amounts_and_lists(app):
    with app.test_request_context():
        assert "2026年3月1日" in problems.sentence(Refused("too_small", min=date(2026, 3, 1)))
        assert "1000" in problems.sentence(Refused("too_small", min=Decimal("1E+3")))
        assert "甲、乙" in problems.sentence(Refused("too_small", min=["甲", "乙"]))


@pytest.mark.parametrize("params", [{}, {"max": None}, {"max": "100%"}])
@pytest.mark.parametrize("code", ["too_long", "no_such_code", "rate_too_large", ""])
def test_a_sentence_never_fails(app, code, params):
    with app.test_request_context():
        for lang in (None, "zh", "en"):
            assert problems.sentence(Refused(code, **params), lang)


def test_every_sentence_reads_without_a_stray_percent_sign(app):
    with app.test_request_context():
        for code in MESSAGES:
            said = problems.sentence(Refused(code), "zh")
            assert "%%" not in said, code
            assert "%(" not in said, code


def literals(tree):
    """Codes given literally as the first argument of a refusal."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in REFUSALS and isinstance(node.args[0].value, str):
                yield node.args[0].value


def test_every_code_raised_in_the_source_has_a_sentence():
    missing = {
        f"{path.relative_to(SOURCE)}: {code}"
        for path in sorted(SOURCE.rglob("*.py"))
        for code in literals(ast.parse(path.read_text(encoding="utf-8")))
        if code not in MESSAGES
    }
    assert not missing


def test_advice_is_given_only_for_codes_that_exist():
    assert set(ADVICE) <= set(MESSAGES)
    assert set(problems.HTTP_CODES.values()) <= set(MESSAGES)


# --- language ---


@pytest.mark.parametrize(
    ("headers", "query", "expected"),
    [
        ({}, "", "zh-CN"),
        ({"Accept-Language": "en-US,en;q=0.9"}, "", "en"),
        ({"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}, "", "zh-CN"),
        ({"Accept-Language": "fr"}, "", "zh-CN"),
        ({"Accept-Language": "en"}, "?lang=zh", "zh-CN"),
        ({"Cookie": "lang=en"}, "", "en"),
        ({"Cookie": "lang=en"}, "?lang=zh", "zh-CN"),
        ({}, "?lang=xx", "zh-CN"),
    ],
)
def test_the_language_is_the_one_asked_for(app, headers, query, expected):
    client = app.test_client(use_cookies=False)
    answer = client.get(f"/problems/required{query}", headers=headers)
    assert f'<html lang="{expected}">' in answer.text
    assert answer.headers["Content-Language"] == expected
    assert "Cookie" in answer.headers["Vary"]


def test_a_chosen_language_is_remembered(app):
    client = app.test_client()
    client.get("/problems/required?lang=en")
    assert '<html lang="en">' in client.get("/problems/required").text
    answer = client.post("/language", data={"lang": "zh", "next": "/problems/required"})
    assert (answer.status_code, answer.location) == (303, "/problems/required")
    assert '<html lang="zh-CN">' in client.get("/problems/required").text


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example"])
def test_choosing_a_language_leads_nowhere_else(app, elsewhere):
    assert app.test_client().post("/language", data={"lang": "en", "next": elsewhere}).location == "/"


def test_the_link_to_the_other_language_keeps_the_search(app):
    with app.test_request_context("/offers?q=焊接&page=2&lang=zh"):
        assert language.url("en") == "/offers?q=%E7%84%8A%E6%8E%A5&page=2&lang=en"


def test_days_instants_and_amounts_look_native(app):
    late = datetime(2026, 2, 28, 16, 30, tzinfo=UTC)
    with app.test_request_context("/?lang=zh"):
        assert (
            language.day(date(2026, 3, 1))
            == language.day(late)
            == language.day("2026-03-01")
            == "2026年3月1日"
        )
        shown = language.instant(late)
        assert "2026年3月1日 00:30" in shown
        assert 'datetime="2026-02-28T16:30:00.000Z"' in shown
        assert "2026-02-28 16:30:00 UTC" in shown
        assert language.yuan(Decimal("68000")) == "¥68,000.00"
        assert language.day(None) == language.yuan(None) == language.instant(None) == "—"
    with app.test_request_context("/?lang=en"):
        assert language.day(date(2026, 3, 1)) == "1 March 2026"


# --- the frame ---


def test_every_component_is_drawn_and_errors_stand_in_summary_title_and_field(app):
    form = forms.FormState.failed(
        MultiDict({"last_day": "明天"}), Invalid([Refused("not_a_date", "last_day")])
    )
    with app.test_request_context("/?lang=zh"):
        g.actor = None
        page = render_template(
            "styleguide.html",
            form=form,
            blank=forms.FormState(),
            today=date(2026, 3, 1),
            now=datetime.now(UTC),
        )
    assert "<title>错误：" in page
    assert 'href="#f-last_day"' in page
    assert 'aria-describedby="f-last_day-hint f-last_day-error"' in page
    assert 'value="明天"' in page
    assert "演示数据" in page
    assert page.count("<h1") == 1
    assert " style=" not in page
    assert "<style" not in page
    assert "onclick" not in page
    ids = [part.split('"')[0] for part in page.split(' id="')[1:]]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("lang", "said"), [("zh", "组件"), ("en", "Components")])
def test_the_page_of_components_is_there_in_the_demonstration_alone(lite, lang, said):
    visitor = Browser(lite, lang=lang)
    assert visitor.get("/styleguide").status == 404
    before = lite.extensions["settings"]
    lite.extensions["settings"] = replace(before, demo=True)
    try:
        assert visitor.get("/styleguide").status == 200
    finally:
        lite.extensions["settings"] = before
    assert said in visitor.text


@pytest.mark.parametrize(
    ("file", "alias"), [("fields", "f"), ("blocks", "b"), ("files", "files"), ("signing", "sign")]
)
def test_every_macro_stands_on_the_page_of_components(file, alias):
    templates = SOURCE / "templates"
    macros = re.findall(r"{%-? macro ([a-z]\w*)\(", (templates / f"macros/{file}.html").read_text("utf-8"))
    page = (templates / "styleguide.html").read_text("utf-8")
    assert macros
    assert [name for name in macros if not re.search(rf"\b{alias}\.{name}\(", page)] == []


PAGES = (
    (errors.NotAllowed("not_allowed"), 403),
    (errors.NotFound("not_found"), 404),
    (errors.Conflict("moved_on"), 409),
    (errors.TooLarge("too_large", max="10 MB"), 413),
    (Refused("not_valid", "fee.amount", "PL 50"), 422),
    (KeyError("unforeseen"), 500),
    (errors.Unavailable("busy"), 503),
)
TAGS = {"zh": "zh-CN", "en": "en"}
SAID = {
    "zh": ("怎么办", "什么没有改变", "回到首页", "参考号"),
    "en": ("What to do", "What has not changed", "Back to the home page", "Reference"),
}


@pytest.mark.parametrize(("error", "status"), PAGES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_problem_of_a_form_says_what_happened_what_did_not_and_the_way_on(app, error, status, lang):
    headers = {"Accept": "text/html", "Accept-Language": lang}
    page = ask(app, error, method="POST", headers=headers)
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert page.text.count("<h1") == 1
    assert f'<html lang="{TAGS[lang]}">' in page.text
    for words in (*SAID[lang], f"</code> · {status}"):
        assert words in page.text, words
    assert 'href="/"' in page.text
    document = ask(app, error, "/api/v1/x", method="POST", headers={"Accept-Language": lang})
    assert (document.status_code, document.mimetype) == (status, "application/problem+json")
    assert document.json["reference"]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("status", [405, 406, 415, 429])
def test_what_the_server_itself_refuses_has_its_page_and_its_advice(app, status, lang):
    @app.route("/given")
    def given():
        abort(status)

    page = app.test_client().get("/given", headers={"Accept-Language": lang})
    assert (page.status_code, page.mimetype) == (status, "text/html")
    assert SAID[lang][0] in page.text
    with app.test_request_context(headers={"Accept-Language": lang}):
        assert str(problems.WHAT_TO_DO[status]) in page.text
        assert str(problems.WHAT_TO_DO[400]) not in page.text
    if lang == "en":
        assert not re.search("怎么办|请", page.text)
