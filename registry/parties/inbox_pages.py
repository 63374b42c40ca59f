"""The inbox's pages, and the count beside the reader's name."""

from typing import Any
from uuid import UUID

from flask import Blueprint, g, redirect, render_template, request
from sqlalchemy.exc import SQLAlchemyError

from registry import clock, language
from registry.database import db, transaction
from registry.parties import doors, inbox
from registry.parties.inbox import Wanted
from registry.parties.letters import TOPICS, in_language
from registry.parties.models import Mail
from registry.parties.pages import Answer

blueprint = Blueprint("inbox", __name__)


@blueprint.app_context_processor
def _count() -> dict[str, Any]:
    return {"unread_letters": _unread, "letter_topics": TOPICS, "subject_of": _subject}


def _subject(letter: Mail) -> str:
    return in_language(letter.subject, language.current())


def _unread() -> int:
    """Asked for by every page's masthead, once a request. An error page of a lost database shows none."""
    actor = doors.current_actor()
    if actor is None:
        return 0
    if "unread_letters" not in g:
        try:
            g.unread_letters = inbox.unread(actor)
        except SQLAlchemyError:
            db.session.rollback()
            g.unread_letters = 0
    return int(g.unread_letters)


@blueprint.get("/inbox")
@doors.signed_in
def show() -> Answer:
    actor, wanted = doors.actor(), _wanted()
    return render_template(
        "parties/inbox.html",
        found=inbox.letters(actor, wanted),
        wanted=wanted,
        topics=inbox.topics(actor),
        shown=clock.rfc3339(clock.now()),
    )


@blueprint.get("/inbox/<uuid:mail_id>")
@doors.signed_in
def letter(mail_id: UUID) -> Answer:
    """Opening a letter is reading it."""
    actor = doors.actor()
    transaction(lambda: inbox.read(actor, mail_id).id)
    return render_template("parties/letter.html", letter=inbox.read(actor, mail_id))


@blueprint.post("/inbox/<uuid:mail_id>/unread")
@doors.signed_in
def put_back(mail_id: UUID) -> Answer:
    actor = doors.actor()
    transaction(lambda: inbox.put_back(actor, mail_id))
    return redirect("/inbox", 303)


@blueprint.post("/inbox/read")
@doors.signed_in
def read_all() -> Answer:
    actor, shown = doors.actor(), request.form.get("shown", "")
    transaction(lambda: inbox.read_all(actor, shown))
    return redirect("/inbox", 303)


def _wanted() -> Wanted:
    args = request.args
    topic, page = args.get("topic", ""), args.get("page", "1")
    return Wanted(
        topic=topic if topic in TOPICS else "",
        matter=args.get("matter", "")[:40],
        unread=args.get("unread") == "1",
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )
