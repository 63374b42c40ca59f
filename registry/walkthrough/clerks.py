"""The venue's clerk and the registration track: recordal, stamped scans, seals read, results entered."""

from datetime import date

from registry.walkthrough.browser import WentWrong
from registry.walkthrough.journal import License
from registry.walkthrough.people import Person
from registry.walkthrough.scans import Scans

OBJECTIVE = "industry_commerce"
REGISTRAR = "东海技术合同登记处（演示）"


def bring_scan(party: Person, license_: License, scans: Scans) -> None:
    """A party brings the stamped scan of the contract."""
    browser = party.browser
    browser.get(f"/contracts/{license_.contract}")
    scan = scans.paper("盖章签署扫描件", 平台存证编号=license_.contract)
    browser.submit(
        {"slot": "02b"}, action=f"/contracts/{license_.contract}/files", files={"file_upload": scan}
    )


def record_recordal(holder: Person, license_: License, *, number: str, day: date) -> None:
    """The holder filed with the office, and the office recorded (IR 15)."""
    for verb, given in (("file", ""), ("record", number)):
        holder.browser.get(f"/contracts/{license_.contract}/recordal")
        holder.browser.submit({"verb": verb, "day": day.isoformat(), "number": given})


def check_seals(clerk: Person, license_: License) -> None:
    """Compare each written name with the name in its seal; here they agree."""
    browser = clerk.browser
    browser.get(f"/contracts/{license_.contract}/stamp")
    fields = dict(browser.page.form("").fields)
    seats = [name for name, value in fields.items() if name.endswith(".seat") and value]
    if len(seats) < 2:
        raise WentWrong(f"the seal page of {license_.contract} names fewer than two parties: {fields}")
    browser.submit({name.replace(".seat", ".verdict"): "agrees" for name in seats})


def note_zero_fee(clerk: Person) -> None:
    """The registrar has said that it takes contracts without a price."""
    clerk.browser.get("/venue/zero-fee")
    clerk.browser.submit({"words": "可以登记，成交总额填零（演示口径）。"})


def make_ready(clerk: Person, license_: License) -> None:
    """Have the registry look again, and expect that nothing is missing."""
    browser = clerk.browser
    browser.get(f"/contracts/{license_.contract}")
    browser.submit({}, action=f"/contracts/{license_.contract}/refresh")


def enter_result(clerk: Person, license_: License, *, number: str, day: date, scans: Scans) -> None:
    """Enter what the registrar answered."""
    browser = clerk.browser
    browser.get(f"/contracts/{license_.contract}/results")
    certificate = scans.paper("技术合同登记证明", 合同登记编号=number, 平台存证编号=license_.contract)
    browser.submit(
        {
            "result": "已登记",
            "day": day.isoformat(),
            "registrar": REGISTRAR,
            "registration_number": number,
            "certificate_number": f"ZM-{number}",
        },
        files={"certificate_upload": certificate},
    )
