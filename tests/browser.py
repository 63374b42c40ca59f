"""A browser for tests: it reads pages, fills their forms as a person would, and carries their hidden tokens
along.
"""

import re
from collections.abc import Callable, Mapping
from contextvars import Context
from dataclasses import dataclass, field
from html.parser import HTMLParser
from io import BytesIO
from typing import Any

from flask import Flask, has_app_context
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from registry import jobs
from registry.database import db, transaction
from registry.parties import keys
from registry.parties import service as parties
from registry.parties.models import Account, Mail

PASSWORD = "correct horse battery"


@dataclass
class Form:
    """One form of a page: where it goes and what it sends untouched."""

    action: str
    method: str
    fields: MultiDict[str, str] = field(default_factory=MultiDict)


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.text: list[str] = []
        self._open: Form | None = None
        self._select: str = ""
        self._area: str = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._open = Form(got.get("action", ""), got.get("method", "get").lower())
            self.forms.append(self._open)
        name = got.get("name", "")
        if self._open is None or not (name or tag == "option"):
            return
        if tag == "input" and got.get("type") not in ("submit", "file"):
            marked = dict(attrs).keys() & {"checked"}
            if got.get("type") not in ("radio", "checkbox") or marked:
                self._open.fields.add(name, got.get("value", ""))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in dict(attrs):
            self._open.fields.add(self._select, got.get("value", ""))
        elif tag == "textarea":
            self._area = name
            self._open.fields.add(name, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        if self._area and self._open is not None:
            self._open.fields[self._area] = (self._open.fields[self._area] + data).lstrip("\n")


class Browser:
    """`get` and `post` follow redirects; the present page stands in `page`, its words in `text`."""

    def __init__(self, app: Flask, *, lang: str = "zh", address: str = "203.0.113.7") -> None:
        self.app = app
        self.client = app.test_client()
        self.client.environ_base["REMOTE_ADDR"] = address
        if lang != "zh":
            self.client.set_cookie("lang", lang)
        self.page: TestResponse
        self.address = "/"

    @property
    def status(self) -> int:
        return self.page.status_code

    @property
    def html(self) -> str:
        return self.page.get_data(as_text=True)

    @property
    def text(self) -> str:
        """The words of the page, spaces made single."""
        return " ".join("".join(self._read().text).split())

    @property
    def forms(self) -> list[Form]:
        return self._read().forms

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.html, re.S)
        return found[1].strip() if found else ""

    def form(self, action: str = "") -> Form:
        """The page's form with this action (or its start); without one, the last form that posts and is not
        sign-out.
        """
        posting = [one for one in self.forms if one.method == "post" and one.action != "/logout"]
        named = [one for one in posting if not action or one.action == action]
        named = named or [one for one in posting if one.action.startswith(action)]
        if not named:
            raise AssertionError(
                f"no form {action!r} on {self.address}, only {[one.action for one in posting]}"
            )
        return named[0] if action else named[-1]

    def get(self, path: str, **options: Any) -> "Browser":
        return self._arrive(as_request(self.client.get, path, follow_redirects=True, **options))

    def submit(
        self,
        fields: Mapping[str, Any] | None = None,
        *,
        action: str = "",
        files: Mapping[str, tuple[bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Browser":
        """Fill the page's form (texts; lists for several ticks; None leaves a field out) and send it."""
        form = self.form(action)
        data = MultiDict(form.fields)
        for name, value in (fields or {}).items():
            data.poplist(name)
            for one in value if isinstance(value, list | tuple) else [value]:
                if one is not None:
                    data.add(name, str(one))
        return self.post(form.action or self.address, data, files=files, headers=headers)

    def press_twice(self, fields: Mapping[str, Any], *, action: str = "") -> tuple[str, str]:
        """Fill the page's form, send it and send the same once more: where each press led."""
        form = self.form(action)
        sent, led = {**form.fields.to_dict(), **fields}, []
        for _press in range(2):
            self.post(form.action or self.address, sent)
            assert self.status == 200, self.text
            led.append(self.address)
        assert "true" in self.page.history[-1].headers.get("Idempotency-Replayed", ""), self.text
        return led[0], led[1]

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | MultiDict[str, str] | None = None,
        *,
        files: Mapping[str, tuple[bytes, str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> "Browser":
        """Send exactly this; `submit` is what a person does."""
        sent: MultiDict[str, Any] = MultiDict(data or {})
        for name, (content, filename) in (files or {}).items():
            sent.add(name, (BytesIO(content), filename))
        kind = {"content_type": "multipart/form-data"} if files else {}
        options = {"data": sent, "follow_redirects": True, "headers": dict(headers or {}), **kind}
        return self._arrive(as_request(self.client.post, path, **options))

    def sign_in(self, email: str, password: str = PASSWORD) -> "Browser":
        self.get("/login").submit({"email": email, "password": password}, action="/login")
        assert self.status == 200, self.text
        assert self.address != "/login", self.text
        return self

    def sign_out(self) -> "Browser":
        form = next(one for one in self.forms if one.action == "/logout")
        return self.post("/logout", form.fields)

    def _arrive(self, answer: TestResponse) -> "Browser":
        self.page, self.address = answer, answer.request.full_path.removesuffix("?")
        return self

    def _read(self) -> _Forms:
        reader = _Forms()
        reader.feed(self.html)
        return reader


def as_request(call: Callable[..., TestResponse], *args: Any, **options: Any) -> TestResponse:
    """Let a request have its own `g` and database session, as on a server; ours sees its result."""
    if has_app_context():
        db.session.rollback()
    answer = Context().run(call, *args, **options)
    for one in (answer, *answer.history):
        one.request.environ["wsgi.input"].close()  # large bodies are spooled to files by the client
    return answer


def code_of(email: str) -> str:
    """The code in the latest letter to an address."""
    mails = db.session.query(Mail).filter_by(address=email).order_by(Mail.created_at).all()
    found = [re.search(r"\b(\d{6})\b", one.body) for one in mails]
    codes = [one[1] for one in found if one]
    db.session.rollback()
    return codes[-1]


def open_account(email: str, *, name: str = "王明", password: str = PASSWORD) -> Account:
    """A confirmed account without the pages, for tests of something else."""
    signer, sealed = keys.create_sealed(password)
    new = parties.NewPassword(hash=keys.hash_password(password), signer=signer, sealed=sealed)
    transaction(lambda: parties.register(email=email, name=name, password=new))
    code = code_of(email)
    assert transaction(lambda: parties.confirm(email, code))
    return db.session.query(Account).filter_by(email=email).one()


def run_jobs() -> int:
    """What the worker would do now."""
    return jobs.run_all(1000)
