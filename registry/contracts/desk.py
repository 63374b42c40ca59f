"""What of licenses waits for an actor, on the desk."""

from collections.abc import Iterable

from flask_babel import lazy_gettext as _l

from registry import clock
from registry.contracts import (
    account_changes,
    authorities,
    decisions,
    duties,
    duty_marks,
    invoices,
    payments,
    refunds,
    register,
    reissue,
    stamps,
)
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance
from registry.contracts.rules import AcceptanceState
from registry.parties.desk import Card, cards
from registry.parties.permissions import may
from registry.parties.rules import PARTY_ROLES, Actor


@cards
def of_licenses(actor: Actor) -> Iterable[Card]:
    """Licenses taken, money to match, questions to decide; only what is there."""
    if actor.organisation_id is not None and actor.role in PARTY_ROLES:
        yield from _of_party(actor)
    if may(actor, "reconciliation.view", actor):
        yield Card(title=_l("核对存证、款项、备案与登记"), url="/reconciliation", place=33)
    if may(actor, "acceptance.decide", actor):
        yield from _of_venue(actor)


def _of_party(actor: Actor) -> Iterable[Card]:
    mine = contracts.of_licensee(actor)
    unpaid = sum(one.state == AcceptanceState.AWAITING_PAYMENT for one in mine)
    if mine or contracts.of_holder(actor):
        yield Card(title=_l("履行事项和日历"), url="/duties", place=19)
    if mine:
        yield Card(title=_l("取得的许可和文件"), url="/licenses", count=len(mine), place=20)
    if unpaid:
        yield Card(title=_l("等待您付款的许可"), url="/licenses", count=unpaid, due=True, place=10)
    marks = duty_marks.of(mine)
    started = sum(_has_open_steps(one, marks[one.id]) for one in mine)
    if started:
        yield Card(title=_l("生效后还有手续要办的许可"), url="/licenses", count=started, due=True, place=15)
    waiting = len(payments.waiting_for_holder(actor))
    if waiting:
        yield Card(title=_l("待核对款项"), url="/holder/payments", count=waiting, due=True, place=11)
    owed = sum(one.state != "sent" for one in refunds.of_holder(actor))
    if owed:
        yield Card(title=_l("须退还的款项"), url="/holder/payments", count=owed, due=True, place=12)
    unstamped = stamps.count_to_stamp(actor)
    if unstamped:
        yield Card(title=_l("等待盖章的合同"), url="/stamps", count=unstamped, due=True, place=16)
    assert actor.organisation_id is not None
    ending = len(authorities.expiring(actor.organisation_id, clock.today()))
    if ending:
        yield Card(
            title=_l("到期或者即将到期的授权书"),
            url="/organisation/authorities",
            count=ending,
            due=True,
            place=17,
        )
    asked = len(invoices.waiting(actor))
    if asked:
        yield Card(title=_l("待开发票"), url="/holder/invoices", count=asked, due=True, place=12)
    for change in account_changes.waiting(actor):
        url = f"/declarations/{change.declaration.number}/receiving-account"
        yield Card(title=_l("收款账户变更，请核实"), url=url, due=True, place=9)
    received = len(contracts.of_holder(actor))
    if received:
        yield Card(title=_l("收到的实施通知"), url="/holder/acceptances", count=received, place=21)


def _has_open_steps(license_: Acceptance, marks: duty_marks.Marks) -> bool:
    """Whether the licensee has still to stamp, to show who it is, or to file for recordal."""
    steps = ("stamp", "evidence", "recordal")
    return any(not one.done and one.code in steps for one in duties.of_side(license_, register.LICENSEE,
    marks))


def _of_venue(actor: Actor) -> Iterable[Card]:
    questions = len(decisions.open_of_venue(actor)) + len(contracts.in_review(actor))
    waiting = len(payments.waiting_for_venue(actor))
    yield Card(title=_l("待决定事项"), url="/venue/decisions", count=questions, due=questions > 0, place=13)
    yield Card(title=_l("到账核对"), url="/venue/payments", count=waiting, due=waiting > 0, place=14)
    unread = stamps.count_to_read(actor)
    if unread:
        yield Card(title=_l("待核对印章的合同"), url="/venue/stamps", count=unread, due=True, place=16)
    changes = len(account_changes.waiting(actor))
    if changes:
        yield Card(
            title=_l("收款账户的变更"), url="/venue/account-changes", count=changes, due=True, place=13
        )
    failed = len({contract.id for contract, _ in reissue.given_up(actor)})
    if failed:
        title = _l("没有打印成功的文件")
        yield Card(title=title, url="/venue/printing", count=failed, due=True, place=9)
    yield Card(title=_l("合同与登记进度"), url="/venue/contracts", place=31)
    yield Card(title=_l("盖章要求与原件寄送"), url="/venue/stamping", place=45)
    yield Card(title=_l("导入登记结果"), url="/venue/results", place=32)
