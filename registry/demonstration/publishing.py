"""A holder's scenes: patent, task list, co-owners, signature; then the venue's review and CNIPA's days."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from registry.codes.calendar import corresponding_day
from registry.database import db
from registry.demonstration.cast import AGENCY, MARK, address, party
from registry.demonstration.offers import Offer
from registry.demonstration.stage import Stage, token_in
from registry.licenses import assembly, conditions, consents, reviews, withdrawals
from registry.licenses import service as licenses
from registry.licenses.models import Declaration
from registry.licenses.rules import OFFERED_STATES
from registry.parties import sessions
from registry.parties.models import Upload
from registry.parties.rules import Actor
from registry.patents import rules as patent_rules
from registry.patents import service as patents
from registry.patents.numbers import Kind

TICKS = {"undertaking": True, "standing_authorisation": True, "receives_here": True, "internal_check": True,
         "ask_reviewer": True}  # fmt: skip
NOTE = (
    "参照近三年同领域普通许可的成交区间和本单位研发投入分摊测算，取区间下沿；来源为本单位合同台账和公开的开放许可声明。"
    "（演示说明，不是真实测算）"
)


# --- the patent --------------------------------------------------------------------------------------


def enter_patent(stage: Stage, offer: Offer, *, receipt: bool = True) -> None:
    """The patent as the register would show it, its state and, where one is needed, its evaluation report."""
    actor = stage.actor(offer.holder)
    shown = (("专利号", offer.number), ("发明创造名称", offer.title))
    certificate = stage.upload(actor, "certificate", *shown)
    patent = patents.add(
        actor,
        {
            "number": offer.number,
            "title": offer.title,
            "filing_date": offer.filed,
            "grant_date": offer.granted,
            "main_class": offer.main_class,
            "publication": offer.publication,
            "inventors": list(offer.inventors),
            "owners": [_owner(key) for key in (offer.holder, *offer.owners)],
            "certificate_upload": certificate.id,
        },
    )
    paid_to = offer.annuity_to or annuity_to(offer, stage.day)
    file = stage.upload(actor, "annuity", *shown, ("年费缴至", paid_to.isoformat())).id if receipt else None
    patents.set_state(actor, patent, annuity_paid_to=paid_to, annuity_upload=file, facts=[])
    if offer.kind != Kind.INVENTION:
        report = stage.upload(actor, "evaluation", *shown, ("结论", "未发现不符合授予专利权条件的缺陷"))
        facts = {
            "number": f"PJ{patent.number[2:14]}",
            "day": offer.granted + timedelta(days=200),
            "positive": True,
        }
        patents.add_report(actor, patent, {**facts, "upload_id": report.id})


def _owner(key: str) -> dict[str, Any]:
    one = party(key)
    return {"name": one.name + MARK, "uscc": one.uscc, "person": one.person}


def annuity_to(offer: Offer, day: date) -> date:
    """The end of the patent year that is running some months after the loading day."""
    year = patent_rules.patent_year(offer.filed, day + timedelta(days=70))
    return patent_rules.first_day_of_year(offer.filed, year + 1)


# --- the declaration ---------------------------------------------------------------------------------


def draft(stage: Stage, offer: Offer, *, venue: str = "V1") -> None:
    """A draft with every step answered, by an agent where there is one."""
    _, actor = stage.declarant(offer.key, offer.holder)
    patent = patents.find(offer.number)
    declaration = licenses.draft(actor, patent, stage.venue(venue))
    stage.declarations[offer.key] = declaration.id
    for step, answers in answers_of(stage, actor, offer, patent_last_day=patents.last_day(patent)).items():
        licenses.save_step(actor, declaration, step, answers)


def answers_of(
    stage: Stage, actor: Actor, offer: Offer, *, patent_last_day: date
) -> dict[str, dict[str, Any]]:
    """Every step as the persona answers it."""
    holder = stage.organisation(offer.holder)
    ends = patent_last_day
    last = offer.last_day or min(stage.after_months(offer.months), ends - timedelta(days=60))
    license_ends = min(ends, corresponding_day(last, offer.duration or 36))
    account = {"whose": "own", "name": holder.name, "bank": holder.bank_name, "number": holder.bank_account}
    return {
        "declarant": _declarant(stage, actor, offer),
        "owners": {
            "items": [_item(n, key) for n, key in enumerate((offer.holder, *offer.owners))],
            "agreement_upload": None,
        },
        "fee": dict(offer.fee),
        "account": {**account, "venue_consents": False},
        "fee_note": {"text": NOTE, "publicity_upload": None},
        "term": {"offer_last_day": last, "license_last_day": license_ends, "duration_months": offer.duration},
        "acts": {"acts": _acts(offer), "made_by_contractor": True, "marking": ""},
        "materials": dict(offer.handover),
        "use": {**_use(offer), "drawing_upload": stage.drawing(actor, offer.key)},
        "contact": {
            "unit": holder.contact_name + ("" if holder.is_person else MARK),
            "phone": "" if holder.is_person else holder.contact_phone,
            "email": "" if holder.is_person else holder.contact_email,
            "relay": holder.is_person,
            "notices_email": address(offer.holder),
            "receives_here": True,
        },
        "filing": {
            "recordal_by": "licensee",
            "registration_by": "holder",
            "dispute": "court",
            "dispute_body": "",
        },
        "opening": {"open_from": "now" if offer.open_now else "announcement"},
    }


def _declarant(stage: Stage, actor: Actor, offer: Offer) -> dict[str, Any]:
    institution = party(offer.holder).nature.startswith("02")
    facts: dict[str, Any] = {
        "signer_capacity": "legal_representative",
        "representative": True,
        "agency": None,
    }
    if institution:  # an office of it acts, under the legal representative's authority (journeys 2.1)
        paper = stage.upload(actor, "authority", ("授权范围", "专利开放许可声明、撤回和合同登记"))
        facts |= {"signer_capacity": "authorised", "authority_upload": paper.id}
        facts |= {"authority_from": stage.before(400), "authority_to": stage.after_months(24)}
    if offer.agency:
        power = stage.upload(actor, "agency_power", ("代理机构", AGENCY["name"]))
        facts["agency"] = {**AGENCY, "power_upload": power.id, "scope": ["declare", "receive", "record"]}
    return facts


def _item(position: int, key: str) -> dict[str, Any]:
    return {**_owner(key), "position": position, "email": address(key), "share": None}


def _acts(offer: Offer) -> list[str]:
    if offer.kind == Kind.DESIGN:
        return ["make", "sell", "import"]
    return ["make", "use", "offer", "sell", "import"] + (["use_process"] if "方法" in offer.title else [])


def _use(offer: Offer) -> dict[str, Any]:
    return {
        "summary": offer.summary,
        "problem": offer.problem,
        "advantage": offer.advantage,
        "application": offer.products,
        "products": offer.products,
        "industry": offer.industry,
        "field": offer.technology_field,
        "stage": offer.stage,
        "additional_terms": "",
    }


def ask_owners(stage: Stage, key: str, *, purpose: str = "declare") -> None:
    """Every co-owner gets its link."""
    declaration = stage.declaration(key)
    _, actor = stage.declarant(key, _holder_of(stage, declaration))
    licenses.tick(actor, declaration, TICKS)
    consents.ask(actor, declaration, purpose)


def consent(stage: Stage, key: str, owner: str) -> None:
    """A co-owner follows the link of its letter, reads and signs."""
    letters = [token_in(body) for body in stage.letters(address(owner)) if token_in(body)]
    declaration = stage.declaration(key)
    live = {one.token_hash for one in declaration.consents if one.void_at is None}
    token = next(token for token in letters if sessions.digest(token) in live)
    asked = consents.by_token(token)
    statement = stage.sign(owner, consents.statement_for(asked))
    consents.answer(stage.actor(owner), asked, answer="agreed", statement=statement)


def submit(stage: Stage, key: str) -> None:
    """Tick, read, sign, hand in."""
    declaration = stage.declaration(key)
    signer, actor = stage.declarant(key, _holder_of(stage, declaration))
    licenses.tick(actor, declaration, TICKS)
    statement = stage.sign(signer, licenses.prepare(actor, declaration))
    licenses.submit(actor, declaration, statement, digest=assembly.present(declaration).digest)


def _holder_of(stage: Stage, declaration: Declaration) -> str:
    return stage.key_of(declaration.holder_id)


# --- the venue and CNIPA -----------------------------------------------------------------------------


def review(stage: Stage, key: str, *, problems: dict[str, str] | None = None) -> None:
    """Take up and answer every line; the lines of `problems` with their words."""
    operator, declaration = stage.actor("operator"), stage.declaration(key)
    patents.mark_checked(operator, declaration.patent)
    reviews.take_up(operator, declaration)
    for line in reviews.LINES:
        found = (problems or {}).get(line)
        plain = "not_applicable" if line == "report" and declaration.patent.kind == Kind.INVENTION else "pass"
        reviews.note_line(operator, declaration, line, "problem" if found else plain, found or "")


def write_condition(stage: Stage, key: str, words: str) -> None:
    """The reviewer says when the license is obtained; the declaration goes back to be signed anew."""
    conditions.write(stage.actor("operator"), stage.declaration(key), words)


def publish(stage: Stage, key: str) -> None:
    reviews.approve(stage.actor("operator"), stage.declaration(key))


def file_with_cnipa(stage: Stage, key: str, *, days: int) -> None:
    reviews.file_with_cnipa(stage.actor("operator"), stage.declaration(key), day=stage.before(days))


def announce(stage: Stage, key: str, *, days: int) -> None:
    """CNIPA's announcement, with a number of no real form."""
    actor, declaration = stage.actor("operator"), stage.declaration(key)
    number = f"演示公告{declaration.patent.number[2:14]}"
    page = _gazette(stage, actor, declaration, days, "开放许可声明公告")
    reviews.announce(actor, declaration, cnipa_number=number, day=stage.before(days), gazette=page)


