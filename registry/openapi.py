"""The machines' side: flask-smorest set up so that its errors are ours and its document is OpenAPI 3.1."""

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn, TypeVar, cast

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Flask, Request, Response
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser

from registry import forms, machine_document
from registry.errors import Refused

SCHEME = (
    "A machine's key, `mx_…`. Each operation names the scope it needs under `security`; a key without it is "
    "answered 403 `scope_missing`. Requests are limited by the minute: RateLimit-Policy and RateLimit say "
    "how, 429 with Retry-After says when to go on."
)
View = TypeVar("View", bound=Callable[..., Any])


class Parser(FlaskParser):  # type: ignore[misc]
    """Loads a request's body with a schema and refuses in our own words."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {"json": None, "query": None}

    def handle_error(self, error: ValidationError, req: Request, schema: Any, **_: Any) -> NoReturn:
        raise forms.refusal_of(error)

    def _raw_load_json(self, req: Request) -> Any:
        try:
            return super()._raw_load_json(req)
        except (RecursionError, ValueError):  # nested without end, a number of thousands of digits
            raise Refused("not_json")

    def _handle_invalid_json_error(self, error: Any, req: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise Refused("not_json")


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A folder's machine door. Its decorators keep the types of the views they decorate."""

    ARGUMENTS_PARSER = Parser()

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        register = super().route(rule, **options)

        def named(view: View) -> View:
            register(super(Blueprint, self).doc(security=security(view))(view))
            return view

        return named

    def arguments(self, schema: Any, **options: Any) -> Callable[[View], Callable[..., Any]]:
        return cast(Callable[[View], Callable[..., Any]], super().arguments(schema, **options))

    def response(self, status: int, schema: Any = None, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().response(status, schema, **options))

    def doc(self, **options: Any) -> Callable[[View], View]:
        return cast(Callable[[View], View], super().doc(**options))


def security(view: Callable[..., Any]) -> list[dict[str, list[str]]]:
    """Whether a key is asked for, and with which scope; the doors' marks say it (OpenAPI 3.1, 4.8.30)."""
    if getattr(view, "access", "") == "public":
        return [{}]
    scope = getattr(view, "scope", "")
    return [{"key": [scope] if scope else []}]


class Machines(Api):  # type: ignore[misc]
    """The document at /api/openapi.json; `problems` answers errors, so smorest's own handlers stay out."""

    def _register_error_handlers(self) -> None:
        return


def init_app(app: Flask, blueprints: list[Blueprint]) -> None:
    """Register the machine doors and their document."""
    app.config.update(
        API_TITLE="Mingxu open-license registry",
        API_VERSION="v1",
        OPENAPI_VERSION="3.1.0",
        OPENAPI_URL_PREFIX="/api",
        OPENAPI_JSON_PATH="openapi.json",
        API_SPEC_OPTIONS={
            "info": {
                "description": "Declarations, acceptances, payments, filings for machines. Errors: RFC 9457."
            },
            "components": {
                "securitySchemes": {
                    "key": {"type": "http", "scheme": "bearer", "description": SCHEME}
                }
            },
            "security": [{"key": []}],
        },
    )
    machines = Machines(app, spec_kwargs={"marshmallow_plugin": MarshmallowPlugin(_schema_name)})
    shown = app.view_functions["api-docs.openapi_json"]
    app.view_functions["api-docs.openapi_json"] = _everybody(shown)
    for blueprint in blueprints:
        machines.register_blueprint(blueprint)
    machine_document.complete(app, machines.spec)


def _schema_name(schema: Any) -> str:
    """`LicensesOwner`: two folders may each have an Owner, the document has one name for each."""
    found = resolve_schema_cls(schema)
    known = found[0] if isinstance(found, list) else found
    name, folder = known.__name__.removesuffix("Schema").lstrip("_"), known.__module__.split(".")[1]
    return name if name.lower().startswith(folder[:-1]) else f"{folder.capitalize()}{name}"


def _everybody(view: Callable[..., Any]) -> Callable[..., Any]:
    """The doors' mark on a view that is not ours to decorate; the doors stand above this file."""

    @functools.wraps(view)
    def marked(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    marked.access = "public"  # type: ignore[attr-defined]
    return marked


def json_answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer with Chinese left readable."""
    response = Response(status=status, mimetype="application/json")
    response.set_data(json.dumps(body, ensure_ascii=False, default=str))
    return response
