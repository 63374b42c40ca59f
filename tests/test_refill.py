"""What was typed stands in the form again, and nothing else of the page changes."""

from collections.abc import Sequence
from html import escape

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from registry.refill import refilled
from tests.browser import Form, _Forms

PAGE = """<main id="main"><h1>题</h1>
<form method="post" action="/other"><input name="name" value="别处"></form>
<form method="post" action="/here">
<input type="hidden" name="csrf_token" value="fresh"><input type="hidden" name="digest" value="now">
<input id="f-name" name="name" type="text" value="旧" autocomplete="off">
<input name="day" type="date" value="">
<input name="acts[]" type="checkbox" value="make" checked><input name="acts[]" type="checkbox" value="use">
<input name="kind" type="radio" value="a" checked><input name="kind" type="radio" value="b">
<select name="method"><option value="">—</option><option value="LUMP" selected>一</option>
<option value="FREE">免</option></select>
<input name="row" value=""><input name="row" value="">
<textarea name="words" rows="3">
旧话</textarea>
<input name="password" type="password"><button class="button" type="submit">交</button>
</form></main>"""


def told(lost: Sequence[tuple[str, str]]) -> str:
    return "".join(f"[lost {escape(name)}={escape(value)}]" for name, value in lost) or "[kept]"


def form(page: str, action: str = "/here") -> MultiDict[str, str]:
    reader = _Forms()
    reader.feed(page)
    found: list[Form] = [one for one in reader.forms if one.action == action]
    return found[0].fields


def test_texts_ticks_choices_and_rows_are_filled_and_hidden_ones_are_not() -> None:
    typed = {
        "name": ['新 "名" <b>'],
        "acts[]": ["use"],
        "kind": ["b"],
        "method": ["FREE"],
        "row": ["一", "二"],
        "words": ["第一行\n</textarea><script>"],
        "day": ["2026-03-01"],
        "digest": ["before"],
        "password": ["x"],
    }
    page = refilled(PAGE, "/here", typed, told)
    fields = form(page)
    assert fields.getlist("acts[]") == ["use"]
    assert fields.getlist("row") == ["一", "二"]
    assert (fields["name"], fields["kind"], fields["method"]) == ('新 "名" <b>', "b", "FREE")
    assert (fields["words"], fields["day"]) == ("第一行\n</textarea><script>", "2026-03-01")
    assert (fields["csrf_token"], fields["digest"], fields["password"]) == ("fresh", "now", "")
    assert "<script>" not in page
    assert form(page, "/other")["name"] == "别处"
    assert page.index("[kept]") > page.index("/other")
    assert "[lost" not in page


def test_what_has_no_place_any_more_is_told() -> None:
    page = refilled(PAGE, "/here", {"name": ["新"], "row": ["一", "二", "三"], "gone": ["旧栏"]}, told)
    assert "[lost row=三]" in page
    assert "[lost gone=旧栏]" in page
    assert "digest" not in told([])


def test_a_page_without_the_form_tells_everything_first() -> None:
    page = refilled('<main id="main"><h1>题</h1></main>', "/here", {"name": ["新"]}, told)
    assert page == '<main id="main">[lost name=新]<h1>题</h1></main>'


def test_a_date_that_is_none_stays_to_be_read() -> None:
    page = refilled(PAGE, "/here", {"day": ["明年三月"]}, told)
    assert '<input name="day" type="text" value="明年三月">' in page


def test_boxes_left_empty_stay_empty_only_in_the_form_that_was_sent() -> None:
    assert form(refilled(PAGE, "/here", {"name": ["新"]}, told)).getlist("acts[]") == []
    earlier = refilled(PAGE, "/here/check", {"name": ["新"], "words": ["话"]}, told)
    assert form(earlier).getlist("acts[]") == ["make"]
    assert form(earlier)["name"] == "新"


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")),
    st.text(st.characters(codec="utf-8", exclude_characters="\r\x00")),
)
def test_whatever_is_typed_comes_back_and_the_page_around_it_stays(name: str, words: str) -> None:
    page = refilled(PAGE, "/here", {"name": [name], "words": [words]}, lambda lost: "")
    fields = form(page)
    assert fields["name"] == name
    assert fields["words"] == words.lstrip("\n")
    assert page.startswith(PAGE[: PAGE.index("<input id=")])
    assert page.endswith(PAGE[PAGE.index("</textarea>") :])
