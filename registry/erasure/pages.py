"""Erasures, page by page: an administrator names what should go, reads the exact list and asks; another one
reads it again and carries it out.
"""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import problems
from registry.erasure import schemas
from registry.erasure import service as erasure
from registry.erasure.listing import Listing
from registry.erasure.models import Erasure
from registry.erasure.rules import GROUNDS
from registry.erasure.words import TABLES
from registry.errors import NotFound, Refused
from registry.forms import FormState, labels, load, nested
from registry.parties import doors
from registry.parties.permissions import allow, may

blueprint = flask.Blueprint("erasures", __name__)
KINDS: dict[str, LazyString] = {
    "contract": _l("合同"),
    "declaration": _l("声明中的个人信息"),
    "key": _l("密钥登记中的本人"),
    "account": _l("账户"),
    "party": _l("单位或者自然人的资料"),
}


@blueprint.record_once
def _words(state: Any) -> None:
    state.app.jinja_env.globals.update(erasure_ground=ground_said)


def ground_said(ground: str) -> str:
    """The ground of an erasure in the reader's language."""
    return str(gettext(GROUNDS.get(ground, ground)))


@blueprint.get("/erasures")
@doors.signed_in
def index() -> ResponseReturnValue:
    return _index(FormState({"kind": "contract"}))


@blueprint.post("/erasures/check")
@doors.signed_in
def check() -> ResponseReturnValue:
    """The exact list, before anybody asks for anything. Changes nothing."""
    actor = doors.actor()
    allow(actor, "erasure.manage")
    try:
        given = load(schemas.SubjectSchema, nested(request.form))
        found = erasure.preview(actor, given["kind"], given["subject"], ground=given["ground"])
    except NotFound:
        refused = Refused("not_found", "subject")
        return _index(FormState.failed(request.form, refused, schemas.SubjectSchema)), 422
    except Refused as refused:
        failed = FormState.failed(request.form, refused, schemas.SubjectSchema)
        return _index(failed), problems.status(refused)
    return render_template("erasure/check.html", given=given, listing=found, groups=_groups(found))


@blueprint.post("/erasures")
@doors.signed_in
def ask() -> ResponseReturnValue:
    actor, given = doors.actor(), load(schemas.AskSchema, nested(request.form))
    made = doors.submit(
        "erasure.ask",
        given,
        lambda: str(
            erasure.ask(
                actor,
                given["kind"],
                given["subject"],
                ground=given["ground"],
                listed=given["listed"],
                reference=given["reference"],
            ).id
        ),
    )
    return redirect(url_for("erasures.show", erasure_id=made), 303)


@blueprint.get("/erasures/<uuid:erasure_id>")
@doors.signed_in
def show(erasure_id: UUID) -> ResponseReturnValue:
    """What was asked for; while it waits, the list as it is now."""
    actor = doors.actor()
    row = erasure.find(actor, erasure_id)
    found = None
    if row.waiting and may(actor, "erasure.manage"):
        found = erasure.preview(actor, row.kind, row.subject, ground=row.ground)
    return render_template(
        "erasure/show.html",
        row=row,
        listing=found,
        groups=_groups(found) if found else [],
        mine=row.asked_by is not None and row.asked_by == actor.account_id,
        kinds=KINDS,
        tables=TABLES,
        can=may(actor, "erasure.manage"),
    )


@blueprint.post("/erasures/<uuid:erasure_id>/approve")
@doors.signed_in
def approve(erasure_id: UUID) -> ResponseReturnValue:
    """The second person carries it out."""
    actor, given = doors.actor(), load(schemas.ApproveSchema, nested(request.form))

    def work() -> str:
        erasure.approve(actor, _row(erasure_id), listed=given["listed"])
        return str(erasure_id)

    doors.submit("erasure.approve", {"erasure": str(erasure_id), **given}, work)
    return redirect(url_for("erasures.show", erasure_id=erasure_id), 303)


@blueprint.post("/erasures/<uuid:erasure_id>/drop")
@doors.signed_in
def drop(erasure_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()
    doors.submit(
        "erasure.drop", {"erasure": str(erasure_id)}, lambda: str(erasure.drop(actor, _row(erasure_id)).id)
    )
    return redirect(url_for("erasures.show", erasure_id=erasure_id), 303)


def _row(erasure_id: UUID) -> Erasure:
    allow(doors.actor(), "erasure.manage")
    return erasure.find(doors.actor(), erasure_id)


def _index(form: FormState) -> str:
    actor = doors.actor()
    return render_template(
        "erasure/index.html",
        found=erasure.every(actor),
        kinds=KINDS,
        grounds=[(ground, ground_said(ground)) for ground in GROUNDS],
        can=may(actor, "erasure.manage"),
        form=FormState(form.values, form.errors, form.labels or labels(schemas.SubjectSchema)),
    )


def _groups(found: Listing) -> list[tuple[LazyString | str, list[str]]]:
    """The list by what a reader calls it, each with its keys and columns."""
    grouped: dict[str, list[str]] = {}
    for one in found.goes:
        grouped.setdefault(one.table, []).append(f"{one.key} {one.what}".strip())
    return [(TABLES.get(table, table), lines) for table, lines in grouped.items()]
