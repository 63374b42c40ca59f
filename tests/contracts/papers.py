"""Frozen records written out by hand, one for each fee method, track and special party; papers are composed
from these.
"""

import copy
from datetime import UTC, date, datetime
from typing import Any

from registry.contracts import record as records
from registry.contracts.paper_facts import Entered, PaperFacts
from registry.contracts.registration_form import FormExtras

ROYALTY = {
    "base_words": "被许可方销售许可产品开票金额减去退货、运费和税款",
    "rate": "2.5",
    "period": "quarter",
    "report_within_days": 15,
    "pay_within_days": 30,
    "stages": [],
    "minimum_due_at_start": False,
    "inspection": True,
}
PAID = {"tax_included": True, "pay_within_days": 15, "tax_rate": "6"}
FEES: dict[str, dict[str, Any]] = {
    "free": {"method": "FREE"},
    "lump": {"method": "LUMP", "amount": "68000.00", **PAID},
    "instalments": {
        "method": "INSTALMENTS",
        "amount": "120000.00",
        "instalments": [
            {"amount": "40000.00", "anchor": "notice", "after_days": 15, "after_months": 0},
            {"amount": "40000.00", "anchor": "effective", "after_days": 0, "after_months": 12},
            {"amount": "40000.00", "anchor": "effective", "after_days": 0, "after_months": 24},
        ],
        **PAID,
    },
    "free_first": {
        "method": "INSTALMENTS",
        "amount": "20000.00",
        "instalments": [{"amount": "20000.00", "anchor": "effective", "after_days": 0, "after_months": 6}],
        **PAID,
    },
    "per_year": {"method": "PER_YEAR", "amount": "8000.00", **PAID},
    "royalty_sales": {
        "method": "ROYALTY_SALES",
        "royalty": {**ROYALTY, "base": "sales", "minimum": "10000.00"},
        **PAID,
    },
    "royalty_profit": {
        "method": "ROYALTY_PROFIT",
        "royalty": {
            **ROYALTY,
            "base": "profit",
            "rate": "12",
            "base_words": "许可产品的销售收入减去直接成本",
            "period": "half_year",
            "inspection": False,
        },
        **PAID,
    },
    "entry_royalty": {
        "method": "ENTRY_ROYALTY",
        "amount": "30000.00",
        "royalty": {**ROYALTY, "base": "sales", "rate": "3", "stages": [{"from_year": 3, "rate": "2"}]},
        **PAID,
    },
}
FEES["in_kind"] = {
    "method": "OTHER",
    "words": "以一台检测设备的使用权抵付。",
    "condition": "设备在实施通知到达后六十日内交付，并由双方在交接单上签收。",
    "tax_included": True,
    "pay_within_days": 60,
}
DUE = {
    "free": "0.00", "lump": "68000.00", "instalments": "40000.00", "free_first": "0.00",
    "per_year": "8000.00", "royalty_sales": "0.00", "royalty_profit": "0.00", "entry_royalty": "30000.00",
    "in_kind": "0.00",
}  # fmt: skip
UNIVERSITY = {
    "id": "00000000-0000-4000-8000-000000000001",
    "kind": "organisation",
    "name": "申城理工大学（演示）",
    "uscc": "12310000000000019X",
    "identity": "",
    "nature": "022",
    "country": "CN",
    "region": "310110",
    "address": "上海市杨浦区学府路1号（演示）",
    "legal_representative": "周启明",
    "contact_name": "技术转移中心 吴岚",
    "contact_phone": "021-60000001",
    "contact_email": "tto@u1.example",
    "bank_name": "演示银行上海杨浦支行",
    "bank_account": "3100660000000000019",
    "verified": True,
}
FIRM = {
    **UNIVERSITY,
    "id": "00000000-0000-4000-8000-000000000002",
    "name": "嘉定启明医疗器械有限公司（演示）",
    "uscc": "91310114000000051J",
    "nature": "150",
    "region": "310114",
    "address": "上海市嘉定区启明路88号3幢501室（演示）",
    "legal_representative": "王若水",
    "contact_name": "王若水",
    "contact_phone": "13800000004",
    "contact_email": "office@c4.example",
    "bank_name": "演示银行上海嘉定支行",
    "bank_account": "3100770000000000051",
}
PERSON = {
    **FIRM,
    "id": "00000000-0000-4000-8000-000000000003",
    "kind": "person",
    "name": "张𬱟",
    "uscc": "",
    "identity": "3101**********0012",
    "nature": "person",
    "legal_representative": "",
    "contact_name": "",
    "verified": False,
}
PATENT = {
    "number": "ZL201819999001.7",
    "application_number": "201819999001.7",
    "kind": "invention",
    "title": "基于标准化电子病历的临床质量指标计算方法",
    "filing_date": "2018-04-11",
    "grant_date": "2021-09-03",
    "publication": "CN199999001B",
    "main_class": "G16H 50/70",
    "owners": ["申城理工大学（演示）"],
    "inventors": ["吴岚", "沈括一"],
    "last_day": "2038-04-10",
    "annuity_paid_to": "2027-04-10",
    "report": None,
}
UTILITY_MODEL = {
    **PATENT,
    "number": "ZL202129999004.8",
    "application_number": "202129999004.8",
    "kind": "utility_model",
    "title": "焊接机器人旋转臂架",
    "main_class": "B23K 37/02",
    "last_day": "2031-04-10",
    "filing_date": "2021-04-11",
    "grant_date": "2022-01-04",
    "report": {"number": "2022-PJ-000117", "day": "2022-05-20", "positive": True},
}
CO_OWNER = {
    "position": 1,
    "name": "申城应用技术研究院（演示）",
    "uscc": "12310000000000094N",
    "level": "account",
    "answered_at": "2026-11-02T02:10:00.000Z",
    "digest": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
}
ANSWERS = {
    "declarant": {"signer_capacity": "authorised", "representative": True, "agency": None},
    "term": {"offer_last_day": "2028-12-31", "license_last_day": "2031-12-31", "duration_months": 36},
    "acts": {"acts": ["make", "use", "offer", "sell"], "made_by_contractor": True, "marking": ""},
    "materials": {"handover": "published_only", "words": "", "hours": 0},
    "use": {"summary": "…", "industry": "C35", "field": "01", "stage": "", "additional_terms": ""},
    "contact": {"unit": "技术转移中心", "phone": "021-60000001", "email": "tto@u1.example", "relay": False},
    "filing": {
        "recordal_by": "licensee", "registration_by": "holder",
        "dispute": "court", "dispute_body": "上海知识产权法院",
    },
    "opening": {"open_from": "announcement"},
}  # fmt: skip
ENGLISH = (
    ("entry_royalty", "statutory"),
    ("instalments", "local"),
    ("free", "statutory"),
    ("in_kind", "local"),
)
"""The variants whose reading versions are compared word by word; all are built as the Chinese is."""
NOTICED_AT = datetime(2026, 11, 22, 1, 2, 3, 4000, tzinfo=UTC)
EFFECTIVE_ON = date(2026, 11, 26)
STATEMENT = {
    "statement": {},
    "alg": "ed25519",
    "kid": "9c1f4a5be0d27736a8f0c2d1e4b59f60",
    "signature": "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8SNFZ4kA==",
    "level": "account",
}


