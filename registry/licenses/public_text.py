"""What becomes public of a declaration, and the exact text that is shown, signed and digested (GL 3.3,
5).

The field list is explicit and versioned, never a dumped object. The Chinese text is the one that is
digested: SHA-256 of its UTF-8. A user's lines are indented, so that nobody can write a heading of ours
into a field.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from registry.clock import chinese_day
from registry.codes.tables import table
from registry.licenses import wording
from registry.licenses.draft import Draft
from registry.licenses.fee_fields import from_fields, to_fields

FIELDS_VERSION = 1
WORDING = "2026-11-22"
"""Version of the words below, wording.py included; another one gives another digest and voids open
consents."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A text people sign, with the day its version was set."""

    version: str
    dated: date
    zh: str
    en: str


UNDERTAKING = Clause(
    "1",
    date(2026, 11, 22),
    "专利权人承诺：本声明所述专利权有效，由全体专利权人共有或者独有，全体专利权人同意实行开放许可；"
    "不存在不得实行开放许可的情形，并在此类情形出现时及时撤回本声明、通知被许可方；"
    "以上各项内容真实，作虚假声明的，愿承担法律责任。",
    "The patentee undertakes that the patent is in force and held by the patentees named, all of whom "
    "consent to open licensing; that no bar to open licensing exists and that, should one arise, the "
    "declaration will be withdrawn in time and the licensees told; and that these statements are true, "
    "on legal liability.",
)
STANDING_AUTHORISATION = Clause(
    "1",
    date(2026, 11, 22),
    "专利权人授权本平台：在收到符合本声明的实施通知、且使用费已按本声明支付（无需先付的除外）后，"
    "按本声明的全部条款以专利权人名义生成许可合同确认书，并附专利权人对本声明的电子签名。"
    "本授权不包括变更任何条款，对撤回生效后到达的通知不适用。",
    "The patentee authorises this registry, on a notice that accords with this declaration and after "
    "payment as declared (where any is due first), to issue in the patentee's name the license "
    "confirmation on all the terms of this declaration, with the patentee's electronic signature of it. "
    "The authority does not extend to changing any term, nor to notices that arrive after a withdrawal "
    "has taken effect.",
)
RECEIVING_SYSTEM = Clause(
    "1",
    date(2026, 11, 22),
    "专利权人指定本平台为接收实施通知的特定系统；实施通知进入本平台时视为到达专利权人。",
    "The patentee designates this registry as the system for receiving notices; a notice reaches the "
    "patentee when it enters the registry.",
)

_ACTS = {
    "make": ("制造", "make"),
    "use": ("使用", "use"),
    "offer": ("许诺销售", "offer for sale"),
    "sell": ("销售", "sell"),
    "import": ("进口", "import"),
    "use_process": ("使用专利方法", "use the process"),
}
_HANDOVER = {
    "published_only": ("以公开的专利文件为限，不另行交付资料。", "The published patent text only."),
    "documents": ("交付下列资料：", "These documents:"),
    "guidance": ("提供下列资料和技术指导：", "These documents and technical guidance:"),
}
_FILED_BY = {
    "holder": ("专利权人", "the patentee"),
    "venue": ("交易场所（受专利权人委托）", "the venue, on the patentee's behalf"),
    "licensee": ("被许可方", "the licensee"),
}
_OPEN_FROM = {
    "announcement": (
        "自国家知识产权局公告本声明之日起接受实施通知。",
        "Notices are taken from the day CNIPA announces this declaration.",
    ),
    "now": (
        "自本平台发布之日起接受实施通知；公告之前取得的是同等条件的普通许可，不是经公告的开放许可。",
        "Notices are taken from publication here; before CNIPA's announcement they give an ordinary "
        "license on the same terms, not an announced open license.",
    ),
}
_PAYEE = {"own": ("专利权人账户", "the patentee's account"), "venue": ("交易场所账户", "the venue's account")}
_HEADINGS = (
    ("patent", "一、专利", "1. Patent"),
    ("license", "二、许可", "2. License"),
    ("fee", "三、使用费", "3. Fee"),
    ("dates", "四、期限", "4. Dates"),
    ("handover", "五、资料和指导", "5. Documents and guidance"),
    ("terms", "六、其他条件", "6. Further terms"),
    ("contact", "七、联系与通知", "7. Contact and notices"),
    ("filing", "八、备案、登记和争议", "8. Recordal, registration, disputes"),
    ("undertaking", "九、承诺和授权", "9. Undertaking and authority"),
)


