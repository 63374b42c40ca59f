"""Licensees take licenses: on the pages with their account's key, or by machine with a key of their own."""

from datetime import date
from pathlib import Path
from typing import Any

from registry.walkthrough.browser import Values, WentWrong
from registry.walkthrough.journal import License
from registry.walkthrough.people import Person
from registry.walkthrough.scans import Scans
from registry.walkthrough.server import wait

USE = "用于自有产品的生产和销售，拟在上海及周边实施。"
FIGURES = {"expected_input": "300000.00", "expected_output": "1200000.00"}


def accept(licensee: Person, offer: str, license_: License) -> None:
    """The three pages: who and what for, the text and the signature, then the license or where to pay."""
    browser, party = licensee.browser, licensee.party
    browser.get(f"/offers/{offer}")
    browser.get(f"/offers/{offer}/accept")
    answers: Values = {
        "capacity": "legal_representative",
        "use": USE,
        "region": "上海市",
        "abroad": "no",
        "related": "no",
        "contact.name": party.person,
        "contact.phone": "021-60000000",
        "contact.email": party.email,
    }
    browser.submit(answers, action="")
    if not browser.page.address.endswith("/check"):
        raise WentWrong(f"no page to check and sign: {browser.page.text[:800]}")
    license_.acceptance = browser.page.address.split("/")[2]
    browser.submit({**FIGURES, "consent": "yes", "password": party.password})
    if browser.page.address != f"/acceptances/{license_.acceptance}":
        raise WentWrong(f"the notice was not sent: {browser.page.text[:800]}")


def find_contract(licensee: Person, license_: License) -> None:
    """The contract's number, as the licensee's page shows it once the license is there."""
    licensee.browser.get(f"/acceptances/{license_.acceptance}")
    license_.contract = licensee.browser.link("/contracts/").split("/")[2].partition("#")[0]


def accept_by_machine(licensee: Person, offer: str, license_: License) -> None:
    """Prepare, sign with the party's own key, send."""
    party = licensee.party
    asked: dict[str, Any] = {
        "capacity": "legal_representative",
        "use": USE,
        "abroad": False,
        "related": False,
        "contact": {"name": party.person, "phone": "021-60000000", "email": party.email},
        **FIGURES,
    }
    made = licensee.machine.post(f"/api/v1/offers/{offer}/acceptances", asked).json
    license_.acceptance, license_.contract = made["number"], made["contract"]
    signature = licensee.key.sign(made["pae"])
    address = f"/api/v1/acceptances/{license_.acceptance}/notice"
    sent = licensee.machine.post(address, {"kid": licensee.key.kid, "signature": signature}).json
    if sent["record_digest"] != made["record_digest"]:
        raise WentWrong(f"{license_.acceptance}: what was filed is not what was signed")


def refused(licensee: Person, offer: str) -> str:
    """Try to take a license that cannot be had: 409, and what the page says."""
    page = licensee.browser.get(f"/offers/{offer}/accept", status=409)
    return page.text


def pay(licensee: Person, license_: License, *, amount: str, today: date, scans: Scans) -> None:
    """Upload the bank's slip and sign the claim."""
    browser, party = licensee.browser, licensee.party
    browser.get(f"/acceptances/{license_.acceptance}/pay")
    serial = _serial(license_)
    slip = scans.paper("银行回单", 付款人=party.name, 金额=amount, 流水号=serial, 日期=today.isoformat())
    browser.submit(
        {
            "amount": amount,
            "paid_on": today.isoformat(),
            "payer": party.name,
            "serial": serial,
            "password": party.password,
        },
        files={"slip_upload": slip},
    )


