"""What the catalogue's own words are called on its pages."""

import re

from flask_babel import lazy_gettext as _l
from flask_babel import lazy_pgettext
from flask_babel.speaklater import LazyString

TAGS = {
    "announced": _l("已公告"),
    "local": _l("未经国家知识产权局公告"),
    "waiting": _l("待公告后开放"),
    "withdrawal_filed": _l("已申请撤回，仍可取得许可"),
    "paused": _l("暂停接受"),
    "ended": _l("已结束"),
}
TONES = {
    "announced": "ok",
    "local": "info",
    "waiting": "plain",
    "withdrawal_filed": "wait",
    "paused": "stop",
    "ended": "plain",
}
SORTS = {
    "newest": _l("最新发布"),
    "price": _l("金额从低到高"),
    "ending": _l("最先截止"),
    "life": _l("专利剩余时间最长"),
}
CNIPA = {
    "not_filed": _l("尚未向国家知识产权局提交声明"),
    "filed": _l("已向国家知识产权局提交，尚未公告"),
    "announced": _l("国家知识产权局已公告"),
    "withdrawal_announced": _l("国家知识产权局已公告撤回"),
}
ACTS = {
    "make": _l("制造"),
    "use": _l("使用"),
    "offer": _l("许诺销售"),
    "sell": _l("销售"),
    "import": _l("进口"),
    "use_process": _l("使用专利方法"),
}
HANDOVER = {
    "published_only": _l("以公开的专利文件为限，不另行交付资料"),
    "documents": _l("交付资料"),
    "guidance": _l("交付资料并提供技术指导"),
}
FILED_BY = {"holder": _l("专利权人"), "venue": _l("交易场所"), "licensee": _l("被许可方")}
EVENTS = {
    "approve": _l("审核通过，声明发布"),
    "publish": _l("审核通过，声明发布"),
    "announce": _l("记载国家知识产权局公告"),
    "pause": _l("暂停接受新的通知"),
    "resume": _l("恢复接受通知"),
    "file_withdrawal": _l("申请撤回"),
    "reject_withdrawal": _l("撤回申请未获准"),
    "withdraw_local": _l("撤回"),
    "announce_withdrawal": _l("记载国家知识产权局公告撤回"),
    "terminate": _l("国家知识产权局终止"),
    "revoke": _l("国家知识产权局撤销"),
    "expire": _l("期满结束"),
}
"""Moves of a declaration that the public may see; drafts and reviews are nobody's business."""

FILINGS = {
    "log.started": _l("日志开始"),
    "key.enrolled": _l("登记签名公钥"),
    "key.rotated": _l("更换签名公钥"),
    "key.revoked": _l("作废签名公钥"),
    "power.granted": _l("授权代理人"),
    "power.ended": _l("代理终止"),
    "declaration.published": lazy_pgettext("filing", "发布声明"),
    "declaration.announced": _l("记载国家知识产权局公告"),
    "declaration.withdrawal_announced": _l("记载国家知识产权局公告撤回"),
    "declaration.withdrawn": lazy_pgettext("filing", "撤回声明"),
    "declaration.ended": _l("声明结束"),
    "declaration.paused": lazy_pgettext("filing", "暂停接受通知"),
    "declaration.resumed": lazy_pgettext("filing", "恢复接受通知"),
    "license.noticed": _l("实施通知到达"),
    "payment.claimed": _l("被许可方称已付款"),
    "payment.confirmed": _l("确认到账"),
    "payment.refunded": _l("退款"),
    "license.effective": _l("许可生效"),
    "license.ended": _l("许可结束"),
    "contract.split": _l("一项许可分出另立合同"),
    "royalty.reported": _l("报告提成"),
    "royalty.answered": _l("答复提成报告"),
    "default.noticed": _l("催告履行"),
    "default.answered": _l("答复催告或者解除"),
    "handover.recorded": _l("交付资料"),
    "handover.confirmed": _l("答复资料交付"),
    "objection.decided": _l("对异议作出决定"),
    "papers.issued": _l("出具文件"),
    "codes.changed": _l("代码表改动"),
    "terms.scheduled": _l("确定标准条款使用之日"),
    "account.changed": _l("变更收款账户"),
    "registration.result": _l("记载技术合同登记结果"),
    "recordal.result": _l("记载备案结果"),
    "override.recorded": _l("双人批准例外"),
    "correction": lazy_pgettext("filing", "更正"),
}
"""Types of filing, as the log's pages call them."""

