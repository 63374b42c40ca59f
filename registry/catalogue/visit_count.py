"""Counts who opens an offer's page: people's browsers, not machines, and not the holder itself."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, current_app, make_response, request

from registry import clock
from registry.catalogue import visits
from registry.database import transaction
from registry.errors import Unavailable
from registry.licenses import register
from registry.parties.doors import current_actor

View = TypeVar("View", bound=Callable[..., Any])
KEPT = "offer_openings"
ROBOT = re.compile(r"bot|crawl|spider|slurp|preview|monitor|fetch|curl|wget|python|java/|http", re.IGNORECASE)
"""Programs that say what they are. Whoever says nothing is none of ours to find out."""


def counted(view: View) -> View:
    """Count each whole page a person was shown at this address, kept pages among them."""

    @wraps(view)
    def look(number: str) -> Response:
        response = make_response(view(number=number))
        if response.status_code == 200 and response.mimetype == "text/html" and _person(number):
            _note(number.strip().upper())
        return response

    return look  # type: ignore[return-value]


def written() -> None:
    """Write what this process has counted, before somebody reads it."""
    gathered = _openings().take()
    if gathered:
        try:
            transaction(lambda: visits.keep(gathered))
        except Unavailable:  # a busy register has better things to do
            current_app.logger.warning("openings of offers not kept: %d", sum(gathered.values()))


def _note(number: str) -> None:
    if _openings().note(number, clock.today()):
        written()


def _person(number: str) -> bool:
    agent = request.headers.get("User-Agent", "")
    early = "prefetch" in request.headers.get("Sec-Purpose", "")
    if request.method != "GET" or early or not agent or ROBOT.search(agent):
        return False
    actor = current_actor()
    return actor is None or actor.organisation_id != register.find(number).holder_id


def _openings() -> visits.Openings:
    found: visits.Openings = current_app.extensions.setdefault(KEPT, visits.Openings())
    return found
