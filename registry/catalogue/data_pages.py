"""Data for everybody: the daily files with their digests, the catalogue of them, and our profile of ODRL."""

import base64
from collections.abc import Iterator
from typing import BinaryIO

from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import language, openapi
from registry.catalogue import data_json
from registry.catalogue import service as catalogue
from registry.config import Settings
from registry.documents import store
from registry.errors import NotFound
from registry.parties import doors

blueprint = Blueprint("data", __name__)
LD = "application/ld+json"
CHUNK = 64 * 1024


@blueprint.get("/data")
@doors.public
def index() -> str:
    """The newest files, and where else machines can read."""
    return render_template(
        "catalogue/data.html", dumps=catalogue.written_out(), license=_settings().data_license
    )


@blueprint.get("/data/<name>")
@doors.public
def file(name: str) -> Response:
    """One file: it never changes, and its digest stands in a header (RFC 9530)."""
    dump = catalogue.dump(name)
    opened = store.opener(dump.digest)()
    response = Response(_chunks(opened), content_type=_TYPES[dump.format])
    response.content_length = dump.size
    response.headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(dump.digest)).decode()}:"
    response.headers["Link"] = f'<{_settings().data_license}>; rel="license"'
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Access-Control-Allow-Origin"] = "*"
    return doors.named(response, dump.name)


@blueprint.get("/data/SHA256SUMS")
@doors.public
def sums() -> Response:
    """The digests of all files, as `sha256sum -c` reads them."""
    lines = "".join(f"{one.digest}  {one.name}\n" for one in catalogue.written_out())
    return doors.plain_response(lines.encode(), "text/plain; charset=utf-8")


@blueprint.get("/catalog.jsonld")
@doors.public
def catalog() -> Response:
    """The catalogue of our data, in DCAT."""
    settings = _settings()
    told = data_json.catalog(
        catalogue.written_out(),
        base=settings.base_url,
        publisher=settings.operator_name,
        license_url=settings.data_license,
    )
    return _ld(told)


@blueprint.get("/ns/offer")
@doors.public
def profile() -> str | Response:
    """What our own words mean: a page for people, JSON-LD for machines, at one address for ever."""
    best = request.accept_mimetypes.best_match(("text/html", LD, "application/json"), default="text/html")
    if best != "text/html":
        return _ld(data_json.profile(_settings().base_url))
    return render_template("catalogue/profile.html", acts=data_json.ACTS, others=data_json.OTHERS)


@blueprint.get("/offers/<number>/policy.jsonld")
@doors.public
def policy(number: str) -> Response:
    """An offer as a policy: ODRL."""
    return _ld(data_json.policy(catalogue.listing(number, language.current()), _settings().base_url))


@blueprint.get("/offers/<number>/versions/<int:version>")
@doors.public
def version(number: str, version: int) -> ResponseReturnValue:
    """The permanent address of a published version: page, JSON-LD, policy or exact text, as one asks for."""
    listing = catalogue.listing(number)
    if listing.version != version:
        raise NotFound("not_found")
    best = request.accept_mimetypes.best_match(tuple(_FORMS), default="text/html")
    response = redirect(f"/offers/{listing.number}{_FORMS[best]}", 303)
    response.vary.add("Accept")
    return response


_FORMS = {"text/html": "", LD: ".json", "application/json": ".json", "text/plain": "/text"}
_TYPES = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def _chunks(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        while some := opened.read(CHUNK):
            yield some


def _ld(told: dict[str, object]) -> Response:
    response = openapi.json_answer(told)
    response.mimetype = LD
    response.vary.add("Accept")
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
