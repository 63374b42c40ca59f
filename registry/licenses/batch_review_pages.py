"""The reviewer before a batch: one member as the model, the shared lines of the others after it."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.forms import load, nested
from registry.licenses import batch_reviews, batch_schemas, register, reviews
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.models import Declaration
from registry.parties import doors

blueprint = flask.Blueprint("batch_reviews", __name__)
AT = "/venue/reviews/batches/<uuid:batch_id>"
SHOWN = 50  # declarations on a page


@blueprint.get(AT)
@doors.signed_in
def show(batch_id: UUID) -> ResponseReturnValue:
    found = batch_reviews.find(doors.actor(), batch_id)
    model = _model(found, request.args.get("model", ""))
    left, said = batch_reviews.at_work(found), batch_reviews.overview(found)
    page = max(1, request.args.get("page", 1, type=int))
    shown = () if left else said.all[(page - 1) * SHOWN : page * SHOWN]
    return render_template(
        "venue/batch.html",
        one=found,
        model=model,
        left=left,
        said=said,
        complete=len(said.answered & set(said.under_review)),
        members=batch_reviews.members(shown, model),
        page=page,
        pages=-(-len(said.all) // SHOWN),
        lines=reviews.LINES,
        shared=batch_reviews.SHARED,
        done=request.args.get("done", type=int),
    )


@blueprint.post(AT)
@doors.signed_in
def act(batch_id: UUID) -> ResponseReturnValue:
    """Take all up, pass what the others share with the model, or publish what is complete: the worker goes
    on where there are many.
    """
    actor = doors.actor()
    given = load(batch_schemas.ReviewBatchSchema, nested(doors.form_data()))
    done: dict[str, Any] = {}

    def work() -> str:
        found = batch_reviews.find(actor, batch_id)
        count = batch_reviews.begin(actor, found, given["verb"], _model(found, given["model"]))
        if given["verb"] == "publish":
            done["done"] = count
        return str(batch_id)

    doors.submit(f"review.batch_{given['verb']}", {"batch": str(batch_id), **given}, work)
    more: dict[str, Any] = {"model": given["model"]} if given["model"] else {}
    return redirect(url_for("batch_reviews.show", batch_id=batch_id, **more, **done), 303)


def _model(found: DeclarationBatch, number: str) -> Declaration | None:
    """The member the others are held against: the one named, if it waits in this batch."""
    if not number:
        return None
    declaration = register.find(number)
    return declaration if batch_reviews.waits_in(found, declaration) else None
