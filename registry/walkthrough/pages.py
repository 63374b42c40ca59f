"""Pages as a person's browser understands them: forms with what they send untouched, links, words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

UNSENT = frozenset({"submit", "button", "file", "image", "reset"})
TICKED = frozenset({"radio", "checkbox"})
SILENT = frozenset({"script", "style", "title"})
Attributes = Mapping[str, str]


@dataclass(slots=True)
class Form:
    """One form of a page: where it goes, how, and the fields it would send as it stands."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    options: dict[str, list[str]] = field(default_factory=dict)

    def filled(self, values: Mapping[str, str | list[str] | None]) -> list[tuple[str, str]]:
        """What is sent once these inputs are filled in; None leaves one out. Raises KeyError for an input
        that is not on the page.
        """
        unknown = sorted(values.keys() - self.names)
        if unknown:
            raise KeyError(
                f"no input {unknown} in the form to {self.action or 'this page'}: {sorted(self.names)}"
            )
        sent = [(name, value) for name, value in self.fields if name not in values]
        for name, given in values.items():
            several = given if isinstance(given, list) else [] if given is None else [given]
            sent += [(name, one) for one in several]
        return sent


@dataclass(slots=True)
class Page:
    """What came back: the address it was found at, its status, and what stands on it."""

    address: str
    status: int
    body: bytes
    media_type: str
    filename: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    text: str = ""

    def form(self, action: str = "", *, method: str = "post") -> Form:
        """The form that goes to an address beginning so; without one, the last there is. Raises
        LookupError.
        """
        those = [one for one in self.forms if one.method == method and one.action != "/logout"]
        found = [one for one in those if action and one.action == action]
        found = found or [one for one in those if one.action.startswith(action)]
        if not found:
            raise LookupError(f"no form {action!r} on {self.address}: {[one.action for one in those]}")
        return found[0] if action else found[-1]

    def link(self, beginning: str, *, holding: str = "") -> str:
        """The first link to an address that begins so and holds this. Raises LookupError."""
        for one in self.links:
            if one.startswith(beginning) and holding in one:
                return one
        raise LookupError(f"no link {beginning!r} on {self.address}: {sorted(set(self.links))}")


def read(address: str, status: int, body: bytes, *, media_type: str, filename: str = "") -> Page:
    """Make a page of an answer; what is not HTML stays bytes."""
    page = Page(address, status, body, media_type, filename)
    if media_type == "text/html":
        reader = _Reader(page)
        reader.feed(body.decode("utf-8"))
        page.text = " ".join(" ".join(reader.words).split())
    return page


class _Reader(HTMLParser):
    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page, self.words = page, list[str]()
        self._form: Form | None = None
        self._select = self._area = self._silent = ""
        self._area_text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in SILENT:
            self._silent = tag
        elif tag == "a":
            self.page.links.append(given.get("href", ""))
        elif tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower())
            self.page.forms.append(self._form)
        elif self._form is not None:
            self._input(self._form, tag, given)

    def _input(self, form: Form, tag: str, given: Attributes) -> None:
        name = given.get("name", "")
        if tag == "option" and self._select:
            form.options.setdefault(self._select, []).append(given.get("value", ""))
            if "selected" in given:
                form.fields.append((self._select, given.get("value", "")))
            return
        if not name:
            return
        form.names.add(name)
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, self._area_text = name, []
        elif tag == "input":
            _typed(form, name, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == self._silent:
            self._silent = ""
        elif tag == "form":
            self._form = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea" and self._form is not None:
            text = "".join(self._area_text).removeprefix("\n")
            self._form.fields.append((self._area, text))
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area_text.append(data)
        elif not self._silent:
            self.words.append(data)


def _typed(form: Form, name: str, given: Attributes) -> None:
    kind = given.get("type", "text")
    if kind in UNSENT:
        return
    if kind in TICKED:
        form.options.setdefault(name, []).append(given.get("value", "on"))
    if kind not in TICKED or "checked" in given:
        form.fields.append((name, given.get("value", "on" if kind in TICKED else "")))
