"""What the machines' document says of every door alike, taken from the doors themselves: which are open to
everybody, which need a key for doing a thing once, and that every refusal is an RFC 9457 problem.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from apispec import APISpec
from flask import Flask

METHODS = frozenset({"get", "put", "post", "delete", "patch"})
KEY_WORD = "Idempotency-Key"
ONCE: Mapping[str, Any] = {
    "name": KEY_WORD,
    "in": "header",
    "required": True,
    "description": "Chosen by the sender; the same key and body again bring the first answer again.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 80},
}
_TEXT = {"type": "string"}
_REFUSAL = {"code": _TEXT, "field": _TEXT, "article": _TEXT, "params": {"type": "object"}, "detail": _TEXT}
PROBLEM: Mapping[str, Any] = {
    "type": "object",
    "description": "A refusal (RFC 9457); `errors` lists its parts where there are several.",
    "required": ["type", "title", "status", "detail", "code", "reference"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail_zh": _TEXT,
        "detail_en": _TEXT,
        "instance": _TEXT,
        "reference": _TEXT,
        **_REFUSAL,
        "errors": {"type": "array", "items": {"type": "object", "properties": dict(_REFUSAL)}},
    },
}
REFUSED: Mapping[str, Any] = {
    "description": "Refused; `code` says why, `field` where.",
    "content": {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}},
}


def complete(app: Flask, spec: APISpec) -> None:
    """Add it to the document, once all doors are in it."""
    spec.components.schemas["Problem"] = dict(PROBLEM)
    spec.components.schemas.pop("Error_handlerError", None)
    for name in ("DEFAULT_ERROR", "UNPROCESSABLE_ENTITY"):
        spec.components.responses[name] = dict(REFUSED)
    access = dict(_access(app))
    for path, operations in spec._paths.items():
        for method, operation in operations.items():
            if method in METHODS:
                _complete(operation, access[path, method])


def _complete(operation: dict[str, Any], access: str) -> None:
    if access == "public":
        operation["security"] = []
    said = f"{operation.get('summary', '')} {operation.get('description', '')}"
    if KEY_WORD in said:
        operation.setdefault("parameters", []).append(dict(ONCE))


def _access(app: Flask) -> Iterator[tuple[tuple[str, str], str]]:
    """Who may come in, by path as the document writes it, and method."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"{\1}", rule.rule)
        for method in rule.methods or ():
            view = app.view_functions[rule.endpoint]
            yield (path, method.lower()), str(getattr(view, "access", "none"))
