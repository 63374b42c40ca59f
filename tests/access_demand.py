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
    drafting,
    line,
    signing,
)

DRAFTING = drafting(HOLDER, LICENSEE) | FOREIGN
NEED = {"title": "找一种方法", "problem": "数据太多，存不下，想少存一些。", "until": "{tomorrow}"}
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
    "GET needs.index": line(EVERYBODY),
    "GET needs.show": line(EVERYBODY, number="need"),
    "GET needs.mine": line(HOLDER | LICENSEE | FOREIGN),
    "GET needs.new": line(DRAFTING),
    "POST needs.post": line(DRAFTING, NEED),
    "GET needs.edit_form": line(drafting(LICENSEE), number="need"),
    "POST needs.edit": line(drafting(LICENSEE), NEED, number="need"),
    "POST needs.withdraw": line(drafting(LICENSEE), number="need"),
    "GET needs.answer_form": line(DRAFTING, number="need"),
    "POST needs.answer": line(DRAFTING, {"words": "有一项合适。"}, number="need"),
    "GET needs.waiting": line(OPERATORS),
    "POST needs.publish": line(OPERATORS, number="need"),
    "POST needs.send_back": line(OPERATORS, {"words": "请写清楚"}, number="need"),
    "GET needs-api.index": line(EVERYBODY),
    "GET needs-api.show": line(EVERYBODY, number="need"),
    "POST needs-api.post": line(DRAFTING, NEED),
    "POST needs-api.withdraw": line(drafting(LICENSEE), number="need"),
    "POST needs-api.answer": line(DRAFTING, {"words": "有一项合适。"}, number="need"),
    "GET reasons.form": line(EVERYBODY, number="offer"),
    "POST reasons.say": line(EVERYBODY, {"why": "price"}, number="offer"),
    "GET reasons.thanks": line(EVERYBODY, number="offer"),
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
