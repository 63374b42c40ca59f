"""An operator who spoils single filings: other terms or types, dropped statements, swapped disclosures."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from registry.ledger.canonical import b64, jcs
from registry.ledger.filings import Filing, salted, signed_statement, statement_fields
from registry.ledger.kinds import DAY, DIGEST, INSTANT, KINDS, NUMBER, OBJECT, OBJECTS, TEXT, TEXTS
from tests.ledger.evil import Operator, Party, honest
from tests.ledger.judging import fault_of, only_self_consistent, receipt_report, refused
from tests.ledger.making import ORIGIN, effective, notice, signed

NOTICE = 2  # where the honest log's one party filing stands


@pytest.fixture
def party() -> Party:
    return Party()


@pytest.fixture
def mine(party: Party) -> Operator:
    return honest(party)


@pytest.fixture
def kept(mine: Operator, tmp_path: Path) -> dict[str, Path]:
    """What others kept from before: a checkpoint, and a receipt, of the honest log."""
    (tmp_path / "kept.checkpoint").write_text(mine.checkpoint())
    (tmp_path / "kept.receipt").write_bytes(mine.receipt(NOTICE))
    return {"checkpoint": tmp_path / "kept.checkpoint", "receipt": tmp_path / "kept.receipt"}


# --- what was signed ---------------------------------------------------------------------------------------

SAMPLES: dict[str, tuple[Any, Any]] = {
    TEXT: ("a", "b"),
    TEXTS: (["a"], ["a", "b"]),
    NUMBER: (1, 2),
    DAY: ("2026-11-22", "2026-11-23"),
    INSTANT: ("2026-11-22T01:02:03.004Z", "2026-11-22T01:02:03.005Z"),
    DIGEST: ("ab" * 32, "cd" * 32),
    OBJECT: ({"a": "b"}, {"a": "c"}),
    OBJECTS: ([{"a": "b"}], []),
}
BOUND = sorted((name, bound) for name, kind in KINDS.items() for bound in kind.bound if name[:4] != "key.")


def sample(name: str) -> Filing:
    kind = KINDS[name]
    fields = {key: SAMPLES[form][0] for key, form in {**kind.required, **kind.optional}.items()}
    return Filing(type=name, subject=fields[kind.subject], fields=fields)


SECOND = Party()  # where a type asks for two persons
AT = 3  # behind the start and both parties' keys


def stated(filing: Filing, party: Party, **how: Any) -> Filing:
    """Signed by as many as its type asks."""
    how = {"origin": ORIGIN, "role": "holder", **how}
    signers = (party.signer, SECOND.signer)[: max(1, KINDS[filing.type].least_statements)]
    said = [(statement_fields(filing, nonce=f"{n:032x}", **how), one) for n, one in enumerate(signers)]
    return replace(filing, statements=[signed_statement(*pair, level="account") for pair in said])


@pytest.mark.parametrize(("name", "bound"), BOUND)
def test_every_bound_field_of_every_type_is_under_the_signature(name: str, bound: str, party: Party) -> None:
    base = Operator().start().add(party.enrols(), SECOND.enrols())
    good = stated(sample(name), party)
    assert fault_of(base.again().add(good)) is None
    kind = KINDS[name]
    other = SAMPLES[{**kind.required, **kind.optional}[bound]][1]

    def on_other_terms(payload: dict[str, Any]) -> None:
        payload["fields"][bound] = other

    def signed_bytes_too(payload: dict[str, Any]) -> None:
        on_other_terms(payload)
        for statement in payload["statements"]:
            statement["statement"]["fields"][bound] = other
            if bound == kind.subject:
                statement["statement"]["subject"] = other

    subject = {"subject": other} if bound == kind.subject else {}
    evil = base.again().add(good).rewrite(AT, on_other_terms, **subject)
    assert fault_of(evil) == ("statement_mismatch", AT)
    forged = base.again().add(good).rewrite(AT, signed_bytes_too, **subject)
    assert fault_of(forged) == ("signature_invalid", AT)
    without = stated(sample(name), party, only=set(good.fields) - {bound})
    assert fault_of(base.again().add(without)) == ("statement_mismatch", AT)


def test_terms_that_only_a_program_takes_for_equal_are_other_terms(party: Party) -> None:
    base = Operator().start().add(party.enrols())
    good = sample("declaration.published")
    fee = {**good.fields, "fee": {"a": 1}}
    signed_one = stated(replace(good, fields=fee), party)
    evil = base.add(signed_one).rewrite(2, lambda payload: payload["fields"].update(fee={"a": True}))
    assert fault_of(evil) == ("statement_mismatch", 2)


def test_a_signature_is_not_worth_anything_under_another_type(
    mine: Operator, party: Party, tmp_path: Path
) -> None:
    claimed = sample("payment.claimed")
    confirmed = replace(stated(claimed, party), type="payment.confirmed")
    refused(mine.again().add(confirmed), tmp_path, "statement_mismatch", 6)


def test_an_entry_that_names_another_type_or_subject_is_refused(mine: Operator, tmp_path: Path) -> None:
    refused(mine.again().relink(3, type="license.ended"), tmp_path / "a", "entry_mislabelled", 3)
    refused(mine.again().relink(3, subject="C-2"), tmp_path / "b", "entry_mislabelled", 3)


def test_a_signature_for_another_log_is_refused(mine: Operator, party: Party, tmp_path: Path) -> None:
    evil = mine.again().add(signed(notice("C-9"), party.signer, origin="other.example"))
    refused(evil, tmp_path, "statement_mismatch", 6)


def test_a_statement_that_names_other_commitments_is_refused(
    mine: Operator, party: Party, tmp_path: Path
) -> None:
    good = signed(notice("C-9"), party.signer)
    swapped = replace(good, secrets={**good.secrets, "licensee": {"name": "别家公司"}})
    refused(mine.again().add(swapped), tmp_path, "statement_mismatch", 6)


def test_a_raised_level_or_another_algorithm_is_no_longer_what_was_filed(
    mine: Operator, tmp_path: Path, kept: dict[str, Path]
) -> None:
    evil = mine.again().rewrite(NOTICE, lambda payload: payload["statements"][0].update(alg="p256"))
    refused(evil, tmp_path, "signature_invalid", NOTICE)
    raised = mine.again().rewrite(NOTICE, lambda payload: payload["statements"][0].update(level="external"))
    only_self_consistent(raised, tmp_path / "raised", kept)  # the level is the registry's word


def test_a_dropped_statement_of_the_only_party_is_refused(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again().rewrite(NOTICE, lambda payload: payload["statements"].clear())
    refused(evil, tmp_path, "envelope_malformed", NOTICE)


def test_a_dropped_statement_of_a_co_owner_is_refused_against_what_others_kept(
    party: Party, tmp_path: Path
) -> None:
    second = Party()
    filing = salted(replace(sample("declaration.published"), secrets={"contacts": "周工"}))
    both = [
        signed_statement(
            statement_fields(filing, origin=ORIGIN, role=role, nonce="0" * 32), one.signer, level="account"
        )
        for role, one in (("declarant", party), ("co_owner", second))
    ]
    log = Operator().start().add(party.enrols(), second.enrols("organisation-2"))
    log.add(replace(filing, statements=both), effective("C-1"))
    assert fault_of(log) is None
    (tmp_path / "kept").write_bytes(log.receipt(3))
    evil = log.again().rewrite(3, lambda payload: payload["statements"].pop())
    only_self_consistent(evil, tmp_path, {"receipt": tmp_path / "kept"})
    alone = receipt_report(evil.receipt(3), evil, tmp_path)
    assert alone.facts["signed_by"] == ["declarant"]  # a reader sees who signed, and who did not
    assert receipt_report(log.receipt(3), log, tmp_path).facts["signed_by"] == ["declarant", "co_owner"]


# --- what was disclosed ------------------------------------------------------------------------------------


def _disclosing(change: Callable[[list[dict[str, Any]]], object], log: Operator) -> bytes:
    opened = [{"path": path, "salt": salt, "value": said} for path, salt, said in log.lines[NOTICE].salts]
    change(opened)
    return log.receipt(NOTICE, disclosures=opened)


@pytest.mark.parametrize(
    "change",
    [
        lambda opened: opened[0].update(value={"name": "别家公司"}),
        lambda opened: opened[0].update(salt="00" * 32),
        lambda opened: opened[0].update(path="intended_use"),
        lambda opened: opened[0].update(value=opened[1]["value"]),
        lambda opened: opened.append(dict(opened[0])),
        lambda opened: opened[0].update(salt=opened[1]["salt"]),
    ],
    ids=["value", "salt", "path", "swapped", "twice", "salt of another"],
)
def test_a_swapped_disclosure_is_refused(
    mine: Operator, tmp_path: Path, change: Callable[[list[dict[str, Any]]], object]
) -> None:
    report = receipt_report(_disclosing(change, mine), mine, tmp_path)
    assert (report["integrity"].code, report.first_bad) == ("disclosure_differs", NOTICE)


def test_a_reused_salt_is_refused(party: Party, tmp_path: Path) -> None:
    """Whoever is shown one value could else guess the other: with its salt known it is a plain digest."""
    filing = notice("C-1")
    shared = replace(filing, salts=dict.fromkeys(filing.secrets, "5a" * 32))
    evil = Operator().start().add(party.enrols(), party.signs(shared))
    report = receipt_report(evil.receipt(NOTICE), evil, tmp_path)
    assert (report["integrity"].code, report.first_bad) == ("salt_reused", NOTICE)


def test_bytes_that_mean_the_same_in_another_spelling_are_refused(mine: Operator, tmp_path: Path) -> None:
    evil = mine.again()
    payload = evil.lines[3].payload
    loose = jcs(payload).replace(b'":', b'": ', 1)
    evil.lines[3].envelope = evil.envelope(loose)
    refused(evil.relink(3), tmp_path / "space", "envelope_malformed", 3)
    twice = jcs(payload).replace(b'{"_sd":[]', b'{"_sd":[],"_sd":[]', 1)
    evil.lines[3].envelope = evil.envelope(twice)
    refused(evil.relink(3), tmp_path / "twice", "envelope_malformed", 3)
    open_fields = jcs({**payload, "note": "x"})
    evil.lines[3].envelope = evil.envelope(open_fields)
    refused(evil.relink(3), tmp_path / "unknown", "envelope_malformed", 3)
    two = evil.again()
    signature = {"keyid": mine.countersigner.kid, "sig": b64(bytes(64))}
    envelope = {"payload": b64(jcs(payload)), "payloadType": "application/vnd.open-license.filing.v1+json"}
    two.lines[3].envelope = jcs({**envelope, "signatures": [signature, signature]})
    assert fault_of(two.relink(3)) == ("envelope_malformed", 3)
