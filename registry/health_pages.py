"""Doors for those who run the registry: alive, ready, figures for Prometheus, and the self-check as a page.

`/health` and `/ready` say one word to anybody and ask the outside for nothing. `/metrics` answers to the
token in REGISTRY_METRICS_TOKEN alone; without that setting there is no such page.
"""

import hmac
from collections.abc import Iterable
from typing import cast

from flask import Blueprint, Response, current_app, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from registry import metrics, problems, schema, self_check, self_check_words
from registry.config import Settings
from registry.database import db
from registry.errors import NotFound, Unavailable
from registry.language import current
from registry.ledger.models import LedgerHead
from registry.parties import doors
from registry.parties.desk import Card, cards
from registry.parties.permissions import allow, may
from registry.parties.rules import Actor

ADDRESS = "/desk/system"
blueprint = Blueprint("health", __name__)


@blueprint.get("/health")
@doors.public
def alive() -> ResponseReturnValue:
    return _word("ok")


@blueprint.get("/ready")
@doors.public
def ready() -> ResponseReturnValue:
    """Ready means that a filing could be taken: the database answers, has this program's tables, and holds a
    log that has begun.
    """
    try:
        schema.check_revision()
        begun = db.session.scalar(select(LedgerHead.size)) is not None
    except Unavailable as refused:
        return _word(f"not ready: {problems.sentence(refused, 'en')}"), 503
    except Exception:  # whatever the driver says: we are not ready
        db.session.rollback()
        begun = False
    return _word("ready") if begun else (_word("not ready"), 503)


@blueprint.get("/metrics")
@doors.public
def figures() -> ResponseReturnValue:
    token = cast(Settings, current_app.extensions["settings"]).metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise NotFound("not_found")
    return doors.plain_response(metrics.text(), metrics.CONTENT_TYPE)


@blueprint.get(ADDRESS)
@doors.signed_in
def show() -> ResponseReturnValue:
    allow(doors.actor(), "system.view")
    answers, lang = self_check.run(), current()
    rows = [
        (self_check_words.name(one, lang), one.state, self_check_words.sentence(one, lang)) for one in answers
    ]
    return render_template("health/show.html", rows=rows, worst=self_check.worst(answers))


@cards
def of_system(actor: Actor) -> Iterable[Card]:
    """Only those who can mend something are shown the way."""
    if may(actor, "system.view"):
        yield Card(title=_l("系统自检"), url=ADDRESS, hint=_l("密钥、账本、时间、磁盘、后台任务"), place=62)


def _word(word: str) -> Response:
    return doors.plain_response(f"{word}\n".encode(), "text/plain; charset=utf-8")
