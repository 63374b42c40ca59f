"""What a check learned, in lines of text: names in words of both languages, values as they were filed."""

from collections.abc import Iterator, Mapping
from typing import Any

NAMED = ("type", "role", "level", "paper", "license_state", "path", "signed_by", "extract")
"""Facts whose values are codes of ours; all others are shown to the letter."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "extract": ("登记簿摘录", "extract of the register"),
    "made_at": ("摘录时刻", "made at"),
    "rows": ("表的行数", "rows of the table"),
    "asked": ("条件", "asked for"),
    "members": ("文件数", "files"),
    "seed": ("种子", "seed"),
    "count": ("份数", "how many"),
    "as_of": ("截至条数", "as of so many filings"),
    "of": ("总体份数", "out of"),
    "population": ("总体摘要", "digest of the population"),
    "numbers": ("抽出的合同", "contracts drawn"),
    "elsewhere": ("在已关闭的账本中", "in a closed log, without a bundle"),
    "file": ("文件", "file"),
    "sample": ("抽样", "sample"),
    "decisions": ("作出的决定", "decisions"),
    "exceptions": ("两人批准的例外", "exceptions"),
    "events": ("安全日志", "log of security"),
    "last_time": ("最后一条的时间", "time of the last entry"),
    "existed_by": ("至迟存在于", "existed by"),
    "existed_by_size": ("所证的条数", "entries that existed by then"),
    "subject": ("编号", "number"),
    "license_state": ("许可状态", "state of the license"),
    "registration": ("技术合同登记", "contract registration"),
    "recordal": ("备案", "recordal"),
    "filings": ("所列的存证", "filings"),
    "papers": ("出具的文件", "papers issued"),
    "disclosed": ("披露的内容", "disclosed values"),
    "seal": ("电子印章", "seal"),
    "at": ("盖章时刻", "sealed at"),
    "fingerprint": ("证书指纹", "certificate's fingerprint"),
    "self_made": ("自签", "self-made"),
    "stamped_at": ("时间戳", "timestamped at"),
    "seq": ("存证序号", "seq"),
    "type": ("类型", "type"),
    "time": ("时间", "time"),
    "by": ("签署", "signed by"),
    "signed_by": ("签署", "signed by"),
    "code": ("代码", "code"),
    "role": ("身份", "as"),
    "level": ("级别", "level"),
    "kid": ("密钥", "key"),
    "path": ("事项", "path"),
    "value": ("内容", "value"),
    "paper": ("文件", "paper"),
    "digest": ("摘要", "digest"),
    "version": ("版本", "version"),
    "name": ("名称", "name"),
    "uscc": ("统一社会信用代码", "unified social credit code"),
    "title": ("名称", "title"),
    "number": ("编号", "number"),
    "identity": ("证件", "identity"),
    "phone": ("电话", "telephone"),
    "email": ("邮箱", "e-mail"),
    "licensor": ("许可方", "licensor"),
    "patents": ("专利", "patents"),
    "intended_use": ("拟实施的内容", "intended use"),
    "contacts": ("联系方式", "contacts"),
    "record": ("冻结记录的摘要", "digest of the frozen record"),
    "nonce": ("记录随机数", "record nonce"),
    "wording": ("文本版本", "version of the wording"),
    "noticed": ("已通知", "noticed"),
    "effective": ("已生效", "in effect"),
    "ended": ("已结束", "ended"),
    "declarant": ("专利权人", "declarant"),
    "co_owner": ("共有专利权人", "co-owner"),
    "licensee": ("被许可方", "licensee"),
    "holder": ("密钥持有人", "key's holder"),
    "principal": ("委托人", "principal"),
    "agent": ("代理人", "agent"),
    "dealing": ("自己代理和双方代理", "dealing with oneself or for both sides"),
    "licensee by agent": ("被许可方的代理人", "licensee's agent"),
    "reviewer": ("审核人", "reviewer"),
    "second_reviewer": ("复核人", "second reviewer"),
    "account": ("账号密钥", "account key"),
    "external": ("自持密钥", "own key"),
    "passkey": ("通行密钥", "passkey"),
    "relayed": ("一次性密钥", "one-time key"),
    "signed": ("本人签名", "own signature"),
    "notice": ("实施通知书", "notice"),
    "payment_request": ("付款通知单", "payment request"),
    "contract": ("合同文本", "contract"),
    "sheet": ("技术合同登记表", "registration sheet"),
    "certificate": ("许可证书", "license certificate"),
    "notice_en": ("实施通知书（英文阅读版）", "notice (English reading version)"),
    "payment_request_en": ("付款通知单（英文阅读版）", "payment request (English reading version)"),
    "contract_en": ("合同文本（英文阅读版）", "contract (English reading version)"),
    "contract_docx": ("合同文本（可编辑文本）", "contract (editable text)"),
    "sheet_en": ("技术合同登记表英文说明", "registration sheet (English notes)"),
    "certificate_en": ("许可证书（英文阅读版）", "license certificate (English reading version)"),
    "log.started": ("日志开始", "log started"),
    "key.enrolled": ("登记密钥", "key enrolled"),
    "key.rotated": ("更换密钥", "key rotated"),
    "key.revoked": ("作废密钥", "key revoked"),
    "power.granted": ("授权代理人", "power of attorney granted"),
    "power.ended": ("代理终止", "power of attorney ended"),
    "declaration.published": ("发布声明", "declaration published"),
    "declaration.announced": ("记载公告", "announcement recorded"),
    "declaration.withdrawal_announced": ("记载撤回公告", "announcement of the withdrawal recorded"),
    "declaration.withdrawn": ("撤回声明", "declaration withdrawn"),
    "declaration.ended": ("声明结束", "declaration ended"),
    "declaration.paused": ("暂停接受通知", "notices paused"),
    "declaration.resumed": ("恢复接受通知", "notices resumed"),
    "license.noticed": ("实施通知", "notice received"),
    "payment.claimed": ("被许可方称已付款", "payment claimed"),
    "payment.confirmed": ("确认到账", "payment confirmed"),
    "payment.refunded": ("退款", "payment refunded"),
    "license.effective": ("许可生效", "license takes effect"),
    "license.ended": ("许可结束", "license ended"),
    "contract.split": ("一项许可分出另立合同", "a license split off into a contract of its own"),
    "royalty.reported": ("报告提成", "royalty reported"),
    "royalty.answered": ("答复提成报告", "royalty report answered"),
    "default.noticed": ("催告履行", "notice of default"),
    "default.answered": ("答复催告或者解除", "answer to a notice of default or an ending"),
    "handover.recorded": ("交付资料", "materials handed over"),
    "handover.confirmed": ("答复资料交付", "hand-over answered"),
    "objection.decided": ("对异议作出决定", "objection decided"),
    "papers.issued": ("出具文件", "papers issued"),
    "account.changed": ("收款账户变更", "receiving account changed"),
    "codes.changed": ("代码表改动", "code table changed"),
    "terms.scheduled": ("确定标准条款使用之日", "day of the standard terms set"),
    "registration.result": ("记载技术合同登记结果", "registration result"),
    "recordal.result": ("记载备案结果", "recordal result"),
    "override.recorded": ("双人批准例外", "exception approved by two persons"),
    "correction": ("更正", "correction"),
}


def lines(facts: Mapping[str, Any], lang: str) -> Iterator[str]:
    """The facts, a list taking one line for each of its items; what is empty is left out."""
    for key, value in facts.items():
        if not isinstance(value, list):
            yield f"{word(key, lang)}: {_said(key, value, lang)}"
        elif value:
            yield f"{word(key, lang)}:"
            yield from (f"  {_said(key, item, lang)}" for item in value)


def word(name: str, lang: str) -> str:
    """What a fact or a type of filing is called; a name we do not know stays as it is."""
    head, _dot, rest = name.partition(".")
    if head == "disclosed" and rest:  # how a receipt names what it shows
        return f"{word(head, lang)} {word(rest, lang)}"
    return _WORDS[name][lang == "en"] if name in _WORDS else name


def _said(key: str, value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        told = ((name, part) for name, part in value.items() if part not in ("", []))
        return ", ".join(f"{word(name, lang)} {_said(name, part, lang)}" for name, part in told)
    if isinstance(value, list):
        return "; ".join(f"({_said('', item, lang)})" for item in value)
    return word(value, lang) if key in NAMED and isinstance(value, str) else str(value)
