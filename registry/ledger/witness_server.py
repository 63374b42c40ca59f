"""A witness at its two addresses: `POST /add-checkpoint` of C2SP tlog-witness, and `GET /checkpoint`, ours.

The second is the monitoring prefix, which the specification leaves open: the checkpoint of an origin this
witness cosigned last, so that a log set back can be found out by anybody.
"""

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from gunicorn.app.base import BaseApplication

from registry.ledger.witness import LARGEST_REQUEST, PLAIN, Answer
from registry.ledger.witness_folder import Witness

log = logging.getLogger(__name__)
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Wsgi = Callable[[Environ, StartResponse], Iterable[bytes]]


def wsgi(witness: Witness) -> Wsgi:
    """The witness as a WSGI application."""

    def application(environ: Environ, start: StartResponse) -> Iterable[bytes]:
        try:
            answer = _answer(witness, environ)
        except Exception:  # a full disk, a lock held too long: nothing was cosigned, the log asks again
            log.exception("the witness could not answer")
            answer = Answer(status=503, text="try again\n")
        body = answer.text.encode()
        headers = [("Content-Type", answer.type), ("Content-Length", str(len(body)))]
        if answer.status == 405:
            headers.append(("Allow", "POST" if environ["PATH_INFO"] == "/add-checkpoint" else "GET"))
        start(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers)
        return [body]

    return application


def serve(witness: Witness, *, host: str, port: int) -> None:
    """Answer until told to stop. One process with threads: SQLite lets one writer in at a time anyway."""
    settings = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": 8,
        "timeout": 30,
        "loglevel": "warning",
    }
    _Server(wsgi(witness), settings).run()


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, application: Wsgi, settings: dict[str, Any]) -> None:
        self._application, self._settings = application, settings
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Wsgi:
        return self._application


def _answer(witness: Witness, environ: Environ) -> Answer:
    path, method = environ.get("PATH_INFO", ""), environ["REQUEST_METHOD"]
    if path == "/add-checkpoint":
        if method != "POST":
            return Answer(status=405)
        body = _body(environ)
        return Answer(status=400, text="too large\n") if body is None else _submitted(witness, body)
    if path == "/checkpoint":
        if method != "GET":
            return Answer(status=405)
        origin = parse_qs(environ.get("QUERY_STRING", "")).get("origin", [""])[-1]
        note = witness.cosigned(origin)
        return Answer(status=404, text="unknown log\n") if note is None else Answer(status=200, text=note)
    return Answer(status=404, text="no such address\n", type=PLAIN)


def _submitted(witness: Witness, body: bytes) -> Answer:
    return witness.submit(body, now=int(time.time()))


def _body(environ: Environ) -> bytes | None:
    """The body, or None when it is over the limit; at most one byte more than the limit is ever read."""
    stated = environ.get("CONTENT_LENGTH") or ""
    if stated.isdecimal() and int(stated) > LARGEST_REQUEST:
        return None
    most = int(stated) if stated.isdecimal() else LARGEST_REQUEST + 1
    body: bytes = environ["wsgi.input"].read(most)
    return body if len(body) <= LARGEST_REQUEST else None
