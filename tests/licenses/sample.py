"""One declaration with nothing wrong; tests change what they are about."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from registry.licenses.bars import PatentFacts, Report
from registry.licenses.draft import Act, Contact, Draft, Patent, Patentee, Payee
from registry.licenses.fees import Fee, Method
from registry.patents.numbers import Kind

TODAY = date(2026, 11, 22)
LUMP = Fee(method=Method.LUMP, amount=Decimal("68000.00"))
REPORT = Report(number="W2026-1", day=date(2026, 1, 5), positive=True, attached=True)


def facts(**changes: Any) -> PatentFacts:
    held = PatentFacts(kind="invention", last_day=date(2039, 6, 30), annuity_paid_to=date(2027, 6, 30))
    return replace(held, **changes)


def draft(**changes: Any) -> Draft:
    made = Draft(
        patent=Patent(
            number="ZL201919999002.6",
            kind=Kind.INVENTION,
            title="一种分布式文件共享方法",
            filing_date=date(2019, 7, 1),
            grant_date=date(2021, 3, 2),
            main_class="G06F 16/182",
            inventors=("张𬱟",),
        ),
        facts=facts(),
        patentees=(Patentee(name="闵行云析信息技术有限公司（演示）", signs=True),),
        fee=LUMP,
        fee_note="按研发成本分摊，参照同类许可。",
        offer_last_day=date(2028, 12, 31),
        license_last_day=date(2031, 12, 31),
        duration_months=36,
        acts=(Act.MAKE, Act.USE, Act.SELL),
        contact=Contact(unit="知识产权部", phone="021-63211234"),
        payee=Payee(name="闵行云析信息技术有限公司（演示）", bank="演示银行", number="6222000000000"),
        receives_here=True,
        undertaking=True,
        standing_authorisation=True,
    )
    return replace(made, **changes)
