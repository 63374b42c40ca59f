"""HTTP to those outside who vouch for our heads: bounded in time and size, no redirects, no proxy by chance.

The addresses are the operator's settings, never a stranger's input.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import urllib3

LARGEST_ANSWER: Final = 256 * 1024  # bytes; a timestamp with its certificates has about 6 KB
CONNECT, READ, WHOLE = 5.0, 10.0, 30.0
"""Seconds for a connection, for each wait for bytes, and for everything together."""


class Unreached(Exception):
    """Nobody answered, or not in a way that can be read. `code` says how, in logs and to the operators."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer: its status, its type without parameters, its body."""

    status: int
    type: str
    body: bytes

    @property
    def text(self) -> str:
        """Raises ValueError when it is not UTF-8."""
        return self.body.decode("utf-8")


def post(url: str, body: bytes, *, kind: str = "application/octet-stream") -> Reply:
    """Raises Unreached."""
    return _ask("POST", url, body, {"Content-Type": kind})


def get(url: str) -> Reply:
    """Raises Unreached."""
    return _ask("GET", url, None, {})


def _ask(method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
    timeout = urllib3.Timeout(connect=CONNECT, read=READ)
    try:
        with urllib3.PoolManager(retries=False, timeout=timeout) as pool:
            said = {"User-Agent": "mingxu", "Accept-Encoding": "identity", **headers}
            answer = pool.request(method, url, body=body, headers=said, redirect=False, preload_content=False)
            try:
                data = _read(answer, time.monotonic() + WHOLE)
            finally:
                answer.close()
    except (urllib3.exceptions.HTTPError, OSError, ValueError) as error:
        raise Unreached("unreached", f"{type(error).__name__}: {error}") from error
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Reply(status=answer.status, type=kind, body=data)


def _read(answer: urllib3.BaseHTTPResponse, until: float) -> bytes:
    """The body, as far as limit and patience go: a byte now and then would hold a worker for ever."""
    data = bytearray()
    while chunk := answer.read1(LARGEST_ANSWER, decode_content=False):
        data += chunk
        if len(data) > LARGEST_ANSWER:
            raise Unreached("answer_too_large")
        if time.monotonic() > until:
            raise Unreached("unreached", "too slow")
    return bytes(data)