def public_fields(draft: Draft) -> dict[str, Any]:
    """The versioned list of what becomes public, JSON-safe. Left out: account, consents, fee shares, fee
    note."""
    return {
        "fields_version": FIELDS_VERSION,
        "wording": WORDING,
        "patent": _patent_fields(draft),
        "acts": [act.value for act in draft.acts],
        "made_by_contractor": draft.made_by_contractor,
        "marking": draft.marking,
        "fee": to_fields(draft.fee),
        "payee": {"name": draft.payee.name, "whose": draft.payee.whose.value} if draft.payee else None,
        "offer_last_day": draft.offer_last_day.isoformat(),
        "license_last_day": draft.license_last_day.isoformat(),
        "duration_months": draft.duration_months,
        "handover": draft.handover.value,
        "handover_words": draft.handover_words,
        "guidance_hours": draft.guidance_hours,
        "additional_terms": draft.additional_terms,
        "contact": _contact_fields(draft),
        "agency": {"name": draft.agency.name, "code": draft.agency.code} if draft.agency else None,
        "recordal_by": draft.recordal_by.value,
        "registration_by": draft.registration_by.value,
        "dispute": draft.dispute.value,
        "dispute_body": draft.dispute_body,
        "open_from": str(draft.open_from),
        "receiving_system": RECEIVING_SYSTEM.version,
        "undertaking": UNDERTAKING.version,
        "standing_authorisation": STANDING_AUTHORISATION.version,
    }


def public_text(fields: Mapping[str, Any], lang: str = "zh") -> str:
    """The declaration as plain text. Raises KeyError for a missing field, ValueError for another version
    of fields."""
    if fields["fields_version"] != FIELDS_VERSION or fields["wording"] != WORDING:
        raise ValueError("fields of another version: show the text frozen with them")
    english = lang == "en"
    lines = ["Patent open licensing declaration" if english else "专利开放许可声明"]
    for key, zh, en in _HEADINGS:
        lines += ["", en if english else zh]
        lines += _SECTIONS[key](fields, 1 if english else 0)
    return "\n".join(lines) + "\n"


def digest(text: str) -> str:
    """SHA-256 of the text's UTF-8, lowercase hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(draft: Draft) -> str:
    """The digest of a draft's present Chinese text: what a consent binds."""
    return digest(public_text(public_fields(draft)))


def act_names(acts: Iterable[str], lang: str = "zh") -> str:
    """`制造、使用、销售`: the acts of PL 11 as texts and papers name them."""
    n = 1 if lang == "en" else 0
    return (", " if n else "、").join(_ACTS[act][n] for act in acts)


def _patent_fields(draft: Draft) -> dict[str, Any]:
    patent = draft.patent
    return {
        "number": patent.number,
        "kind": str(patent.kind),
        "title": patent.title,
        "main_class": patent.main_class,
        "filing_date": patent.filing_date.isoformat(),
        "grant_date": patent.grant_date.isoformat(),
        "last_day": draft.facts.last_day.isoformat(),
        "publication": patent.publication,
        "patentees": [patentee.name for patentee in draft.patentees],
        "inventors": list(patent.inventors),
        "report": draft.facts.report.number if draft.facts.report else "",
    }


def _contact_fields(draft: Draft) -> dict[str, Any]:
    """A relayed contact shows no number of its own."""
    contact = draft.contact
    if contact.relay:
        return {"unit": contact.unit, "phone": "", "email": "", "relay": True}
    return {"unit": contact.unit, "phone": contact.phone, "email": contact.email, "relay": False}


def _one_line(text: str) -> str:
    return " ".join(str(text).split()) or "/"


def _block(text: str) -> list[str]:
    return [f"　　{line.strip()}" for line in str(text).splitlines() if line.strip()] or ["　　/"]


def _pair(n: int, zh: str, en: str, value: Any) -> str:
    return f"{en}: {_one_line(value)}" if n else f"{zh}：{_one_line(value)}"


def _day(text: str, n: int) -> str:
    return text if n else chinese_day(date.fromisoformat(text))


def _patent_section(fields: Mapping[str, Any], n: int) -> list[str]:
    patent = fields["patent"]
    kind = table("patent_kind").get(patent["kind"]).name("en" if n else "zh")
    comma = ", " if n else "、"
    return [
        _pair(n, "专利号", "Patent number", patent["number"]),
        _pair(n, "发明创造名称", "Title", patent["title"]),
        _pair(n, "专利种类", "Kind", kind),
        _pair(n, "主分类号", "Main class", patent["main_class"]),
        _pair(n, "公告号", "Publication", patent["publication"]),
        _pair(n, "申请日", "Filing date", _day(patent["filing_date"], n)),
        _pair(n, "授权公告日", "Grant date", _day(patent["grant_date"], n)),
        _pair(n, "专利权最后一日", "Last day of the patent", _day(patent["last_day"], n)),
        _pair(n, "专利权人", "Patentees", comma.join(_one_line(name) for name in patent["patentees"])),
        _pair(n, "发明人", "Inventors", comma.join(_one_line(name) for name in patent["inventors"])),
        _pair(n, "专利权评价报告", "Evaluation report", patent["report"]),
    ]


