"""The desk: what waits for the actor, as counts, links and short lists. Each folder registers its own cards
and panels; none knows the others.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import clock
from registry.parties import approvals, invitations, powers
from registry.parties import service as parties
from registry.parties.agency import PowerState
from registry.parties.permissions import may
from registry.parties.rules import Actor, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One line of the desk. `count` None means a link without a number; `due` means somebody waits for the
    actor.
    """

    title: LazyString | str
    url: str
    count: int | None = None
    hint: LazyString | str = ""
    due: bool = False
    place: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a panel: words and their address; what else is known of it. `count` makes it a bar, `done`
    a step.
    """

    words: LazyString | str
    url: str = ""
    hint: LazyString | str = ""
    day: date | None = None
    amount: Decimal | None = None
    count: int = 0
    tag: LazyString | str = ""
    tone: str = "plain"
    done: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A short list of the desk. `kind`: `list`, `bars` (shares of the longest), `months` (a plot, one line a
    month) or `steps`. `first_day`: only for whoever has nothing of the kind yet.
    """

    title: LazyString | str
    lines: Sequence[Line]
    kind: str = "list"
    hint: LazyString | str = ""
    url: str = ""  # the whole list
    more: LazyString | str = ""
    place: int = 50
    first_day: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Everything on one desk, in its order."""

    cards: Sequence[Card]
    panels: Sequence[Panel]


Provider = Callable[[Actor], Iterable[Card | Panel]]
_PROVIDERS: list[Provider] = []


def cards(provider: Provider) -> Provider:
    """Register a function that says what waits for an actor; it must answer with few, cheap queries: one a
    card, and never one for each thing that is counted.
    """
    _PROVIDERS.append(provider)
    return provider


def desk_of(actor: Actor) -> Desk:
    """What somebody waits for first, then by `place`. First steps are shown while there is nothing else."""
    providers = [_of_agent] if actor.power is not None else _PROVIDERS
    found = [one for provider in providers for one in provider(actor)]
    panels = [one for one in found if isinstance(one, Panel) and one.lines]
    begun = any(not one.first_day for one in panels)
    return Desk(
        cards=sorted(
            (one for one in found if isinstance(one, Card)), key=lambda card: (not card.due, card.place)
        ),
        panels=sorted(
            (one for one in panels if not (begun and one.first_day)), key=lambda panel: panel.place
        ),
    )


def cards_for(actor: Actor) -> Sequence[Card]:
    """Every card, those that somebody waits for first, then by `place`."""
    return desk_of(actor).cards


@cards
def _own(actor: Actor) -> Iterable[Card | Panel]:
    if not actor.confirmed:
        yield Card(
            title=_l("确认您的邮箱"), url="/confirm", due=True, place=0, hint=_l("确认之后才能签署任何文件。")
        )
    if actor.power_over:
        yield Card(
            title=_l("委托书 %(number)s 已经不再有效", number=actor.power_over),
            url="/account",
            due=True,
            place=0,
            hint=_l("您现在不代表任何一方；请在我的账号页选择代表谁。"),
        )
    elif actor.role == Role.GUEST:
        yield Card(
            title=_l("填写单位，或以个人名义办理"),
            url="/organisation/new",
            due=True,
            place=1,
            hint=_l("声明和许可由单位或自然人作出，账户只是代其签字的人。"),
        )
    elif actor.organisation_id is not None:
        yield from _organisation(actor)
    for one in invitations.waiting_for(actor) if actor.email else ():
        for_whom = one.organisation or one.venue
        yield Card(
            title=_l("您受邀代表 %(name)s", name=for_whom.name) if for_whom else _l("您受邀参与本站的管理"),
            url=f"/invitations/{one.id}",
            due=True,
            place=3,
        )
    if may(actor, "staff.manage"):
        waiting = invitations.to_approve(actor)
        title = _l("人员和角色")
        yield Card(title=title, url="/admin/staff", count=waiting or None, due=waiting > 0, place=41)
    if may(actor, "directory.view"):
        yield Card(title=_l("单位名录"), url="/admin/organisations", place=40)
    if may(actor, "organisation.verify"):
        waiting = len(parties.unverified())
        yield Card(
            title=_l("待核验主体"), url="/venue/organisations", count=waiting, due=waiting > 0, place=30
        )


def _of_agent(actor: Actor) -> Iterable[Card]:
    """Where an agent's power leads; the lists behind show what it names."""
    assert actor.power is not None
    power, matters = actor.power, actor.power.matters
    yield Card(title=_l("委托书 %(number)s", number=power.number), url=f"/powers/{power.number}", place=1)
    if matters & {"declare", "withdraw"}:
        yield Card(title=_l("委托人的专利"), url="/patents", place=10)
        yield Card(title=_l("委托人的声明"), url="/declarations", place=11)
    if matters & {"confirm", "answer", "register"}:
        yield Card(title=_l("委托人收到的实施通知"), url="/holder/acceptances", place=12)
    if "confirm" in matters:
        yield Card(title=_l("委托人待核对的款项"), url="/holder/payments", place=13)
    if matters & {"accept", "register"}:
        yield Card(title=_l("委托人的许可"), url="/licenses", place=14)


def _organisation(actor: Actor) -> Iterable[Card]:
    organisation = parties.organisation_of(actor)
    held = powers.held(actor)
    offered = sum(one.state == PowerState.OFFERED for one in held)
    if may(actor, "approval.answer", organisation) and offered:
        yield Card(title=_l("等待您接受的委托"), url="/powers", count=offered, due=True, place=4)
    if acted := sum(one.stands(clock.today()) for one in held):
        yield Card(title=_l("委托我方代理的"), url="/powers", count=acted, place=5)
    if may(actor, "approval.answer", organisation) and (asked := approvals.to_answer(actor)):
        yield Card(title=_l("等待您批准"), url="/organisation/approvals", count=asked, due=True, place=4)
    if organisation.suspended_at is not None:
        yield Card(
            title=_l("本单位已被暂停办理"),
            url="/organisation",
            due=True,
            place=0,
            hint=_l("不能签署新的文件；已有的声明和许可不受影响。"),
        )
    if organisation.verified_at is None and organisation.evidence_upload is None:
        yield Card(
            title=_l("上传主体证明"),
            url="/organisation",
            due=True,
            place=2,
            hint=_l("作出声明前须核验主体；接受免费许可可以先办后验。"),
        )
    elif organisation.verified_at is None:
        yield Card(title=_l("主体证明等待核验"), url="/organisation", place=40)
