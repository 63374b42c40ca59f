"""Jobs of parties: sending mail, the day's digests, letters past their time. Without an SMTP server letters
go to a folder, which the log says loudly.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import current_app

from registry.config import Settings
from registry.database import db, transaction
from registry.jobs import each, handler
from registry.ledger.models import AuditRun
from registry.parties import (
    access,
    addresses,
    approvals,
    delivery,
    digests,
    event_log,
    mail_log,
    powers,
    quotas,
    texts,
)
from registry.parties.mail import SEND, write_to_staff


@handler(SEND)
def send_mail(payload: Mapping[str, Any]) -> None:
    """Send one letter and what else is due; a crash after the server's answer may send it twice, never lose
    it.

    What a server does not take is tried again by the letter's own clock: the job itself never fails for it.
    """
    delivery.send_round(_settings(), UUID(payload["mail"]))


@handler(texts.SEND)
def send_text(payload: Mapping[str, Any]) -> None:
    """Hand over one text message; a crash after the provider's answer may send it twice."""
    texts.send(UUID(payload["text"]))


@handler("mail.round")
def mail_round(_: Mapping[str, Any]) -> None:
    """The hour's round: digests that are due, machines' keys and powers that end soon, letters nobody has a
    job for, letters and requests past their time.
    """
    accounts = digests.due()
    works: list[Callable[[], object]] = [
        partial(transaction, partial(digests.gather, one)) for one in accounts
    ]
    works += [partial(transaction, access.warn_of_ends), partial(transaction, quotas.forget)]
    works += [partial(transaction, approvals.lapse_due), partial(transaction, powers.expire_due)]
    works += [partial(transaction, powers.warn_due)]
    works += [partial(transaction, texts.sweep), partial(transaction, addresses.sweep)]
    over = (partial(mail_log.forget, _settings()), partial(event_log.forget, _settings()))
    each((*works, partial(transaction, delivery.sweep), *over))


@handler("audits.alert")
def audit_failed(payload: Mapping[str, Any]) -> None:
    """Tell everybody who works for the registry or a venue. A second run tells them twice, never nobody."""

    def work() -> None:
        write_to_staff("audit_failed", run=db.session.get_one(AuditRun, UUID(payload["run"])))

    transaction(work)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
