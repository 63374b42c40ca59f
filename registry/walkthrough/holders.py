"""Holders declare step by step or by machine; co-owners consent through their links; offers are withdrawn."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from werkzeug.datastructures import MultiDict

from registry.forms import nested
from registry.parties.attachments import PURPOSES
from registry.walkthrough import cast, offers
from registry.walkthrough.browser import File, Values, WentWrong
from registry.walkthrough.offers import Offer
from registry.walkthrough.people import Person
from registry.walkthrough.scans import Scans

CONSENT = re.compile(r"/consent/[\w-]+")
QUESTIONS = ("b1", "b2", "b4", "b5", "b6", "b9")
PUBLIC_INSTITUTIONS = ("02",)


def declare(holder: Person, offer: Offer, scans: Scans, *, today: date) -> str:
    """Enter the patent and answer every step of its declaration; its number. The signature comes later."""
    _enter_patent(holder, offer, scans)
    browser = holder.browser
    browser.get("/declarations/new")
    page = browser.submit({"patent": offer.number, "venue": cast.VENUE_CODE}, action="")
    number = page.address.rpartition("/")[2]
    _state_of_patent(holder, offer, scans, today=today)
    for step, answers, files in _steps(offer, scans, today=today):
        _answer(holder, f"/declarations/{number}/{step}", answers, files)
    return number


def declare_by_machine(holder: Person, offer: Offer, scans: Scans, *, today: date) -> str:
    """The same through the API: all steps at once, files by number, signed with the own key."""
    machine = holder.machine
    patent, state = _patent_of(offer), _state_answers(offer, today)
    machine.post("/api/v1/patents", _said(holder, patent, {"certificate_upload": _certificate(offer, scans)}))
    receipt = {"annuity_upload": _receipt(offer, state, scans)}
    machine.post(
        f"/api/v1/patents/{offer.number}/state", _said(holder, state, receipt), status=200, method="PUT"
    )
    steps: dict[str, Any] = {"patent": offer.number, "venue": cast.VENUE_CODE}
    for _, answers, files in _steps(offer, scans, today=today):
        steps |= _said(holder, answers, files)
    number = str(machine.post("/api/v1/declarations", steps).json["number"])
    ticks = dict.fromkeys(_ticks(holder), True)
    prepared = machine.post(f"/api/v1/declarations/{number}/prepare", ticks, status=200).json
    signature = holder.key.sign(prepared["pae"])
    signed = {"kid": holder.key.kid, "signature": signature, "digest": prepared["digest"], **ticks}
    machine.post(f"/api/v1/declarations/{number}/submission", signed)
    return number


def _said(holder: Person, answers: Values, files: Mapping[str, File]) -> dict[str, Any]:
    """A page's answers as the JSON they mean, its files brought before."""
    said = MultiDict[str, str]()
    for name, value in answers.items():
        said.setlist(name, value if isinstance(value, list) else [] if value is None else [value])
    for name, file in files.items():
        said[name] = holder.machine.upload(PURPOSES[name.rpartition(".")[2]], file)
    return nested(said)


def _enter_patent(holder: Person, offer: Offer, scans: Scans) -> None:
    holder.browser.get(f"/patents/new?number={offer.number}")
    holder.browser.submit(_patent_of(offer), files={"certificate_upload": _certificate(offer, scans)})


def _patent_of(offer: Offer) -> Values:
    """The patent as its certificate shows it."""
    owners: dict[str, str] = {}
    for n, owner in enumerate(offer.owners):
        owners |= {f"owners.{n}.name": owner.name, f"owners.{n}.uscc": owner.uscc}
    return {
        "number": offer.number,
        "kind": offer.kind,
        "title": offer.title,
        "filing_date": offer.filed.isoformat(),
        "grant_date": offer.granted.isoformat(),
        "main_class": offer.main_class,
        "inventors": "\n".join(offer.inventors),
        **owners,
    }


def _certificate(offer: Offer, scans: Scans) -> File:
    names = "、".join(owner.name for owner in offer.owners)
    return scans.paper("专利登记簿副本", 专利号=offer.number, 名称=offer.title, 专利权人=names)


def _state_of_patent(holder: Person, offer: Offer, scans: Scans, *, today: date) -> None:
    """Annuity paid to its next day, none of the nine bars, and a report where one is needed."""
    answers = _state_answers(offer, today)
    receipt = {"annuity_upload": _receipt(offer, answers, scans)}
    _answer(holder, f"/patents/{offer.number}/state", answers, receipt)
    if offer.report:
        report = scans.paper("专利权评价报告", 专利号=offer.number, 结论="未发现不符合授权条件的缺陷")
        fields = {
            "number": f"WX-{offer.granted.year}-{offer.number[7:11]}",
            "day": (offer.granted + timedelta(days=60)).isoformat(),
            "positive": "yes",
        }
        _answer(holder, f"/patents/{offer.number}/report", fields, {"report_upload": report})


def _state_answers(offer: Offer, today: date) -> dict[str, str]:
    paid_to = _next_anniversary(offer.filed, today) - timedelta(days=1)
    return {"annuity_paid_to": paid_to.isoformat(), **{f"{name}.answer": "no" for name in QUESTIONS}}


def _receipt(offer: Offer, state: Values, scans: Scans) -> File:
    return scans.paper("年费缴纳凭证", 专利号=offer.number, 年费缴至=str(state["annuity_paid_to"]))


def _next_anniversary(filed: date, today: date) -> date:
    this_year = filed.replace(year=today.year)
    return this_year if this_year > today else filed.replace(year=today.year + 1)


