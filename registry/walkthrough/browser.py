"""A small browser and a small machine over real HTTP: cookies kept, forms filled, hidden fields carried."""

import http.cookiejar
import json
import secrets
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any

from registry.walkthrough import pages
from registry.walkthrough.pages import Page

TIMEOUT = 60
Values = Mapping[str, str | list[str] | None]


class WentWrong(Exception):
    """Something on the way did not answer as it should; the message says where and what it said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to be uploaded."""

    name: str
    data: bytes
    media_type: str = "application/pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a machine got: status, JSON (or bytes), headers."""

    status: int
    body: bytes
    headers: Message

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


class Browser:
    """One person's browser; `page` is what it shows."""

    def __init__(self, base_url: str) -> None:
        self.base_url = base_url
        self.cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))
        self.page = pages.read("/", 0, b"", media_type="")

    def get(self, path: str, *, status: int = 200) -> Page:
        """Go to an address. Raises WentWrong for another status than expected."""
        return self._arrive(self._request(path), status)

    def submit(
        self, values: Values, *, action: str = "", files: Mapping[str, File] | None = None, status: int = 200
    ) -> Page:
        """Fill in a form of the page (see Form.filled) and send it. Raises WentWrong."""
        form = self._form(action)
        sent = self._filled(form, values)
        absent = sorted(set(files or {}) - form.names)
        if absent:
            raise WentWrong(f"{self.page.address}: no file input {absent}, only {sorted(form.names)}")
        path = urllib.parse.urljoin(self.page.address, form.action) if form.action else self.page.address
        body, kind = _multipart(sent, files) if files else _encoded(sent)
        return self._arrive(self._request(path, body, {"Content-Type": kind}), status)

    def ask(self, values: Values, *, action: str) -> Page:
        """Fill in a form of the page that only asks (GET) and send it. Raises WentWrong."""
        form = self._form(action, method="get")
        return self.get(f"{form.action}?{urllib.parse.urlencode(self._filled(form, values))}")

    def _filled(self, form: pages.Form, values: Values) -> list[tuple[str, str]]:
        try:
            return form.filled(values)
        except KeyError as error:
            raise WentWrong(f"{self.page.address}: {error.args[0]}") from error

    def _form(self, action: str, *, method: str = "post") -> pages.Form:
        try:
            return self.page.form(action, method=method)
        except LookupError as error:
            raise WentWrong(f"{error} says: {self.page.text[:600]}") from error

    def link(self, beginning: str, *, holding: str = "") -> str:
        """An address the page links to. Raises WentWrong."""
        try:
            return self.page.link(beginning, holding=holding)
        except LookupError as error:
            raise WentWrong(f"{error} says: {self.page.text[:600]}") from error

    def _request(
        self, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> urllib.request.Request:
        url = urllib.parse.urljoin(self.base_url, path)
        return urllib.request.Request(url, body, dict(headers or {}))  # noqa: S310 - our own server

    def _arrive(self, request: urllib.request.Request, status: int) -> Page:
        url, answer = _open(self._opener, request)
        address = urllib.parse.urlsplit(url)
        path = address.path + (f"?{address.query}" if address.query else "")
        media_type, name = answer.headers.get_content_type(), answer.headers.get_filename("")
        self.page = pages.read(path, answer.status, answer.body, media_type=media_type, filename=name)
        if self.page.status != status:
            raise WentWrong(
                f"{request.get_method()} {request.selector} answered {self.page.status}, not {status}: "
                f"{self.page.text[:1500]}"
            )
        return self.page


class Machine:
    """A program of a party: it sends JSON under a bearer key, every act under a fresh idempotency key."""

    def __init__(self, base_url: str, secret: str) -> None:
        self.base_url, self.secret = base_url, secret
        self._opener = urllib.request.build_opener()

    def get(self, path: str, *, status: int = 200) -> Answer:
        return self._send("GET", path, None, status=status)

    def post(
        self, path: str, value: Mapping[str, Any] | None = None, *, status: int = 201, method: str = "POST"
    ) -> Answer:
        """Raises WentWrong for another status than expected."""
        body = json.dumps(value or {}, ensure_ascii=False).encode()
        return self._send(method, path, body, status=status)

    def upload(self, purpose: str, file: File) -> str:
        """Bring a file; its number."""
        body, kind = _multipart([("purpose", purpose)], {"file": file})
        answer = self._send("POST", "/api/v1/files", body, status=201, kind=kind)
        return str(answer.json["id"])

    def _send(
        self, method: str, path: str, body: bytes | None, *, status: int, kind: str = "application/json"
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.secret}", "Accept": "application/json"}
        if body is not None:
            headers |= {"Content-Type": kind, "Idempotency-Key": secrets.token_urlsafe(18)}
        url = urllib.parse.urljoin(self.base_url, path)
        request = urllib.request.Request(url, body, headers, method=method)  # noqa: S310 - our own server
        _, answer = _open(self._opener, request)
        if answer.status != status:
            said = answer.body.decode("utf-8", "replace")[:1500]
            raise WentWrong(f"{method} {path} answered {answer.status}, not {status}: {said}")
        return answer


def _open(opener: urllib.request.OpenerDirector, request: urllib.request.Request) -> tuple[str, Answer]:
    """The address arrived at, and what stands there; a refusal is an answer like another."""
    try:
        with opener.open(request, timeout=TIMEOUT) as response:
            return response.url, Answer(
                status=response.status, body=response.read(), headers=response.headers
            )
    except urllib.error.HTTPError as error:
        with error:
            return str(error.url), Answer(status=error.code, body=error.read(), headers=error.headers)
    except OSError as error:
        raise WentWrong(f"{request.get_method()} {request.full_url}: no answer ({error})") from error


def _encoded(fields: list[tuple[str, str]]) -> tuple[bytes, str]:
    return urllib.parse.urlencode(fields).encode(), "application/x-www-form-urlencoded"


def _multipart(fields: list[tuple[str, str]], files: Mapping[str, File] | None) -> tuple[bytes, str]:
    """A form with files (RFC 7578); names and file names in UTF-8, as browsers send them."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields
    ]
    for name, file in (files or {}).items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{file.name}"\r\n'
        parts.append(
            f"--{boundary}\r\n{head}Content-Type: {file.media_type}\r\n\r\n".encode() + file.data + b"\r\n"
        )
    return b"".join([*parts, f"--{boundary}--\r\n".encode()]), f"multipart/form-data; boundary={boundary}"
