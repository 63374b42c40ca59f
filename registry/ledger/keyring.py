"""Which key may sign what, when: read out of the key filings themselves, in the order of the log.

Only log.started and rotations signed by the key they replace can bring in a key of the registry's own; a
party's key is enrolled with a statement under that key itself (proof of possession).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from registry.errors import Refused
from registry.ledger import signing
from registry.ledger.canonical import FILING_TYPE, STATEMENT_TYPE, exact_keys, pae, recode, unb64
from registry.ledger.filings import Filed, Statement, check_says
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, OWN, PARTY, kid_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A public key with its validity in sequence numbers: a stolen old key cannot back-date."""

    kid: str
    alg: str
    public: bytes
    holder: str
    purpose: str
    enrolled_seq: int
    revoked_seq: int | None = None

    def valid_at(self, seq: int) -> bool:
        """From the filing that brought it in to the one that ended it, both included."""
        return self.enrolled_seq <= seq and (self.revoked_seq is None or seq <= self.revoked_seq)


def head_keys(keys: Iterable[Key], size: int) -> list[Key]:
    """The checkpoint keys that sign the head of this size, newest first: those valid at its last entry.

    Just after a rotation these are two, the new key and the old: the handover head.
    """
    valid = [key for key in keys if key.purpose == CHECKPOINT and key.valid_at(size - 1)]
    return sorted(valid, key=lambda key: key.enrolled_seq, reverse=True)


def handovers(keys: Iterable[Key]) -> list[int]:
    """The sizes of the handover heads, in order: where one checkpoint key followed another."""
    keys = [key for key in keys if key.purpose == CHECKPOINT]
    brought = {key.enrolled_seq for key in keys}
    return sorted(key.revoked_seq + 1 for key in keys if key.revoked_seq in brought and key.revoked_seq)


