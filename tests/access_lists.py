"""The access matrix of lists of offers: put together, prepared, sent and paid together."""

from collections.abc import Mapping

from tests.access import (
    ANSWER,
    CLAIM,
    CLAIMING,
    EVERYBODY,
    FOREIGN,
    HOLDER,
    LICENSEE,
    NOTICE,
    NOTICE_JSON,
    SIGNATURE,
    SIGNED,
    UUID0,
    Line,
    drafting,
    line,
    signing,
)
from tests.browser import PASSWORD

LISTS: Mapping[str, Line] = {
    "GET basket.show": line(EVERYBODY),
    "POST basket.add": line(EVERYBODY, {"offer": "{offer}"}),
    "POST basket.change": line(EVERYBODY, {"offer": "{offer}", "verb": "remove"}),
    "GET checkout.ask": line(drafting(HOLDER, LICENSEE, FOREIGN)),
    "POST checkout.draft": line(drafting(HOLDER, LICENSEE, FOREIGN), NOTICE),
    "GET checkout.check": line(LICENSEE | {"auditor"}, number="list"),
    "POST checkout.send": line(signing(LICENSEE), {**SIGNED, "consent": "yes"}, number="list"),
    "POST checkout.refresh": line(drafting(LICENSEE), number="list"),
    "GET checkout.show": line(LICENSEE | {"auditor"}, number="sent_list"),
    "GET joint.slip": line(LICENSEE | {"auditor"}, joint_id="joint"),
    "POST joint.claim": line(CLAIMING, {**CLAIM, "password": PASSWORD}, joint_id="joint"),
    "GET joint.request_pdf": line(LICENSEE | HOLDER | {"venue", "auditor"}, joint_id="joint"),
}
LISTS_API: Mapping[str, Line] = {
    "GET basket-api.show": line(drafting(HOLDER, LICENSEE, FOREIGN)),
    "PUT basket-api.replace": line(drafting(HOLDER, LICENSEE, FOREIGN), {"offers": ["{offer}"]}),
    "POST basket-api.draft": line(
        drafting(HOLDER, LICENSEE, FOREIGN), {**NOTICE_JSON, "offers": ["{offer}"]}
    ),
    "GET basket-api.one": line(LICENSEE | {"auditor"}, number="sent_list"),
    "POST basket-api.prepare": line(drafting(LICENSEE), number="list"),
    "POST basket-api.send": line(signing(LICENSEE), SIGNATURE, number="list"),
    "POST joint-api.prepare_claim": line(CLAIMING, CLAIM, joint_id="joint"),
    "POST joint-api.claim": line(frozenset(), {**SIGNATURE, "prepared": UUID0}, joint_id="joint"),
    "POST joint-api.prepare_answer": line(frozenset(), ANSWER, payment_id="payment"),
    "POST joint-api.answer": line(frozenset(), {**SIGNATURE, "prepared": UUID0}, payment_id="payment"),
}
