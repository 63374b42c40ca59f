"""What happened that concerns security: one row and one line of the log an event; who, what, about what, from
where, when, and never the values themselves.

Rows are never changed; the database lets them go only after half a year (ledger.guards), which the
Cybersecurity Law, article 21(3), asks for. Most events are moves that the history knows too: see MOVES.
"""

import json
import logging
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import g, has_request_context, request
from sqlalchemy import CheckConstraint, Index, String, event, func, select
from sqlalchemy.orm import Mapped, Session, SessionTransaction, mapped_column

from registry import clock
from registry.database import Model, UtcDateTime, db, new_id, request_id, transaction, uuid_key

log = logging.getLogger("registry.security")
PER_MINUTE = 60
"""Refusals from one address in a minute that become rows; further ones are lines of the log alone, so that
nobody fills the database by knocking."""


class What(StrEnum):
    """The kinds of events; `detail` says which one of the kind."""

    SIGN_IN = "sign_in"
    SIGN_IN_FAILED = "sign_in_failed"
    SIGN_OUT = "sign_out"
    THROTTLED = "throttled"  # too many attempts
    ACCOUNT = "account"  # opened, confirmed
    PASSWORD = "password"  # noqa: S105 - the name of a kind
    KEY = "key"  # a signing key, a passkey among them
    FACTOR = "factor"  # a second factor
    MACHINE = "machine"  # a machine's key
    ROLE = "role"  # who acts for whom
    REFUSED = "refused"  # at somebody else's thing, or a role that does not carry the verb
    EXPORT = "export"
    PERSONAL = "personal"  # personal data read by staff
    ADMINISTRATION = "administration"


MOVES: Mapping[tuple[str, str], What] = {
    ("account", "sign_in"): What.SIGN_IN,
    ("session", "end_session"): What.SIGN_OUT,
    ("account", "end_sessions"): What.SIGN_OUT,
    ("account", "register"): What.ACCOUNT,
    ("account", "ask_address"): What.ACCOUNT,
    ("account", "change_address"): What.ACCOUNT,
    ("account", "take_address_back"): What.ACCOUNT,
    ("account", "confirm"): What.ACCOUNT,
    ("account", "reset_password"): What.PASSWORD,
    ("account", "change_password"): What.PASSWORD,
    ("account", "renew_key"): What.KEY,
    ("account", "confirm_phone"): What.ACCOUNT,
    ("account", "confirm_mail"): What.ACCOUNT,
    ("account", "register_passkey"): What.KEY,
    ("account", "enroll_passkey"): What.KEY,
    ("account", "remove_passkey"): What.KEY,
    ("account", "add_second_factor"): What.FACTOR,
    ("account", "remove_second_factor"): What.FACTOR,
    ("account", "forget_second_factor"): What.FACTOR,
    ("account", "draw_recovery_codes"): What.FACTOR,
    ("session", "prove"): What.FACTOR,
    ("organisation", "demand_second_factor"): What.FACTOR,
    ("organisation", "enroll_key"): What.KEY,
    ("organisation", "rotate_key"): What.KEY,
    ("organisation", "revoke_key"): What.KEY,
    ("api_key", "create_api_key"): What.MACHINE,
    ("api_key", "rotate_api_key"): What.MACHINE,
    ("api_key", "revoke_api_key"): What.MACHINE,
    ("hook_endpoint", "register_webhook"): What.MACHINE,
    ("hook_endpoint", "rotate_webhook"): What.MACHINE,
    ("hook_endpoint", "end_webhook"): What.MACHINE,
    ("account", "link_outside"): What.ACCOUNT,
    ("account", "end_outside"): What.ACCOUNT,
    ("organisation", "change_approvals"): What.ROLE,
    ("terms_day", "ask_terms_day"): What.ADMINISTRATION,
    ("terms_day", "approve_terms_day"): What.ADMINISTRATION,
    ("invitation", "invite"): What.ROLE,
    ("invitation", "approve_invitation"): What.ROLE,
    ("invitation", "drop_invitation"): What.ROLE,
    ("membership", "join"): What.ROLE,
    ("membership", "appoint"): What.ROLE,
    ("membership", "end_membership"): What.ROLE,
    ("organisation", "verify"): What.ADMINISTRATION,
    ("organisation", "send_back"): What.ADMINISTRATION,
    ("organisation", "suspend"): What.ADMINISTRATION,
    ("organisation", "resume"): What.ADMINISTRATION,
    ("venue", "open_venue"): What.ADMINISTRATION,
    ("code_change", "change_codes"): What.ADMINISTRATION,
    ("erasure", "ask_erasure"): What.ADMINISTRATION,
    ("erasure", "erase"): What.ADMINISTRATION,
    ("erasure", "drop_erasure"): What.ADMINISTRATION,
    ("mail", "resend"): What.ADMINISTRATION,
    ("mail", "open_letter"): What.PERSONAL,
    ("job", "retry"): What.ADMINISTRATION,
    ("job", "drop"): What.ADMINISTRATION,
}
"""Moves that are events of security: `history.record` notes them by itself."""


