"""A page's markup, read once: what the checks of every page ask for."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr")
)
CJK = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
_CHANGING = re.compile(r'(name="(?:csrf_token|idempotency_key)" value=")[^"]*')
LOADED_BY_LINKS = ("stylesheet", "icon", "preload", "modulepreload", "manifest")
NAMED = ("aria-describedby", "aria-labelledby", "aria-controls", "aria-owns", "for", "list")


@dataclass
class Form:
    """A form and what it sends when nobody has filled it in: what is hidden, and empty texts."""

    attributes: dict[str, str]
    empty: list[tuple[str, str]] = field(default_factory=list)
    visible: bool = False
    file: bool = False

    @property
    def posts(self) -> bool:
        return self.attributes.get("method", "").lower() == "post"


@dataclass
class Markup:
    """Titles, headings, links, inputs and ids of a page; Chinese words that are not marked as such."""

    main: str = ""
    lang: str = ""
    title: str = ""
    h1: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    pointed: list[tuple[str, str]] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    loaded: list[str] = field(default_factory=list)
    inline: list[str] = field(default_factory=list)
    inputs: list[dict[str, str]] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)
    forms: list[Form] = field(default_factory=list)
    chinese: list[str] = field(default_factory=list)


def read(html: str) -> Markup:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    made = reader.made
    start, end = html.find("<main"), html.find("</main>")
    made.main = _CHANGING.sub(r"\1", html[start:end] if start >= 0 else html)
    return made


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.made = Markup()
        self._open: list[tuple[str, str]] = []  # elements and the language within them

    @property
    def _lang(self) -> str:
        return self._open[-1][1] if self._open else ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got, made = {name: value or "" for name, value in attrs}, self.made
        lang = got.get("lang", self._lang)
        if tag == "html":
            made.lang = got.get("lang", "")
        if tag == "h1":
            made.h1.append("")
        if "id" in got:
            made.ids.append(got["id"])
        for name in NAMED:
            made.pointed += [(name, one) for one in got.get(name, "").split()]
        self._address(tag, got)
        self._input(tag, got)
        for name in ("title", "alt", "aria-label", "placeholder"):
            if lang.startswith("en") and CJK.search(got.get(name, "")):
                made.chinese.append(got[name])
        if "style" in got or any(name.startswith("on") for name in got):
            made.inline.append(f"<{tag} {got}>")
        if tag not in VOID:
            self._open.append((tag, lang))

    def _address(self, tag: str, got: dict[str, str]) -> None:
        if tag == "a" and "href" in got:
            self.made.links.append(got["href"])
        told = tag == "link" and got.get("rel", "") not in LOADED_BY_LINKS
        if tag in ("link", "script", "img", "iframe", "source", "object") and not told:
            self.made.loaded += [got[name] for name in ("href", "src", "data") if name in got]
        if tag == "style" or (tag == "script" and "src" not in got and got.get("type", "") in ("", "module")):
            self.made.inline.append(f"<{tag}>")

    def _input(self, tag: str, got: dict[str, str]) -> None:
        made = self.made
        if tag == "form":
            made.forms.append(Form(got))
        if tag == "label" and "for" in got:
            made.labels.add(got["for"])
        if tag in ("input", "select", "textarea"):
            wrapped = any(one == "label" for one, _ in self._open)
            made.inputs.append({"tag": tag, **got, "wrapped": "yes" if wrapped else ""})
            if any(one == "form" for one, _ in self._open):
                self._sent(made.forms[-1], got, got.get("type", "text"))

    def _sent(self, form: Form, got: dict[str, str], kind: str) -> None:
        name = got.get("name", "")
        form.file |= kind == "file"
        form.visible |= kind not in ("hidden", "submit", "button")
        if name and kind == "hidden":
            form.empty.append((name, got.get("value", "")))
        elif name and kind not in ("radio", "checkbox", "file", "submit", "button"):
            form.empty.append((name, ""))

    def handle_endtag(self, tag: str) -> None:
        while self._open:
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        within = [tag for tag, _ in self._open]
        if "title" in within and "svg" not in within:
            self.made.title += data
        if "h1" in within:
            self.made.h1[-1] += data
        if self._lang.startswith("en") and CJK.search(data) and not {"script", "textarea"} & set(within):
            self.made.chinese.append(" ".join(data.split()))
