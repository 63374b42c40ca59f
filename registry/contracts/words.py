"""What the states, grounds, events and places of a license are called in the reader's language."""

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from registry.contracts.duty_words import DUTIES, DUTY_WORDS, EVENTS
from registry.contracts.money_words import MONEY
from registry.contracts.paper_words import PAPERS
from registry.contracts.print_words import PRINTED
from registry.contracts.rules import REFUSAL_GROUNDS

WORDS: Mapping[str, Mapping[str, LazyString | str]] = {
    **MONEY,
    **PRINTED,
    **DUTY_WORDS,
    "disclosure": {
        "licensee": _l("被许可方的名称和代码"),
        "licensor": _l("许可方的名称和代码"),
        "patents": _l("专利号和名称"),
        "use": _l("实施用途"),
        "contacts": _l("联系方式"),
        "record": _l("合同记录的摘要和随机数"),
        "fee": _l("使用费与付款"),
        "offices": _l("登记与备案的编号"),
    },
    "disclosure_hint": {
        "record": _l("收件人手里有合同文本时，可据此核对那份合同。合同文本载有使用费。"),
        "fee": _l("含公开声明里的使用费，以及各笔付款的金额。"),
    },
    "acceptance": {
        "drafted": _l("草稿，尚未发出"),
        "awaiting_payment": _l("等待付款或约定的条件"),
        "claimed": _l("已付款，等待核对"),
        "in_decision": _l("等待交易场所决定"),
        "effective": _l("许可有效"),
        "lapsed": _l("未付款，已失效"),
        "refund_due": _l("不生效，等待退款"),
        "manual_review": _l("等待人工审查"),
        "void": _l("不成立"),
        "terminated": _l("已终止"),
        "expired": _l("期限届满"),
    },
    "ground": {
        "notice_not_from_person": _l("实施通知不是由所署名的人发出的"),
        "money_not_received": _l("没有收到款项"),
        "bar_existed": _l("当日存在不得实行开放许可的情形"),
        "foreign_party": _l("被许可方在境外或者港澳台地区"),
        "other_law": _l("违反其他法律、行政法规"),
        "no_answer": _l("期限内无人核对到账"),
        "amount_disputed": _l("对到账金额有争议"),
        "late_disputed": _l("对迟到的认定有争议"),
        "duplicate_disputed": _l("对重复付款的认定有争议"),
        "condition": _l("请求认定取得许可的条件已经满足"),
        "same_day": _l("款项与撤回在同一日"),
        "after_withdrawal": _l("撤回生效日当日或之后才具备条件"),
        "unpaid": _l("未按期付款"),
        "term": _l("许可期限届满"),
        "patent": _l("专利权期限届满"),
    },
    "taken": {
        "": _l("全部"),
        "open": _l("等待付款或核对"),
        "effective": _l("许可有效"),
        "drafted": _l("草稿，尚未发出"),
        "over": _l("已结束或者不成立"),
    },
    "capacity": {
        "legal_representative": _l("法定代表人（负责人）"),
        "authorised": _l("经授权的经办人"),
        "self": _l("自然人本人"),
    },
    "track": {"statutory": _l("法定开放许可（已公告）"), "local": _l("普通许可（未经国家知识产权局公告）")},
    "recordal": {
        "": _l("许可生效后办理"),
        "due": _l("尚未申请备案"),
        "filed": _l("备案办理中"),
        "recorded": _l("已备案"),
        "refused": _l("不予备案"),
    },
    "recordal_verb": {
        "file": _l("已向国家知识产权局提交备案申请"),
        "record": _l("已获备案"),
        "refuse": _l("不予备案"),
    },
    "registration": {
        "draft": _l("材料未齐"),
        "ready": _l("材料齐备"),
        "exported": _l("已导出批次"),
        "submitted": _l("已提交登记机构"),
        "accepted": _l("登记机构已受理"),
        "registered": _l("已登记"),
        "correction": _l("须补正"),
        "refused": _l("不予登记"),
        "changed": _l("已变更登记"),
        "cancelled": _l("已注销登记"),
    },
    "answer": {
        "已受理": _l("登记机构已受理"),
        "已登记": _l("已登记"),
        "补正": _l("须补正"),
        "不予登记": _l("不予登记"),
        "变更": _l("已变更登记"),
        "注销": _l("已注销登记"),
    },
    "difference": {
        "filing_differs": _l("存证与登记结果不一致"),
        "effective_without_payment": _l("许可有效而款项不足"),
        "paid_without_license": _l("收款而许可未生效"),
        "registered_without_license": _l("已登记而许可未生效"),
        "registered_but_ended": _l("已登记而许可已终止"),
        "number_twice": _l("登记编号与另一合同相同"),
        "recognised_differs": _l("核定金额与本平台不同"),
        "clock_ran_out": _l("超过办理或补正期限"),
        "no_answer": _l("导出后久无答复"),
        "recordal_missing": _l("三个月内未备案"),
    },
    "verdict": {
        "matched": _l("可以保存"),
        "unchanged": _l("没有变化"),
        "conflict": _l("有冲突"),
        "unmatched": _l("没有对上"),
        "invalid": _l("填写有误"),
    },
    "refusal_ground": {code: _l(said) for code, said in REFUSAL_GROUNDS.items()},
    "applicant": {
        "seller": _l("卖方（许可方）"),
        "intermediary": _l("中介方（受卖方委托）"),
        "buyer": _l("买方（被许可方）"),
    },
    "confidence": {
        "law": _l("现行规定载明"),
        "published": _l("登记机构公开的指南"),
        "asked": _l("登记机构当面或者书面答复"),
        "second_hand": _l("转述，未核实"),
    },
    "basis": {
        "fixed": _l("固定"),
        "estimate": _l("估算"),
        "zero": _l("零"),
    },
    "zero_fee": {
        "taken": _l("受理"),
        "refused": _l("不受理"),
    },
    "date_form": {
        "iso": "2026-03-01",
        "slash": "2026/3/1",
        "chinese": "2026年3月1日",
        "compact": "20260301",
    },
    "batch": {
        "freezing": _l("正在检查合同"),
        "packing": _l("正在打包"),
        "packed": _l("可以下载"),
        "empty": _l("没有合同进入"),
    },
    "stamp": {
        "not_needed": _l("不需要盖章"),
        "waiting_licensor": _l("等待许可方盖章"),
        "waiting_licensee": _l("等待被许可方盖章"),
        "complete": _l("已上传盖章件，待核对"),
        "checked": _l("盖章件已核对"),
        "mismatch": _l("印章与名称不一致"),
    },
    "seat": {
        "licensor": _l("许可方"),
        "co_owner": _l("共有专利权人"),
        "agency": _l("代理机构"),
        "licensee": _l("被许可方"),
    },
    "stamp_policy": {
        "stamped_original": _l("须盖章（签字）的纸质原件或者扫描件"),
        "e_signed_print": _l("接受带电子签名的打印件，不必盖章"),
    },
    "stamp_policy_hint": {
        "stamped_original": _l("多数登记机构比对印章与名称；默认按此办理。"),
        "e_signed_print": _l("请先取得登记机构的答复，再改成这一项。"),
    },
    "paper": PAPERS,
    "slot": {
        "02b": _l("盖章签署的合同扫描件"),
        "05": _l("支付凭证"),
        "06": _l("专利证书或登记簿副本、年费状态"),
        "07a": _l("主体证明（许可方）"),
        "07b": _l("主体证明（被许可方）"),
        "08": _l("授权委托书"),
        "08a": _l("法定代表人授权书"),
        "08b": _l("委托登记授权书"),
        "12": _l("交易凭证"),
        "13": _l("专利许可备案证明"),
        "14": _l("发票"),
        "15": _l("技术进出口许可证或者登记证书"),
    },
    "filing": {
        "license.noticed": _l("实施通知"),
        "registration.result": _l("登记结果"),
        "recordal.result": _l("备案结果"),
    },
    "event": {
        **EVENTS,
        "draft": _l("填写实施意向"),
        "split": _l("一项许可分出另立合同"),
        "send_free": _l("实施通知到达，许可成立并生效"),
        "send_paid": _l("实施通知到达，等待付款"),
        "stop_for_review": _l("实施通知到达，转人工审查"),
        "clear_free": _l("人工审查通过，许可生效"),
        "clear_paid": _l("人工审查通过，等待付款"),
        "decide_void": _l("决定：许可不成立"),
        "claim": _l("被许可方称已付款，上传回单"),
        "confirm": _l("款项到账，许可生效"),
        "confirm_late": _l("款项迟到而要约仍开放，许可生效"),
        "fall_short": _l("款项不足，继续等待付款"),
        "dispute": _l("提交交易场所决定"),
        "meet": _l("专利权人确认条件已经满足，许可生效"),
        "decide_met": _l("决定：条件已经满足，许可生效"),
        "decide_paid": _l("决定：款项已到账，许可生效"),
        "decide_unpaid": _l("决定：继续等待付款"),
        "lapse": _l("逾期未付款，通知失效"),
        "ask_due": _l("发出付款通知"),
        "arrive_late": _l("款项到账过晚，不生效，须退款"),
        "refunded": _l("款项已退回"),
        "end_term": _l("许可期限届满"),
        "end_patent": _l("专利权期限届满，许可终止"),
        "attach": _l("补充材料"),
        "bring_sheet": _l("上传盖章签署件"),
        "check_stamp": _l("核对印章"),
        "receive_original": _l("收到纸质原件"),
        "stamp_await_licensor": _l("等待许可方盖章"),
        "stamp_await_licensee": _l("等待被许可方盖章"),
        "stamp_fill": _l("盖章件已齐，待核对"),
        "stamp_agree": _l("印章与名称一致"),
        "stamp_differ": _l("印章与名称不一致"),
        "stamp_waive": _l("交易场所不要求盖章"),
        "classify": _l("核对分类代码"),
        "recordal_file": _l("向国家知识产权局申请备案"),
        "recordal_record": _l("专利实施许可已备案"),
        "recordal_refuse": _l("专利实施许可不予备案"),
        "pass_checks": _l("登记材料齐备"),
        "fail_checks": _l("登记材料出现缺项"),
        "export": _l("导出登记批次"),
        "take_back": _l("从批次中取回"),
        "submit": _l("已提交登记机构"),
        "resubmit": _l("补正后再次提交登记机构"),
        "accept": _l("登记机构受理"),
        "mend": _l("退回重新准备登记材料"),
        "set_applicant": _l("确定申请人和登记机构"),
        "set_numbers": _l("填写交易凭证编号"),
        "record_result": _l("录入登记结果"),
        "register": _l("登记机构予以登记"),
        "correct": _l("登记机构要求补正"),
        "refuse": _l("登记机构不予登记"),
        "change": _l("变更登记"),
        "cancel": _l("注销登记"),
        "correct_filing": _l("更正一项存证"),
        "reissue_paper": _l("重新印制一份文件"),
        "print_again": _l("让后台再次打印"),
        "erase": _l("个人和保密信息已删除"),
    },
    "mend": {
        "acceptance": _l("看许可状态"),
        "patent": _l("看专利状态"),
        "classification": _l("核对分类"),
        "fee": _l("看收费"),
        "amounts": _l("看金额"),
        "stamps": _l("核对印章"),
        "registrar": _l("登记机构的意见"),
        "applicant": _l("申请人与登记机构"),
        "recordal": _l("填写备案情况"),
        "papers": _l("看文件"),
        "declaration": _l("看声明的条款"),
        "report": _l("提交评价报告"),
        "registrar_account": _l("申请人的账户"),
    },
    "form_field": {
        "technology_field": _l("技术领域"),
        "socio_economic_objective": _l("社会经济目标"),
        "industry": _l("国民经济行业"),
    },
    "party_field": {
        "name": _l("名称"),
        "identifier": _l("统一社会信用代码或者证件号"),
        "nature": _l("单位性质"),
        "region": _l("行政区划"),
        "address": _l("地址"),
        "representative": _l("法定代表人"),
        "contact": _l("联系人"),
        "phone": _l("联系电话"),
    },
    "patent_field": {
        "title": _l("发明创造名称"),
        "number": _l("专利号"),
        "application_number": _l("申请号"),
        "filing_date": _l("申请日"),
        "grant_date": _l("授权公告日"),
        "patentees": _l("专利权人"),
        "kind": _l("专利种类"),
    },
    "monopoly": {
        "improvement": _l("限制改进或者单方面回授"),
        "competing": _l("禁止使用竞争技术"),
        "limits": _l("不合理限制数量、品种、价格、渠道或者出口"),
        "tying": _l("搭售"),
        "sources": _l("限制采购来源"),
        "challenge": _l("禁止对有效性提出异议"),
    },
    "duty": {
        **DUTIES,
        "pay": _l("付款"),
        "confirm": _l("核对到账"),
        "recordal": _l("向国家知识产权局备案（生效之日起三个月内）"),
        "stamp": _l("在合同上盖章或签字，上传扫描件"),
        "evidence": _l("上传主体证明，由交易场所核验"),
        "whole": _l("支付使用费"),
        "instalment": _l("支付分期款"),
        "year": _l("支付年度使用费"),
        "entry": _l("支付入门费"),
        "minimum": _l("补足最低提成费"),
        "other": _l("按约定支付"),
        "annuity": _l("续缴专利年费（专利权人）"),
        "handover": _l("交付声明所列资料（专利权人）"),
        "end": _l("许可到期"),
    },
}

