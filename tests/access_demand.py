"""The access matrix of interests, collections, comparisons and needs: who may come in, to which things."""

from collections.abc import Mapping

from tests.access import (
    AUDITOR,
    EVERYBODY,
    FOREIGN,
    HOLDER,
    LICENSEE,
    MACHINES,
    OPERATORS,
    SIGNED_IN,
    Line,
    line,
    signing,
)

COLLECTION = {"title": "夹具（2 件）", "words": "", "offers": ["{offer}", "{waiting}"]}
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
    "GET collections.index": line(EVERYBODY),
    "GET collections.show": line(EVERYBODY, number="collection"),
    "GET collections.mine": line(HOLDER | LICENSEE | FOREIGN | OPERATORS),
    "GET collections.new": line(HOLDER | LICENSEE | FOREIGN | OPERATORS),
    "POST collections.make": line(
        signing(HOLDER, LICENSEE) | FOREIGN | OPERATORS, {"title": "夹具", "places.{offer}": "1"}
    ),
    "GET collections.edit_form": line(signing(HOLDER), number="collection"),
    "POST collections.edit": line(signing(HOLDER), {"title": "夹具"}, number="collection"),
    "POST collections.retire": line(signing(HOLDER), number="collection"),
    "POST collections.restore": line(signing(HOLDER), number="collection"),
    "GET collections-api.index": line(EVERYBODY),
    "GET collections-api.show": line(EVERYBODY, number="collection"),
    "POST collections-api.make": line(signing(HOLDER, LICENSEE) | FOREIGN | OPERATORS, COLLECTION),
    "PUT collections-api.edit": line(signing(HOLDER), COLLECTION, number="collection"),
    "POST collections-api.retire": line(signing(HOLDER), number="collection"),
    "GET compare.show": line(EVERYBODY, {"offers": "{offer},{waiting}"}),
    "GET compare-api.compare": line(EVERYBODY, {"offers": "{offer},{waiting}"}),
    "GET interests-api.count": line(EVERYBODY, number="waiting"),
    "POST interests-api.add": line(MACHINES, INTEREST, number="waiting"),
    "GET interests-api.mine": line(MACHINES),
    "POST interests-api.withdraw": line(frozenset({"licensee.owner"}), interest_id="interest"),
    "GET interests-api.attention": line(HOLDER | AUDITOR, number="waiting"),
}
