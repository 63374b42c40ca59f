"""The log for people: what it says, its entries page by page, and each entry on a page of its own."""

import re

from flask import Flask

from registry.catalogue import labels
from registry.ledger import service as ledger
from registry.ledger.kinds import KINDS
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from tests.browser import Browser
from tests.factories import published
from tests.ledger.making import effective, enrolment, file, notice, signed


def sequence(page: Browser) -> list[int]:
    return [int(seq) for seq in re.findall(r'<a href="/log/([0-9]+)">', page.html)]


def test_the_page_shows_size_root_key_and_the_newest_entries(lite: Flask) -> None:
    file(*(effective(f"C-{n}") for n in range(3)))
    ledger.publish_checkpoint()
    page = Browser(lite).get("/log")
    assert page.html.count("<h1") == 1
    assert "4 条" in page.text
    assert str(ledger_setup().vkey) in page.text
    assert "registry log fetch http://" in page.text
    assert sequence(page) == [3, 2, 1, 0]
    assert "许可生效" in page.text


def test_older_entries_follow_page_by_page_without_gap_or_repeat(lite: Flask) -> None:
    file(*(effective(f"C-{n}") for n in range(59)))
    ledger.publish_checkpoint()
    page, seen = Browser(lite).get("/log"), []
    while True:
        seen += sequence(page)
        older = re.search(r'rel="next" href="([^"#]+)', page.html)
        if older is None:
            break
        page.get(older.group(1))
    assert seen == list(range(59, -1, -1))
    for wrong in ("x", "-3", "0", "999", "9" * 40, "５"):
        assert sequence(page.get(f"/log?before={wrong}"))[0] == 59, wrong


def test_an_entry_behind_the_signed_head_is_not_listed(lite: Flask) -> None:
    file(effective("C-1"))
    assert sequence(Browser(lite).get("/log")) == [0]


def test_an_entrys_page_gives_its_facts_and_leads_to_envelope_proof_and_subject(lite: Flask) -> None:
    signer = Ed25519Signer.generate()
    file(enrolment(signer), signed(notice("MX-C26-K7QM-3X9R"), signer))
    page = Browser(lite).get("/log/2")
    assert "实施通知到达" in page.text
    envelope = re.search(r'href="(/log/envelopes/[0-9a-f]{64})"', page.html)
    assert envelope is not None
    assert page.client.get(envelope.group(1)).status_code == 200
    assert page.client.get("/api/v1/log/entries/2/proof").status_code == 200
    assert 'href="/verify?number=MX-C26-K7QM-3X9R"' in page.html
    assert "上海某某科技有限公司" not in page.html


def test_an_entrys_page_says_who_signed_what_in_words_and_leads_to_its_neighbours(lite: Flask) -> None:
    signer = Ed25519Signer.generate()
    file(enrolment(signer), signed(notice("MX-C26-K7QM-3X9R"), signer, role="licensee"), effective("C-1"))
    page = Browser(lite).get("/log/3")
    assert "被许可方（一次性密钥 " in page.text
    assert signer.kid[:8] not in page.text
    assert '"type":"license.noticed"' in page.text
    assert re.search(r"<dt>contract</dt><dd>MX-C26-K7QM-3X9R</dd>", page.html)
    assert re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page.html) == ["/log/2", "/log/4"]
    page.get("/log/4")
    assert "被许可方（" not in page.text
    assert re.findall(r'rel="(?:prev|next)" href="([^"]+)"', page.html) == ["/log/3"]


def test_the_names_in_a_filing_can_be_read(lite: Flask) -> None:
    offer = published(lite)
    page = Browser(lite).get(f"/log/{ledger.size() - 1}")
    assert offer.number in page.text
    assert re.search(r"<dt>owners</dt><dd>\[&#34;[^\\\\]+&#34;\]</dd>", page.html)


def test_what_is_not_in_the_log_has_no_page(lite: Flask) -> None:
    for path in ("/log/99", "/log/x", "/log/-1", "/log/99999999999999999999", "/log/"):
        assert Browser(lite).get(path).status == 404, path


def test_the_pages_speak_english_too(lite: Flask) -> None:
    page = Browser(lite, lang="en")
    assert "Key to pin" in page.get("/log").text
    assert page.get("/log/0").status == 200


def test_every_type_of_filing_has_its_name() -> None:
    assert set(labels.FILINGS) == set(KINDS)
