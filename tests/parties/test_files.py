"""Files people bring: believed by content alone, shown to whom they concern, never run by a browser."""

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from registry.database import db, transaction
from registry.documents.uploads import JPEG, PNG
from registry.errors import Mistyped, Refused, TooLarge
from registry.parties import files
from registry.parties import service as parties
from registry.parties.files import safe_filename
from registry.parties.models import Upload
from registry.parties.rules import Actor, Role
from tests.browser import Browser
from tests.parties.people import PDF, member, operator, owner

DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000"
    "050001a5f645400000000049454e44ae426082"
)


def kept(actor: Actor, data: bytes = PDF, **changes: str) -> Upload:
    facts = {"filename": "回单.pdf", "purpose": "bank_slip", **changes}
    return transaction(lambda: parties.keep_upload(actor, data=data, **facts))


@pytest.mark.parametrize(
    ("data", "purpose", "refusal"),
    [
        (b"<html><script>alert(1)</script>", "identity", Mistyped),
        (b"MZ\x90\x00" + b"\0" * 60, "identity", Mistyped),
        (b"name,amount\n1,2\n", "identity", Mistyped),
        (PDF, "drawing", Mistyped),
        (b"%PDF-1.7\n/Encrypt 5 0 R\n%%EOF", "identity", Refused),
        (b"", "identity", Refused),
        (PDF, "anything", Refused),
    ],
)
def test_what_is_not_what_it_should_be_is_refused(
    lite: Flask, data: bytes, purpose: str, refusal: type[Refused]
) -> None:
    with pytest.raises(refusal):
        kept(owner("u1"), data, purpose=purpose)
    assert db.session.query(Upload).count() == 0


def test_a_file_over_the_limit_is_refused(lite: Flask) -> None:
    with pytest.raises(TooLarge):
        kept(owner("u1"), PDF + b"\n" * (10 * 1024 * 1024) + b"%%EOF")


def test_a_page_says_what_is_wrong_with_a_file(lite: Flask) -> None:
    browser = Browser(lite).sign_in(owner("u1").email).get("/organisation")
    browser.submit(files={"file": (b"<svg onload=alert(1)>", "a.png")}, action="/organisation/evidence")
    assert browser.status == 422
    assert "不是可接受的类型" in browser.text
    browser.submit(
        files={"file": (PDF + b" " * (11 * 1024 * 1024), "a.pdf")}, action="/organisation/evidence"
    )
    assert browser.status == 422
    assert "超过上限" in browser.text
    assert browser.get("/organisation").submit(action="/organisation/evidence").status == 422


def test_a_body_over_the_limit_is_refused_before_it_is_read(lite: Flask) -> None:
    browser = Browser(lite).sign_in(owner("u1").email).get("/organisation")
    browser.submit(files={"file": (b"0" * (25 * 1024 * 1024), "a.pdf")}, action="/organisation/evidence")
    assert browser.status == 413


def test_a_file_is_shown_to_its_organisation_its_venue_and_auditors_only(app: Flask) -> None:
    boss, other, clerk = owner("u1"), owner("c1"), operator("v1")
    colleague = member(Role.FINANCE, email="f@example.cn", organisation_id=boss.organisation_id)
    auditor = member(Role.AUDITOR, email="a@example.cn")
    path = f"/files/{kept(boss).id}"
    seen = {who.email: Browser(app).sign_in(who.email).get(path).status for who in (boss, colleague, auditor)}
    assert set(seen.values()) == {200}
    unseen = {who.email: Browser(app).sign_in(who.email).get(path).status for who in (other, clerk)}
    assert set(unseen.values()) == {404}
    assert Browser(app).get(path).address.startswith("/login")


def test_a_higher_folder_can_show_a_file_for_a_reason_of_its_own(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from registry.parties import files

    boss, clerk = owner("u1"), operator("v1")
    upload_id = kept(boss).id
    monkeypatch.setattr(files, "_VISIBLE", [lambda actor, upload: actor.venue_id == clerk.venue_id])
    assert parties.shown(clerk, upload_id).filename == "回单.pdf"


def test_a_file_is_handed_out_so_that_nothing_in_it_runs(lite: Flask) -> None:
    boss = owner("u1")
    pdf, dot = kept(boss), kept(boss, DOT, purpose="drawing", filename="图.png")
    paths = f"/files/{pdf.id}", f"/files/{dot.id}"
    browser = Browser(lite).sign_in(boss.email)
    headers = browser.get(paths[0]).page.headers
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]
    assert browser.get(paths[1] + "?inline").page.headers["Content-Disposition"].startswith("inline")
    assert browser.page.mimetype == PNG != JPEG


@given(st.text(max_size=300))
def test_a_file_name_never_leaves_its_folder_or_its_header(name: str) -> None:
    safe = safe_filename(name)
    assert 0 < len(safe) <= 120
    assert not set(safe) & set('/\\:*?"<>|\r\n\0')
    assert safe not in (".", "..")


@pytest.mark.parametrize(
    ("named", "kind", "kept"),
    [
        ("发票.PDF", "application/pdf", "发票.PDF"),
        ("invoice.exe", "application/pdf", "invoice.exe.pdf"),
        ("seal.html", "image/png", "seal.html.png"),
        ("photo.jpeg", "image/jpeg", "photo.jpeg"),
        ("rows.tsv", "text/csv", "rows.tsv"),
        ("", "text/plain", "file.txt"),
    ],
)
def test_a_file_comes_back_under_an_ending_of_its_content(named: str, kind: str, kept: str) -> None:
    assert files.typed_filename(named, kind) == kept
    assert all(files.ENDINGS[one] for kinds in files.PURPOSES.values() for one in kinds)
