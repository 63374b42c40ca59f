"""Filings for tests: a party with a key, and what it files."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from registry import clock
from registry.database import transaction
from registry.ledger import cosignatures
from registry.ledger import service as ledger
from registry.ledger.canonical import b64, new_nonce
from registry.ledger.filings import Filing, salted, signed_statement, statement_fields
from registry.ledger.notes import COSIGNATURE, Vkey, cosign, split_note
from registry.ledger.signing import PARTY, Ed25519Signer

ORIGIN = "test.mingxu.invalid"


def signed(filing: Filing, *signers: Ed25519Signer, role: str = "holder", origin: str = ORIGIN) -> Filing:
    """The filing with a statement on all its terms by each of the signers."""
    fixed = salted(filing)
    statements = [
        signed_statement(
            statement_fields(fixed, origin=origin, role=role, nonce=new_nonce()), signer, level="account"
        )
        for signer in signers
    ]
    return replace(fixed, statements=statements)


def enrolment(signer: Ed25519Signer, holder: str = "organisation-1") -> Filing:
    fields = {
        "kid": signer.kid,
        "alg": signer.alg,
        "public": b64(signer.public),
        "purpose": PARTY,
        "holder": holder,
        "level": "account",
    }
    secrets = {"person": "张三", "evidence": {"digest": "00"}}
    return signed(Filing(type="key.enrolled", subject=signer.kid, fields=fields, secrets=secrets), signer)


def rotation(new: Ed25519Signer, old: Ed25519Signer, holder: str = "organisation-1") -> Filing:
    fields = {**enrolment(new, holder).fields, "replaces": old.kid}
    return signed(Filing(type="key.rotated", subject=new.kid, fields=fields), old)


def revocation(kid: str) -> Filing:
    return Filing(type="key.revoked", subject=kid, fields={"kid": kid, "reason": "password_reset"})


def notice(number: str, **changes: Any) -> Filing:
    fields: Mapping[str, Any] = {
        "contract": number,
        "declaration": "MX-D26-K7QM-3X9R",
        "declaration_version": 1,
        "declaration_envelope": "ab" * 32,
        "standard_terms": "2026-11",
        "track": "local",
        **changes,
    }
    secrets = {
        "licensee": {"name": "上海某某科技有限公司", "code": "91310115MA1K00000X"},
        "record": {"fee": "68000.00"},
    }
    return Filing(type="license.noticed", subject=number, fields=fields, secrets=secrets)


def effective(number: str, instant: str = "2026-11-22T01:02:03.004Z") -> Filing:
    fields = {"contract": number, "instant": instant, "ground": "free"}
    return Filing(type="license.effective", subject=number, fields=fields)


def witnessed(size: int) -> None:
    """Keep a witness's cosignature of the checkpoint of that size, in the caller's transaction."""
    note, witness = ledger.checkpoint(size, exact=True), Ed25519Signer.generate()
    assert note is not None
    at = clock.now().replace(microsecond=0)
    line = cosign(split_note(note)[0], "witness.example", witness, time=int(at.timestamp()))
    key = Vkey("witness.example", witness.public, COSIGNATURE)
    cosignatures.keep(size, cosignatures.Cosigned(witness=key, line=line, at=at))


def file(*filings: Filing) -> list[ledger.Appended]:
    """Enter filings in a transaction of their own."""
    return transaction(lambda: ledger.append(filings))


def exported(folder: Path) -> Path:
    """The log written out; answers the folder."""
    ledger.export(folder)
    return folder
