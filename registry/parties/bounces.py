"""Reports that a letter came back: read from a mail server's delivery report (RFC 3464) or a provider's
words, believed only when they carry the letter's own mark.
"""

import email
import email.policy
import re
from dataclasses import dataclass
from uuid import UUID

from registry.config import Settings
from registry.database import db
from registry.errors import NotFound, Refused
from registry.parties import delivery, mail
from registry.parties.letters import Answer, MailState
from registry.parties.models import Mail

LARGEST = 1024 * 1024
_MARK = re.compile(r"\b([0-9a-f]{32}-[0-9a-f]{24})\b")
_STATUS = re.compile(r"^Status:\s*([245])\.(\d{1,3})\.(\d{1,3})", re.MULTILINE | re.IGNORECASE)
_WORDS = re.compile(r"^Diagnostic-Code:\s*(?:[\w-]+;)?\s*(.+(?:\n[ \t].+)*)", re.MULTILINE | re.IGNORECASE)
_ACTION = re.compile(r"^Action:\s*(\w+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a delivery report says: whose letter, whether for good, the status (RFC 3463), the words."""

    mark: str
    permanent: bool
    status: str
    words: str


def read(data: bytes) -> Report:
    """Raises Refused `bounce_large`, `bounce_unread`: no report, or one that names no letter of ours."""
    if len(data) > LARGEST:
        raise Refused("bounce_large")
    report = email.message_from_bytes(data, policy=email.policy.compat32)
    text = "\n".join(_parts(report))
    status, action = _STATUS.search(text), _ACTION.search(text)
    mark = _MARK.search(str(report.get("To", ""))) or _MARK.search(data.decode("utf-8", "replace"))
    if status is None or mark is None:
        raise Refused("bounce_unread")
    failed = action is None or action[1].lower() == "failed"
    words = _WORDS.search(text)
    said = " ".join(words[1].split())[:500] if words else ""
    return Report(
        mark=mark[1],
        permanent=failed and status[1] == "5",
        status=".".join(status.groups()),
        words=said,
    )


def take(data: bytes, settings: Settings) -> Mail | None:
    """Mark the letter of a report as returned; None for a report that says it is only late, or a second one.

    Raises what `read` raises, and NotFound for a mark we never gave or a letter that is gone.
    """
    report = read(data)
    mail_id: UUID | None = mail.marked(report.mark)
    letter = db.session.get(Mail, mail_id, with_for_update=True) if mail_id else None
    if letter is None:
        raise NotFound("not_found")
    if not report.permanent or letter.state != MailState.SENT:
        return None
    words = " ".join((report.status, report.words)).strip()
    answer = Answer(stage=_stage(report.status), words=words, permanent=True)
    delivery.note(letter, answer, "bounce", settings.mail_hours)
    return letter


def _stage(status: str) -> str:
    """5.1.x speaks of the address, 5.2.1 of a mailbox that takes nothing; the rest of this letter alone."""
    return "report" if status.startswith("5.1.") or status == "5.2.1" else "data"


def _parts(report: "email.message.Message[str, str]") -> list[str]:
    """The report's own fields; a plain letter of a provider is read as it stands."""
    found = [part for part in report.walk() if part.get_content_type() == "message/delivery-status"]
    if found:
        return ["\n".join(str(one) for one in part.get_payload()) for part in found if part.is_multipart()]
    text = report.get_payload(decode=True)
    return [text.decode("utf-8", "replace")] if isinstance(text, bytes) else []
