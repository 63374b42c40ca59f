"""The pack for CNIPA: seven documents or the ordinary ones, nothing faked, nobody's identity handed round.

The golden texts are written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest
tests/exports/test_recordal.py
"""

import hashlib
import json
import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from io import BytesIO
from pathlib import Path
from uuid import UUID
from zipfile import ZipFile

import pytest
from flask import Flask

from registry import jobs
from registry.contracts import printing, register
from registry.contracts.blocks import Composed, plain, rendered
from registry.contracts.paper_facts import PaperFacts
from registry.database import db, transaction
from registry.errors import Conflict
from registry.exports import recordal, recordal_papers
from registry.parties.models import Organisation
from tests.browser import Browser
from tests.contracts import taking
from tests.contracts.papers import CO_OWNER, FEES, PATENT, PERSON, facts, record
from tests.documents.papers import pdffonts, pdftotext
from tests.exports import making
from tests.factories import Person, announce, make_organisation, make_upload, published, reading
from tests.fonts import fonts
from tests.parties.people import PDF

GOLDEN = Path(__file__).parent / "golden"
LUMP = {"method": "LUMP", "amount": "68000.00", "pay_within_days": 15}
LISTED = (
    ("01", "备案申请表（信息表）", "已有", "本平台生成"),
    ("06", "经办人的身份证明", "办理时出示", "经办人本人"),
)


def sheets(about: PaperFacts) -> dict[str, Composed]:
    found = {
        "contents": recordal_papers.contents(about, LISTED, due=date(2027, 2, 22)),
        "data": recordal_papers.data_sheet([about]),
    }
    return {**found, "nothing": recordal_papers.nothing_payable(about)} if not about.amount_due else found


def compare(name: str, text: str) -> None:
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("REGISTRY_WRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("track", ["statutory", "local"])
@pytest.mark.parametrize("fee", sorted(FEES))
def test_the_sheets_say_exactly_what_was_looked_at(fee: str, track: str) -> None:
    special = {
        "instalments": {
            "co_owners": [CO_OWNER],
            "patents": [{**PATENT, "owners": [*PATENT["owners"], CO_OWNER["name"]]}],
        },
        "entry_royalty": {"licensee": PERSON},
    }
    about = facts(record(fee, track=track, **special.get(fee, {})))
    compare(f"recordal-{fee}-{track}", "\n".join(plain(one) for one in sheets(about).values()))


def test_a_natural_persons_number_stays_masked() -> None:
    about = facts(record("entry_royalty", licensee=PERSON))
    assert PERSON["identity"] in plain(recordal_papers.data_sheet([about]))
    assert "*" in PERSON["identity"]


def test_the_sheets_embed_their_fonts_and_can_be_searched() -> None:
    about = facts(record("free", licensee={**PERSON, "name": "张𬱟<b>"}))
    for name, composed in sheets(about).items():
        printed = rendered(composed, fonts())
        assert printed.data == rendered(composed, fonts()).data
        assert all(row[-5:-2] == ["yes", "yes", "yes"] for row in pdffonts(printed.data)), name
        assert "备案" in pdftotext(printed.data) or "许可使用费" in pdftotext(printed.data)
    assert "张𬱟<b>" in pdftotext(rendered(recordal_papers.data_sheet([about]), fonts()).data)


def pack(who: Person, number: str) -> tuple[recordal.Pack, ZipFile]:
    made = reading(lambda: recordal.pack(who.actor, register.find_contract(number), printing.font_set()))
    data = reading(lambda: b"".join(made.archive))
    assert len(data) == len(made.archive)
    return made, ZipFile(BytesIO(data))


def states(made: recordal.Pack) -> dict[str, str]:
    return {number: state for number, _name, state, _who in made.places}


def names(archive: ZipFile) -> list[str]:
    return sorted(Path(name).name for name in archive.namelist())


def test_an_announced_free_license_has_the_seven_documents(lite: Flask) -> None:
    offer = published(lite)
    announce(offer)
    licensee = make_organisation(lite, "c1")
    number = making.effective(lite, offer, licensee)
    made, archive = pack(licensee, number)
    assert list(states(made)) == ["01", "02", "03", "04", "05", "06", "07"]
    assert list(states(made).values()) == ["已有", "已有", "已有", "缺", "不适用", "办理时出示", "已有"]
    assert made.missing == ("被许可方的身份证明",)
    assert not [name for name in names(archive) if "合同" in name]  # GL 7 lists no two-sided contract
    assert any(name.startswith("03 无需付款的说明") for name in names(archive))
    manifest = json.loads(archive.read(f"{number} 备案材料/manifest.json"))
    for one in manifest["files"]:
        data = archive.read(f"{number} 备案材料/{one['name']}")
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])


