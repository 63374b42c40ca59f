"""Mail and notices: written in the transaction that causes them, sent by the worker. Each letter is Chinese,
then English.
"""

from collections.abc import Iterable
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from typing import Any
from uuid import UUID

from flask import current_app
from sqlalchemy import select

from registry import clock
from registry.config import Settings
from registry.database import db, new_id
from registry.jobs import enqueue
from registry.parties.models import Account, Mail, Membership
from registry.parties.rules import Role


def write(address: str, letter: str, **facts: Any) -> Mail:
    """Write a letter from templates/mail/<letter>.txt (its first line is the subject) and queue it."""
    settings: Settings = current_app.extensions["settings"]
    template = current_app.jinja_env.get_template(f"mail/{letter}.txt")  # a letter has no page around it
    text = template.render(base_url=settings.base_url, **facts)
    subject, _, body = text.strip().partition("\n")
    mail = Mail(
        id=new_id(), address=address, subject=one_line(subject), body=body.strip(), created_at=clock.now()
    )
    db.session.add(mail)
    enqueue("mail.send", {"mail": str(mail.id)}, subject_id=mail.id)
    return mail


def write_to_organisation(organisation_id: UUID, letter: str, **facts: Any) -> None:
    """The same letter to everyone who signs for an organisation."""
    for address in addresses(organisation_id, (Role.OWNER, Role.SIGNER, Role.FINANCE)):
        write(address, letter, **facts)


def write_to_venue(venue_id: UUID, letter: str, **facts: Any) -> None:
    """The same letter to a venue's operators."""
    query = (
        select(Account.email)
        .join(Membership)
        .where(Membership.venue_id == venue_id, Membership.ended_at.is_(None))
    )
    for address in sorted(set(db.session.scalars(query))):
        write(address, letter, **facts)


def addresses(organisation_id: UUID, roles: Iterable[Role]) -> list[str]:
    query = (
        select(Account.email)
        .join(Membership)
        .where(
            Membership.organisation_id == organisation_id,
            Membership.ended_at.is_(None),
            Membership.role.in_(list(roles)),
        )
    )
    return sorted(set(db.session.scalars(query)))


def staff_addresses() -> list[str]:
    """Everybody who runs the registry or a venue: operators, auditors, administrators."""
    roles = [Role.OPERATOR, Role.AUDITOR, Role.ADMINISTRATOR]
    query = (
        select(Account.email)
        .join(Membership)
        .where(Membership.ended_at.is_(None), Membership.role.in_(roles))
    )
    return sorted(set(db.session.scalars(query)))


def message(mail: Mail, sender: str) -> EmailMessage:
    """The RFC 5322 message; the library refuses header injection."""
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = sender, mail.address, mail.subject
    made["Date"] = formatdate(mail.created_at.timestamp())
    made["Message-ID"] = make_msgid(idstring=mail.id.hex, domain="mingxu.invalid")
    made.set_content(mail.body)
    return made


def one_line(text: str) -> str:
    return " ".join(text.split())[:200]
