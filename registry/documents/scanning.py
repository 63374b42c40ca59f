"""What looks at files before they are kept: a scanner the operator has set, or nobody, which is said loudly.

`none`; `clamd:host:port` or `clamd:/path/to/socket` (INSTREAM); `command:/path args`, which reads the file
from its standard input and ends with 0 for clean and 1 for infected, as clamdscan does;
`package.module:name`, a function of bytes that returns the name of what it found or an empty text. A scanner
that does not answer is down: the file is not kept, nothing is written, and whoever brought it is told to come
again. A file that waited unseen would already be read by others.
"""

import contextlib
import importlib
import io
import logging
import shlex
import socket
import struct
import subprocess
import time
from collections.abc import Callable

from registry.errors import Refused, Unavailable

log = logging.getLogger(__name__)
Scanner = Callable[[bytes], str]
"""Returns the name of what was found, or an empty text. Raises ScannerDown."""
SECONDS = 20.0
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096
_PLAIN = {"PATH": "/usr/bin:/bin"}  # none of our secrets is handed on


class ScannerDown(Exception):
    """No verdict came."""


def check(data: bytes, setting: str, *, field: str = "file") -> None:
    """Return when the file may be kept. Raises Refused `file_infected`, Unavailable `scanner_down`."""
    if setting in ("", "none"):
        return
    try:
        found = scanner(setting)(data)
    except ScannerDown as error:
        log.error("the scanner of uploads gave no verdict: %s", error)
        raise Unavailable("scanner_down", field) from error
    if found:
        log.warning("an upload was refused by the scanner: %s", _one_line(found))
        raise Refused("file_infected", field, found=_one_line(found))


class Barred(io.BytesIO):
    """Stands in a form for a file that was refused: whoever would read it is told, beside its field."""

    def __init__(self, refused: Refused) -> None:
        super().__init__()
        self._refused = refused

    def read(self, size: int | None = -1, /) -> bytes:
        raise self._refused


def look(data: bytes, setting: str, *, field: str) -> Barred | None:
    """`check` for a page that has a form around the file: what is to stand in its place where it is infected.

    Raises Unavailable `scanner_down`.
    """
    try:
        check(data, setting, field=field)
    except Refused as refused:
        return Barred(refused)
    return None


def scanner(setting: str) -> Scanner:
    """The scanner a setting names. Raises ValueError for one that names none."""
    kind, _, rest = setting.partition(":")
    if kind == "clamd":
        return lambda data: _clamd(data, rest)
    if kind == "command":
        words = shlex.split(rest)
        if not words or not words[0].startswith("/"):
            raise ValueError("command: needs a whole path")
        return lambda data: _command(data, words)
    if not kind or not rest or not rest.isidentifier():
        raise ValueError(f"{setting!r} names no scanner")
    return lambda data: _function(data, kind, rest)


def _clamd(data: bytes, address: str) -> str:
    """INSTREAM of clamd(8): chunks, each after its length in four bytes, a length of zero at the end."""
    end = time.monotonic() + SECONDS
    try:
        with _connect(address) as line:
            line.sendall(b"zINSTREAM\0")
            for place in range(0, len(data), CHUNK):
                chunk = data[place : place + CHUNK]
                line.sendall(struct.pack(">I", len(chunk)) + chunk)
            line.sendall(struct.pack(">I", 0))
            answer = _read(line, end)
    except (OSError, ValueError) as error:
        raise ScannerDown(f"{type(error).__name__}: {error}") from error
    said = answer.rstrip(b"\0\n").decode("utf-8", "replace").removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND") or "?"
    raise ScannerDown(f"clamd said {said[:200]!r}")  # its own limit of size, say: no verdict


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        with contextlib.ExitStack() as stack:
            stack.callback(line.close)
            line.connect(address)
            stack.pop_all()
        return line
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), SECONDS)


def _read(line: socket.socket, end: float) -> bytes:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer in time")
        line.settimeout(left)
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer


def _command(data: bytes, words: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own command, without a shell
            words, input=data, capture_output=True, timeout=SECONDS, check=False, env=_PLAIN
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScannerDown(type(error).__name__) from error
    if done.returncode == 0:
        return ""
    if done.returncode == 1:
        return _one_line(done.stdout.decode("utf-8", "replace")) or "?"
    raise ScannerDown(f"ended with {done.returncode}")


def _function(data: bytes, module: str, name: str) -> str:
    try:
        return str(getattr(importlib.import_module(module), name)(data))
    except Exception as error:  # whatever it raises, there is no verdict
        raise ScannerDown(f"{type(error).__name__}: {error}") from error


def _one_line(words: str) -> str:
    return " ".join("".join(one if one.isprintable() else " " for one in words).split())[:100]
