"""Grounds of findings: people read the law's own name, never our short marks."""

import re
from pathlib import Path

import pytest
from flask import Flask
from flask_babel import force_locale

import registry
from registry import language
from registry.articles import basis

SOURCE = Path(registry.__file__).parent


@pytest.fixture(params=["zh", "en"])
def lang(request):
    app = Flask("registry", root_path=str(SOURCE))
    language.init_app(app)
    with app.test_request_context(), force_locale(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("article", "zh", "en"),
    [
        ("PL 50, 51", "专利法第 50、51 条", "Patent Law art. 50, 51"),
        (
            "CC 865; GL 3.1",
            "民法典第 865 条；专利审查指南第五部分第十一章 3.1",
            "Civil Code art. 865; Patent Examination Guidelines, Part V ch. 11, 3.1",
        ),
        ("TIE", "技术进出口管理条例", "Regulations on Technology Import and Export"),
        ("[ours]", "本平台的安排", "an arrangement of this platform"),
        ("技术合同登记表", "技术合同登记表", "技术合同登记表"),
        ("", "", ""),
    ],
)
def test_a_ground_is_read_in_the_language_of_the_page(lang, article, zh, en):
    assert basis(article) == (zh if lang == "zh" else en)


def test_no_ground_of_the_source_reaches_people_as_a_mark_or_an_abbreviation(lang):
    cited = r'"((?:PL|IR|GL|CC|ESL|PIPL|SPC|TIE)(?: \d[^"]*)?|\[[a-z-]+\])"'
    found = {one for path in SOURCE.rglob("*.py") for one in re.findall(cited, path.read_text("utf-8"))}
    assert len(found) > 50
    for article in found:
        assert not re.search(r"\[|\b(PL|IR|GL|CC|ESL|PIPL|SPC|TIE)\b", basis(article)), article


def test_a_constant_in_a_page_is_said_to_each_reader_in_their_own_language(lite: Flask) -> None:
    known = lite.jinja_env.filters
    ours = {name: one for name, one in known.items() if one.__module__.startswith("registry")}
    asked_once = {name for name, one in ours.items() if not hasattr(one, "jinja_pass_arg")}
    assert asked_once == {"tone", "percent", "size"}  # that say the same in both languages
    page = lite.jinja_env.from_string("{{ 'PL 50' | basis }}")
    said = []
    for reader in ("zh", "en", "zh"):
        with lite.test_request_context(), force_locale(reader):
            said.append(page.render())
    assert said[0] == said[2] != said[1]
    assert said[1].startswith("Patent Law art. 50")