def announce_withdrawal(stage: Stage, key: str, *, days: int) -> None:
    actor, declaration = stage.actor("operator"), stage.declaration(key)
    page = _gazette(stage, actor, declaration, days, "开放许可声明撤回公告")
    reviews.announce_withdrawal(actor, declaration, day=stage.before(days), gazette=page)


def withdraw(stage: Stage, key: str, *, ground: str, reason: str = "") -> None:
    """The holder withdraws, alone (no co-owners): prepared, signed and filed."""
    declaration = stage.declaration(key)
    holder = _holder_of(stage, declaration)
    actor = stage.actor(holder)
    prepared = withdrawals.prepare(actor, declaration, ground=ground, reason=reason)
    db.session.flush()
    withdrawals.file(actor, prepared, stage.sign(holder, withdrawals.statement_for(prepared)))


def question_cap(stage: Stage, key: str, *, reason: str) -> None:
    """The reviewer asks to set the cap aside; the second person has not answered yet."""
    actor, declaration = stage.actor("operator"), stage.declaration(key)
    act = reviews.override_act(declaration, "fee_over_cap", reason)
    reviews.ask_override(actor, declaration, act, stage.sign("operator", act.statement))


def _gazette(stage: Stage, actor: Actor, declaration: Declaration, days: int, what: str) -> Upload:
    facts = ("事项", what), ("专利号", declaration.patent.number), ("公告日", stage.before(days).isoformat())
    return stage.upload(actor, "gazette", *facts)


def compare_again(stage: Stage, keys: Iterable[str], *, but: Collection[str]) -> None:
    """The operator compares the patents of open offers with the register, as every 90 days."""
    operator = stage.actor("operator")
    for key in keys:
        declaration = stage.declaration(key) if key in stage.declarations and key not in but else None
        if declaration is not None and declaration.state in OFFERED_STATES:
            patents.mark_checked(operator, declaration.patent)
