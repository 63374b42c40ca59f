"""The glossary says every term in both languages, in plain words, with an article that is known."""

import pytest
from flask import Flask

from registry.catalogue.glossary_pages import GROUPS
from registry.codes.tables import table
from tests.browser import Browser


def test_every_term_has_its_place_and_meaning_in_both_languages() -> None:
    for row in table("glossary"):
        assert row.facts["group"] in GROUPS
        assert row.facts["meaning_zh"].endswith("。")
        assert row.facts["meaning_en"].endswith(".")
        assert row.facts["meaning_en"].isascii()
        assert row.facts["article"] or row.confidence == "ours"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_page_holds_every_term_under_an_address_of_its_own(lite: Flask, lang: str) -> None:
    browser = Browser(lite, lang=lang)
    browser.get("/glossary")
    page = browser.html
    for row in table("glossary"):
        assert f'id="{row.code}"' in page
        assert row.facts[f"meaning_{lang}"].replace("'", "&#39;") in page
    assert {"zh": "第 51 条", "en": "art. 51"}[lang] in page
