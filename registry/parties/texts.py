"""Text messages: written in the transaction that causes them, handed over by the worker through a port.

The port is a function of a number and words that returns the provider's reference and raises where the
message was not taken: `REGISTRY_SMS=package.module:function`. In the demonstration messages go to a folder,
which the log says; without a port nothing is taken that would need one. The log never names words or number.
"""

import importlib
import logging
import os
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from flask import current_app
from sqlalchemy import delete, select

from registry import clock
from registry.config import Misconfigured, Settings
from registry.database import db, new_id, transaction
from registry.errors import Unavailable
from registry.jobs import enqueue
from registry.parties.models import Account
from registry.parties.phone_models import TextMessage

log = logging.getLogger(__name__)
SEND = "text.send"
Port = Callable[[str, str], str]
LIFE = timedelta(minutes=10)
"""A code that comes later opens nothing any more."""
AGAIN = timedelta(seconds=20)
KEPT = timedelta(days=30)


def available() -> bool:
    """Whether a number can be written to."""
    return _settings().sms != "none"


def require() -> None:
    """Raises Unavailable `sms_not_set`."""
    if not available():
        raise Unavailable("sms_not_set")


def write(account_id: UUID, phone: str, words: str) -> TextMessage:
    """Have a message sent after the commit. Raises Unavailable `sms_not_set`."""
    require()
    row = TextMessage(
        id=new_id(), account_id=account_id, phone=phone, words=words, state="queued", created_at=clock.now()
    )
    row.attempts = 0
    db.session.add(row)
    db.session.flush()
    enqueue(SEND, {"text": str(row.id)}, subject_id=row.id)
    return row


def words_of(code: str, minutes: int) -> str:
    """One message in both languages, without a link."""
    chinese = f"【明许】验证码 {code}，{minutes} 分钟内有效，请勿告诉他人。"
    return f"{chinese}Mingxu code {code}, tell it to nobody."


def code_to(account: Account, code: str, *, minutes: int) -> None:
    """A code to the account's own number; silence where no port is set, as for a stranger."""
    if available() and account.phone:
        write(account.id, account.phone, words_of(code, minutes))


def send(text_id: UUID) -> None:
    """Hand one message over, in no transaction: nothing waits while a provider thinks. A crash after the
    provider's answer sends it twice, never never.
    """
    row = db.session.get(TextMessage, text_id)
    if row is None or row.state != "queued":
        return
    phone, words, late = row.phone, row.words, row.created_at + LIFE <= clock.now()
    db.session.rollback()
    if late:
        transaction(lambda: _note(text_id, "given_up", ""))
        return
    try:
        reference = port(_settings())(phone, words)
    except Exception as error:  # the provider's words may repeat ours: only its kind is said
        log.error("a text message was not taken: %s", type(error).__name__)
        transaction(lambda: _again(text_id))
        return
    state = "kept" if _settings().sms == "folder" else "sent"
    transaction(lambda: _note(text_id, state, reference))


def sweep() -> None:
    """Forget messages past their month."""
    db.session.execute(delete(TextMessage).where(TextMessage.created_at < clock.now() - KEPT))


def port(settings: Settings) -> Port:
    """What the settings name. Raises Misconfigured."""
    if settings.sms == "folder":
        return _to_folder
    module, _, name = settings.sms.partition(":")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise Misconfigured(f"REGISTRY_SMS names nothing: {settings.sms}") from error
    if not callable(found):
        raise Misconfigured(f"REGISTRY_SMS names no function: {settings.sms}")
    return found  # type: ignore[no-any-return]


def _to_folder(phone: str, words: str) -> str:
    """The demonstration's stand-in: a file a message, beside the letters."""
    folder = _settings().outbox
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    name = f"sms-{new_id()}.txt"
    handle = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{phone}\n{words}\n")
    log.warning("no text message leaves the demonstration: one lies in the outbox folder")
    return name


def _note(text_id: UUID, state: str, reference: str) -> None:
    row = db.session.scalar(select(TextMessage).where(TextMessage.id == text_id).with_for_update())
    if row is not None:
        row.attempts += 1
        row.state, row.reference, row.words = state, reference[:100], ""
        row.sent_at = clock.now() if state != "given_up" else None


def _again(text_id: UUID) -> None:
    row = db.session.scalar(select(TextMessage).where(TextMessage.id == text_id).with_for_update())
    if row is not None:
        row.attempts += 1
        enqueue(SEND, {"text": str(text_id)}, subject_id=text_id, after=AGAIN)


def _settings() -> Settings:
    found: Settings = current_app.extensions["settings"]
    return found
