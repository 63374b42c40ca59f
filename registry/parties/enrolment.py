"""How a party's key becomes a filing: prepared with its salts, stated under the key itself, then entered (RFC
7800's idea).
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from registry.errors import NotFound
from registry.ledger import service as ledger
from registry.ledger.canonical import b64, new_nonce, unb64
from registry.ledger.filings import Filing, Statement, salted, statement_fields
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import PARTY
from registry.parties.models import Key


def prepare(
    key: Key, *, holder: UUID, person: str, evidence: Mapping[str, str], replaces: str = ""
) -> dict[str, Any]:
    """Fix what the enrolment will say, and return the statement the key has to sign.

    A key that `replaces` another comes in by a rotation, which the old key states too.
    """
    fields = {
        "kid": key.kid,
        "alg": key.alg,
        "public": b64(key.public),
        "purpose": PARTY,
        "holder": str(holder),
        "level": str(key.level),
        **({"replaces": replaces} if replaces else {}),
    }
    secrets = {"person": person, "evidence": dict(evidence)}
    filing = salted(Filing(type=_type(fields), subject=key.kid, fields=fields, secrets=secrets))
    statement = statement_fields(filing, origin=ledger_setup().origin, role="holder", nonce=new_nonce())
    key.enrolment = {
        "fields": fields,
        "secrets": secrets,
        "salts": dict(filing.salts),
        "statement": statement,
    }
    return statement


def in_closed_log(key: Key) -> bool:
    """Whether a key in force came in with a log that was closed since: it has to state itself again."""
    return key.enrolled_seq is not None and key.enrolled_seq < 0 and key.revoked_seq is None


def fields_of(key: Key) -> dict[str, Any]:
    """The prepared statement. Raises NotFound once it has been filed: then it stands in the log."""
    statement: dict[str, Any] | None = key.enrolment.get("statement")
    if statement is None:
        raise NotFound("not_found")
    return statement


def replaced_by(key: Key) -> str:
    """The kid of the key that a prepared one is to replace; empty for a first enrolment."""
    return str(key.enrolment.get("fields", {}).get("replaces", ""))


def state(key: Key, statement: Statement, old: Statement | None = None) -> None:
    """Keep the key's own statement until the enrolment is filed, and the old key's where it replaces one."""
    more = {} if old is None else {"signed_by_old": old.encode()}
    key.enrolment = {**key.enrolment, "signed": statement.encode(), **more}


def file(key: Key) -> None:
    """Enter the enrolment or rotation. Raises Refused when a statement's signature does not hold."""
    prepared = key.enrolment
    said = [prepared[name] for name in ("signed_by_old", "signed") if name in prepared]
    filing = Filing(
        type=_type(prepared["fields"]),
        subject=key.kid,
        fields=prepared["fields"],
        secrets=prepared["secrets"],
        salts=prepared["salts"],
        statements=tuple(decode_statement(one) for one in said),
    )
    key.enrolled_seq = ledger.append([filing])[0].seq
    key.enrolment = {}  # salts and values now stand with the filing, and can be erased there


def revoke(key: Key, *, reason: str) -> None:
    """Enter that a key holds no longer; by the registry alone when nobody can open it any more."""
    enter_revocation(key, revocation(key, reason=reason))


def revocation(key: Key, *, reason: str, person: str = "") -> Filing:
    """The filing that ends a key, not yet stated by anybody."""
    fields = {"kid": key.kid, "reason": reason, "holder": _holder(key)}
    secrets = {"person": person} if person else {}
    return Filing(type="key.revoked", subject=key.kid, fields=fields, secrets=secrets)


def enter_revocation(key: Key, filing: Filing) -> None:
    end(key, ledger.append([filing])[0].seq)


def end(key: Key, seq: int) -> None:
    """Note that the log ended a key there."""
    key.revoked_seq = seq
    key.sealed = None  # nothing is left that a stolen old password could open


def _type(fields: Mapping[str, Any]) -> str:
    return "key.rotated" if "replaces" in fields else "key.enrolled"


def _holder(key: Key) -> str:
    return str(key.organisation_id or key.account_id)


def decode_statement(signed: Mapping[str, Any]) -> Statement:
    """A statement as `Statement.encode` wrote it."""
    return Statement(
        fields=signed["statement"],
        alg=signed["alg"],
        kid=signed["kid"],
        signature=unb64(signed["signature"]),
        level=signed["level"],
    )
