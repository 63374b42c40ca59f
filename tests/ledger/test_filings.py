import pytest

from registry.ledger.canonical import commitment
from registry.ledger.filings import Filing, build, parse_envelope, parse_filing, statement_fields
from registry.ledger.kinds import FORMS, KINDS
from registry.ledger.signing import Ed25519Signer
from tests.ledger.making import effective, enrolment, notice, signed


def test_a_payload_shows_open_fields_and_only_commitments_of_the_rest() -> None:
    filing = signed(notice("C-1"), Ed25519Signer.generate())
    built = build(filing)
    payload, disclosures = built.payload, built.disclosures
    assert "某某科技".encode() not in payload
    assert b"68000.00" not in payload
    filed = parse_filing(payload)
    assert {commitment(item.salt, item.path, item.value) for item in disclosures} == set(filed.commitments)
    assert filed.fields == filing.fields
    assert set(filed.statements[0].fields["sd"]) == set(filed.commitments)


def test_unknown_missing_and_malformed_fields_are_refused() -> None:
    good = effective("C-1")
    for fields in (
        {**good.fields, "extra": "1"},
        {"contract": "C-1", "ground": "free"},
        {**good.fields, "instant": "yesterday"},
        {**good.fields, "ground": ""},
        {**good.fields, "ground": 1.5},
    ):
        with pytest.raises(ValueError):  # noqa: PT011
            build(Filing(type=good.type, subject="C-1", fields=fields))
    with pytest.raises(ValueError, match="subject"):
        build(Filing(type=good.type, subject="C-2", fields=good.fields))
    with pytest.raises(ValueError, match="commits to no"):
        build(Filing(type=good.type, subject="C-1", fields=good.fields, secrets={"mobile": "1"}))
    with pytest.raises(ValueError, match="unknown type"):
        build(Filing(type="license.imagined", subject="C-1", fields={}))


def test_a_filing_that_needs_a_statement_is_refused_without() -> None:
    with pytest.raises(ValueError, match="needs 1 statement"):
        build(notice("C-1"))
    override = Filing(type="override.recorded", subject="D-1", fields={"subject": "D-1", "rule": "fee_cap"})
    with pytest.raises(ValueError, match="two persons"):
        build(signed(override, Ed25519Signer.generate()))


def test_nobody_signs_before_the_salts_are_drawn() -> None:
    with pytest.raises(ValueError, match="salts"):
        statement_fields(notice("C-1"), origin="x", role="licensee", nonce="0" * 32)


def test_every_kind_names_forms_that_exist_and_a_subject_that_is_required() -> None:
    for name, kind in KINDS.items():
        assert kind.required[kind.subject] == "text", name
        assert set(kind.required.values()) | set(kind.optional.values()) <= FORMS.keys(), name
        assert kind.bound <= kind.required.keys() | kind.optional.keys(), name


def test_an_envelope_has_exactly_one_signature() -> None:
    from registry.ledger.canonical import jcs

    payload = build(enrolment(Ed25519Signer.generate())).payload
    with pytest.raises(ValueError):  # noqa: PT011
        parse_envelope(jcs({"payloadType": "x", "payload": "", "signatures": []}))
    assert parse_filing(payload).type == "key.enrolled"
