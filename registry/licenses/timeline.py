"""What has happened to a declaration, in words for its page; the dates of an offer on one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from sqlalchemy import select

from registry import clock, history
from registry.codes.calendar import Due, add_working_days
from registry.config import Settings
from registry.database import db
from registry.history import History
from registry.licenses.check_list import LINES
from registry.licenses.models import Declaration, ReviewLine
from registry.licenses.rules import DeclarationState
from registry.licenses.words import word

VERBS: Mapping[str, LazyString] = {
    "draft": _l("开始填写声明"),
    "submit": _l("签署并提交声明"),
    "take_up": _l("开始审核"),
    "return": _l("退回补正"),
    "refuse": _l("审核不予通过"),
    "approve": _l("审核通过，在本平台发布"),
    "ask_override": _l("请求例外"),
    "approve_override": _l("批准例外"),
    "cnipa_file": _l("已向国家知识产权局提交声明"),
    "cnipa_not_accepted": _l("国家知识产权局未予受理"),
    "cnipa_announce": _l("国家知识产权局公告开放许可声明"),
    "pause": _l("暂停接受新的通知"),
    "resume": _l("恢复接受通知"),
    "file_withdrawal": _l("提出撤回声明"),
    "withdraw_local": _l("撤回声明，在本平台登记之时生效"),
    "announce_withdrawal": _l("国家知识产权局公告撤回"),
    "reject_withdrawal": _l("国家知识产权局未准予撤回"),
    "terminate": _l("开放许可被终止"),
    "revoke": _l("声明被撤销"),
    "expire": _l("接受通知的期限届满"),
}
"""What a move of the history is called; small steps of drafting are left out."""


@dataclass(frozen=True, slots=True)
class Dot:
    """One date on the line: its place from 0 to 1000, its mark, what it is."""

    place: int
    mark: str
    label: LazyString
    day: date


def moves(rows: Iterable[History]) -> list[dict[str, Any]]:
    """Entries for the page's timeline, oldest first."""
    return [{"at": row.at, "title": VERBS[row.verb]} for row in rows if row.verb in VERBS]


def reviewed_by(declaration: Declaration) -> Due | None:
    """The day by which the venue promised an answer, in working days from the submission."""
    if declaration.submitted_at is None:
        return None
    return add_working_days(clock.legal_day(declaration.submitted_at), promised_days())


def promised_days() -> int:
    """Working days in which a venue answers; a setting."""
    settings: Settings = current_app.extensions["settings"]
    return settings.review_days


def reasons(declaration: Declaration) -> list[tuple[str, str]]:
    """Why the declaration was sent back or refused: (line of the check list, words); else empty."""
    verbs: Mapping[str, str] = {DeclarationState.RETURNED: "return", DeclarationState.REFUSED: "refuse"}
    verb = verbs.get(declaration.state)
    row = next((one for one in reversed(history.of(declaration)) if one.verb == verb), None)
    if row is None:
        return []
    if verb == "refuse":
        return [(word(str(row.changes.get("ground", "")), "bar"), str(row.changes.get("words", "")))]
    return [*_problems(declaration), *([("", row.changes["note"])] if row.changes.get("note") else [])]


def _problems(declaration: Declaration) -> list[tuple[str, str]]:
    """The problems of the last round of review."""
    query = select(ReviewLine).where(
        ReviewLine.declaration_id == declaration.id, ReviewLine.verdict == "problem"
    )
    found = db.session.scalars(query.order_by(ReviewLine.at)).all()
    last = max((line.round for line in found), default=0)
    return [(str(LINES[line.line]), line.note) for line in found if line.round == last]


def line(term: Mapping[str, Any] | None, patent_last_day: date) -> list[Dot]:
    """Today, the offer's dates and the patent's last day on one line; empty while dates are missing."""
    given = term or {}
    if not given.get("offer_last_day") or not given.get("license_last_day"):
        return []
    days = [
        ("①", _l("今天"), clock.today()),
        ("②", _l("接受通知的最后一日"), date.fromisoformat(given["offer_last_day"])),
        ("③", _l("许可期限届满日"), date.fromisoformat(given["license_last_day"])),
        ("④", _l("专利权最后一日"), patent_last_day),
    ]
    first, last = min(day for _, _, day in days), max(day for _, _, day in days)
    whole = max((last - first).days, 1)
    return [Dot((day - first).days * 1000 // whole, mark, label, day) for mark, label, day in days]
