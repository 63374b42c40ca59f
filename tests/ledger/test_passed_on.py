"""Who takes a license stays out of the log, and everything else about the statement holds as it did."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask

from registry.errors import Refused
from registry.ledger import service as ledger
from registry.ledger.audit import audit
from registry.ledger.canonical import jcs, new_nonce
from registry.ledger.filings import Filed, Filing, Statement, parse_envelope, salted, statement_fields
from registry.ledger.policy import policy_of
from registry.ledger.relayed import SIGNED
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.statement_lists import StatementList
from registry.ledger.verify import verify_bytes
from tests.ledger.making import enrolment, file, notice, revocation, signed


@pytest.fixture
def key(app: Flask) -> Ed25519Signer:
    made = Ed25519Signer.generate()
    file(enrolment(made))
    return made


def all_shown(filed: Filed, path: str) -> bool:
    return True


def public(number: str) -> str:
    """What anybody reads in the filings about a contract and in those of their keys."""
    envelopes = (line["envelope"].encode() for line in ledger.bundle(number)["filings"])
    return "".join(parse_envelope(envelope)[0].decode() for envelope in envelopes)


def enrolled(said: Statement) -> Filed:
    row = ledger.public_key(said.kid)
    assert row is not None
    return ledger.filed_at(row.enrolled_seq)[1]


def test_a_notice_stands_under_a_key_that_signs_nothing_else(key: Ed25519Signer) -> None:
    first = file(signed(notice("C-1"), key, role="licensee"))
    second = file(signed(notice("C-2"), key, role="licensee"))
    one, two = (ledger.filed_at(done[0].seq)[1].statements[0] for done in (first, second))
    assert (one.level, two.level) == ("relayed", "relayed")
    assert one.kid != two.kid
    assert enrolled(one).fields["holder"] == "C-1"
    assert enrolled(two).fields["holder"] == "C-2"
    assert key.kid not in public("C-1")
    assert key.kid not in public("C-2")
    assert audit().exit_code == 0


def test_the_party_proves_by_its_bundle_that_it_was_it(key: Ed25519Signer) -> None:
    filing = signed(notice("C-1"), key, role="licensee")
    file(filing)
    value = ledger.bundle("C-1", shown=all_shown)
    opened = [one["value"] for one in value["disclosures"] if one["path"] == SIGNED]
    own: dict[str, Any] = {
        name: part for name, part in filing.statements[0].encode().items() if name != "statement"
    }
    assert opened == [own]
    report = verify_bytes(jcs(value), policy_of(ledger_setup().vkey))
    assert report.ok, report.to_text()


def test_nothing_of_a_list_that_was_signed_at_once_ties_its_licenses_together(key: Ed25519Signer) -> None:
    drawn = [salted(notice(number)) for number in ("C-1", "C-2")]
    said = [
        statement_fields(one, origin=ledger_setup().origin, role="licensee", nonce=new_nonce())
        for one in drawn
    ]
    listed = StatementList(statements=tuple(said))
    signature = key.sign(listed.signed_bytes)
    placed = [
        Statement(fields=one, alg=key.alg, kid=key.kid, signature=signature, level="account", place=place)
        for one, place in zip(said, listed.places(), strict=True)
    ]
    file(*(replace(one, statements=[own]) for one, own in zip(drawn, placed, strict=True)))
    assert '"list"' not in public("C-1")
    assert key.kid not in public("C-1")
    assert '"C-1"' in public("C-1")
    report = verify_bytes(jcs(ledger.bundle("C-2", shown=all_shown)), policy_of(ledger_setup().vkey))
    assert report.ok, report.to_text()


@pytest.mark.parametrize("spoilt", ["signature_invalid", "key_unknown", "key_revoked", "filing_repeated"])
def test_a_statement_is_no_less_checked_for_standing_apart(key: Ed25519Signer, spoilt: str) -> None:
    filing, stranger = signed(notice("C-1"), key, role="licensee"), Ed25519Signer.generate()
    size = ledger.size()
    if spoilt == "signature_invalid":
        own = replace(filing.statements[0], signature=stranger.sign(filing.statements[0].signed_bytes))
        filing = replace(filing, statements=[own])
    if spoilt == "key_unknown":
        filing = signed(notice("C-1"), stranger, role="licensee")
    if spoilt == "key_revoked":
        size = file(revocation(key.kid))[0].seq + 1
    if spoilt == "filing_repeated":
        size = file(filing)[0].seq + 1
    with pytest.raises(Refused) as refused:
        file(filing)
    assert refused.value.code == spoilt
    assert ledger.size() == size


def test_the_declarant_signs_openly_as_before(key: Ed25519Signer) -> None:
    fields = {"number": "MX-D26-K7QM-3X9R", "ground": "holder", "instant": "2026-11-22T01:02:03.004Z"}
    drawn = Filing(type="declaration.withdrawn", subject=fields["number"], fields=fields)
    done = file(signed(drawn, key, role="declarant"))
    assert [one.kid for one in ledger.filed_at(done[0].seq)[1].statements] == [key.kid]