def test_a_paid_license_brings_its_slip_and_a_local_one_its_contract(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c4")
    number = making.effective(lite, offer, licensee)
    made, archive = pack(licensee, number)
    assert [name for _n, name, _s, _w in made.places][1] == "专利实施许可合同"
    assert any(name.startswith("02 许可合同") for name in names(archive))
    assert not any("无需付款" in name for name in names(archive))
    announced = published(lite, offer.holder, offer.venue, fee=LUMP)
    announce(announced)
    number = making.effective(lite, announced, licensee)
    made, archive = pack(licensee, number)
    assert states(made)["03"] == "已有"
    assert any(name.startswith("03 支付凭证") for name in names(archive))


def test_the_pack_is_sent_after_the_request_is_over(lite: Flask) -> None:
    licensee = make_organisation(lite, "c1")
    number = making.effective(lite, published(lite), licensee)
    made = reading(
        lambda: recordal.pack(licensee.actor, register.find_contract(number), printing.font_set())
    )
    with ThreadPoolExecutor(1) as elsewhere:  # a thread has no context of the application, as a real server
        sent = elsewhere.submit(b"".join, made.archive).result()
    assert len(sent) == len(made.archive)


def test_the_other_sides_identity_papers_are_named_and_not_handed_over(lite: Flask) -> None:
    offer = published(lite)
    licensee = make_organisation(lite, "c1")
    number = making.effective(lite, offer, licensee)
    for who in (offer.holder, licensee):
        upload = make_upload(lite, who, data=PDF + who.email.encode())
        transaction(lambda who=who, upload=upload: _prove(who, upload))
    mine, archive = pack(licensee, number)
    assert (states(mine)["03"], states(mine)["04"]) == ("由对方提供", "已有")
    assert any(name.startswith("04 被许可方的身份证明") for name in names(archive))
    assert not any(name.startswith("03 许可方的身份证明") for name in names(archive))
    theirs, _ = pack(offer.holder, number)
    assert (states(theirs)["03"], states(theirs)["04"]) == ("已有", "由对方提供")


def _prove(who: Person, upload: UUID) -> None:
    db.session.get_one(Organisation, who.actor.organisation_id).evidence_upload = upload


def test_before_the_license_there_is_nothing_to_record(lite: Flask) -> None:
    offer = published(lite, fee=LUMP)
    licensee = make_organisation(lite, "c4")
    number = making.contract_of(taking.taken(licensee, offer))
    with pytest.raises(Conflict, match="recordal_not_due"):
        pack(licensee, number)


def test_both_sides_download_it_from_the_contracts_page_and_strangers_do_not(lite: Flask) -> None:
    offer = published(lite)
    licensee = make_organisation(lite, "c1")
    number = making.effective(lite, offer, licensee)
    addresses: list[str] = []
    for who in (licensee, offer.holder, offer.venue):
        browser = Browser(lite).sign_in(who.email).get(f"/contracts/{number}")
        browser.submit({}, action=f"/contracts/{number}/recordal-pack")
        jobs.run_all()
        answer = browser.client.get(f"{browser.address}.zip")
        assert answer.mimetype == "application/zip"
        assert answer.content_length == len(answer.data)
        addresses.append(browser.address)
    assert len(set(addresses)) == 3  # each side what it may see
    for address in addresses[:-1]:
        assert browser.client.get(f"{address}.zip").status_code == 404
    stranger = Browser(lite).sign_in(make_organisation(lite, "c2").email)
    assert stranger.client.get(f"{addresses[0]}.zip").status_code == 404
