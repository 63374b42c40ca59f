"""What a machine's key is good for: a few scopes, each a set of the permission table's verbs.

A scope only narrows: what the key's membership may not do, no scope lets it do. Acts that are filed need the
organisation's own signature besides (`external`); no key signs as a person.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from registry.text import N_


class Scope(StrEnum):
    """What a key may be used for."""

    READ = "read"
    DRAFT = "draft"
    SIGN = "sign"
    PAY = "pay"
    OFFICE = "office"
    EXPORT = "export"
    WEBHOOK = "webhook"
    KEYS = "keys"


NAMES: Mapping[str, str] = {
    "read": N_("查阅：读取本方的声明、许可、合同和文件"),
    "draft": N_("起草：录入专利、填写草稿、上传文件"),
    "sign": N_("提交：提交已用自管密钥签名的声明、通知、撤回和报告"),
    "pay": N_("款项：报告付款、确认到账、开票"),
    "office": N_("经办：审核、决定、录入登记结果"),
    "export": N_("导出：制作登记批次"),
    "webhook": N_("事件推送：登记和管理接收地址"),
    "keys": N_("密钥与授权：登记签名密钥，创建、更换和作废接口密钥，登记和终止内部机构的授权书"),
}
"""Message ids."""

EVERY = frozenset(Scope)
_BY_SCOPE: Mapping[Scope, str] = {
    Scope.READ: """organisation.view upload.view patent.view declaration.view need.view interest.view
        approval.view acceptance.view checkout.view account.view contract.view contract.disclose
        contract.reward power.view reconciliation.view batch.view""",
    Scope.DRAFT: """account.use upload.add patent.add patent.edit declaration.draft interest.register
        interest.withdraw need.post need.edit need.answer collection.edit acceptance.draft contract.attach
        approval.ask""",
    Scope.SIGN: """declaration.sign declaration.withdraw acceptance.send acceptance.correct acceptance.object
        acceptance.meet acceptance.ask account.change contract.correct royalty.report royalty.ask
        royalty.answer default.notice handover.record handover.answer bar.acknowledge recordal.record
        approval.answer power.grant power.answer power.end""",
    Scope.PAY: """payment.claim payment.ask payment.confirm account.approve account.stop statement.work
        invoice.ask invoice.issue refund.send""",
    Scope.OFFICE: """patent.check declaration.review declaration.announce need.review acceptance.review
        acceptance.decide payment.decide contract.print contract.reissue contract.register ending.settle
        registrar.edit""",
    Scope.EXPORT: "batch.make",
    Scope.WEBHOOK: "webhook.manage webhook.view",
    Scope.KEYS: "key.enroll key.revoke machine.manage organisation.edit",
}
OF_AGENTS = frozenset({Scope.READ, Scope.DRAFT, Scope.SIGN, Scope.PAY})
"""What a key bound to a power may have: no matter of a power is for more."""
OF_VERB: Mapping[str, Scope] = {verb: scope for scope, verbs in _BY_SCOPE.items() for verb in verbs.split()}
"""A verb that is not here is for people alone, or for the clock."""


def of(verb: str) -> Scope:
    """The scope a verb needs. Raises KeyError for one no machine may do: a mistake of the program."""
    return OF_VERB[verb]


def written(scopes: Iterable[str]) -> str:
    """Scopes as they are kept: in our order, one space between."""
    wanted = set(scopes)
    return " ".join(one for one in Scope if one in wanted)


def read(text: str) -> frozenset[Scope]:
    """Scopes as they were kept; one we no longer know is nothing."""
    return frozenset(Scope(one) for one in text.split() if one in Scope.__members__.values())
