"""Feeds of a search at permanent addresses: the parameters are those of the search's page."""

from typing import Any

from flask import Blueprint, Response, current_app, request

from registry import forms, openapi
from registry.catalogue import service as catalogue
from registry.catalogue import watching
from registry.catalogue.feeds import MOST, Feed
from registry.catalogue.schemas import SearchSchema, in_order, query_of
from registry.parties import doors

blueprint = Blueprint("feeds", __name__)
SECONDS = 600


@blueprint.get("/search/feed.atom")
@doors.public
def atom() -> Response:
    feed = _feed()
    return _kept(doors.plain_response(feed.atom(), "application/atom+xml; charset=utf-8"), feed)


@blueprint.get("/search/feed.json")
@doors.public
def json_feed() -> Response:
    feed = _feed()
    response = openapi.json_answer(feed.json())
    response.content_type = "application/feed+json; charset=utf-8"
    return _kept(response, feed)


def _feed() -> Feed:
    """Raises what the search's schema raises: a feed with a misspelt filter would look empty for ever."""
    names = SearchSchema().fields
    query = {one: value for one, value in watching.kept(_typed()).items() if one in names}
    offers = catalogue.newest(query_of(forms.load(SearchSchema(), query)), most=MOST)
    return Feed(offers, dict(in_order(query)), base=str(current_app.extensions["settings"].base_url))


def _typed() -> dict[str, Any]:
    return request.args.to_dict()


def _kept(response: Response, feed: Feed) -> Response:
    """Readers ask every few minutes: what has not changed is not sent again."""
    response.set_etag(feed.etag)
    response.last_modified = feed.updated
    response.headers["Cache-Control"] = f"public, max-age={SECONDS}"
    response.headers["Access-Control-Allow-Origin"] = "*"
    response.make_conditional(request)
    return response
