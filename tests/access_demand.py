"""The access matrix of interests, collections, comparisons and needs: who may come in, to which things."""

from collections.abc import Mapping

from tests.access import AUDITOR, EVERYBODY, HOLDER, MACHINES, SIGNED_IN, Line, line

INTEREST = {"name": "王明", "use": "用于桥梁监测。"}

DEMAND: Mapping[str, Line] = {
    "GET interests.form": line(EVERYBODY, number="waiting"),
    "POST interests.send": line(EVERYBODY, {**INTEREST, "email": "a@example.cn"}, number="waiting"),
    "GET interests.sent": line(EVERYBODY, number="waiting"),
    "GET interests.by_link": line(EVERYBODY, interest_id="interest", key="interest_key"),
    "POST interests.confirm": line(EVERYBODY, interest_id="interest", key="interest_key"),
    "POST interests.withdraw_by_link": line(EVERYBODY, interest_id="interest", key="interest_key"),
    "GET interests.mine": line(SIGNED_IN),
    "POST interests.withdraw": line(frozenset({"licensee.owner"}), interest_id="interest"),
    "GET interests.attention": line(HOLDER | AUDITOR, number="waiting"),
    "GET compare.show": line(EVERYBODY, {"offers": "{offer},{waiting}"}),
    "GET compare-api.compare": line(EVERYBODY, {"offers": "{offer},{waiting}"}),
    "GET interests-api.count": line(EVERYBODY, number="waiting"),
    "POST interests-api.add": line(MACHINES, INTEREST, number="waiting"),
    "GET interests-api.mine": line(MACHINES),
    "POST interests-api.withdraw": line(frozenset({"licensee.owner"}), interest_id="interest"),
    "GET interests-api.attention": line(HOLDER | AUDITOR, number="waiting"),
}
