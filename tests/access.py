"""Who knocks at doors, and how a line of the access matrix is written: the lines stand in access_pages, its
neighbours and access_api, the tests in test_access_matrix.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.browser import PASSWORD

HOLDER = frozenset({"holder.owner", "holder.signer", "holder.preparer", "holder.finance"})
LICENSEE = frozenset({"licensee.owner", "licensee.signer", "licensee.preparer", "licensee.finance"})
FOREIGN = frozenset(
    {"foreign.owner"}
)  # strangers learn nothing whatever their role: tests/parties/test_permissions
VENUE, OTHER, AUDITOR = frozenset({"venue"}), frozenset({"other_venue"}), frozenset({"auditor"})
ADMINISTRATOR, SECURITY = frozenset({"administrator"}), frozenset({"security"})
SIGNED_IN = HOLDER | LICENSEE | FOREIGN | VENUE | OTHER | AUDITOR | {"administrator", "security", "guest"}
EVERYBODY = SIGNED_IN | {"anonymous"}
MACHINES = SIGNED_IN - {"guest"}  # a machine's key stands for a membership
OPERATORS = VENUE | OTHER
SIDES = HOLDER | LICENSEE | VENUE
READERS = SIDES | AUDITOR
DENIED = {401, 403, 404}


def those(side: frozenset[str], *roles: str) -> frozenset[str]:
    return frozenset(one for one in side if one.partition(".")[2] in roles)


def drafting(*sides: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(those(side, "owner", "signer", "preparer") for side in sides))


def signing(*sides: frozenset[str]) -> frozenset[str]:
    return frozenset().union(*(those(side, "owner", "signer") for side in sides))


OWNERS = frozenset({"holder.owner", "licensee.owner", "foreign.owner"})
MONEY = those(HOLDER, "owner", "finance") | VENUE
TALKING = those(HOLDER, "owner", "signer", "finance") | those(LICENSEE, "owner", "signer", "finance")
MONEY_OF_HOLDER = those(HOLDER, "owner", "finance")
STATEMENTS = those(HOLDER | LICENSEE | FOREIGN, "owner", "finance") | OPERATORS
CLAIMING = those(LICENSEE, "owner", "signer", "finance")


@dataclass(frozen=True)
class Line:
    """Who may come in, to which things (by argument), with what in their hands (body or query)."""

    who: frozenset[str]
    things: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


def line(who: frozenset[str], body: Mapping[str, Any] | None = None, **things: str) -> Line:
    return Line(who, things, body or {})


TODAY = "{today}"
CODE_CHANGE = {"verb": "end", "code": "none", "day": TODAY, "source": "通知第1号"}
CODE_LIST = {"text": "code\tzh\ten\nnew\t新\tNew", "day": TODAY, "source": "通知第1号", "digest": "0"}
NOTICE = {
    "capacity": "legal_representative",
    "use": "用于文件服务器产品。",
    "abroad": "no",
    "related": "no",
    "contact.name": "周工",
    "contact.phone": "13900139000",
}
NOTICE_JSON = {
    "capacity": "legal_representative",
    "use": "用于文件服务器产品。",
    "abroad": False,
    "related": False,
    "contact": {"name": "周工", "phone": "13900139000"},
}
SIGNATURE = {"kid": "0" * 32, "signature": "AAAA"}
DIGEST = {**SIGNATURE, "digest": "0" * 64}
SIGNED = {"digest": "0" * 64, "password": PASSWORD}
CLAIM = {"amount": "68000.00", "paid_on": TODAY, "payer": "甲", "serial": "1", "slip_upload": "{slip}"}
ANSWER = {"result": "not_arrived"}
UUID0 = "00000000-0000-4000-8000-000000000000"
NEW_ACCOUNT = {"name": "申城理工大学", "bank": "另一银行", "number": "6222020000000000999", "reason": "撤并"}
INVOICE = {"kind": "ordinary", "title": "甲", "tax_number": "310115000000027", "email": "f@example.cn"}
ISSUED = {"number": "1", "day": TODAY, "file_upload": "{slip}"}
QUESTIONS = {name: {"answer": False} for name in ("b1", "b2", "b4", "b5", "b6", "b9")}
PATENT = {
    "number": "{patent}",
    "kind": "invention",
    "title": "被改掉的名称",
    "filing_date": "2019-03-01",
    "grant_date": "2021-06-01",
    "main_class": "G06F 16/176",
}
OWNER_JSON = {"owners": [{"name": "申城理工大学"}]}
OWNER_FORM = {"owners.0.name": "申城理工大学"}
REPORT = {"number": "R1", "day": TODAY, "positive": True, "report_upload": UUID0}
RESULT = {"result": "不予登记", "day": TODAY, "words": "材料不齐"}
REGISTRAR = {
    "name": "另一个登记处",
    "regions": "31",
    "applicants[]": "seller",
    "working_days": "7",
    "expert_days": "20",
    "source": "指南",
    "confidence": "asked",
}
RECORDAL = {"verb": "file", "day": TODAY}
CORRECTION = {"values.notice.product": "样机", "reason": "笔误"}
ERASURE = {"kind": "contract", "subject": "{contract}", "ground": "order", "reference": "一号决定"}
ATTACH = {"slot": "14", "file_upload": "{slip}"}
TICKS = {"undertaking": True, "standing_authorisation": True, "receives_here": True}
WORDS = {"words": "不予登记的理由"}
