"""The service's log: one JSON object a line, whatever an event's words contain.

Control characters are escaped by JSON, so nobody forges a line. A request is one line: who (ids, never
names), what (the program's endpoint and the path without its secrets, never query or body), how it ended,
how long it took.
Text lines instead, for a terminal, with REGISTRY_LOG=text, which is the demonstration's.
"""

import json
import logging
import sys
import time
from typing import Any

from flask import Flask, Response, g, request

from registry import clock
from registry.config import Settings

log = logging.getLogger("registry.request")
_HANDLER = "mingxu"
OPENING = ("token", "key")
"""Parts of paths that are secrets."""


class JsonLines(logging.Formatter):
    """An event whose message is itself a JSON object gives its members to the line."""

    def format(self, record: logging.LogRecord) -> str:
        said = record.getMessage()
        line: dict[str, Any] = {
            "time": clock.now().isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
        }
        members = _members(said)
        line.update(members if members is not None else {"event": said})
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=True, default=str)


def init_app(app: Flask, settings: Settings) -> None:
    """Log to standard error, and every request with it. Tests keep their own handlers."""
    app.after_request(_request)
    root = logging.getLogger()
    if settings.testing or any(handler.name == _HANDLER for handler in root.handlers):
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.name = _HANDLER
    if settings.log == "json":
        handler.setFormatter(JsonLines())
        logging.getLogger("registry").setLevel(logging.INFO)
    else:
        handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    root.addHandler(handler)


def _request(response: Response) -> Response:
    if not log.isEnabledFor(logging.INFO) or (request.endpoint or "").endswith("static"):
        return response
    actor = g.get("actor")
    line = {
        "event": "request",
        "reference": g.get("request_id", ""),
        "method": request.method,
        "endpoint": request.endpoint or "",
        "path": _path(),
        "status": response.status_code,
        "milliseconds": round((time.perf_counter() - g.begun) * 1000, 1) if "begun" in g else None,
        "account": str(actor.account_id) if actor else "",
        "organisation": str(actor.organisation_id or "") if actor else "",
        "address": request.remote_addr or "",
    }
    log.info("%s", json.dumps(line))
    return response


def _path() -> str:
    """The path without what opens something: links of letters and calendars are keys to whoever has them."""
    secret = tuple(str(value) for name, value in (request.view_args or {}).items() if name in OPENING)
    return "/".join("…" if secret and one.startswith(secret) else one for one in request.path.split("/"))


def _members(said: str) -> dict[str, Any] | None:
    if not said.startswith("{"):
        return None
    try:
        found = json.loads(said)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
