"""The access matrix of the pages about patents and declarations, the holder's and the venue's."""

from collections.abc import Mapping

from tests.access import (
    AUDITOR,
    EVERYBODY,
    FOREIGN,
    HOLDER,
    LICENSEE,
    OPERATORS,
    OWNER_FORM,
    PATENT,
    QUESTIONS,
    REPORT,
    SIGNED,
    SIGNED_IN,
    TICKS,
    TODAY,
    VENUE,
    WORDS,
    Line,
    drafting,
    line,
    signing,
    those,
)
from tests.browser import PASSWORD

LICENSES: Mapping[str, Line] = {
    # patents
    "GET patents.index": line(SIGNED_IN),
    "GET patents.new": line(SIGNED_IN),
    "POST patents.add": line(drafting(HOLDER, LICENSEE, FOREIGN), {**PATENT, **OWNER_FORM}),
    "GET patents.show": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "GET patents.edit": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patents.edit": line(drafting(HOLDER) | VENUE, {**PATENT, **OWNER_FORM}, number="patent"),
    "GET patent_state.state": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patent_state.state": line(
        drafting(HOLDER) | VENUE,
        {"annuity_paid_to": "2090-01-01", **{f"{name}.answer": "no" for name in QUESTIONS}},
        number="patent",
    ),
    "GET patent_state.report": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "POST patent_state.report": line(
        drafting(HOLDER) | VENUE, {**REPORT, "positive": "yes"}, number="patent"
    ),
    # declarations
    "GET licenses.index": line(SIGNED_IN),
    "GET licenses.start": line(SIGNED_IN),
    "POST licenses.start": line(drafting(HOLDER), {"patent": "{patent}", "venue": "v1"}),
    **{
        f"GET licenses.{name}": line(HOLDER | VENUE | AUDITOR, number="review")
        for name in ("show", "text", "sheet")
    },
    "GET licenses.step": line(HOLDER | VENUE | AUDITOR, number="draft", step="=filing"),
    "POST licenses.save": line(
        drafting(HOLDER),
        {"filing.recordal_by": "holder", "filing.registration_by": "holder", "filing.dispute": "court"},
        number="draft",
        step="=filing",
    ),
    "GET signing.check": line(HOLDER | VENUE | AUDITOR, number="draft"),
    "POST signing.sign": line(
        signing(HOLDER) | those(HOLDER, "preparer"),  # a preparer's ticks are kept, the signature is refused
        {**SIGNED, **dict.fromkeys(TICKS, "yes")},
        number="draft",
    ),
    "GET signing.submitted": line(HOLDER | VENUE | AUDITOR, number="review"),
    "GET consents.status": line(HOLDER | VENUE | AUDITOR, number="review"),
    "POST consents.ask": line(drafting(HOLDER), number="draft"),
    **{
        f"GET consents.{name}": line(EVERYBODY, token="consent")
        for name in ("named", "text", "choose", "sheet")
    },
    **{f"GET consents.{name}": line(SIGNED_IN, token="consent") for name in ("sign_form", "done")},
    **{f"POST consents.{name}": line(SIGNED_IN, token="consent") for name in ("answer", "sign")},
    "GET withdrawals.ground": line(HOLDER | VENUE | AUDITOR, number="offered"),
    "POST withdrawals.prepare": line(signing(HOLDER), {"ground": "assignment"}, number="offered"),
    "GET withdrawals.check": line(HOLDER | VENUE | AUDITOR, number="offered", withdrawal="withdrawal"),
    "POST withdrawals.file": line(
        signing(HOLDER), {**SIGNED, "digest": "{text}"}, number="offered", withdrawal="withdrawal"
    ),
    # the venue
    "GET reviews.home": line(OPERATORS),
    "GET reviews.queue": line(OPERATORS),
    "GET reviews.review": line(VENUE, number="review"),
    "POST reviews.save": line(VENUE, {"lines.number.verdict": "pass"}, number="review"),
    "GET reviews.decide": line(VENUE, number="review"),
    "POST reviews.approve": line(VENUE, number="review"),
    "POST reviews.condition": line(VENUE, {"condition": "设备交付并签收"}, number="review"),
    "POST reviews.send_back": line(VENUE, {"note": "请补充"}, number="review"),
    "POST reviews.refuse": line(VENUE, {"ground": "B3", **WORDS}, number="review"),
    "POST reviews.checked": line(VENUE, number="review"),
    "GET reviews.override": line(VENUE, number="review", rule="=fee_over_cap"),
    "POST reviews.ask_override": line(
        VENUE,
        {"reason": "理由理由理由理由理由理由", "password": PASSWORD},
        number="review",
        rule="=fee_over_cap",
    ),
    "POST reviews.approve_override": line(
        VENUE, {"password": PASSWORD}, number="review", rule="=fee_over_cap"
    ),
    **{
        f"GET announcements.{name}": line(VENUE, number="offer")
        for name in ("cnipa", "pause", "resume", "end")
    },
    "POST announcements.cnipa": line(VENUE, {"fact": "filed", "day": TODAY}, number="offer"),
    "POST announcements.pause": line(VENUE, {"ground": "B3", "since": TODAY, **WORDS}, number="offer"),
    "POST announcements.resume": line(VENUE, WORDS, number="offer"),
    "POST announcements.end": line(VENUE, {"how": "terminate", **WORDS}, number="offer"),
}
