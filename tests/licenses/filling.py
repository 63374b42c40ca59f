"""A declaration filled in through the pages, step by step."""

from typing import Any

from flask import Flask

from tests import factories
from tests.browser import PASSWORD, Browser
from tests.factories import Person

PATENT = "ZL201999990017"
TICKS = {
    "undertaking": "yes",
    "standing_authorisation": "yes",
    "receives_here": "yes",
    "internal_check": "yes",
    "ask_reviewer": "yes",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "declarant": {"declarant.signer_capacity": "legal_representative"},
    "owners": {},
    "account": {
        "account.whose": "own",
        "account.name": "申城理工大学",
        "account.bank": "某银行",
        "account.number": "622202",
    },
    "fee_note": {"fee_note.text": "参照同类技术的许可费用测算。"},
    "term": {
        "term.offer_last_day": "2028年12月31日",
        "term.license_last_day": "2030-12-31",
        "term.duration_months": "36",
    },
    "acts": {"acts.acts[]": ["make", "use", "sell"], "acts.made_by_contractor": "yes"},
    "materials": {"materials.handover": "published_only"},
    "use": {"use.summary": "在多个节点之间共享文件。", "use.industry": "I65", "use.field": "01"},
    "contact": {
        "contact.unit": "技术转移中心",
        "contact.phone": "021-63211234",
        "contact.notices_email": "a@example.cn",
    },
    "filing": {
        "filing.recordal_by": "licensee",
        "filing.registration_by": "holder",
        "filing.dispute": "court",
    },
    "opening": {"opening.open_from": "now"},
}
LUMP = {"fee.amount": "68,000", "fee.tax_included": "yes", "fee.pay_within_days": "15"}


def browser(app: Flask, who: Person, **options: Any) -> Browser:
    return Browser(app, **options).sign_in(who.email)


def begin(holder: Browser, patent: str) -> str:
    holder.get(f"/declarations/new?patent={patent}").submit({"venue": "v1"}, action="")
    assert holder.status == 200, holder.text
    return holder.address.rpartition("/")[2]


def fill(holder: Browser, number: str, **changes: Any) -> None:
    for step, fields in (ANSWERS | changes).items():
        holder.get(f"/declarations/{number}/{step}").submit(fields)
        assert holder.status == 200, (step, holder.text)
        assert "需要改正" not in holder.text, (step, holder.text)
    holder.get(f"/declarations/{number}/fee?method=LUMP").submit(LUMP)
    assert holder.address == f"/declarations/{number}", holder.text


def sign(holder: Browser, number: str, **changes: Any) -> Browser:
    return holder.get(f"/declarations/{number}/check").submit({**TICKS, "password": PASSWORD, **changes})


def ready(app: Flask, who: Person, **options: Any) -> tuple[Browser, str]:
    """A browser and a draft filled in through the pages."""
    patent = factories.make_patent(app, who, **options)
    holder = browser(app, who)
    number = begin(holder, patent)
    fill(holder, number)
    return holder, number
