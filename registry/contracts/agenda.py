"""What comes next for an organisation over its newest licenses, on its desk: days, money, notices received.

Read in a fixed number of queries; beyond `MOST` licenses the desk says so and leads to the whole list.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import defer, joinedload

from registry import clock
from registry.contracts import duties, duty_marks, register
from registry.contracts.duties import Listed
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.contracts.words import said
from registry.database import db
from registry.parties.desk import Line, Panel

MOST = 100
SHOWN = 6
NEAR, AHEAD = timedelta(days=14), timedelta(days=366)
USE = 80
"""Characters of an intended use that a desk shows."""


def of(organisation_id: UUID) -> list[Listed]:
    """The duties of an organisation over its newest licenses, on either side, done ones too."""
    whose = (Acceptance.licensee_id == organisation_id) | (Acceptance.holder_id == organisation_id)
    found = duty_marks.licenses(whose, order=Acceptance.created_at.desc(), limit=MOST)
    marks = duty_marks.of(found)
    return [
        Listed(duty=duty, acceptance=one, side=side)
        for one in found
        for side in _sides(one, organisation_id)
        for duty in duties.of_side(one, side, marks[one.id])
    ]


def next_days(listed: Iterable[Listed], *, whole: bool) -> Panel:
    """The nearest days, late ones first; `whole` when no license was left out."""
    today = clock.today()
    dated = [
        (one.duty.day, one)
        for one in listed
        if one.duty.day is not None
        and not one.duty.done
        and one.duty.day <= today + AHEAD
        and not (one.duty.event and one.duty.day < today)
    ]
    dated.sort(key=lambda pair: (pair[0], pair[1].acceptance.number))
    return Panel(
        title=_l("接下来的日期"),
        lines=[_dated(one, day, today) for day, one in dated[:SHOWN]],
        hint="" if whole else _l("只看最近 %(n)s 份许可；全部见履行事项。", n=MOST),
        url="/duties",
        more=_l("全部履行事项和日历"),
        place=10,
    )


def owed(listed: Iterable[Listed]) -> Panel:
    """Money the licensee has still to pay, by day, and what of it is due or late; claims that wait."""
    today = clock.today()
    mine = [one for one in listed if one.side == register.LICENSEE]
    dues = sorted(
        (one for one in mine if one.duty.amount is not None and one.duty.day and not one.duty.done),
        key=lambda one: (one.duty.day or date.max, one.acceptance.number),
    )
    soon = sum(
        (one.duty.amount or Decimal() for one in dues if one.duty.day and one.duty.day <= today + NEAR),
        Decimal(),
    )
    lines = [_dated(one, one.duty.day or today, today) for one in dues[:SHOWN]]
    lines += [_claimed(one) for one in _once(mine) if one.state == AcceptanceState.CLAIMED][:SHOWN]
    return Panel(
        title=_l("我的应付款项"),
        lines=lines,
        hint=_l("两周内到期和已逾期的共 %(sum)s 元。", sum=f"{soon:,.2f}") if soon else "",
        url="/duties?side=licensee&kind=money",
        more=_l("全部应付款项"),
        place=11,
    )


def received(organisation_id: UUID) -> Panel:
    """The newest notices on one's offers, each with the use the licensee intends (journeys 1.3)."""
    query = (
        select(Acceptance)
        .where(Acceptance.holder_id == organisation_id, Acceptance.state != AcceptanceState.DRAFTED)
        .options(
            joinedload(Acceptance.licensee),
            joinedload(Acceptance.contract),
            *(defer(column) for column in duty_marks.UNREAD if column is not Acceptance.answers),
        )
        .order_by(Acceptance.created_at.desc(), Acceptance.number)
        .limit(SHOWN - 1)
    )
    return Panel(
        title=_l("最近收到的实施通知"),
        lines=[_notice(one) for one in db.session.scalars(query)],
        hint=_l("您无需同意；收到通知并收到使用费后许可即成立。"),
        url="/holder/acceptances",
        more=_l("全部收到的通知"),
        place=12,
    )


def _sides(acceptance: Acceptance, organisation_id: UUID) -> Sequence[str]:
    pairs = ((register.LICENSEE, acceptance.licensee_id), (register.HOLDER, acceptance.holder_id))
    return [side for side, whose in pairs if whose == organisation_id]


def _once(listed: Iterable[Listed]) -> list[Acceptance]:
    return list({one.acceptance.id: one.acceptance for one in listed}.values())


def _dated(one: Listed, day: date, today: date) -> Line:
    left = (day - today).days
    late = one.duty.late(today)
    words = _l("已逾期") if late else _l("今天") if left == 0 else _l("还有 %(n)s 天", n=left)
    other = one.acceptance.holder if one.side == register.LICENSEE else one.acceptance.licensee
    return Line(
        words=said(one.duty.code, "duty"),
        url=f"/contracts/{one.acceptance.contract.number}#duties",
        hint=f"{one.acceptance.record['patents'][0]['title']} · {other.name}",
        day=day,
        amount=one.duty.amount,
        tag=words,
        tone="stop" if late else "wait" if left <= NEAR.days and not one.duty.event else "plain",
    )


def _claimed(acceptance: Acceptance) -> Line:
    return Line(
        words=_l("已提交回单，等待对方核对"),
        url=f"/acceptances/{acceptance.number}",
        hint=acceptance.record["patents"][0]["title"],
        day=acceptance.payments[-1].answer_due if acceptance.payments else None,
        amount=acceptance.amount_due,
        tag=_l("答复期限"),
        tone="info",
    )


def _notice(one: Acceptance) -> Line:
    erased = one.contract.erased_at is not None or not one.record
    use = "" if erased else str(one.record["notice"].get("use") or "")
    return Line(
        words=_l("个人信息已删除") if erased else one.licensee.name,
        url=f"/acceptances/{one.number}",
        hint="" if erased else f"{one.record['patents'][0]['title']}{' · ' if use else ''}{_cut(use)}",
        day=clock.legal_day(one.noticed_at) if one.noticed_at else None,
        tag=said(one.state, "acceptance"),
        tone="plain",
    )


def _cut(words: str) -> str:
    return words if len(words) <= USE else f"{words[:USE]}…"
