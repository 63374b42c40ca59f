"""What templates say and call: as the libraries do it, only sooner."""

from typing import Any

import pytest
from flask import Flask, render_template_string
from flask_babel import force_locale, lazy_gettext
from jinja2 import pass_context
from markupsafe import Markup

from registry import language

PERSON = "<b>甲 & 乙</b>"


def said(app: Flask, template: str, *, lang: str = "zh", **about: Any) -> str:
    with app.app_context(), app.test_request_context(f"/?lang={lang}"):  # a language of its own
        return render_template_string(template, **about)


def test_a_sentence_is_said_in_the_readers_language_each_time(lite: Flask) -> None:
    template = "{{ _('查找许可') }}{{ _('查找许可') }}"
    assert said(lite, template) == "查找许可查找许可"
    assert said(lite, template, lang="en") == "Find a licenseFind a license"
    assert said(lite, template) == "查找许可查找许可"


def test_what_somebody_typed_is_text_in_a_sentence_of_a_page(lite: Flask) -> None:
    assert said(lite, "{{ _('%(name)s 先生', name=name) }}", name=PERSON) == (
        "&lt;b&gt;甲 &amp; 乙&lt;/b&gt; 先生"
    )
    assert said(lite, "{% trans %}{{ name }} 先生{% endtrans %}", name=PERSON).startswith("&lt;b&gt;")
    assert said(lite, "{{ ngettext('%(num)s 件', '%(num)s 件', 2) }}") == "2 件"


def test_a_letter_is_no_markup(lite: Flask) -> None:
    with lite.test_request_context("/"):
        template = lite.jinja_env.overlay(autoescape=False).from_string("{{ _('%(name)s', name=name) }}")
        assert template.render(name=PERSON) == PERSON


def test_every_sentence_is_a_pattern_also_without_names(lite: Flask) -> None:
    assert said(lite, "{{ _('100%%') }}") == "100%"


def test_calls_are_handed_what_they_ask_for(lite: Flask) -> None:
    @pass_context
    def seen(context: Any) -> str:
        return str(context["one"])

    class Callable:
        def __call__(self, value: str) -> Markup:
            return Markup("<i>{}</i>").format(value)

    template = "{% set one = 'inner' %}{{ seen() }} {{ called('&') }} {{ 'abc'.upper() }}"
    assert said(lite, template, seen=seen, called=Callable(), one="outer") == "inner <i>&amp;</i> ABC"
    macro = "{% macro m(a) %}<u>{{ a }}{{ caller() }}</u>{% endmacro %}{% call m(x) %}!{% endcall %}"
    assert said(lite, macro, x="<") == "<u>&lt;!</u>"


def test_a_call_that_runs_out_prints_nothing_and_ends_no_page(lite: Flask) -> None:
    nothing = iter(())
    assert said(lite, "a{{ more() }}b", more=lambda: next(nothing)) == "ab"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_sentence_said_later_is_text(lite: Flask, lang: str) -> None:
    later = lazy_gettext("%(name)s 先生", name=PERSON)
    assert "&lt;b&gt;" in said(lite, "{{ later }}", lang=lang, later=later)


def test_after_something_was_said_in_another_language_the_readers_own_goes_on(lite: Flask) -> None:
    with lite.test_request_context(headers={"Accept-Language": "en"}):
        with force_locale("zh"):
            assert language.current() == "zh"
        assert language.current() == "en"
