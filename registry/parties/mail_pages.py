"""The staff's log of letters: the list, one letter with its attempts, sending it again."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, session
from flask_babel import gettext as _

from registry.database import transaction
from registry.forms import FormState
from registry.parties import doors, mail_log
from registry.parties.letters import STAGE_NAMES, STATES, TOPICS, masked
from registry.parties.mail_log import Asked
from registry.parties.pages import Answer
from registry.parties.permissions import may

blueprint = Blueprint("mail_log", __name__)


@blueprint.get("/desk/mail")
@doors.signed_in
def show() -> Answer:
    actor, asked = doors.actor(), _asked()
    return render_template(
        "parties/mail_log.html",
        found=mail_log.logged(actor, asked),
        asked=asked,
        states=STATES,
        form=FormState({name: getattr(asked, name) for name in ("state", "topic", "matter", "address")}),
        names=_names,
        masked=masked,
        reads=mail_log.reads(actor),
    )


@blueprint.get("/desk/mail/<uuid:mail_id>")
@doors.signed_in
def letter(mail_id: UUID) -> Answer:
    """One letter in the clear; looking is written down, so this view commits."""
    actor = doors.actor()

    def work() -> str:
        opened = mail_log.opened(actor, mail_id)
        may_send = opened.resendable and may(actor, "mail.resend", opened.letter)
        return render_template(
            "parties/mail_letter.html", opened=opened, states=STATES, stages=STAGE_NAMES, may_send=may_send
        )

    return transaction(work)


@blueprint.post("/desk/mail/<uuid:mail_id>/resend")
@doors.signed_in
def resend(mail_id: UUID) -> Answer:
    actor = doors.actor()
    doors.submit("mail.resend", {"mail": str(mail_id)}, lambda: str(mail_log.resend(actor, mail_id).id))
    session["done"] = "resent"
    return redirect(f"/desk/mail/{mail_id}", 303)


def _names(known: Mapping[str, str]) -> list[tuple[str, str]]:
    """The options of a select, in the reader's language."""
    return [(code, _(name)) for code, name in known.items()]


def _asked() -> Asked:
    args, page = request.args, request.args.get("page", "1")
    state, topic = args.get("state", ""), args.get("topic", "")
    return Asked(
        state=state if state in STATES else "",
        topic=topic if topic in TOPICS else "",
        matter=args.get("matter", "")[:40],
        address=args.get("address", "")[:254],
        page=int(page) if page.isascii() and page.isdecimal() and len(page) < 6 else 1,
    )
