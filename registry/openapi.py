"""The machines' side: flask-smorest set up so that its errors are ours and its document is OpenAPI 3.1."""

from collections.abc import Mapping
from typing import Any, NoReturn

from flask import Flask, Request, Response
from flask_smorest import Api
from flask_smorest import Blueprint as SmorestBlueprint
from marshmallow import ValidationError
from webargs.flaskparser import FlaskParser

from registry import forms
from registry.errors import Refused


class Parser(FlaskParser):  # type: ignore[misc]
    """Loads a request's body with a schema and refuses in our own words."""

    DEFAULT_UNKNOWN_BY_LOCATION: Mapping[str, Any] = {"json": None, "query": None}

    def handle_error(self, error: ValidationError, req: Request, schema: Any, **_: Any) -> NoReturn:
        raise forms.refusal_of(error)

    def _handle_invalid_json_error(self, error: Any, req: Request, *args: Any, **kwargs: Any) -> NoReturn:
        raise Refused("not_json")


class Blueprint(SmorestBlueprint):  # type: ignore[misc]
    """A folder's machine door."""

    ARGUMENTS_PARSER = Parser()


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
            "info": {"description": "Declarations, acceptances, payments and filings for machines. Errors: RFC 9457."},
            "components": {
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "prefix.secret"}}
            },
            "security": [{"key": []}],
        },
    )
    machines = Machines(app)
    for blueprint in blueprints:
        machines.register_blueprint(blueprint)


def json_answer(body: Mapping[str, Any], status: int = 200) -> Response:
    """A JSON answer with Chinese left readable."""
    response = Response(status=status, mimetype="application/json")
    response.set_data(forms.dumps(body))
    return response
