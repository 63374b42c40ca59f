"""Put what somebody typed back into the form of a page: HTML in, HTML out.

The page is our own, so that its attributes stand in double quotes. Only what a person sees is filled:
hidden inputs keep what the page says now (tokens, digests, versions), passwords and files stay empty.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from html.parser import HTMLParser
from itertools import accumulate

Typed = Mapping[str, Sequence[str]]
Notice = Callable[[Sequence[tuple[str, str]]], str]
"""Makes what stands before the form, from the names and values that found no place in it."""

NOT_TYPED = frozenset({"hidden", "password", "file", "submit", "button", "reset", "image"})
TICKED = frozenset({"radio", "checkbox"})


@dataclass(slots=True)
class _Control:
    tag: str
    name: str
    kind: str
    value: str
    start: int
    end: int
    inner_end: int = 0  # of a textarea: where its text ends


@dataclass(slots=True)
class _Form:
    action: str
    start: int
    controls: list[_Control] = field(default_factory=list)

    def names(self) -> set[str]:
        return {one.name for one in self.controls if one.kind not in NOT_TYPED}


class _Reader(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self.main = 0
        self._lines = [0, *accumulate(len(line) + 1 for line in page.split("\n"))]
        self._select = ""
        self._open: _Form | None = None
        self.feed(page)
        self.close()

    def _at(self) -> int:
        line, column = self.getpos()
        return self._lines[line - 1] + column

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        start, got = self._at(), {name: value or "" for name, value in attrs}
        end = start + len(self.get_starttag_text() or "")
        if tag == "main":
            self.main = end
        elif tag == "form":
            posts = got.get("method", "").lower() == "post"
            self._open = _Form(got.get("action", ""), start) if posts else None
            if self._open:
                self.forms.append(self._open)
        elif tag == "select":
            self._select = got.get("name", "")
        if self._open is None or tag not in ("input", "textarea", "option"):
            return
        name = self._select if tag == "option" else got.get("name", "")
        kind = got.get("type", "text").lower() if tag == "input" else tag
        if name:
            self._open.controls.append(_Control(tag, name, kind, got.get("value", ""), start, end))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._open and self._open.controls:
            self._open.controls[-1].inner_end = self._at()


def refilled(page: str, action: str, typed: Typed, notice: Notice) -> str:
    """The page with its form for `action` filled; of several, the one that asks most of what was typed.

    What found no place is told by `notice`, which stands before the form, or first on a page without one.
    """
    read = _Reader(page)
    asked = set(typed)
    form = max(read.forms, key=lambda one: (len(one.names() & asked), one.action == action), default=None)
    if form is None or not form.names() & asked:
        lost = [(name, value) for name, values in typed.items() for value in values if value.strip()]
        return page[: read.main] + notice(lost) + page[read.main :]
    same = form.action == action
    left = {name: list(values) for name, values in typed.items()}
    edits = [edit for one in form.controls if (edit := _filled(page, one, left, same=same)) is not None]
    placed = form.names() | {one.name for one in form.controls if one.kind in NOT_TYPED}
    lost = [(name, value) for name, values in left.items() for value in values if value.strip()]
    lost = [(name, value) for name, value in lost if name not in placed or _is_repeated(form, name)]
    for start, end, text in reversed([(form.start, form.start, notice(lost)), *edits]):
        page = page[:start] + text + page[end:]
    return page


def _is_repeated(form: _Form, name: str) -> bool:
    """Whether a name takes one value an input, so that values left over have no input of their own."""
    return any(one.name == name and one.kind not in TICKED | NOT_TYPED | {"option"} for one in form.controls)


def _filled(
    page: str, one: _Control, left: dict[str, list[str]], *, same: bool
) -> tuple[int, int, str] | None:
    """The edit that makes one control say what was typed, or None to leave it as it is."""
    if one.kind in NOT_TYPED or (one.name not in left and not (same and one.kind == "checkbox")):
        return None
    tag = page[one.start : one.end]
    if one.kind in TICKED or one.kind == "option":
        mark = "selected" if one.kind == "option" else "checked"
        chosen = one.value in left.get(one.name, ())
        return one.start, one.end, _marked(tag, mark, chosen)
    values = left[one.name]
    if not values:
        return None
    value = values.pop(0)
    if one.tag == "textarea":
        return one.end, one.inner_end, "\n" + escape(value, quote=False)
    if one.kind == "date" and not _is_day(value):
        tag = tag.replace('type="date"', 'type="text"')
    return one.start, one.end, _with_value(tag, value)


def _is_day(text: str) -> bool:
    """A browser's date control holds nothing else, and shows nothing in its place."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _with_value(tag: str, value: str) -> str:
    bare = re.sub(r'\svalue="[^"]*"', "", tag)
    return f'{bare.removesuffix(">")} value="{escape(value)}">'


def _marked(tag: str, mark: str, chosen: bool) -> str:
    bare = re.sub(rf"\s{mark}(?=[\s>])", "", tag)
    return f"{bare.removesuffix('>')} {mark}>" if chosen else bare