def _license_section(fields: Mapping[str, Any], n: int) -> list[str]:
    acts = act_names(fields["acts"], "en" if n else "zh")
    making = fields["made_by_contractor"]
    if n:
        return [
            "Any unit or person may take a license by written notice and payment of the announced fee; "
            "nobody has a right of refusal.",
            "An ordinary license for mainland China, not transferable, without sub-licenses.",
            f"Acts: {acts}.",
            "Having it made by a contractor for the licensee's own use or sale: "
            + ("yes." if making else "no."),
            _pair(n, "标注", "Marking", fields["marking"]),
        ]
    return [
        "任何单位和个人以书面方式通知专利权人，并按照公告的使用费支付方式、标准支付使用费后，"
        "即取得实施许可；无需专利权人同意。",
        "许可方式：普通许可；地域：中国境内；不得转让，不得再许可。",
        f"许可的行为：{acts}。",
        "被许可方为自己委托他人制造：" + ("可以。" if making else "不可以。"),
        _pair(n, "标注", "Marking", fields["marking"]),
    ]


def _fee_section(fields: Mapping[str, Any], n: int) -> list[str]:
    fee, lang = from_fields(fields["fee"]), "en" if n else "zh"
    lines = [_one_line(line) for line in wording.describe(fee, lang).splitlines()]
    example = wording.worked_example(fee, lang)
    lines += [example] if example else []
    payee = fields["payee"]
    if not payee:
        return lines
    whose = _PAYEE[payee["whose"]][n]
    name = f"{_one_line(payee['name'])} ({whose})" if n else f"{_one_line(payee['name'])}（{whose}）"
    lines.append(_pair(n, "收款人", "Payee", name))
    lines.append(
        "Bank and account number are shown to the licensee with the payment request."
        if n
        else "开户银行和账号在付款通知单中告知被许可方。"
    )
    return lines


def _dates_section(fields: Mapping[str, Any], n: int) -> list[str]:
    months = fields["duration_months"]
    if n:
        duration = f"{months} months" if months else "until the last license day"
        end = "A license ends on the earliest of: its duration, the last license day, the patent's last day."
    else:
        duration = f"{months} 个月" if months else "至许可期限届满日"
        end = "每项许可的终止日取以下三者中最早的一日：单次许可期限届满、许可期限届满日、专利权最后一日。"
    return [
        _OPEN_FROM[fields["open_from"]][n],
        _pair(n, "接受实施通知的最后一日", "Last day for a notice", _day(fields["offer_last_day"], n)),
        _pair(n, "许可期限届满日", "Last license day", _day(fields["license_last_day"], n)),
        _pair(n, "单次许可期限", "Duration of one license", duration),
        end,
    ]


def _handover_section(fields: Mapping[str, Any], n: int) -> list[str]:
    lines = [_HANDOVER[fields["handover"]][n]]
    if fields["handover"] != "published_only":
        lines += _block(fields["handover_words"])
    if fields["handover"] == "guidance":
        hours = fields["guidance_hours"]
        lines.append(
            f"Guidance: {hours} hours, included in the fee." if n else f"技术指导：{hours} 小时，不另收费。"
        )
    return lines


def _terms_section(fields: Mapping[str, Any], n: int) -> list[str]:
    head = "The same for every licensee:" if n else "以下条件对所有被许可方一律适用："
    return [head, *_block(fields["additional_terms"])]


def _contact_section(fields: Mapping[str, Any], n: int) -> list[str]:
    contact, agency = fields["contact"], fields["agency"]
    lines = [_pair(n, "联系人（单位）", "Contact", contact["unit"])]
    if contact["relay"]:
        lines.append("Messages are relayed by this registry." if n else "通过本平台转达。")
    else:
        lines.append(_pair(n, "电话", "Telephone", contact["phone"]))
        lines.append(_pair(n, "电子邮箱", "E-mail", contact["email"]))
    if agency:
        name = f"{_one_line(agency['name'])} ({_one_line(agency['code'])})"
        lines.append(_pair(n, "专利代理机构", "Agency", name))
    return [*lines, RECEIVING_SYSTEM.en if n else RECEIVING_SYSTEM.zh]


def _filing_section(fields: Mapping[str, Any], n: int) -> list[str]:
    dispute = table("dispute").get(fields["dispute"]).name("en" if n else "zh")
    lines = [
        _pair(n, "专利实施许可备案由谁办理", "Recordal with CNIPA by", _FILED_BY[fields["recordal_by"]][n]),
        _pair(
            n, "技术合同登记由谁申请", "Technology contract filed by", _FILED_BY[fields["registration_by"]][n]
        ),
        _pair(n, "争议解决", "Disputes", dispute),
    ]
    if fields["dispute_body"]:
        lines.append(_pair(n, "管辖或者仲裁机构", "Court or arbitration body", fields["dispute_body"]))
    return lines


def _undertaking_section(fields: Mapping[str, Any], n: int) -> list[str]:
    return [UNDERTAKING.en, STANDING_AUTHORISATION.en] if n else [UNDERTAKING.zh, STANDING_AUTHORISATION.zh]


_SECTIONS = {
    "patent": _patent_section,
    "license": _license_section,
    "fee": _fee_section,
    "dates": _dates_section,
    "handover": _handover_section,
    "terms": _terms_section,
    "contact": _contact_section,
    "filing": _filing_section,
    "undertaking": _undertaking_section,
}
