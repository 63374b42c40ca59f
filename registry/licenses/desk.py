"""What waits for somebody at the desk about patents and declarations: few counts, each one query."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import defer, joinedload

from registry import clock
from registry.codes.calendar import working_days_between
from registry.database import db
from registry.licenses import terms_days, timeline
from registry.licenses.models import Consent, Declaration, Override
from registry.licenses.rules import DeclarationState
from registry.licenses.words import GROUPS, word
from registry.parties import service as parties
from registry.parties.desk import Card, Line, Panel, cards
from registry.parties.permissions import may
from registry.parties.rules import PARTY_ROLES, Actor, Role
from registry.patents.models import Patent

_S = DeclarationState
OLDEST = 5


@cards
def waiting(actor: Actor) -> Iterable[Card | Panel]:
    """A holder's drafts and offers, a venue's queue."""
    if actor.role in PARTY_ROLES and actor.organisation_id is not None:
        yield from _of_holder(actor)
    if actor.role == Role.OPERATOR:
        yield from _of_venue(actor)
    if may(actor, terms_days.SCHEDULE) and (asked := terms_days.to_approve(actor)):
        yield Card(title=_l("标准条款的日子待批准"), url="/admin/terms", count=asked, due=True, place=42)


def _of_holder(actor: Actor) -> Iterable[Card | Panel]:
    mine = Declaration.holder_id == actor.organisation_id
    by_state = _by_state(mine)
    if returned := by_state.get(_S.RETURNED, 0):
        url = "/declarations?state=returned"
        yield Card(title=_l("退回补正的声明"), url=url, count=returned, due=True, place=5)
    asked = db.session.scalar(
        select(func.count(Consent.id))
        .join(Declaration, Consent.declaration_id == Declaration.id)
        .where(mine, Consent.answer == "", Consent.void_at.is_(None))
    )
    if asked:
        yield Card(title=_l("等待共有人答复"), url="/declarations?state=consents", count=asked, place=20)
    if paused := by_state.get(_S.PAUSED, 0):
        url, hint = "/declarations?state=paused", _l("专利出现不得实行开放许可的情形，须及时撤回或者说明。")
        yield Card(title=_l("暂停接受的声明"), url=url, count=paused, due=True, place=6, hint=hint)
    for group, place in (("draft", 21), ("open", 22)):
        count = sum(by_state.get(state, 0) for state in GROUPS[group])
        title = _l("声明草稿") if group == "draft" else _l("在办和已发布的声明")
        yield Card(title=title, url=f"/declarations?state={group}", count=count, place=place)
    yield Card(title=_l("发布专利开放许可声明"), url="/declarations/new", place=60)
    yield _states(by_state) if by_state else _first_declaration(actor)


def _of_venue(actor: Actor) -> Iterable[Card | Panel]:
    here = Declaration.venue_id == actor.venue_id
    count = sum(_by_state(here, states=(_S.SUBMITTED, _S.UNDER_REVIEW)).values())
    yield Card(title=_l("待审声明"), url="/venue/reviews", count=count, due=count > 0, place=10)
    overrides = db.session.scalar(
        select(func.count(Override.id))
        .join(Declaration, Declaration.id == Override.declaration_id)
        .where(here, Override.approved_at.is_(None), Override.asked_by != actor.account_id)
        .where(Declaration.state == _S.UNDER_REVIEW)
    )
    if overrides:
        title = _l("等待第二人批准的例外")
        yield Card(title=title, url="/venue/reviews", count=overrides, due=True, place=11)
    if may(actor, "declaration.review", actor):
        yield _oldest(actor)


def _oldest(actor: Actor) -> Panel:
    promised = timeline.promised_days()
    lines = [
        Line(
            words=one.patent.title,
            url=f"/venue/reviews/{one.number}",
            hint=f"{one.number} · {one.holder.name}",
            tag=_l("已等待 %(n)s 个工作日", n=age),
            tone="stop" if age > promised else "wait" if age == promised else "plain",
        )
        for one, age in _longest_waiting(actor)
    ]
    return Panel(
        title=_l("最早的待审声明"),
        lines=lines,
        hint=_l("承诺在 %(n)s 个工作日内答复。", n=promised),
        url="/venue/reviews",
        more=_l("全部待审声明"),
        place=10,
    )


def _longest_waiting(actor: Actor) -> Iterable[tuple[Declaration, int]]:
    """The few handed in first at the actor's venue, with their age in working days."""
    query = (
        select(Declaration)
        .where(
            Declaration.venue_id == actor.venue_id, Declaration.state.in_((_S.SUBMITTED, _S.UNDER_REVIEW))
        )
        .options(joinedload(Declaration.holder), joinedload(Declaration.patent), defer(Declaration.draft))
        .order_by(Declaration.submitted_at)
        .limit(OLDEST)
    )
    for one in db.session.scalars(query):
        assert one.submitted_at is not None
        yield one, working_days_between(clock.legal_day(one.submitted_at), clock.today())


def _states(by_state: Mapping[str, int]) -> Panel:
    return Panel(
        title=_l("我的声明"),
        kind="bars",
        lines=[
            Line(words=word(state, "state"), url=f"/declarations?state={state}", count=by_state[state])
            for state in DeclarationState
            if by_state.get(state)
        ],
        url="/declarations",
        more=_l("全部声明"),
        place=15,
    )


def _first_declaration(actor: Actor) -> Panel:
    """What a holder does first, with what is done already marked."""
    organisation = parties.organisation_of(actor)
    entered = db.session.scalar(select(Patent.id).where(Patent.holder_id == actor.organisation_id).limit(1))
    shown = organisation.evidence_upload is not None or organisation.verified_at is not None
    return Panel(
        title=_l("三步发布第一份声明"),
        kind="steps",
        lines=[
            Line(
                words=_l("上传主体证明"),
                url="/organisation",
                done=shown,
                hint=_l("由交易场所核验；核验以前可以先填写。"),
            ),
            Line(
                words=_l("登记专利"),
                url="/patents/new",
                done=entered is not None,
                hint=_l("专利号、权利人和年费缴纳情况；一份声明针对一件专利。"),
            ),
            Line(
                words=_l("填写声明并签署"),
                url="/declarations/new",
                hint=_l("每一步都会保存，可以分几次填。"),
            ),
        ],
        place=80,
        first_day=True,
    )


def _by_state(*conditions: Any, states: Iterable[str] = ()) -> dict[str, int]:
    query = select(Declaration.state, func.count()).where(*conditions).group_by(Declaration.state)
    wanted = tuple(states)
    found = db.session.execute(query.where(Declaration.state.in_(wanted)) if wanted else query)
    return dict(found.all())
