"""Pages of interests: tell me when it opens, what a letter's link shows, one's own list, the holder's."""

from typing import Any
from uuid import UUID

import flask
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from registry import problems
from registry.catalogue import service as catalogue
from registry.catalogue import visit_count, visits
from registry.catalogue.rules import Tag
from registry.database import transaction
from registry.demand import interests, reasons, words
from registry.demand.schemas import InterestSchema, VisitorInterestSchema
from registry.errors import Refused
from registry.forms import FormState, labels, load, nested
from registry.licenses import register
from registry.parties import doors

blueprint = flask.Blueprint("interests", __name__)


@blueprint.app_context_processor
def _words() -> dict[str, Any]:
    return {"interest_words": words.INTERESTS, "interest_tones": words.INTEREST_TONES,
            "interested": interests.count_of}  # fmt: skip


@blueprint.get("/offers/<number>/interest")
@doors.public
def form(number: str) -> ResponseReturnValue:
    """Who wants to be told, and what for; an offer that is open already sends on to its page."""
    actor, offer = doors.current_actor(), catalogue.listing(number)
    if offer.tag != Tag.WAITING:
        return redirect(url_for("catalogue.offer", number=offer.number), 303)
    known = {"name": actor.name} if actor else {}
    return _form(number, FormState(known, labels=labels(VisitorInterestSchema)))


@blueprint.post("/offers/<number>/interest")
@doors.public
def send(number: str) -> ResponseReturnValue:
    actor, typed, place = doors.current_actor(), doors.form_data(), request.remote_addr or ""
    schema = InterestSchema if actor else VisitorInterestSchema

    def work() -> str:
        return str(interests.register(actor, register.find(number), given, place=place).id)

    try:
        given = load(schema, nested(typed))
        if actor is None:
            transaction(work)
            return redirect(url_for("interests.sent", number=number), 303)
        doors.submit("interest.register", {"offer": number, **given}, work)
    except Refused as refused:
        return _form(number, FormState.failed(typed, refused, schema)), problems.status(refused)
    flask.session["done"] = "interest_registered"
    return redirect(url_for("interests.mine"), 303)


@blueprint.get("/offers/<number>/interest/sent")
@doors.public
def sent(number: str) -> ResponseReturnValue:
    """The same words whatever is known of the address."""
    return render_template("demand/interest_sent.html", offer=catalogue.listing(number))


@blueprint.get("/interests/<uuid:interest_id>/<key>")
@doors.public
def by_link(interest_id: UUID, key: str) -> ResponseReturnValue:
    """What a letter's link shows. Reading it changes nothing: mail programs open links by themselves."""
    return render_template("demand/interest.html", interest=interests.by_link(interest_id, key), key=key)


@blueprint.post("/interests/<uuid:interest_id>/<key>/confirm")
@doors.public
def confirm(interest_id: UUID, key: str) -> ResponseReturnValue:
    transaction(lambda: interests.confirm(interests.by_link(interest_id, key)))
    return redirect(url_for("interests.by_link", interest_id=interest_id, key=key), 303)


@blueprint.post("/interests/<uuid:interest_id>/<key>/withdraw")
@doors.public
def withdraw_by_link(interest_id: UUID, key: str) -> ResponseReturnValue:
    transaction(lambda: interests.withdraw(None, interests.by_link(interest_id, key)))
    return redirect(url_for("interests.by_link", interest_id=interest_id, key=key), 303)


@blueprint.get("/interests")
@doors.signed_in
def mine() -> ResponseReturnValue:
    """What this account wants to be told of."""
    return render_template("demand/interests.html", found=interests.of_account(doors.actor()))


@blueprint.post("/interests/<uuid:interest_id>/withdraw")
@doors.signed_in
def withdraw(interest_id: UUID) -> ResponseReturnValue:
    actor = doors.actor()

    def work() -> str:
        interests.withdraw(actor, interests.find(interest_id))
        return str(interest_id)

    doors.submit("interest.withdraw", {"interest": str(interest_id)}, work)
    flask.session["done"] = "interest_withdrawn"
    return redirect(url_for("interests.mine"), 303)


@blueprint.get("/declarations/<number>/attention")
@doors.signed_in
def attention(number: str) -> ResponseReturnValue:
    """The holder reads how many want its offer and what for."""
    declaration = register.find(number)
    actor = doors.actor()
    seen, said = interests.seen_by_holder(actor, declaration), reasons.for_holder(actor, declaration)
    visit_count.written()
    return render_template(
        "demand/attention.html",
        declaration=declaration,
        seen=seen,
        reasons=said,
        opened=visits.of_offer(actor, declaration),
    )


def _form(number: str, form: FormState) -> str:
    offer = catalogue.listing(number)
    return render_template(
        "demand/interest_form.html", offer=offer, form=form, count=interests.count_of(offer.number)
    )
