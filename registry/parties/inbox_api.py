"""Letters for machines: those to the party or venue the key acts for, and ending letters with one click
(RFC 8058).
"""

from typing import Any
from uuid import UUID

from flask import request

from registry import openapi
from registry.database import transaction
from registry.errors import Refused
from registry.parties import choices, doors, inbox
from registry.parties.inbox import Wanted
from registry.parties.models import Mail
from registry.parties.schemas import InboxAnswer, InboxSchema, LetterAnswer

blueprint = openapi.Blueprint(
    "letters-api", __name__, url_prefix="/api/v1", description="Letters: the inbox, ending what was wished"
)


@blueprint.route("/inbox")
@blueprint.arguments(InboxSchema, location="query")
@blueprint.response(200, InboxAnswer)
@doors.machine("organisation.view")
def letters(asked: dict[str, Any]) -> dict[str, Any]:
    """The letters to the key's account as a member of its party or venue: unread first, 30 a page."""
    actor = doors.actor()
    found = inbox.letters(actor, Wanted(**asked), narrow=True)
    return {
        "letters": [_letter(one) for one in found.rows],
        "count": found.count,
        "unread": inbox.unread(actor, narrow=True),
        "page": found.page,
        "pages": found.pages,
    }


@blueprint.route("/inbox/<uuid:mail_id>")
@blueprint.response(200, LetterAnswer)
@doors.machine("organisation.view")
def letter(mail_id: UUID) -> dict[str, Any]:
    """One letter with its words. It stays unread: a machine has not read it for anybody."""
    return _letter(inbox.find(doors.actor(), mail_id, narrow=True), whole=True)


@blueprint.route("/inbox/<uuid:mail_id>/read", methods=["PUT"])
@blueprint.response(200, LetterAnswer)
@doors.machine("account.use")
def read(mail_id: UUID) -> dict[str, Any]:
    """Mark a letter as read. Doing it twice changes nothing."""
    actor = doors.actor()
    return transaction(lambda: _letter(inbox.read(actor, mail_id, narrow=True), whole=True))


@blueprint.route("/inbox/<uuid:mail_id>/read", methods=["DELETE"])
@blueprint.response(200, LetterAnswer)
@doors.machine("account.use")
def put_back(mail_id: UUID) -> dict[str, Any]:
    """Mark a letter as unread."""
    actor = doors.actor()

    def work() -> dict[str, Any]:
        inbox.put_back(actor, mail_id, narrow=True)
        return _letter(inbox.find(actor, mail_id, narrow=True), whole=True)

    return transaction(work)


@blueprint.route("/unsubscribe/<token>", methods=["POST"])
@blueprint.response(204)
@doors.public
def one_click(token: str) -> str:
    """What a mail program sends for its own "unsubscribe": `List-Unsubscribe=One-Click` as a form."""
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise Refused("one_click", "List-Unsubscribe", "RFC 8058")
    transaction(lambda: choices.unsubscribe(token))
    return ""


def _letter(one: Mail, *, whole: bool = False) -> dict[str, Any]:
    said = {"body": one.body} if whole else {}
    return {
        "id": str(one.id),
        "letter": one.letter,
        "topic": one.topic,
        "matter": one.matter,
        "subject": one.subject,
        "link": one.link,
        "written_at": one.created_at,
        "read_at": one.read_at,
        **said,
    }