def record(fee: str = "lump", *, track: str = "statutory", **changes: Any) -> dict[str, Any]:
    """A frozen record as registry.contracts.record builds it."""
    statutory = track == "statutory"
    made: dict[str, Any] = {
        "v": 1,
        "wording": records.WORDING,
        "demonstration": True,
        "nonce": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        "origin": "demo.mingxu.invalid",
        "base_url": "http://127.0.0.1:8000",
        "contract": "DEMO-MX-C26-K7QM-3X9R",
        "acceptance": "DEMO-MX-A26-2F8D-77TA",
        "track": track,
        "prepared_on": "2026-11-22",
        "declaration": {
            "number": "DEMO-MX-D26-4HJ8-P0WK",
            "version": 1,
            "digest": "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4",
            "envelope": "b1946ac92492d2347c6235b4d2611184e0c1b4a0b8b6b36e9a4a4b9f0a1d2c3e",
            "seq": 41,
            "published_at": "2026-11-03T03:04:05.006Z",
            "signed_at": "2026-11-02T08:00:00.000Z",
            "level": "account",
            "cnipa_status": "announced" if statutory else "not_filed",
            "cnipa_number": "KF2026110999" if statutory else "",
            "cnipa_day": "2026-11-10" if statutory else "",
            "terms_version": "2026-03",
            "terms_digest": "d3b07384d113edec49eaa6238ad5ff00d3b07384d113edec49eaa6238ad5ff00",
            "answers": copy.deepcopy(ANSWERS),
        },
        "patents": [copy.deepcopy(PATENT)],
        "licensor": dict(UNIVERSITY),
        "co_owners": [],
        "venue": {"code": "V1", "name": "东海知识产权交易中心（演示）"},
        "licensee": dict(FIRM),
        "signers": {"licensor": "吴岚", "licensee": "王若水"},
        "notice": {
            "use": "用于本公司质控软件",
            "product": "临床质控分析系统",
            "region": "上海市、江苏省",
            "capacity": "legal_representative",
            "contact": {"name": "王若水", "phone": "13800000004"},
            "related": False,
            "expected_input": "200000.00",
            "expected_output": "",
        },
        "fee": FEES[fee],
        "account": {} if fee == "free" else {
            "whose": "own", "name": "申城理工大学（演示）", "bank": "演示银行上海杨浦支行",
            "number": "3100660000000000019", "venue_consents": False,
        },
        "total": {"amount": "0.00", "basis": "zero"},
        "technology_amount": "0.00",
        "amount_due": DUE[fee],
    }  # fmt: skip
    return {**made, **changes}


def facts(record_: dict[str, Any] | None = None, **changes: Any) -> PaperFacts:
    """The record with what came to stand beside it."""
    frozen = record_ or record()
    paid = frozen.get("amount_due") != "0.00" or frozen["fee"]["method"] == "OTHER"
    effective_on = EFFECTIVE_ON if paid else date(2026, 11, 22)
    made: dict[str, Any] = {
        "record": frozen,
        "statement": STATEMENT,
        "noticed_at": NOTICED_AT,
        "noticed": Entered(seq=57, at=NOTICED_AT, leaf="a1" * 32, envelope="c3" * 32),
        "reference": "7K3QM9XA" if paid else "",
        "pay_by": date(2026, 12, 7) if paid else None,
        "effective_at": datetime(2026, 11, 26, 2, 30, tzinfo=UTC) if paid else NOTICED_AT,
        "effective_on": effective_on,
        "last_day": date(2029, 11, 25) if paid else date(2029, 11, 21),
        "effective": Entered(
            seq=61,
            at=datetime(2026, 11, 26, 6, 0, tzinfo=UTC) if paid else NOTICED_AT,
            leaf="b2" * 32,
            envelope="d4" * 32,
        ),
    }
    return PaperFacts(**{**made, **changes})


EXTRAS = FormExtras(
    codes={
        "technology_field": "01",
        "industry": "C35",
        "socio_economic_objective": "industry_commerce",
        "plan": "none",
    },
    recordal_filed_on=date(2026, 12, 1),
    agent="陈一",
    agent_phone="021-60000099",
    filled_on=date(2026, 12, 2),
)