def pay_by_machine(licensee: Person, license_: License, *, amount: str, today: date, scans: Scans) -> str:
    """The same, signed with the party's own key; the number of the payment."""
    party, machine = licensee.party, licensee.machine
    slip = scans.paper("银行回单", 付款人=party.name, 金额=amount, 日期=today.isoformat())
    claim = {
        "amount": amount,
        "paid_on": today.isoformat(),
        "payer": party.name,
        "serial": _serial(license_),
        "slip_upload": machine.upload("bank_slip", slip),
    }
    address = f"/api/v1/acceptances/{license_.acceptance}/payments"
    return str(_by_machine(licensee, f"{address}/prepare", address, claim)["id"])


def confirm(confirmer: Person, license_: License) -> None:
    """Whoever looks at the account finds the money there as claimed: the holder, or the venue."""
    browser = confirmer.browser
    venue = confirmer.party.key.startswith("V")
    browser.get("/venue/payments" if venue else "/holder/payments")
    browser.get(_payment_of(confirmer, license_))
    browser.submit({"result": "agrees", "password": confirmer.party.password})


def confirm_by_machine(holder: Person, payment: str, *, amount: str, today: date) -> None:
    """The holder's own system matches the statement of its bank."""
    address = f"/api/v1/payments/{payment}/confirmation"
    shown = {
        "result": "agrees",
        "amount": amount,
        "arrived_on": today.isoformat(),
        "serial": f"IN{payment[:8]}",
    }
    _by_machine(holder, f"{address}/prepare", address, shown)


def _by_machine(person: Person, prepare: str, address: str, asked: dict[str, Any]) -> dict[str, Any]:
    prepared = person.machine.post(prepare, asked).json
    signed = {
        "prepared": prepared["prepared"],
        "kid": person.key.kid,
        "signature": person.key.sign(prepared["pae"]),
    }
    return person.machine.post(address, signed).json


def _payment_of(confirmer: Person, license_: License) -> str:
    """The page of the waiting payment that belongs to this license."""
    browser = confirmer.browser
    for link in [one for one in browser.page.links if one.startswith("/payments/")]:
        if _serial(license_) in browser.get(link).text:
            return link
    raise WentWrong(f"no payment of {license_.acceptance} waits: {browser.page.text[:600]}")


def _serial(license_: License) -> str:
    return "OUT" + "".join(char for char in license_.acceptance if char.isalnum())[-8:]


def collect_papers(person: Person, license_: License, folder: Path, *, kinds: int) -> list[str]:
    """Wait until the worker has printed, then save every paper; their file names."""
    beginning = f"/contracts/{license_.contract}/papers/"

    def printed() -> list[str] | None:
        page = person.browser.get(f"/contracts/{license_.contract}")
        links = sorted({one for one in page.links if one.startswith(beginning) and one.endswith(".pdf")})
        return links if len(links) >= kinds else None

    names = []
    for link in wait(f"{kinds} papers of {license_.contract}", printed, patience=120):
        page = person.browser.get(link)
        if not page.body.startswith(b"%PDF"):
            raise WentWrong(f"{link} is not a PDF")
        names.append(_save(folder, page.filename or f"{link.rpartition('/')[2]}", page.body))
    return names


def collect_receipts(person: Person, license_: License, folder: Path) -> None:
    """Save the receipts of notice and effect."""
    for what in ("notice", "effective"):
        suffix = "?of=effective" if what == "effective" else ""
        page = person.browser.get(f"/acceptances/{license_.acceptance}/receipt.json{suffix}")
        _save(folder, f"{license_.contract}-{what}.json", page.body)


def collect_bundle(person: Person, license_: License, folder: Path) -> None:
    """Save the contract's bundle, and its certificate with a bundle of its own."""
    contract = f"/contracts/{license_.contract}"
    _save(folder, f"{license_.contract}.json", person.browser.get(f"{contract}/bundle.json").body)
    page = person.browser.get(contract)
    (link,) = {one for one in page.links if one.startswith(f"{contract}/certificates/")}
    _save(folder, f"{license_.contract}.pdf", person.browser.get(link).body)


def _save(folder: Path, name: str, data: bytes) -> str:
    path = folder / name
    if path.exists():
        raise WentWrong(f"two files are called {name}")
    path.write_bytes(data)
    return name
