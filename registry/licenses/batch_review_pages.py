"""The reviewer before a batch: one member as the model, the shared lines of the others after it."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry.errors import Refused
from registry.forms import load, nested
from registry.licenses import batch_reviews, batch_schemas, register, reviews
from registry.licenses.batch_models import DeclarationBatch
from registry.licenses.models import Declaration
from registry.parties import doors

blueprint = flask.Blueprint("batch_reviews", __name__)
AT = "/venue/reviews/batches/<uuid:batch_id>"


@blueprint.get(AT)
@doors.signed_in
def show(batch_id: UUID) -> ResponseReturnValue:
    found = batch_reviews.find(doors.actor(), batch_id)
    model = _model(found, request.args.get("model", ""))
    return render_template(
        "venue/batch.html",
        one=found,
        model=model,
        members=batch_reviews.members(found, model),
        lines=reviews.LINES,
        shared=batch_reviews.SHARED,
        published=request.args.get("published", type=int),
    )


@blueprint.post(AT)
@doors.signed_in
def act(batch_id: UUID) -> ResponseReturnValue:
    """Take all up, pass what the others share with the model, or publish what is complete."""
    actor = doors.actor()
    given = load(batch_schemas.ReviewBatchSchema, nested(doors.form_data()))
    done: dict[str, Any] = {}

    def work() -> str:
        found = batch_reviews.find(actor, batch_id)
        if given["verb"] == "take_up":
            batch_reviews.take_up_all(actor, found)
        elif given["verb"] == "publish":
            done["published"] = batch_reviews.publish_ready(actor, found)[0]
        else:
            model = _model(found, given["model"])
            if model is None:
                raise Refused("required", "model")
            batch_reviews.pass_alike(actor, found, model)
        return str(batch_id)

    doors.submit(f"review.batch_{given['verb']}", {"batch": str(batch_id), **given}, work)
    more: dict[str, Any] = {"model": given["model"]} if given["model"] else {}
    return redirect(url_for("batch_reviews.show", batch_id=batch_id, **more, **done), 303)


def _model(found: DeclarationBatch, number: str) -> Declaration | None:
    """The member the others are held against: the one named, if it waits in this batch."""
    if not number:
        return None
    declaration = register.find(number)
    waiting = {one.id for one in batch_reviews.waiting(found)}
    return declaration if declaration.id in waiting else None