def _steps(offer: Offer, scans: Scans, *, today: date) -> list[tuple[str, Values, dict[str, File]]]:
    """The steps in the order of the task list, each with its answers and files."""
    holder = offer.holder
    authority = scans.paper("授权书", 授权单位=holder.name, 被授权人=holder.person)
    declarant: Values = {
        "declarant.signer_capacity": "authorised",
        "declarant.authority_from": (today - timedelta(days=30)).isoformat(),
        "declarant.authority_to": (today + timedelta(days=700)).isoformat(),
        **({"declarant.representative": "yes"} if offer.co_owner else {}),
    }
    notice = {
        "fee_note.publicity_upload": scans.paper("公示材料", 专利号=offer.number, 拟交易方式="开放许可")
    }
    return [
        ("declarant", declarant, {"declarant.authority_upload": authority}),
        ("owners", _owners(offer), {}),
        (f"fee?method={offer.method}", offer.fee, {}),
        *([("account", _account(offer), {})] if offer.method != "FREE" else []),
        ("fee_note", {"fee_note.text": "参照同类技术的许可，按研发投入分摊和预期用户数估算。"}, notice),
        ("term", _term(offer, today), {}),
        ("acts", {"acts.acts[]": list(offer.acts), "acts.made_by_contractor": "yes"}, {}),
        ("materials", {"materials.handover": "published_only"}, {}),
        ("use", _use(offer), {}),
        ("contact", _contact(offer), {}),
        ("filing", _filing(), {}),
        ("opening", {"opening.open_from": "now" if offer.local else "announcement"}, {}),
    ]


def _owners(offer: Offer) -> Values:
    if offer.co_owner is None:
        return {}
    emails = {"owners.items.1.email": offer.co_owner.email}
    return emails | {f"owners.items.{n}.share": share for n, share in enumerate(offer.shares)}


def _account(offer: Offer) -> Values:
    holder = offer.holder
    return {
        "account.whose": "own",
        "account.name": holder.name,
        "account.bank": holder.bank,
        "account.number": holder.account,
    }


def _term(offer: Offer, today: date) -> Values:
    return {
        "term.offer_last_day": offers.offer_last_day(today).isoformat(),
        "term.license_last_day": offers.license_last_day(offer, today).isoformat(),
        "term.duration_months": str(offer.months),
    }


def _use(offer: Offer) -> Values:
    return {
        "use.summary": offer.summary,
        "use.problem": "现有做法成本高、改造周期长。",
        "use.products": offer.title,
        "use.industry": offer.industry,
        "use.field": offer.technology,
        "use.stage": "small_batch",
    }


def _contact(offer: Offer) -> Values:
    return {
        "contact.unit": "知识产权部",
        "contact.phone": "021-60000000",
        "contact.email": offer.holder.email,
        "contact.notices_email": offer.holder.email,
    }


def _filing() -> Values:
    return {"filing.recordal_by": "holder", "filing.registration_by": "holder", "filing.dispute": "court"}


def _answer(holder: Person, path: str, answers: Values, files: Mapping[str, File] | None = None) -> None:
    """Fill in one step's page; where it has fewer rows than answers, ask for more rows first."""
    browser = holder.browser
    browser.get(path)
    rows = [name for name in answers if name not in browser.page.form().names and ".instalments." in name]
    if rows:
        shown = {name: value for name, value in answers.items() if name not in rows}
        browser.submit({**shown, "_more": "instalments"})
    browser.submit(answers, files=files)
    if "saved=1" in browser.page.address:
        raise WentWrong(f"{path} was saved, but something stands against it: {browser.page.text[:900]}")


def ask_consent(holder: Person, number: str) -> None:
    """Send the co-owners their links; the text must stand by now."""
    holder.browser.get(f"/declarations/{number}/consents")
    holder.browser.submit({}, action="")


def consent(owner: Person, *, subject: str = "请确认") -> str:
    """Follow the link of the letter, read the text, agree and sign; the address of the link."""
    link = CONSENT.findall(owner.server.letter(owner.party.email, subject))[0]
    browser = owner.browser
    browser.get(link)
    browser.get(browser.link(f"{link}/text"))
    browser.get(browser.link(f"{link}/answer"))
    browser.submit({"answer": "agreed"})
    page = browser.submit({"password": owner.party.password})
    if not page.address.endswith("/done"):
        raise WentWrong(f"the consent did not end: {page.text[:600]}")
    return str(link)


def sign(holder: Person, number: str) -> None:
    """Read the exact text, tick, sign with the account's key, and hand in."""
    browser = holder.browser
    browser.get(f"/declarations/{number}/check")
    page = browser.submit({**dict.fromkeys(_ticks(holder), "yes"), "password": holder.party.password})
    if not page.address.endswith("/submitted"):
        raise WentWrong(f"{number} was not handed in: {page.text[:900]}")


def _ticks(holder: Person) -> tuple[str, ...]:
    internal = ("internal_check",) if holder.party.nature.startswith(PUBLIC_INSTITUTIONS) else ()
    return ("undertaking", "standing_authorisation", "receives_here", *internal)


def withdraw(holder: Person, number: str, *, ground: str, reason: str = "") -> str:
    """Withdraw the offer under a ground of the law; the number of the withdrawal."""
    browser = holder.browser
    browser.get(f"/declarations/{number}/withdraw")
    page = browser.submit({"ground": ground, "reason": reason})
    browser.submit({"password": holder.party.password})
    return page.address.rpartition("/")[2]