TONES: Mapping[str, str] = {
    "matched": "ok", "unchanged": "plain", "conflict": "stop", "unmatched": "wait", "invalid": "stop",
    "drafted": "plain", "awaiting_payment": "wait", "claimed": "wait", "in_decision": "wait",
    "effective": "ok", "lapsed": "plain", "refund_due": "stop", "manual_review": "wait", "void": "stop",
    "terminated": "plain", "expired": "plain", "confirmed": "ok", "short": "stop", "over": "info",
    "late": "stop", "other_payer": "wait", "not_arrived": "stop", "duplicate": "stop", "disputed": "wait",
    "to_refund": "stop", "sent": "wait", "due": "wait", "filed": "wait", "recorded": "ok",
    "reported": "wait", "asked": "wait", "agreed": "ok", "superseded": "plain", "open": "stop",
    "answered": "wait", "cured": "ok", "withdrawn": "plain", "ended": "plain", "declared": "stop",
    "objected": "wait", "upheld": "plain", "reversed": "ok", "incomplete": "stop",
    "refused": "stop", "draft": "wait", "ready": "ok", "exported": "info", "submitted": "info",
    "accepted": "info", "registered": "ok", "correction": "stop", "changed": "ok", "cancelled": "plain",
    "complete": "wait", "checked": "ok", "mismatch": "stop", "waiting_licensor": "wait",
    "overdue": "stop", "unreported": "wait", "paid": "ok", "waived": "plain",
    "waiting_licensee": "wait", "not_needed": "plain", "statutory": "ok", "local": "info",
}  # fmt: skip
"""How strongly a state shows: ok, info, wait, stop or plain."""


def said(value: str, group: str) -> str:
    """What one of our own codes is called; an unknown one shows as itself."""
    return str(WORDS[group].get(str(value), value))


def due_name(key: str) -> str:
    """What a due is called: `instalment:2` is 第 2 期."""
    kind, _, number = key.partition(":")
    known = WORDS["due_name"].get(kind)
    return key if known is None else str(known) % {"n": number}


def tone_of(value: str) -> str:
    """How strongly a state shows."""
    return TONES.get(str(value), "plain")


def choices(group: str, *, only: tuple[str, ...] = (), hints: str = "") -> list[tuple[str, ...]]:
    """The choices of a group, for radios and selects, with hints of another group where it has them."""
    codes = only or tuple(WORDS[group])
    if hints:
        return [(code, said(code, group), str(WORDS[hints].get(code, ""))) for code in codes]
    return [(code, said(code, group)) for code in codes]
