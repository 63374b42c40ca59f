"""What our own choices, states and grounds are called in the reader's language."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry import language
from registry.articles import basis
from registry.codes.tables import table
from registry.licenses import fee_fields, wording
from registry.licenses.rules import WITHDRAWAL_GROUNDS
from registry.patents.words import FACTS, code_name

GROUPS: Mapping[str, tuple[str, ...]] = {
    "draft": ("draft",),
    "returned": ("returned",),
    "review": ("submitted", "under_review"),
    "open": ("submitted", "under_review", "published", "paused", "withdrawal_filed"),
    "ended": ("withdrawn", "terminated", "revoked", "expired", "refused"),
}
"""What a holder's list can be narrowed to, beside each single state."""
WORDS: Mapping[str, Mapping[str, LazyString]] = {
    "shown": {
        "": _l("全部"),
        "draft": _l("草稿"),
        "returned": _l("退回补正"),
        "consents": _l("等待共有人答复"),
        "review": _l("审核中"),
        "open": _l("在办和已发布"),
        "ended": _l("已结束"),
    },
    "signer_capacity": {
        "legal_representative": _l("法定代表人（负责人）本人，或者自然人本人"),
        "authorised": _l("经书面授权的人，例如技术转移部门的工作人员"),
    },
    "scope": {
        "declare": _l("作出开放许可声明"),
        "receive": _l("接收实施通知"),
        "withdraw": _l("撤回声明"),
        "record": _l("办理许可备案"),
        "money": _l("收取使用费"),
    },
    "method": {
        "FREE": _l("免费"),
        "LUMP": _l("一次总付"),
        "INSTALMENTS": _l("一次总算、分期支付"),
        "PER_YEAR": _l("按年定额"),
        "ROYALTY_SALES": _l("提成支付，按净销售额"),
        "ROYALTY_PROFIT": _l("提成支付，按利润额"),
        "ENTRY_ROYALTY": _l("入门费加提成"),
        "OTHER": _l("其他"),
    },
    "method_hint": {
        "FREE": _l("实施通知到达即取得许可。"),
        "LUMP": _l("全额到账即取得许可。"),
        "INSTALMENTS": _l("总额固定；开始时应付的一期到账即取得许可。可以先免费后付费。"),
        "PER_YEAR": _l("每个许可年度同一金额；首年费用到账即取得许可。"),
        "ROYALTY_SALES": _l("一般不高于净销售额的 20%（专利审查指南）。"),
        "ROYALTY_PROFIT": _l("一般不高于利润额的 40%（专利审查指南）。"),
        "ENTRY_ROYALTY": _l("入门费到账即取得许可，之后按期提成。"),
        "OTHER": _l("例如实物；由审核人员在发布前写明取得许可的条件。"),
    },
    "anchor": {"notice": _l("自实施通知到达之日"), "effective": _l("自许可生效之日")},
    "base": {"sales": _l("净销售额"), "profit": _l("利润额")},
    "period": {
        "month": _l("每月"),
        "quarter": _l("每三个月"),
        "half_year": _l("每六个月"),
        "year": _l("每年"),
    },
    "whose": {"own": _l("专利权人自己的账户"), "venue": _l("交易场所的账户")},
    "acts": {
        "make": _l("制造"),
        "use": _l("使用"),
        "offer": _l("许诺销售"),
        "sell": _l("销售"),
        "import": _l("进口"),
        "use_process": _l("使用专利方法"),
    },
    "handover": {
        "published_only": _l("不另外交付，以公开的专利文件为限"),
        "documents": _l("交付列明的资料"),
        "guidance": _l("交付资料并提供若干小时技术指导，不另收费"),
    },
    "filed_by": {"holder": _l("专利权人"), "venue": _l("交易场所受托办理"), "licensee": _l("被许可方")},
    "dispute": {
        "court": _l("向人民法院起诉"),
        "arbitration": _l("提交约定的仲裁机构仲裁"),
    },
    "open_from": {
        "announcement": _l("国家知识产权局公告以后"),
        "now": _l("在本平台发布以后，先按同等条件的普通许可接受"),
    },
    "state": {
        "draft": _l("草稿"),
        "submitted": _l("已提交，等待审核"),
        "under_review": _l("审核中"),
        "returned": _l("退回补正"),
        "refused": _l("审核未通过"),
        "published": _l("已发布"),
        "paused": _l("已暂停"),
        "withdrawal_filed": _l("撤回办理中"),
        "withdrawn": _l("已撤回"),
        "terminated": _l("已终止"),
        "revoked": _l("已撤销"),
        "expired": _l("已届满"),
    },
    "cnipa": {
        "not_filed": _l("尚未向国家知识产权局提交"),
        "filed": _l("已向国家知识产权局提交，等待公告"),
        "announced": _l("国家知识产权局已公告"),
        "withdrawal_announced": _l("国家知识产权局已公告撤回"),
    },
    "task": {
        "not_started": _l("未开始"),
        "done": _l("已完成"),
        "problem": _l("有问题"),
        "waiting": _l("等待同意"),
        "not_needed": _l("不需要"),
        "to_decide": _l("由审核人员决定"),
    },
    "answer": {
        "": _l("等待答复"),
        "agreed": _l("已同意"),
        "sent_back": _l("退回修改"),
        "not_owner": _l("答复不是共有人"),
    },
    "standing": {
        "declarant": _l("声明人，签署声明即为同意"),
        "not_asked": _l("尚未发送链接"),
        "asked": _l("已发送链接，等待答复"),
        "agreed": _l("已同意"),
        "sent_back": _l("退回修改"),
        "not_owner": _l("答复不是共有人"),
    },
    "flag": {
        "over_cap": _l("超过一般上限"),
        "to_decide": _l("须由审核人员决定"),
        "bar": _l("可能存在不得许可的情形"),
        "foreign_holder": _l("境外专利权人"),
        "first_declaration": _l("首次声明"),
    },
    "fact": {
        "filed": _l("已向国家知识产权局提交声明"),
        "declined": _l("国家知识产权局未予受理或者不予公告"),
        "announced": _l("国家知识产权局已公告声明"),
        "withdrawal_announced": _l("国家知识产权局已公告撤回"),
        "withdrawal_rejected": _l("国家知识产权局未准予撤回"),
    },
    "fact_hint": {
        "filed": _l("日期填提交日，不填为今天。"),
        "declined": _l("请说明理由；本平台上的普通许可要约不受影响。"),
        "announced": _l("填写编号和公告日；此后的通知取得法律上的开放许可，以前的许可不变。"),
        "withdrawal_announced": _l("自公告日起关闭；当日及以后满足条件的通知转入人工决定。"),
        "withdrawal_rejected": _l("声明继续开放。"),
    },
    "bar": {
        "B1": _l("处于独占或者排他许可有效期限内"),
        "B2": _l("因权属纠纷或者财产保全，程序中止"),
        "B3": _l("没有按照规定缴纳年费"),
        "B4": _l("已经质押，质权人没有同意"),
        "B5": _l("专利权已经终止"),
        "B6": _l("专利权已经被宣告全部无效"),
        "B7": _l("没有专利权评价报告"),
        "B8": _l("专利权评价报告的结论为否定"),
        "B9": _l("其他妨碍专利权有效实施的情形"),
    },
    "rule": {
        "fee_over_cap": _l("固定使用费超过一般上限"),
        "rate_over_cap": _l("提成率超过一般上限"),
        "fee_note_long": _l("使用费计算说明超过二千字"),
        "internal_check_missing": _l("缺少公示材料"),
        "consent_by_agreement": _l("以共有人协议代替某位共有人的同意"),
    },
    "verdict": {"pass": _l("通过"), "problem": _l("问题"), "not_applicable": _l("不适用")},
}