class SecurityEvent(Model):
    """One event. `account_id` acted, or is the one somebody tried to enter."""

    __tablename__ = "security_event"
    __table_args__ = (
        CheckConstraint("what IN (" + ", ".join(f"'{one}'" for one in What) + ")", name="what"),
        Index(None, "at"),
        Index(None, "account_id", "at"),
        Index(None, "what", "at"),
        Index(None, "address", "at"),
    )

    id: Mapped[uuid.UUID] = uuid_key()
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(60), default="")
    account_id: Mapped[uuid.UUID | None]
    organisation_id: Mapped[uuid.UUID | None]
    venue_id: Mapped[uuid.UUID | None]
    role: Mapped[str] = mapped_column(String(20), default="")
    subject_kind: Mapped[str] = mapped_column(String(40), default="")
    subject: Mapped[str] = mapped_column(String(80), default="")
    address: Mapped[str] = mapped_column(String(45), default="")
    request: Mapped[str] = mapped_column(String(40), default="")


def observe(what: What, doer: Any = None, **particulars: Any) -> None:
    """Note an event in the present transaction: it stands or falls with what is done there.

    `doer` is an actor, or None; `account_id` says who, without one. `detail` is a word of our own and never
    what somebody typed; `subject` a model, or a pair of a kind and a name, like ("organisation", its id).
    """
    row = SecurityEvent(**_values(what, doer, **particulars))
    db.session.add(row)
    db.session().info.setdefault(_SAID, []).append(_line(row))


def afterwards(what: What, doer: Any = None, **particulars: Any) -> None:
    """Note an event whatever becomes of the present transaction: for refusals. It is written once the
    request has been answered (`write_down`); outside a request it is a line of the log. See `observe`.
    """
    values = _values(what, doer, **particulars)
    if not has_request_context():
        log.warning("%s", _line(SecurityEvent(**values)))
        return
    noted: list[dict[str, Any]] = g.setdefault("security_events", [])
    told = {name: value for name, value in values.items() if name not in ("id", "at")}
    if not any(told.items() <= one.items() for one in noted):  # a transaction tried again says so again
        noted.append(values)


def write_down() -> None:
    """Write what `afterwards` noted, in a transaction of its own; the rows of one address are bounded."""
    noted: list[dict[str, Any]] = g.pop("security_events", [])
    if not noted:
        return

    def work() -> list[SecurityEvent]:
        rows = [SecurityEvent(**values) for values in noted]
        if _busy(noted[0]["address"], noted[0]["at"]):
            return rows
        for row in rows:
            db.session.add(row)
            db.session().info.setdefault(_SAID, []).append(_line(row))
        return []

    for row in transaction(work):
        log.warning("%s", _line(row))


def of_move(doer: Any, verb: str, subject: Any) -> None:
    """Note a move of the history that concerns security."""
    what = MOVES.get((subject.__tablename__, verb))
    if what is not None:
        observe(what, doer, detail=verb, subject=subject)


def _busy(address: str, at: datetime) -> bool:
    lately = select(func.count()).select_from(SecurityEvent)
    lately = lately.where(SecurityEvent.address == address, SecurityEvent.at > at - timedelta(minutes=1))
    return (db.session.scalar(lately) or 0) >= PER_MINUTE


def _values(
    what: What, doer: Any, *, detail: str = "", subject: Any = None, account_id: uuid.UUID | None = None
) -> dict[str, Any]:
    kind, name = _named(subject)
    return {
        "id": new_id(),
        "at": clock.now(),
        "what": str(what),
        "detail": detail[:60],
        "account_id": doer.account_id if doer is not None else account_id,
        "organisation_id": doer.organisation_id if doer is not None else None,
        "venue_id": doer.venue_id if doer is not None else None,
        "role": str(doer.role) if doer is not None else "",
        "subject_kind": kind[:40],
        "subject": name[:80],
        "address": (request.remote_addr or "")[:45] if has_request_context() else "",
        "request": request_id(),
    }


def _named(subject: Any) -> tuple[str, str]:
    if subject is None:
        return "", ""
    if isinstance(subject, tuple):
        return str(subject[0]), str(subject[1])
    return str(subject.__tablename__), str(subject.id)


# --- the line of the log: said when, and only when, the row has been committed --------------------------

_SAID = "security_events"


def _line(row: SecurityEvent) -> str:
    """JSON, ASCII alone: nothing an event holds begins another line."""
    told = {column.name: getattr(row, column.name) for column in SecurityEvent.__table__.columns}
    del told["id"], told["at"]
    line = {"event": "security", **{name: str(value or "") for name, value in told.items()}}
    return json.dumps(line, ensure_ascii=True)


@event.listens_for(db.session, "after_commit")
def _committed(session: Session) -> None:
    for line in session.info.pop(_SAID, ()):
        log.info("%s", line)


@event.listens_for(db.session, "after_soft_rollback")
def _rolled_back(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested:
        session.info.pop(_SAID, None)
