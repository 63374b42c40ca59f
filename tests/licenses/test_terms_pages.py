"""The versions of the standard terms: listed with their days, read whole, compared line by line."""

from datetime import timedelta

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry import clock
from registry.database import db, transaction
from registry.licenses.models import StandardTerms
from registry.licenses.terms_pages import compared
from tests.browser import Browser
from tests.factories import published, reading

TEXTS = st.lists(st.sampled_from(["一、许可", "二、付款", "三、争议", "", "? 疑问"]), max_size=8).map(
    "\n".join
)


def _next_version(offset: int) -> None:
    old = db.session.query(StandardTerms).order_by(StandardTerms.effective_from).first()
    assert old is not None
    text = old.text_zh.replace("许可", "实施许可", 1)
    day = clock.today() + timedelta(days=offset)
    row = {"effective_from": day, "digest": "ab" * 32, "text_zh": text, "text_en": f"New.\n{old.text_en}"}
    db.session.add(StandardTerms(version="2099-01", **row))


def test_versions_stand_with_their_days_and_what_they_are_used_by(lite: Flask) -> None:
    published(lite)
    transaction(lambda: _next_version(30))
    page = Browser(lite).get("/terms")
    assert "2099-01" in page.text
    assert "尚未生效" in page.text
    assert "现行" in page.text
    held = reading(
        lambda: db.session.query(StandardTerms).order_by(StandardTerms.effective_from).first().version
    )  # type: ignore[union-attr]
    assert f'href="/terms/2099-01?against={held}"' in page.html


def test_a_version_is_read_whole_and_beside_another(lite: Flask) -> None:
    published(lite)
    transaction(lambda: _next_version(30))
    held = reading(
        lambda: db.session.query(StandardTerms).order_by(StandardTerms.effective_from).first().version
    )  # type: ignore[union-attr]
    visitor = Browser(lite, lang="en").get(f"/terms/2099-01?against={held}")
    assert "<ins>" in visitor.html
    assert "Added: + New." in visitor.text
    assert visitor.get("/terms/1999-01").status == 404
    assert visitor.get("/terms/2099-01?against=1999-01").status == 404


@given(TEXTS, TEXTS)
def test_a_comparison_holds_both_texts_whole(older: str, newer: str) -> None:
    lines = compared(older, newer)
    assert [one.text for one in lines if one.kind != "gone"] == newer.splitlines()
    assert [one.text for one in lines if one.kind != "new"] == older.splitlines()