TONES: Mapping[str, str] = {
    "draft": "plain",
    "submitted": "wait",
    "under_review": "wait",
    "returned": "stop",
    "refused": "stop",
    "published": "ok",
    "paused": "wait",
    "withdrawal_filed": "wait",
    "withdrawn": "plain",
    "terminated": "stop",
    "revoked": "stop",
    "expired": "plain",
    "not_started": "plain",
    "done": "ok",
    "problem": "stop",
    "waiting": "wait",
    "not_needed": "plain",
    "": "wait",
    "agreed": "ok",
    "sent_back": "stop",
    "not_owner": "stop",
    "not_filed": "plain",
    "filed": "wait",
    "announced": "ok",
    "withdrawal_announced": "plain",
    "pass": "ok",
    "not_applicable": "plain",
    "declarant": "info",
    "not_asked": "plain",
    "asked": "wait",
    "over_cap": "stop",
    "bar": "stop",
    "to_decide": "wait",
    "foreign_holder": "wait",
    "first_declaration": "info",
}
"""How strongly a state shows: ok, wait, stop or plain."""


def word(value: str, group: str) -> str:
    """What one of our own codes is called; an unknown one shows as itself."""
    if group == "ground":
        known = WITHDRAWAL_GROUNDS.get(value)
        return gettext(known.zh) if known else value
    return str(WORDS[group].get(str(value), value))


def fee_words(fields: Mapping[str, Any]) -> str:
    """A stored fee in plain words, a sentence a line."""
    return wording.describe(fee_fields.from_fields(fields), language.current())


def rule_name(rule: str) -> str:
    return word(rule, "rule")


def evidence(value: object) -> str:
    """A fact of the check list as people read it: our own codes among its parts said in words."""
    parts = (part.strip() for part in str(value).split("·"))
    said = (_said(part) for part in parts if part)
    return " · ".join(said) or "—"


def _said(part: str) -> str:
    if part in FACTS:
        return str(FACTS[part])
    if part in table("patent_kind"):
        return code_name(part, "patent_kind")
    return word(part, "standing")


def tone(value: str) -> str:
    return TONES.get(str(value), "plain")


def options(group: str, hints: str = "") -> list[tuple[str, ...]]:
    """The choices of a group, for radios and selects, with hints of another group where it has them."""
    if group == "ground":
        return [(code, gettext(one.zh), basis(one.article)) for code, one in WITHDRAWAL_GROUNDS.items()]
    if hints:
        return [(code, str(words), str(WORDS[hints].get(code, ""))) for code, words in WORDS[group].items()]
    return [(code, str(words)) for code, words in WORDS[group].items()]
