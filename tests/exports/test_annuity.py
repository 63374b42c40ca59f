"""The pack for the annuity reduction: what this registry can show, and by name what it cannot.

The golden text is written anew only when asked: REGISTRY_WRITE_GOLDEN=1 pytest tests/exports/test_annuity.py
"""

import hashlib
import json
from dataclasses import replace
from datetime import date
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from flask import Flask

from registry import clock
from registry.contracts import printing, register, registration
from registry.contracts.blocks import plain, rendered
from registry.database import db, transaction
from registry.errors import Conflict
from registry.exports import annuity, annuity_sheet
from registry.exports.annuity_sheet import About, License
from registry.licenses import register as offers
from registry.licenses import reviews
from registry.parties.models import Upload
from tests.documents.papers import pdftotext
from tests.exports import making
from tests.exports.test_recordal import compare
from tests.factories import Offer, Person, announce, make_organisation, make_upload, published, reading
from tests.fonts import fonts
from tests.parties.people import PDF

RECORDED = License(
    contract="DEMO-MX-C26-K7QM-3X9R",
    licensee="嘉定启明医疗器械有限公司（演示）",
    effective_on=date(2026, 11, 22),
    recordal="recorded",
    recordal_number="X2026310000999",
    recordal_day=date(2027, 1, 8),
)
REFUSED = replace(
    RECORDED, contract="DEMO-MX-C26-77TA-2F8D", licensee="张𬱟", recordal="refused", recordal_number=""
)
ABOUT = About(
    declaration="DEMO-MX-D26-4HJ8-P0WK",
    digest="8f" * 32,
    cnipa_number="KF2026110999",
    announced_on=date(2026, 11, 10),
    withdrawn_on=None,
    patent="ZL201819999001.7",
    title="基于标准化电子病历的临床质量指标计算方法",
    owners=("申城理工大学（演示）", "申城应用技术研究院（演示）"),
    annuity_paid_to=date(2027, 4, 10),
    made_on=date(2027, 2, 1),
    demonstration=True,
    licenses=(RECORDED, REFUSED),
)
FILES = ("01 声明全文.txt", "02 备案证明 1 DEMO-MX-C26-K7QM-3X9R.pdf", "03 公告页.pdf")
MISSING = ("DEMO-MX-C26-77TA-2F8D 的备案证明",)


def test_the_sheet_says_exactly_what_was_looked_at() -> None:
    nobody = replace(ABOUT, licenses=(), withdrawn_on=date(2027, 1, 20))
    both = (
        annuity_sheet.compose(ABOUT, FILES, MISSING),
        annuity_sheet.compose(nobody, FILES[:1], ("开放许可声明的公告页",)),
    )
    compare("annuity", "\n".join(map(plain, both)))


def test_the_sheet_stands_on_one_page() -> None:
    printed = rendered(annuity_sheet.compose(ABOUT, FILES, MISSING), fonts())
    assert printed.pages == 1
    assert "KF2026110999" in pdftotext(printed.data)


def pack(who: Person, offer: Offer) -> tuple[annuity.Pack, dict[str, bytes]]:
    made = reading(lambda: annuity.pack(who.actor, offers.find(offer.number), printing.font_set()))
    archive = ZipFile(BytesIO(reading(lambda: b"".join(made.archive))))
    return made, {Path(name).name: archive.read(name) for name in archive.namelist()}


def test_the_pack_holds_declaration_proof_and_gazette_and_names_what_is_missing(lite: Flask) -> None:
    offer = published(lite)
    with pytest.raises(Conflict, match="annuity_not_announced"):
        pack(offer.holder, offer)
    page = make_upload(lite, offer.venue, "gazette", data=PDF + b"gazette")
    transaction(
        lambda: reviews.announce(
            offer.venue.actor,
            offers.find(offer.number),
            cnipa_number="KF2026110001",
            day=clock.today(),
            gazette=db.session.get_one(Upload, page),
        )
    )
    number = making.effective(lite, offer, make_organisation(lite, "c1"))
    made, files = pack(offer.holder, offer)
    assert made.missing == (f"{number} 的备案证明",)
    assert files["03 公告页.pdf"] == PDF + b"gazette"
    proof = make_upload(lite, offer.holder, data=PDF + b"proof")
    transaction(lambda: prove(offer.holder, number, proof))
    made, files = pack(offer.holder, offer)
    assert made.missing == ()
    assert files[f"02 备案证明 1 {number}.pdf"] == PDF + b"proof"
    assert "已备案" in pdftotext(files["00 说明和清单.pdf"])
    for one in json.loads(files["manifest.json"])["files"]:
        data = files[one["name"]]
        assert (len(data), hashlib.sha256(data).hexdigest()) == (one["size"], one["sha256"])


def prove(who: Person, number: str, proof: object) -> None:
    contract = register.find_contract(number)
    facts = {"day": clock.today(), "number": "X2026310000001", "reason": ""}
    for verb in ("file", "record"):
        registration.record_recordal(who.actor, contract, {"verb": verb, **facts})
    registration.attach(who.actor, contract, "13", db.session.get_one(Upload, proof))


def test_without_a_page_of_the_gazette_the_pack_says_so(lite: Flask) -> None:
    offer = published(lite)
    announce(offer)
    made, files = pack(offer.holder, offer)
    assert made.missing == ("开放许可声明的公告页",)
    assert not any(name.startswith("03") for name in files)
    assert "还没有生效的许可" in pdftotext(files["00 说明和清单.pdf"])
