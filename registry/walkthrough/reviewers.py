"""The venue's reviewer answers every line, publishes, and records what the office announced."""

from datetime import date

from registry.walkthrough.browser import WentWrong
from registry.walkthrough.offers import Offer
from registry.walkthrough.people import Person
from registry.walkthrough.scans import Scans

LINE = "lines."


def publish(reviewer: Person, number: str, offer: Offer) -> None:
    """Find line by line, look at the attachments, then publish."""
    browser = reviewer.browser
    queue = browser.get("/venue/reviews")
    if f"/venue/reviews/{number}" not in queue.links:
        raise WentWrong(f"{number} is not in the reviewers' queue: {queue.links}")
    page = browser.get(f"/venue/reviews/{number}")
    for document in {one for one in page.links if one.startswith("/files/")}:
        browser.get(document)
    browser.get(f"/venue/reviews/{number}")
    asked = [name for name in browser.page.form("").options if name.startswith(LINE)]
    found = {name: _verdict(name, offer) for name in asked}
    browser.submit(found)
    page = browser.submit({}, action=f"/venue/reviews/{number}/approve")
    if page.address != f"/venue/reviews/{number}":
        raise WentWrong(f"{number} was not published: {page.text[:900]}")


def _verdict(name: str, offer: Offer) -> str:
    return "not_applicable" if name.startswith("lines.report.") and not offer.report else "pass"


def announce(reviewer: Person, number: str, *, cnipa_number: str, day: date, scans: Scans) -> None:
    """Record that the office announced the declaration, with a page of the gazette."""
    browser = reviewer.browser
    browser.get(f"/venue/reviews/{number}/cnipa")
    gazette = scans.paper("专利公报摘页", 开放许可声明编号=cnipa_number, 公告日=day.isoformat())
    fields = {"fact": "announced", "day": day.isoformat(), "cnipa_number": cnipa_number}
    browser.submit(fields, files={"gazette_upload": gazette})
