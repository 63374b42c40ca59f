"""Jobs of parties: sending mail. Without an SMTP server letters go to a folder, which the log says loudly."""

import logging
import smtplib
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit
from uuid import UUID

from flask import current_app

from registry import clock
from registry.config import Settings
from registry.database import db, transaction
from registry.jobs import handler
from registry.ledger.models import AuditRun
from registry.parties.mail import message, staff_addresses, write
from registry.parties.models import Mail

log = logging.getLogger(__name__)


@handler("mail.send")
def send_mail(payload: Mapping[str, Any]) -> None:
    """Send one letter; a crash after the server's answer may send it twice, never lose it."""
    settings: Settings = current_app.extensions["settings"]
    mail = db.session.get(Mail, UUID(payload["mail"]))
    if mail is None or mail.sent_at is not None:
        return
    made = message(mail, settings.mail_from)
    db.session.rollback()
    if settings.smtp_url:
        _by_smtp(settings.smtp_url, made)
    else:
        settings.outbox.mkdir(parents=True, exist_ok=True)
        (settings.outbox / f"{payload['mail']}.eml").write_bytes(made.as_bytes())
        log.warning("no REGISTRY_SMTP_URL: a letter was put into the outbox folder instead of being sent")
    transaction(lambda: _mark_sent(UUID(payload["mail"])))


@handler("audits.alert")
def audit_failed(payload: Mapping[str, Any]) -> None:
    """Tell everybody who works for the registry or a venue. A second run tells them twice, never nobody."""

    def work() -> None:
        run = db.session.get_one(AuditRun, UUID(payload["run"]))
        for address in staff_addresses():
            write(address, "audit_failed", run=run)

    transaction(work)


def _mark_sent(mail_id: UUID) -> None:
    db.session.get_one(Mail, mail_id).sent_at = clock.now()


def _by_smtp(url: str, made: Any) -> None:
    """`smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`."""
    parts = urlsplit(url)
    host, context = parts.hostname or "localhost", ssl.create_default_context()
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, parts.port or 465, timeout=20, context=context)
    else:
        server = smtplib.SMTP(host, parts.port or 25, timeout=20)
    with server:
        if parts.scheme == "smtp" and parts.username:
            server.starttls(context=context)
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
        server.send_message(made)
