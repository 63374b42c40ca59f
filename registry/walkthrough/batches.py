"""The venue's batch: chosen, checked, made, downloaded twice, opened, and handed to the registrar."""

import hashlib
import json
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from registry.walkthrough.browser import WentWrong
from registry.walkthrough.clerks import REGISTRAR
from registry.walkthrough.pages import Page
from registry.walkthrough.people import Person
from registry.walkthrough.server import wait

HOME = "/venue/batches"
MANIFEST = "manifest.json"


def make(clerk: Person) -> str:
    """Choose everything that is ready, free licenses too; the batch's number."""
    browser = clerk.browser
    browser.get(f"{HOME}?show=ready")
    page = browser.ask({}, action=f"{HOME}/applicants")
    form = page.form(f"{HOME}/check", method="get")
    ticks = {name: "yes" for name in form.names if name.endswith(".not_elsewhere")}
    if not ticks:
        raise WentWrong(f"no contract is ready for a batch: {page.text[:900]}")
    agent = {"registrar": REGISTRAR, "agent": clerk.party.person, "agent_phone": "021-60000000"}
    browser.ask({**ticks, **agent}, action=f"{HOME}/check")
    browser.ask({}, action=f"{HOME}/check")  # the free licenses too
    page = browser.submit({}, action=HOME)
    return page.address.rpartition("/")[2]


def download(clerk: Person, batch: str) -> bytes:
    """Wait for the worker, then download; again, and the same bytes."""
    browser = clerk.browser
    address = f"{HOME}/{batch}"

    def packed() -> str | None:
        page = browser.get(address)
        return next((one for one in page.links if one.startswith(f"{address}/") and "archive" in one), None)

    link = wait(f"the archive of {batch}", packed, patience=120)
    first, second = browser.get(link).body, browser.get(link).body
    if first != second:
        raise WentWrong(f"{batch} came in different bytes the second time")
    return first


def check(data: bytes) -> dict[str, Any]:
    """Open the archive: every file is there with the digest its manifest states. The top manifest."""
    with ZipFile(BytesIO(data)) as archive:
        manifest: dict[str, Any] = json.loads(archive.read(MANIFEST))
        stated = {MANIFEST: ""} | {one["name"]: one["sha256"] for one in manifest["files"]}
        for package in manifest["packages"]:
            folder = package["manifest"].removesuffix(MANIFEST)
            stated[package["manifest"]] = package["manifest_sha256"]
            files = json.loads(archive.read(package["manifest"]))["files"]
            stated |= {f"{folder}{one['name']}": one["sha256"] for one in files}
        if set(stated) != set(archive.namelist()):
            raise WentWrong(
                f"the manifests do not name what is packed: {set(stated) ^ set(archive.namelist())}"
            )
        for name, digest in stated.items():
            if digest and hashlib.sha256(archive.read(name)).hexdigest() != digest:
                raise WentWrong(f"{name} in the batch is not what its manifest says")
    return manifest


def hand_in(clerk: Person, batch: str) -> None:
    """Type in contract after contract, and say so."""
    browser = clerk.browser
    page = browser.get(f"{HOME}/{batch}")
    for link in _rekey_links(page, batch):
        browser.get(link)
        browser.submit({}, action=link)


def _rekey_links(page: Page, batch: str) -> list[str]:
    """The pages of single contracts; `rekey.csv` beside them is the whole list as a file."""
    return sorted({one for one in page.links if one.startswith(f"{HOME}/{batch}/rekey/")})


def faults(contract: dict[str, Any]) -> list[str]:
    """The codes of what keeps a contract out of a batch."""
    return [one["code"] for one in contract["findings"] if one["severity"] == "fault"]