SIGNERS = {
    "declarant": _l("专利权人"),
    "co_owner": _l("共有专利权人"),
    "licensee": _l("被许可方"),
    "holder": _l("密钥持有人"),
    "reviewer": _l("审核人"),
    "second_reviewer": _l("复核人"),
    "venue": _l("交易场所"),
    "registry": _l("登记方的原密钥"),
    "principal": _l("委托人"),
}
_AGENT = re.compile(r"(.+?) by agent(?: ([0-9a-f]{64}))?")


def signer(role: str) -> LazyString | str:
    """In which role a statement was made; an agent's says for whom and, where it may be read, under what."""
    found = _AGENT.fullmatch(role)
    if found is None:
        return SIGNERS.get(role, role)
    whose = SIGNERS.get(found[1], found[1])
    return _l("%(who)s的代理人 %(power)s", who=whose, power=f"{found[2][:8]}…" if found[2] else "")


LEVELS = {
    "account": _l("账号密钥"),
    "external": _l("自持密钥"),
    "passkey": _l("通行密钥"),
    "relayed": _l("一次性密钥"),
}
"""Who signs a statement, and with which kind of key."""

AT_INSTANT = {
    "statutory": _l("这项声明接受通知，是经国家知识产权局公告的开放许可。"),
    "local": _l("这项声明接受通知，是本平台发布的普通许可要约，未经国家知识产权局公告。"),
    "offer_not_published": _l("当时这项声明还没有在本平台发布。"),
    "offer_not_announced": _l("这项声明已在本平台发布，但要等国家知识产权局公告才开放，不接受通知。"),
    "offer_paused": _l("这项声明暂停接受新的通知。"),
    "offer_withdrawn": _l("这项声明已经撤回，不接受通知。"),
    "offer_not_open": _l("这项声明已经终止、被撤销或者期满，不接受通知。"),
    "offer_ended": _l("接受通知的最后一日已经过去，不接受通知。"),
    "patent_expired": _l("专利权最后一日已经过去，不接受通知。"),
    "license_term_empty": _l("许可期限届满日已经过去，不接受通知。"),
}
"""How an offer stood at an instant, by track or by the code of the refusal."""

AT_NOT_PROVED = (
    _l("不能证明国家知识产权局已经公告：公告以该局的公报为准，这里只是登记了它。"),
    _l("不能证明专利权在那一刻有效，也不能证明当时没有别的情形使声明不成立。"),
    _l("时间是本站的时钟；独立的时间要看见证人会签和时间戳。"),
    _l("凭证包证明其中的记录，不能证明没有别的记录；要看整份日志。"),
)

FACETS = {
    "fee_method": _l("收费方式"),
    "tag": _l("状态"),
    "patent_kind": _l("专利种类"),
    "section": _l("国际专利分类"),
    "industry": _l("国民经济行业"),
    "technology_field": _l("技术领域"),
    "stage": _l("成熟阶段"),
    "region": _l("权利人所在地区"),
}

TRACKS = {
    "": _l("尚未确定"),
    "statutory": _l("经公告的开放许可"),
    "local": _l("平台发布的普通许可，未经国家知识产权局公告"),
}
DUES = {
    "whole": _l("使用费"),
    "instalment": _l("分期"),
    "year": _l("许可年度"),
    "entry": _l("入门费"),
    "minimum": _l("最低提成费"),
    "royalty": _l("提成费"),
    "other": _l("约定款项"),
}
LICENSES = {
    "awaiting_payment": _l("等待付款或约定的条件"),
    "claimed": _l("付款待确认"),
    "in_decision": _l("待裁定"),
    "effective": _l("有效"),
    "lapsed": _l("逾期未付，已失效"),
    "refund_due": _l("未成立，款项待退"),
    "manual_review": _l("涉外，待人工审查"),
    "void": _l("裁定不成立"),
    "terminated": _l("已终止"),
    "expired": _l("期满结束"),
}
RECORDALS = {
    "": _l("尚未记载"),
    "due": _l("尚未申请备案"),
    "filed": _l("已提交"),
    "recorded": _l("已备案"),
    "refused": _l("不予备案"),
}
