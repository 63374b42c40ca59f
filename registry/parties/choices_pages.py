"""Which letters come by mail, a test letter, and the page behind the link at a letter's foot."""

from flask import Blueprint, redirect, render_template, request, session

from registry.database import db, transaction
from registry.errors import NotFound, Refused
from registry.forms import FormState
from registry.parties import choices, doors, mail
from registry.parties.letters import OPTIONAL, TOPICS, By, Topic
from registry.parties.models import Account
from registry.parties.pages import Answer

blueprint = Blueprint("choices", __name__)


@blueprint.get("/account/letters")
@doors.signed_in
def show() -> Answer:
    return _page(FormState())


@blueprint.post("/account/letters")
@doors.signed_in
def choose() -> Answer:
    actor, wanted = doors.actor(), doors.form_data().to_dict()
    try:
        transaction(lambda: choices.choose(actor, wanted))
    except Refused as refused:
        return _page(FormState.failed(request.form, refused)), 422
    session["done"] = "letters"
    return redirect("/account/letters", 303)


@blueprint.post("/account/letters/test")
@doors.signed_in
def send_test() -> Answer:
    actor = doors.actor()
    doors.submit("letters.test", {}, lambda: str(choices.send_test(actor).id))
    session["done"] = "letter_test"
    return redirect("/account/letters", 303)


@blueprint.get("/unsubscribe/<token>")
@doors.public
def ask(token: str) -> Answer:
    """A link that a scanner follows ends nothing: the button does."""
    opened = mail.opened_token(token)
    if opened is None:
        raise NotFound("not_found")
    return render_template("parties/unsubscribe.html", topic=TOPICS[opened[1]], ended=False)


@blueprint.post("/unsubscribe/<token>")
@doors.public
def end(token: str) -> Answer:
    topic = transaction(lambda: choices.unsubscribe(token))
    return render_template("parties/unsubscribe.html", topic=TOPICS[topic], ended=True)


def _page(form: FormState) -> str:
    actor = doors.actor()
    assert actor.account_id is not None
    return render_template(
        "parties/letter_choices.html",
        form=form,
        chosen=choices.of(actor.account_id),
        account=db.session.get_one(Account, actor.account_id),
        topics=TOPICS,
        required=[topic for topic in Topic if topic not in OPTIONAL],
        ways=tuple(By),
    )
