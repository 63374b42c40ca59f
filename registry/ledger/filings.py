"""What is filed: one explicit, versioned field list for each type of filing, and the payload made of it.

A payload has open fields, salted commitments to what stays confidential, and the parties' statements with
their signatures. Because the open part holds no personal or confidential value, envelopes are public.
Statements say nothing that the filing does not: each of their fields must be a field of the filing.
"""

import base64
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from registry.ledger.canonical import (
    FILING_TYPE,
    STATEMENT_TYPE,
    b64,
    commitment,
    exact_keys,
    is_hex,
    jcs,
    new_salt,
    pae,
    recode,
    strict,
    unb64,
)
from registry.ledger.kinds import ANY, FORMS, KINDS, Kind
from registry.ledger.signing import PASSKEY
from registry.ledger.statement_lists import Place, listed_bytes, parse_place

PASSKEY_LEVEL, RELAYED = "passkey", "relayed"
LEVELS = ("account", "external", PASSKEY_LEVEL, RELAYED)  # how a key is held; papers say what that is worth
LONGEST_SUBJECT = 200
_ENVELOPE = (
    b'{"payload":"%b","payloadType":"' + FILING_TYPE.encode() + b'","signatures":[{"keyid":"%b","sig":"%b"}]}'
)
_PARTS = (b"([A-Za-z0-9+/]*={0,2})", b"([0-9a-f]{32})", b"([A-Za-z0-9+/]*={0,2})")
_READ_ENVELOPE = re.compile(re.escape(_ENVELOPE) % _PARTS).fullmatch
STATEMENT_KEYS = {"v", "type", "origin", "subject", "role", "nonce", "fields", "sd"}
SIGNED_KEYS = {"statement", "alg", "kid", "signature", "level"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What one party signed, and its signature over PAE(STATEMENT_TYPE, JCS(fields)), or over the head of the
    list in which the statement has its `place`.
    """

    fields: Mapping[str, Any]
    alg: str
    kid: str
    signature: bytes
    level: str
    place: Place | None = None

    @property
    def once(self) -> str:
        """What no two filings share: key and nonce, 64 hex digits."""
        return f"{self.kid}{self.fields['nonce']}"

    @property
    def signed_bytes(self) -> bytes:
        return statement_bytes(self.fields) if self.place is None else listed_bytes(self.fields, self.place)

    def encode(self) -> dict[str, Any]:
        return {
            "statement": dict(self.fields),
            "alg": self.alg,
            "kid": self.kid,
            "signature": b64(self.signature),
            "level": self.level,
            **({} if self.place is None else {"list": self.place.encode()}),
        }


class Disclosure(NamedTuple):
    """What opens one commitment."""

    path: str
    salt: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Something to be filed. `salts` are drawn by `salted`, before anybody signs, or else by `build`."""

    type: str
    subject: str
    fields: Mapping[str, Any]
    secrets: Mapping[str, Any] = field(default_factory=dict)
    statements: Sequence[Statement] = ()
    salts: Mapping[str, str] = field(default_factory=dict)

    @property
    def commitments(self) -> dict[str, str]:
        """Path -> commitment, of those secrets that have their salt."""
        return {path: commitment(salt, path, self.secrets[path]) for path, salt in self.salts.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A payload read back: what was filed, as anybody may see it."""

    type: str
    subject: str
    fields: Mapping[str, Any]
    commitments: tuple[str, ...]
    statements: tuple[Statement, ...]


def salted(filing: Filing) -> Filing:
    """The filing with a salt for every secret, so that statements can name the commitments."""
    salts = {path: filing.salts.get(path) or new_salt() for path in filing.secrets}
    return replace(filing, salts=salts)


def statement_fields(
    filing: Filing,
    *,
    origin: str,
    role: str,
    nonce: str,
    only: Collection[str] | None = None,
    commitments: Collection[str] | None = None,
) -> dict[str, Any]:
    """What a party signs: the open fields (or `only` those) and the commitments (or those of these paths).

    Raises ValueError when a secret has no salt yet: what is not fixed cannot be signed.
    """
    if set(filing.salts) != set(filing.secrets):
        raise ValueError("draw the salts before anybody signs")
    names = set(filing.fields) if only is None else set(only)
    paths = set(filing.secrets) if commitments is None else set(commitments)
    return {
        "v": 1,
        "type": filing.type,
        "origin": origin,
        "subject": filing.subject,
        "role": role,
        "nonce": nonce,
        "fields": {name: value for name, value in filing.fields.items() if name in names},
        "sd": sorted(sealed for path, sealed in filing.commitments.items() if path in paths),
    }


def statement_bytes(fields: Mapping[str, Any]) -> bytes:
    """The exact bytes a party's key signs."""
    return pae(STATEMENT_TYPE, jcs(dict(fields)))


def signed_statement(fields: Mapping[str, Any], signer: Any, *, level: str) -> Statement:
    """The statement signed with a signer at hand (an opened account key, a test key)."""
    signature = signer.sign(statement_bytes(fields))
    return Statement(fields=fields, alg=signer.alg, kid=signer.kid, signature=signature, level=level)


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A filing in its bytes, read back, with what opens its commitments."""

    payload: bytes
    filed: Filed
    disclosures: Sequence[Disclosure]


def build(filing: Filing) -> Built:
    """The payload's bytes and what opens its commitments. Raises ValueError for what no table names."""
    kind = _kind(filing.type, None)
    unknown = {path for path in filing.secrets if path.partition(".")[0] not in kind.committed}
    if unknown or not set(filing.salts) <= set(filing.secrets):
        raise ValueError(f"{filing.type} commits to no {sorted(unknown)}")
    sealed = salted(filing)
    payload = jcs(
        {
            "type": filing.type,
            "version": kind.versions[-1],
            "fields": dict(filing.fields),
            "_sd": sorted(sealed.commitments.values()),
            "statements": [statement.encode() for statement in filing.statements],
        }
    )
    filed = _filed(json.loads(payload))  # as everybody will read it, so that nothing else is ever checked
    if filed.subject != filing.subject:
        raise ValueError(f"the subject of {filing.type} is its {kind.subject}")
    opened = [Disclosure(path, salt, sealed.secrets[path]) for path, salt in sealed.salts.items()]
    return Built(payload=payload, filed=filed, disclosures=opened)


def parse_filing(payload: bytes) -> Filed:
    """What a payload says. Raises ValueError unless canonical, of a known type, complete and exact."""
    return _filed(strict(payload))


def check_signers(name: str, said: Collection[Statement]) -> None:
    """Raises ValueError unless so many keys stated a filing as its type asks."""
    kind = _kind(name, None)
    if len({one.kid for one in said}) < kind.least_statements:  # one key twice is not two persons
        raise ValueError(f"{name} needs {kind.least_statements} statement(s) by {kind.signers}")


def check_says(filed: Filed, statement: Statement, *, origin: str) -> None:
    """Raises ValueError unless the statement is about this filing, on these terms, in this log."""
    said = statement.fields
    if said["type"] != filed.type or said["subject"] != filed.subject or said["origin"] != origin:
        raise ValueError("the statement is about something else")
    for name, value in said["fields"].items():
        if name not in filed.fields or not _same(filed.fields[name], value):
            raise ValueError("the statement is on other terms")
    if not set(said["sd"]) <= set(filed.commitments):
        raise ValueError("the statement commits to something else")
    missing = KINDS[filed.type].bound & filed.fields.keys() - said["fields"].keys()
    if missing:
        raise ValueError(f"the statement must bind {sorted(missing)}")


def _same(one: Any, other: Any) -> bool:
    """Equal as they are written: to Python, 1 is True and 0 is False."""
    return one == other and (isinstance(one, str) or recode(one) == recode(other))


def envelope_bytes(payload: bytes, *, kid: str, signature: bytes) -> bytes:
    """The DSSE envelope around a payload, with the registry's one signature: JCS, written out at once."""
    return _ENVELOPE % (base64.b64encode(payload), kid.encode(), base64.b64encode(signature))


def parse_envelope(data: bytes) -> tuple[bytes, str, bytes]:
    """Payload, kid and signature of an envelope. Raises ValueError unless one signature stands there."""
    found = _READ_ENVELOPE(data)
    if found is None:
        raise ValueError("an envelope holds one payload and one signature, canonically written")
    payload, kid, signature = base64.b64decode(found[1]), found[2].decode(), base64.b64decode(found[3])
    if envelope_bytes(payload, kid=kid, signature=signature) != data:
        raise ValueError("not canonical base64")
    return payload, kid, signature


def _kind(name: str, version: object) -> Kind:
    kind = KINDS.get(name)
    if kind is None or (version is not None and (isinstance(version, bool) or version not in kind.versions)):
        raise ValueError(f"unknown type or version of filing: {name!r} {version!r}")
    return kind


def _filed(payload: Any) -> Filed:
    value = exact_keys(payload, {"type", "version", "fields", "_sd", "statements"})
    if not isinstance(value["type"], str) or not isinstance(value["version"], int):
        raise ValueError("malformed filing")
    kind = _kind(value["type"], value["version"])
    fields = _fields(kind, value["type"], value["fields"])
    subject = fields[kind.subject]
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise ValueError("malformed subject")
    commitments, statements = value["_sd"], value["statements"]
    if not isinstance(statements, list):
        raise ValueError("malformed statements")
    said = tuple(parse_statement(statement) for statement in statements)
    check_signers(value["type"], said)
    return Filed(
        type=value["type"],
        subject=subject,
        fields=fields,
        commitments=_commitments(commitments),
        statements=said,
    )


def _fields(kind: Kind, name: str, fields: Any) -> dict[str, Any]:
    if not isinstance(fields, dict):
        raise ValueError("malformed fields")
    unknown = [key for key in fields if key not in kind.required and key not in kind.optional]
    missing = [key for key in kind.required if key not in fields]
    if unknown or missing:
        raise ValueError(f"{name}: unknown fields {sorted(unknown)}, missing fields {sorted(missing)}")
    for key, value in fields.items():
        form = kind.required.get(key) or kind.optional.get(key, ANY)
        if not FORMS[form](value):
            raise ValueError(f"{name}: {key} must be a {form}")
    return fields


def _commitments(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(is_hex(item, 64) for item in value):
        raise ValueError("malformed commitments")
    if len(value) > 1 and value != sorted(set(value)):
        raise ValueError("commitments are sorted and each stands once")
    return tuple(value)


def parse_statement(value: Any) -> Statement:
    """A signed statement as it stands in a payload. Raises ValueError unless complete and exact."""
    listed = isinstance(value, dict) and "list" in value
    outer = exact_keys(value, SIGNED_KEYS | {"list"} if listed else SIGNED_KEYS)
    said = exact_keys(outer["statement"], STATEMENT_KEYS)
    if said["v"] != 1 or isinstance(said["v"], bool) or not isinstance(said["fields"], dict):
        raise ValueError("malformed statement")
    if not is_hex(said["nonce"], 32) or not all(isinstance(said[name], str) for name in ("origin", "role")):
        raise ValueError("malformed statement")
    _commitments(said["sd"])
    if (outer["level"] == PASSKEY_LEVEL) != (outer["alg"] == PASSKEY):
        raise ValueError("a passkey signs as what it is, and nothing else as one")
    if outer["level"] not in LEVELS or not is_hex(outer["kid"], 32):
        raise ValueError("unknown level or malformed key id")
    if not isinstance(outer["alg"], str) or not isinstance(outer["signature"], str):
        raise ValueError("malformed statement")
    return Statement(
        fields=said,
        alg=outer["alg"],
        kid=outer["kid"],
        signature=unb64(outer["signature"]),
        level=outer["level"],
        place=parse_place(outer["list"]) if listed else None,
    )
