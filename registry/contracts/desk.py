"""What of licenses waits for a party, on its desk. Venues: venue_desk."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from registry import clock
from registry.contracts import (
    account_changes,
    agenda,
    authorities,
    invoices,
    payments,
    refunds,
    register,
    stamps,
)
from registry.contracts.duties import Listed
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.database import db
from registry.parties.desk import Card, Line, Panel, cards
from registry.parties.rules import PARTY_ROLES, Actor

_A = AcceptanceState
OPEN_STEPS = ("stamp", "evidence", "recordal")
"""What a licensee has still to do once it has a license: stamp, show who it is, file for recordal."""


@cards
def of_party(actor: Actor) -> Iterable[Card | Panel]:
    """Licenses taken and given, money to match, days ahead; only what is there."""
    if actor.organisation_id is None or actor.role not in PARTY_ROLES:
        return
    taken = _by_state(Acceptance.licensee_id == actor.organisation_id)
    given = _by_state(Acceptance.holder_id == actor.organisation_id, Acceptance.state != _A.DRAFTED)
    if not taken:
        yield _first_license()
    if taken or given:
        yield Card(title=_l("履行事项和日历"), url="/duties", place=19)
        listed = agenda.of(actor.organisation_id)
        yield from _of_licensee(taken, listed)
        yield agenda.next_days(listed, whole=sum(taken.values()) + sum(given.values()) <= agenda.MOST)
        yield agenda.owed(listed)
    if given:
        yield Card(
            title=_l("收到的实施通知"), url="/holder/acceptances", count=sum(given.values()), place=21
        )
        yield agenda.received(actor.organisation_id)
    yield from _of_money(actor)
    yield from _of_papers(actor, actor.organisation_id)


def _of_licensee(taken: dict[str, int], listed: Iterable[Listed]) -> Iterable[Card]:
    if taken:
        yield Card(title=_l("我的许可和文件"), url="/licenses", count=sum(taken.values()), place=20)
    if unsent := taken.get(_A.DRAFTED, 0):
        title = _l("还没有发出的实施通知")
        yield Card(title=title, url="/licenses?state=drafted", count=unsent, due=True, place=14)
    if unpaid := taken.get(_A.AWAITING_PAYMENT, 0):
        title = _l("等待您付款的许可")
        yield Card(title=title, url="/licenses?state=awaiting_payment", count=unpaid, due=True, place=10)
    started = {
        one.acceptance.id
        for one in listed
        if one.side == register.LICENSEE and one.duty.code in OPEN_STEPS and not one.duty.done
    }
    if started:
        yield Card(
            title=_l("生效后还有手续要办的许可"),
            url="/duties?side=licensee&kind=paper",
            count=len(started),
            due=True,
            place=15,
        )


def _of_money(actor: Actor) -> Iterable[Card]:
    waiting = len(payments.waiting_for_holder(actor))
    if waiting:
        yield Card(title=_l("待核对款项"), url="/holder/payments", count=waiting, due=True, place=11)
    owed = sum(one.state != "sent" for one in refunds.of_holder(actor))
    if owed:
        yield Card(title=_l("须退还的款项"), url="/holder/payments", count=owed, due=True, place=12)
    asked = len(invoices.waiting(actor))
    if asked:
        yield Card(title=_l("待开发票"), url="/holder/invoices", count=asked, due=True, place=12)
    for change in account_changes.waiting(actor):
        url = f"/declarations/{change.declaration.number}/receiving-account"
        yield Card(title=_l("收款账户变更，请核实"), url=url, due=True, place=9)


def _of_papers(actor: Actor, organisation_id: UUID) -> Iterable[Card]:
    unstamped = stamps.count_to_stamp(actor)
    if unstamped:
        yield Card(title=_l("等待盖章的合同"), url="/stamps", count=unstamped, due=True, place=16)
    ending = len(authorities.expiring(organisation_id, clock.today()))
    if ending:
        yield Card(
            title=_l("到期或者即将到期的授权书"),
            url="/organisation/authorities",
            count=ending,
            due=True,
            place=17,
        )


def _first_license() -> Panel:
    return Panel(
        title=_l("三步取得第一份许可"),
        kind="steps",
        lines=[
            Line(words=_l("查找一项开放的专利"), url="/search", hint=_l("价格和条件对所有人相同。")),
            Line(
                words=_l("写明用途，核对条件"),
                hint=_l("在要约页面点击“接受要约”；权利人不能拒绝（专利法第五十一条）。"),
            ),
            Line(
                words=_l("签署并发出实施通知"),
                hint=_l("免费的当即取得许可；收费的，款项到账之日取得。"),
            ),
        ],
        place=81,
        first_day=True,
    )


def _by_state(*conditions: Any) -> dict[str, int]:
    query = select(Acceptance.state, func.count()).where(*conditions).group_by(Acceptance.state)
    return dict(db.session.execute(query).all())
