"""What of licenses waits at a venue, on the desk of its operators; what an auditor looks at."""

from collections.abc import Iterable, Mapping

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import contains_eager

from registry import clock
from registry.contracts import account_changes, decisions, oversight, payments, refunds, reissue, stamps
from registry.contracts import service as contracts
from registry.contracts.models import Acceptance, Contract, Payment
from registry.contracts.rules import AcceptanceState, PaymentState, RegistrationState
from registry.contracts.words import said
from registry.database import db
from registry.parties.desk import Card, Line, Panel, cards
from registry.parties.permissions import may
from registry.parties.rules import Actor

_G = RegistrationState
AT_REGISTRAR = (_G.EXPORTED, _G.SUBMITTED, _G.ACCEPTED, _G.CORRECTION)
"""Where the registrar's answer is still to come, or to be entered."""
OLDEST = 5


@cards
def of_venue(actor: Actor) -> Iterable[Card | Panel]:
    """Questions to decide, money to match, seals to compare, results to enter; only what is there."""
    if may(actor, "reconciliation.view", actor):
        yield Card(title=_l("核对存证、款项、备案与登记"), url="/reconciliation", place=33)
    if may(actor, oversight.VIEW):
        yield from _of_auditor(actor)
    if not may(actor, "acceptance.decide", actor):
        return
    yield from _to_decide(actor)
    yield from _papers(actor)
    tracked = _by_registration(actor)
    awaited = sum(tracked.get(state, 0) for state in AT_REGISTRAR)
    ready, url = tracked.get(_G.READY, 0), "/venue/batches?show=ready"
    yield Card(title=_l("可以导出登记的合同"), url=url, count=ready, due=ready > 0, place=17)
    url = "/venue/contracts?state=draft"
    yield Card(title=_l("缺材料的合同"), url=url, count=tracked.get(_G.DRAFT, 0), place=18)
    yield Card(title=_l("等待录入登记结果的合同"), url="/venue/results", count=awaited, place=19)
    yield Card(title=_l("合同与登记进度"), url="/venue/contracts", place=31)
    yield Card(title=_l("盖章要求与原件寄送"), url="/venue/stamping", place=45)
    yield Card(title=_l("导入登记结果"), url="/venue/results", place=32)
    yield _oldest_claims(actor)
    yield _track(tracked)


def _of_auditor(actor: Actor) -> Iterable[Card]:
    decided, exceptions = oversight.counts(actor)
    yield Card(title=_l("作出的决定"), url="/audit/decisions", count=decided, place=20)
    yield Card(title=_l("两人批准的例外"), url="/audit/exceptions", count=exceptions, place=21)
    hint = _l("种子由您定，抽出的一组任何人可以重做；可以下载签名的摘录。")
    yield Card(title=_l("按种子抽样"), url="/audit/sample", place=22, hint=hint)
    yield Card(title=_l("代码表的修改"), url="/codes", place=34, hint=_l("每张表的修改人、日期和来源。"))
    yield Card(title=_l("存证日志"), url="/log", place=35, hint=_l("任意两个树头之间没有缺失的证明。"))


def _to_decide(actor: Actor) -> Iterable[Card]:
    questions = len(decisions.open_of_venue(actor)) + len(contracts.in_review(actor))
    waiting = len(payments.waiting_for_venue(actor))
    yield Card(title=_l("待决定事项"), url="/venue/decisions", count=questions, due=questions > 0, place=13)
    yield Card(title=_l("到账核对"), url="/venue/payments", count=waiting, due=waiting > 0, place=14)
    late = sum(one.state == "to_refund" and one.due_on < clock.today() for one in refunds.of_venue(actor))
    if late:
        yield Card(title=_l("逾期未退的款项"), url="/venue/payments", count=late, due=True, place=14)
    changes = len(account_changes.waiting(actor))
    if changes:
        yield Card(
            title=_l("收款账户的变更"), url="/venue/account-changes", count=changes, due=True, place=13
        )


def _papers(actor: Actor) -> Iterable[Card]:
    unread = stamps.count_to_read(actor)
    if unread:
        yield Card(title=_l("待核对印章的合同"), url="/venue/stamps", count=unread, due=True, place=16)
    failed = len({contract.id for contract, _ in reissue.given_up(actor)})
    if failed:
        title = _l("没有打印成功的文件")
        yield Card(title=title, url="/venue/printing", count=failed, due=True, place=9)


def _oldest_claims(actor: Actor) -> Panel:
    """Claims nobody has answered, the earliest answer day first (GL 7(3))."""
    today = clock.today()
    query = (
        select(Payment)
        .join(Payment.acceptance)
        .where(Acceptance.venue_id == actor.venue_id, Payment.state == PaymentState.CLAIMED)
        .options(contains_eager(Payment.acceptance).joinedload(Acceptance.licensee))
        .options(contains_eager(Payment.acceptance).joinedload(Acceptance.holder))
        .order_by(Payment.answer_due, Payment.created_at)
        .limit(OLDEST)
    )
    lines = [
        Line(
            words=one.acceptance.licensee.name,
            url=f"/payments/{one.id}",
            hint=_l("收款方：%(name)s", name=one.acceptance.holder.name),
            day=one.answer_due,
            amount=one.claimed_amount,
            tag=_l("过期未答复") if one.answer_due < today else _l("答复期限"),
            tone="stop" if one.answer_due < today else "plain",
        )
        for one in db.session.scalars(query)
    ]
    return Panel(
        title=_l("最早的待核对款项"), lines=lines, url="/venue/payments", more=_l("全部待核对款项"), place=12
    )


def _by_registration(actor: Actor) -> dict[str, int]:
    """Contracts with a license in force, by where they stand on the registrar's track."""
    inside = select(Acceptance.contract_id).where(
        Acceptance.venue_id == actor.venue_id, Acceptance.state == AcceptanceState.EFFECTIVE
    )
    query = (
        select(Contract.registration, func.count())
        .where(Contract.venue_id == actor.venue_id, Contract.id.in_(inside))
        .group_by(Contract.registration)
    )
    return dict(db.session.execute(query).all())


def _track(tracked: Mapping[str, int]) -> Panel:
    return Panel(
        title=_l("有效许可的合同登记进度"),
        kind="bars",
        lines=[
            Line(words=said(state, "registration"), url=f"/venue/contracts?state={state}", count=count)
            for state in RegistrationState
            if (count := tracked.get(state, 0))
        ],
        url="/venue/contracts",
        place=20,
    )
