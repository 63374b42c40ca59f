"""A registrar as a test's venue describes it."""

from typing import Any

OFFICE: dict[str, Any] = {
    "name": "某市技术合同登记处（测试）",
    "regions": ["31"],
    "applicants": ["seller", "intermediary"],
    "working_days": 5,
    "expert_days": 15,
    "date_form": "slash",
    "papers": "",
    "contact": "",
    "notes": "",
    "zero_fee": "",
    "zero_fee_view": "",
    "zero_fee_on": None,
    "zero_fee_source": "",
    "valid_from": None,
    "valid_to": None,
    "source": "测试资料",
    "confidence": "second_hand",
}
"""Every particular of `RegistrarSchema`."""
