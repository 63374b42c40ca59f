"""Every door against everybody: who may come in to the objects of others. A route without a line fails.

Visitors who may are only let look (reading changes nothing); visitors who may not knock with a body that
would do something, and nothing may have happened afterwards.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.database import db
from registry.history import History
from registry.ledger import service as ledger
from tests.browser import PASSWORD
from tests.factories import reading
from tests.world import World, make_world

HOLDER = frozenset({"holder.owner", "holder.signer", "holder.preparer", "holder.finance"})
LICENSEE = frozenset({"licensee.owner", "licensee.signer", "licensee.preparer", "licensee.finance"})
FOREIGN = frozenset(
    {"foreign.owner"}
)  # strangers learn nothing whatever their role: tests/parties/test_permissions
VENUE, OTHER, AUDITOR = frozenset({"venue"}), frozenset({"other_venue"}), frozenset({"auditor"})
SIGNED_IN = HOLDER | LICENSEE | FOREIGN | VENUE | OTHER | AUDITOR | {"administrator", "guest"}
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
RECORDAL = {"verb": "file", "day": TODAY}
ATTACH = {"slot": "14", "file_upload": "{slip}"}
TICKS = {"undertaking": True, "standing_authorisation": True, "receives_here": True}
WORDS = {"words": "不予登记的理由"}

PAGES: Mapping[str, Line] = {
    # one's own account
    "GET account.show": line(SIGNED_IN),
    "GET account.password_form": line(SIGNED_IN),
    "POST account.change_password": line(SIGNED_IN),
    "POST account.create_machine_key": line(SIGNED_IN),
    "POST account.act_for": line(frozenset(), {"membership": UUID0}),
    "POST account.end_session": line(those(HOLDER, "owner"), session_id="session"),
    "POST account.revoke_machine_key": line(those(HOLDER, "owner"), api_key_id="machine"),
    "GET account.file": line(HOLDER | AUDITOR, upload_id="upload"),
    "GET parties.show_desk": line(SIGNED_IN),
    **{
        f"GET parties.{name}": line(EVERYBODY)
        for name in ("register_form", "confirm_form", "sign_in_form", "forgotten", "reset_form")
    },
    **{
        f"POST parties.{name}": line(EVERYBODY)
        for name in ("register", "confirm", "send_again", "sign_in", "sign_out", "send_reset", "reset")
    },
    "POST language": line(EVERYBODY),
    "GET problem": line(EVERYBODY, code="=not_found"),
    # organisations
    "GET organisations.show": line(SIGNED_IN),
    "GET organisations.choose": line(SIGNED_IN),
    "GET organisations.found_form": line(SIGNED_IN, kind="=person"),
    "POST organisations.found": line(SIGNED_IN, kind="=person"),
    "GET organisations.edit_form": line(OWNERS),
    "POST organisations.edit": line(
        OWNERS,
        {
            "name": "另一个名称",
            "address": "某路",
            "nature": "150",
            "legal_representative": "李四",
            "contact_name": "王明",
            "contact_phone": "13800138000",
            "contact_email": "a@example.cn",
        },
    ),
    "POST organisations.bring_evidence": line(OWNERS, {"file": "@file"}),
    "GET organisations.waiting": line(OPERATORS),
    "GET organisations.compare": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.verify": line(OPERATORS, organisation_id="organisation"),
    "POST organisations.send_back": line(OPERATORS, {"reason": "看不清楚"}, organisation_id="organisation"),
    "GET keys.new": line(OWNERS),
    "POST keys.prepare": line(OWNERS, {"public_key": "{public}"}),
    "GET keys.show": line(HOLDER, kid="key"),
    "GET keys.statement": line(HOLDER, kid="key"),
    "POST keys.enroll": line(those(HOLDER, "owner"), {"signature": "AAAA"}, kid="key"),
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
    # licenses
    "GET contracts.ask": line(drafting(HOLDER, LICENSEE, FOREIGN), number="offered"),
    "POST contracts.draft": line(drafting(HOLDER, LICENSEE, FOREIGN), NOTICE, number="offered"),
    "GET contracts.check": line(LICENSEE, number="drafted"),
    "POST contracts.send": line(signing(LICENSEE), {**SIGNED, "consent": "yes"}, number="drafted"),
    "GET contracts.edit": line(drafting(LICENSEE), number="drafted"),
    "POST contracts.edit": line(drafting(LICENSEE), NOTICE, number="drafted"),
    "POST contracts.refresh": line(drafting(LICENSEE), number="drafted"),
    "GET contracts.show": line(READERS, number="effective"),
    "GET contracts.receipt": line(READERS, number="effective"),
    "GET registration.mine": line(SIGNED_IN),
    # money
    "GET payments.slip": line(CLAIMING, number="awaiting"),
    "POST payments.claim": line(CLAIMING, {**CLAIM, "password": PASSWORD}, number="awaiting"),
    "POST payments.ask_venue": line(CLAIMING, number="claimed"),
    "GET payments.of_holder": line(SIGNED_IN),
    "GET payments.acceptances": line(SIGNED_IN),
    "GET payments.of_venue": line(OPERATORS),
    "GET payments.match": line(READERS, payment_id="payment"),
    "POST payments.answer": line(MONEY, {**ANSWER, "password": PASSWORD}, payment_id="payment"),
    "GET payments.refund": line(READERS, refund_id="refund"),
    "POST payments.send_refund": line(MONEY, {"sent_on": TODAY, "slip_upload": "{slip}"}, refund_id="refund"),
    "POST payments.received": line(CLAIMING, {"received": "yes"}, refund_id="refund"),
    "GET payments.object_to": line(signing(HOLDER), number="awaiting"),
    "POST payments.object_to": line(
        signing(HOLDER), {"ground": "other_law", "reason": "事实说明"}, number="awaiting"
    ),
    "GET decisions.index": line(OPERATORS),
    "GET decisions.show": line(VENUE, decision_id="decision"),
    "POST decisions.decide": line(
        VENUE, {"outcome": "stands", "reasons": "理由", "password": PASSWORD}, decision_id="decision"
    ),
    "GET decisions.review": line(VENUE, number="abroad"),
    "POST decisions.review": line(VENUE, {"verdict": "clear", "reason": "依据"}, number="abroad"),
    # contracts and batches
    "GET registration.show": line(READERS, number="contract"),
    "GET registration.paper": line(READERS, number="contract", paper_id="paper"),
    "POST registration.attach": line(SIDES, ATTACH, number="contract"),
    "POST registration.refresh": line(VENUE, number="contract"),
    "GET registration.of_venue": line(OPERATORS),
    "GET registration.zero_fee": line(OPERATORS),
    "POST registration.zero_fee": line(OPERATORS, {"words": "可以受理"}),
    **{
        f"GET registration.{name}": line(VENUE, number="contract")
        for name in ("stamp", "classification", "results")
    },
    "POST registration.stamp": line(
        VENUE, {"seals.0.written": "甲", "seals.0.sealed": "甲"}, number="contract"
    ),
    "POST registration.classification": line(
        VENUE,
        {"technology_field": "01", "industry": "I65", "socio_economic_objective": "industry_commerce"},
        number="contract",
    ),
    "POST registration.results": line(VENUE, RESULT, number="contract"),
    "GET registration.recordal": line(signing(HOLDER, LICENSEE) | VENUE, number="contract"),
    "POST registration.recordal": line(signing(HOLDER, LICENSEE) | VENUE, RECORDAL, number="contract"),
    "GET exports.choose": line(OPERATORS),
    "GET exports.applicants": line(OPERATORS, {"c": "{contract}"}),
    "GET exports.check": line(VENUE, {"contracts.0.number": "{contract}"}),
    "POST exports.make": line(
        VENUE, {"contracts.0.number": "{contract}", "contracts.0.not_elsewhere": "yes"}
    ),
    "GET batches.show": line(VENUE | AUDITOR, number="batch"),
    "GET batches.archive": line(VENUE | AUDITOR, number="batch"),
    "GET batches.rekey": line(VENUE | AUDITOR, number="batch", position="=1"),
    "POST batches.submitted": line(VENUE, number="batch", position="=1"),
    "POST batches.take_back": line(VENUE, {"reason": "填错"}, number="batch", position="=1"),
    # the catalogue
    **{
        f"GET catalogue.{name}": line(EVERYBODY, number="offer")
        for name in ("offer", "offer_document", "offer_proof", "offer_qr", "offer_text")
    },
    **{f"GET catalogue.{name}": line(EVERYBODY) for name in ("home", "about", "search", "verify")},
}

API: Mapping[str, Line] = {
    "GET api-docs.openapi_json": line(EVERYBODY),
    "GET catalogue-api.offers": line(EVERYBODY),
    "GET catalogue-api.offer": line(EVERYBODY, number="offer"),
    "GET parties-api.me": line(MACHINES),
    "POST parties-api.bring_file": line(MACHINES),  # a multipart form: tests/parties/test_files
    "POST parties-api.prepare_key": line(OWNERS, {"public_key": "{public}"}),
    "GET parties-api.show_key": line(HOLDER, kid="key"),
    "POST parties-api.enroll_key": line(those(HOLDER, "owner"), {"signature": "AAAA"}, kid="key"),
    "GET patents-api.index": line(MACHINES),
    "POST patents-api.add": line(drafting(HOLDER, LICENSEE, FOREIGN), {**PATENT, **OWNER_JSON}),
    "GET patents-api.show": line(HOLDER | OPERATORS | AUDITOR, number="patent"),
    "PUT patents-api.edit": line(drafting(HOLDER) | VENUE, {**PATENT, **OWNER_JSON}, number="patent"),
    "PUT patents-api.state": line(
        drafting(HOLDER) | VENUE, {"annuity_paid_to": "2090-01-01", **QUESTIONS}, number="patent"
    ),
    "POST patents-api.add_report": line(drafting(HOLDER) | VENUE, REPORT, number="patent"),
    "GET declarations-api.index": line(MACHINES),
    "POST declarations-api.begin": line(drafting(HOLDER), {"patent": "{patent}", "venue": "v1"}),
    "GET declarations-api.show": line(HOLDER | VENUE | AUDITOR, number="review"),
    "PATCH declarations-api.edit": line(drafting(HOLDER), {"opening": {"open_from": "now"}}, number="draft"),
    "POST declarations-api.prepare": line(drafting(HOLDER), TICKS, number="draft"),
    "POST declarations-api.submit": line(drafting(HOLDER), {**DIGEST, **TICKS}, number="draft"),
    "POST withdrawals-api.ask": line(drafting(HOLDER), number="draft"),
    "GET withdrawals-api.consent": line(MACHINES, token="consent"),
    "POST withdrawals-api.answer": line(MACHINES, token="consent"),
    "POST withdrawals-api.prepare": line(signing(HOLDER), {"ground": "assignment"}, number="offered"),
    "GET withdrawals-api.show": line(HOLDER | VENUE | AUDITOR, number="offered", withdrawal="withdrawal"),
    "POST withdrawals-api.file": line(
        signing(HOLDER), {**DIGEST, "digest": "{text}"}, number="offered", withdrawal="withdrawal"
    ),
    "GET reviews-api.queue": line(OPERATORS),
    "GET reviews-api.show": line(VENUE, number="review"),
    "POST reviews-api.decide": line(VENUE, {"decision": "return", "note": "请补充"}, number="review"),
    "POST reviews-api.announce": line(VENUE, {"fact": "filed", "day": TODAY}, number="review"),
    "POST contracts-api.draft": line(drafting(HOLDER, LICENSEE, FOREIGN), NOTICE_JSON, number="offered"),
    "POST contracts-api.prepare": line(drafting(LICENSEE), number="drafted"),
    "POST contracts-api.send": line(signing(LICENSEE), SIGNATURE, number="drafted"),
    "GET contracts-api.show": line(READERS, number="effective"),
    "GET contracts-api.receipt": line(READERS, number="effective"),
    "POST contracts-api.prepare_claim": line(CLAIMING, CLAIM, number="awaiting"),
    "POST contracts-api.claim": line(frozenset(), {**SIGNATURE, "prepared": UUID0}, number="awaiting"),
    "POST contracts-api.prepare_confirmation": line(MONEY, ANSWER, payment_id="payment"),
    "POST contracts-api.confirm": line(frozenset(), {**SIGNATURE, "prepared": UUID0}, payment_id="payment"),
    "GET contracts-api.contract": line(READERS, number="contract"),
    "POST contracts-api.result": line(VENUE, RESULT, number="contract"),
    "POST contracts-api.recordal": line(signing(HOLDER, LICENSEE) | VENUE, RECORDAL, number="contract"),
    "POST contracts-api.attach": line(SIDES, ATTACH, number="contract"),
    "GET contracts-api.papers": line(READERS, number="contract"),
    "GET contracts-api.paper": line(READERS, number="contract", paper_id="paper"),
    "POST exports-api.make": line(VENUE, {"contracts": [{"number": "{contract}", "not_elsewhere": True}]}),
    "GET exports-api.show": line(VENUE | AUDITOR, number="batch"),
    "GET exports-api.archive": line(VENUE | AUDITOR, number="batch"),
}
TABLE = {**PAGES, **API}


@pytest.fixture
def world(lite: Flask) -> World:
    return make_world(lite)


def doors_of(app: Flask) -> Iterator[tuple[str, str]]:
    """(method and endpoint, rule) of everything that can be knocked at."""
    for rule in app.url_map.iter_rules():
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            if not rule.endpoint.endswith("static"):
                yield f"{method} {rule.endpoint}", rule.rule


def test_every_route_has_its_line_and_every_line_its_route(lite: Flask) -> None:
    assert {name for name, _ in doors_of(lite)} == set(TABLE)


def path_of(app: Flask, name: str, things: Mapping[str, str]) -> str:
    wanted = {
        key: value[1:] if value[0] == "=" else things[value] for key, value in TABLE[name].things.items()
    }
    with app.test_request_context():
        rule = next(one for one in app.url_map.iter_rules() if one.endpoint == name.split()[1])
        values: dict[str, Any] = {key: int(one) if key == "position" else one for key, one in wanted.items()}
        built = rule.build(values)
    assert built is not None, name
    asked = urlencode(filled(TABLE[name].body, things)) if name.startswith("GET ") else ""
    return f"{built[1]}?{asked}" if asked else built[1]


def filled(value: Any, things: Mapping[str, str]) -> Any:
    if isinstance(value, Mapping):
        return {key: filled(one, things) for key, one in value.items()}
    if isinstance(value, list):
        return [filled(one, things) for one in value]
    return value.format(**things) if isinstance(value, str) and value.startswith("{") else value


def denied(answer: TestResponse) -> bool:
    """Not for you, not there, or you act for nobody here."""
    refused = answer.status_code == 422 and _code(answer) == "no_organisation"
    return refused or answer.status_code in DENIED


def _code(answer: TestResponse) -> str:
    document = answer.json if answer.is_json else None
    return str(document.get("code", "")) if isinstance(document, dict) else ""


def test_everybody_reads_what_concerns_them_and_nothing_else(world: World) -> None:
    wrong: list[tuple[Any, ...]] = []
    for name, one in TABLE.items():
        if not name.startswith("GET "):
            continue
        path = path_of(world.app, name, world.things)
        for visitor in sorted(EVERYBODY):
            answer = world.visitors[visitor].get(path)
            may, found = visitor in one.who, answer.status_code
            if path.startswith("/api/") and visitor == "guest":
                may = visitor in one.who and "anonymous" in one.who
            own_list = may and found == 422 and denied(answer)  # a list of one's own without an organisation
            if found >= 500 or (denied(answer) if may and not own_list else not may and not denied(answer)):
                wrong.append((name, visitor, found, _code(answer)))
            if found < 300 and visitor in _STRANGERS and _leaks(world, answer, name):
                wrong.append((name, visitor, "leaks", _leaks(world, answer, name)))
    assert not wrong, "\n".join(map(str, wrong))


_STRANGERS = ("foreign.owner", "other_venue", "administrator", "guest", "anonymous")


def _leaks(world: World, answer: TestResponse, name: str) -> list[str]:
    """What no stranger may read on any page: numbers, names and phones of somebody's license."""
    text = answer.get_data(as_text=True) if "image" not in str(answer.mimetype) else ""
    secrets = [world.things[one] for one in ("contract", "effective", "claimed", "batch", "draft", "review")]
    if "consent" in name:
        secrets = secrets[:-1]  # whoever holds the link reads that declaration
    if name != "GET organisations.compare":  # an operator compares any organisation with its document
        secrets.append("13900139000")
    if "organisations" not in name:
        secrets += ["浦东智焊装备有限公司", "6222020000000000001"]
    return [one for one in secrets if one in text and one not in answer.request.full_path]


def test_nobody_acts_on_what_is_not_theirs_and_nothing_happens(world: World) -> None:
    before, wrong = _traces(), []
    for name, one in TABLE.items():
        method = name.split()[0]
        if method == "GET" or one.who == EVERYBODY:
            continue
        path = path_of(world.app, name, world.things)
        for visitor in sorted(EVERYBODY - one.who):
            body = filled(one.body, world.things)
            key = f"{name} {visitor}"[-80:]
            answer = world.visitors[visitor].call(method, path, form=body, body=body, key=key)
            if not denied(answer):
                wrong.append((name, visitor, answer.status_code, answer.get_data(as_text=True)[:90]))
    assert not wrong, "\n".join(map(str, wrong))
    assert _traces() == before


def _traces() -> tuple[int, int]:
    return reading(lambda: (ledger.size(), db.session.query(History).count()))
