"""The public's pages: home, search, one listing and its files.

Nobody needs an account here and no cookie is set, so that these pages can be cached.
"""

import io
from datetime import date
from typing import Any
from urllib.parse import urlencode

import segno
from flask import Blueprint, Response, current_app, redirect, render_template, request
from flask.typing import ResponseReturnValue

from registry import clock, forms, language, openapi
from registry.catalogue import labels, offer_json, page_cache, visit_count
from registry.catalogue import service as catalogue
from registry.catalogue.listing import Listing
from registry.catalogue.rules import SearchQuery
from registry.catalogue.schemas import EVERY_PAGE, SearchSchema, in_order, query_of
from registry.codes.tables import table
from registry.errors import Invalid
from registry.forms import FormState
from registry.ledger import service as ledger
from registry.ledger.canonical import jcs
from registry.licenses import terms
from registry.parties import doors

blueprint = Blueprint("catalogue", __name__)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"labels": labels, "code_name": code_name, "months_left": months_left}


def months_left(last_day: date) -> int:
    """Whole months from today to a last day; none when it has passed."""
    today = clock.today()
    return terms.length(today, last_day)[0] if today <= last_day else 0


def code_name(name: str, code: str) -> str:
    """What a code is called in the reader's language; an unknown one shows as itself."""
    rows = table(name)
    return rows.get(code).name(language.current()) if code in rows else code


@blueprint.route("/")
@doors.public
def home() -> str:
    """What this is, in one screen, with live figures and the newest offers."""
    return render_template(
        "catalogue/home.html",
        figures=catalogue.figures(),
        recent=catalogue.recent(),
        tag_of=catalogue.offer_tag,
    )


@blueprint.route("/search")
@doors.public
def search() -> ResponseReturnValue:
    """Words, filters, results; works by plain links and one form that is sent by GET.

    A form sends its empty fields too: the address that stays is the one without them.
    """
    if "" in request.args.values():
        return redirect(_address(page=request.args.get("page")))
    typed = {name: value for name, value in forms.nested(request.args).items() if name not in EVERY_PAGE}
    schema = SearchSchema(unknown="exclude")
    try:
        query, form = query_of(forms.load(schema, typed)), FormState(typed)
    except Invalid as refused:
        form = FormState(typed, refused.refusals, forms.labels(schema))
        query = SearchQuery(text=str(typed.get("q", "")))
        return _results(query, form), 422
    return _results(query, form), 200


def _results(query: SearchQuery, form: FormState) -> str:
    found = None if form.errors else catalogue.search(query)
    return render_template(
        "catalogue/search.html",
        query=query,
        form=form,
        found=found,
        facets=found.facets if found else {},
        tag_of=catalogue.offer_tag,
        address=_address,
    )


def _address(**changes: Any) -> str:
    """The present search with other parameters, on page 1 unless told; None takes a parameter out."""
    kept = {name: value for name, value in request.args.items() if name != "page"}
    kept |= {name: "" if value is None else str(value) for name, value in changes.items()}
    pairs = in_order(kept)
    return f"/search?{urlencode(pairs, safe='{}')}" if pairs else "/search"


@blueprint.route("/offers/<number>")
@doors.public
@visit_count.counted
@page_cache.kept(catalogue.stamp)
def offer(number: str) -> str | Response:
    """One listing; machines that ask for JSON at the same address get it."""
    wanted = ("text/html", "application/ld+json", "application/json")
    best = request.accept_mimetypes.best_match(wanted, default="text/html")
    listing = catalogue.listing(number, language.current())
    if best != "text/html":
        return _ld(listing)
    return render_template("catalogue/offer.html", offer=listing)


@blueprint.route("/offers/<number>.json")
@doors.public
def offer_document(number: str) -> Response:
    """The listing as JSON-LD."""
    return _ld(catalogue.listing(number, language.current()))


@blueprint.route("/offers/<number>/text")
@doors.public
def offer_text(number: str) -> Response:
    """The exact public text whose digest was signed: Chinese, UTF-8, byte for byte."""
    listing = catalogue.listing(number)
    response = Response(listing.text_zh.encode(), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{listing.number}.txt"'
    response.headers["Content-Language"] = "zh-CN"
    return response


@blueprint.route("/offers/<number>/proof")
@doors.public
def offer_proof(number: str) -> Response:
    """The receipt of the publication: entry, proof and checkpoint, to be checked without this site."""
    seq = catalogue.published_seq(number)
    response = Response(jcs(ledger.receipt(seq)), mimetype="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{number}-receipt.json"'
    return response


@blueprint.route("/offers/<number>/bundle.json")
@doors.public
def offer_bundle(number: str) -> Response:
    """All that was filed about the declaration, to be checked without this site; nothing confidential."""
    response = Response(catalogue.bundle(number), mimetype="application/json")
    return doors.named(response, f"{number}-bundle.json")


@blueprint.route("/offers/<number>/drawing")
@doors.public
def offer_drawing(number: str) -> Response:
    """The drawing the holder brought: PNG or JPEG, known by its content when it was taken in."""
    return doors.plain_response(*catalogue.drawing(number))


@blueprint.route("/offers/<number>/qr.svg")
@doors.public
def offer_qr(number: str) -> Response:
    """The listing's address to scan from a screen or a paper."""
    listing = catalogue.listing(number)
    drawn = io.BytesIO()
    code = segno.make(f"{_base()}/offers/{listing.number}", error="m", micro=False)
    code.save(
        drawn, kind="svg", scale=4, border=2, dark="#17222c", light="#fff", svgclass=None, lineclass=None
    )
    response = Response(drawn.getvalue(), mimetype="image/svg+xml")
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.route("/about")
@doors.public
def about() -> str:
    """What the registry is and is not, and on which rules it rests."""
    return render_template("catalogue/about.html")


def _ld(listing: Listing) -> Response:
    response = openapi.json_answer(offer_json.document(listing, _base()))
    response.mimetype = "application/ld+json"
    response.vary.add("Accept")
    return response


def _base() -> str:
    return str(current_app.extensions["settings"].base_url)