@dataclass(slots=True)
class Keyring:
    """The keys as they stand after the filings admitted so far, and what was stated under them."""

    keys: dict[str, Key] = field(default_factory=dict)
    stated: set[bytes] = field(default_factory=set)

    def get(self, kid: str, purpose: str) -> Key:
        """The usable key of that purpose. Raises Refused key_unknown or key_revoked."""
        key = self.keys.get(kid)
        if key is None or key.purpose != purpose:
            raise Refused("key_unknown", kid=kid)
        if key.revoked_seq is not None:
            raise Refused("key_revoked", kid=kid)
        return key

    def admit(self, filed: Filed, seq: int, *, origin: str) -> None:
        """Check a filing's statements and take in what it says about keys.

        Raises Refused key_unknown, key_revoked, key_known, key_malformed, signature_invalid,
        statement_mismatch or statement_repeated.
        """
        if filed.type == "log.started":
            self._start(filed, seq)
        if filed.type in ("key.enrolled", "key.rotated"):
            self._introduce(filed, seq)
        for statement in filed.statements:
            self._check(filed, statement, origin=origin)
        if filed.type == "key.rotated":
            self._revoke(filed.fields["replaces"], seq)
        if filed.type == "key.revoked":
            self._revoke(filed.fields["kid"], seq)

    def check_countersignature(self, payload: bytes, kid: str, *, signature: bytes) -> None:
        """Raises Refused unless the registry's key of that moment signed the payload."""
        key = self.get(kid, COUNTERSIGN)
        if not signing.verify(key.alg, key.public, pae(FILING_TYPE, payload), signature=signature):
            raise Refused("signature_invalid", kid=kid)

    def _start(self, filed: Filed, seq: int) -> None:
        if seq != 0:
            raise Refused("key_malformed", kid="")
        for item in filed.fields["keys"]:
            try:
                described = exact_keys(item, {"kid", "alg", "public", "purpose"})
            except ValueError:
                raise Refused("key_malformed", kid="")
            if described["purpose"] not in (COUNTERSIGN, CHECKPOINT):
                raise Refused("key_malformed", kid=str(described["kid"]))
            self._add(described, filed.subject, seq)

    def _introduce(self, filed: Filed, seq: int) -> None:
        fields = filed.fields
        if filed.type == "key.rotated":
            old = self.get(fields["replaces"], fields["purpose"])
            if old.holder != fields["holder"] or all(said.kid != old.kid for said in filed.statements):
                raise Refused("key_malformed", kid=fields["kid"])
        elif fields["purpose"] != PARTY or all(said.kid != fields["kid"] for said in filed.statements):
            raise Refused("key_malformed", kid=fields["kid"])
        self._add(fields, fields["holder"], seq)

    def _add(self, described: Mapping[str, Any], holder: str, seq: int) -> None:
        kid = described["kid"]
        if not isinstance(kid, str):  # log.started describes its keys in free objects
            raise Refused("key_malformed", kid=str(kid))
        if kid in self.keys:
            raise Refused("key_known", kid=kid)
        try:
            public = unb64(described["public"])
            signing.check_public(described["alg"], public)
            if described["purpose"] in OWN:
                signing.check_purpose(described["purpose"], described["alg"])
        except (ValueError, TypeError):
            raise Refused("key_malformed", kid=str(kid))
        if kid != kid_of(described["alg"], public):
            raise Refused("key_malformed", kid=str(kid))
        self.keys[kid] = Key(
            kid=kid,
            alg=described["alg"],
            public=public,
            holder=holder,
            purpose=described["purpose"],
            enrolled_seq=seq,
        )

    def _revoke(self, kid: str, seq: int) -> None:
        key = self.keys.get(kid)
        if key is None:
            raise Refused("key_unknown", kid=kid)
        if key.revoked_seq is not None:
            raise Refused("key_revoked", kid=kid)
        self.keys[kid] = replace(key, revoked_seq=seq)

    def check_own(self, filed: Filed, *, origin: str) -> None:
        """Check the statements that will not stand in the log under the keys that signed them.

        Raises Refused as `admit`.
        """
        for statement in filed.statements:
            self._check(filed, statement, origin=origin)

    def check_shown(self, filed: Filed, statement: Statement, *, seq: int, origin: str) -> None:
        """Check a statement of the filing at `seq` under its party's own key, long after. Raises Refused."""
        key = self.keys.get(statement.kid)
        if key is None or key.purpose != PARTY:
            raise Refused("key_unknown", kid=statement.kid)
        if not key.valid_at(seq):
            raise Refused("key_revoked", kid=statement.kid)
        _check_holds(key, filed, statement, origin=origin)

    def _check(self, filed: Filed, statement: Statement, *, origin: str) -> None:
        purpose = filed.fields["purpose"] if filed.type == "key.rotated" else PARTY
        _check_holds(self.get(statement.kid, purpose), filed, statement, origin=origin)
        once = bytes.fromhex(statement.once)
        if once in self.stated:  # somebody else files again what was stated for one filing
            raise Refused("statement_repeated", kid=statement.kid)
        self.stated.add(once)


def _check_holds(key: Key, filed: Filed, statement: Statement, *, origin: str) -> None:
    try:
        check_says(filed, statement, origin=origin)
    except ValueError:
        raise Refused("statement_mismatch", kid=statement.kid)
    if statement.alg != key.alg or not signing.verify(
        key.alg, key.public, _said(statement), signature=statement.signature
    ):
        raise Refused("signature_invalid", kid=statement.kid)


def _said(statement: Statement) -> bytes:
    """The bytes that were signed; of a statement read out of a payload, which is canonical."""
    if statement.place is not None:
        return statement.signed_bytes
    return pae(STATEMENT_TYPE, recode(statement.fields))


def kids_of(filed: Filed) -> set[str]:
    """The keys a filing's checking needs to know."""
    kids = {statement.kid for statement in filed.statements}
    if filed.type in ("key.enrolled", "key.rotated", "key.revoked"):
        kids.add(filed.fields["kid"])
    if filed.type == "key.rotated":
        kids.add(filed.fields["replaces"])
    return kids
