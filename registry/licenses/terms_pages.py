"""The standard terms in all their versions, for everybody: from which day each holds, its text in both
languages, and what one says that another does not.

A version is brought in by a release, never typed: papers are composed from it, and what was accepted under
one keeps it for ever (CC 496, 509).
"""

import difflib
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import func, select

from registry import clock
from registry.database import db
from registry.errors import NotFound
from registry.language import current
from registry.licenses.models import DeclarationVersion, StandardTerms
from registry.parties import doors

blueprint = Blueprint("terms", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a comparison: `same`, `gone` (only in the older text) or `new`."""

    kind: str
    text: str


@blueprint.get("/terms")
@doors.public
def index() -> ResponseReturnValue:
    used = select(DeclarationVersion.terms_version, func.count()).group_by(DeclarationVersion.terms_version)
    counts = {row[0]: row[1] for row in db.session.execute(used)}
    versions, today = _versions(), clock.today()
    held = next((one.version for one in versions if one.effective_from <= today), "")
    return render_template("licenses/terms.html", versions=versions, counts=counts, held=held)


@blueprint.get("/terms/<version>")
@doors.public
def show(version: str) -> ResponseReturnValue:
    """One version, or beside another (`?against=`) what changed. Raises NotFound."""
    found, against = _find(version), request.args.get("against", "")
    older = _find(against) if against else None
    zh = current() == "zh"
    text = found.text_zh if zh else found.text_en
    lines = compared((older.text_zh if zh else older.text_en), text) if older else []
    others = [one for one in _versions() if one.version != version]
    page = {"terms": found, "text": text, "older": older, "lines": lines, "others": others}
    return render_template("licenses/terms_version.html", **page)


def compared(older: str, newer: str) -> list[Line]:
    """The newer text line by line, with what fell away where it stood."""
    kinds = {" ": "same", "-": "gone", "+": "new"}
    found = difflib.ndiff(older.splitlines(), newer.splitlines())
    return [Line(kind=kinds[one[0]], text=one[2:]) for one in found if one[0] in kinds]


def _versions() -> list[StandardTerms]:
    return list(db.session.scalars(select(StandardTerms).order_by(StandardTerms.effective_from.desc())))


def _find(version: str) -> StandardTerms:
    found = db.session.get(StandardTerms, version)
    if found is None:
        raise NotFound("not_found")
    return found
