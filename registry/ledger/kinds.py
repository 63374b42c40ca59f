"""The types of filing: for each its version, open fields, commitments, and whose statements it carries.

A changed field list is a new version, never a changed line. What names a person or a confidential figure is
committed, never open: plain digests of guessable values are forbidden.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry.clock import parse_rfc3339
from registry.ledger.canonical import is_hex

TEXT, TEXTS, NUMBER, DAY, INSTANT, DIGEST, OBJECT, OBJECTS, ANY = (
    "text",
    "list of texts",
    "whole number",
    "day",
    "instant",
    "digest",
    "object",
    "list of objects",
    "value",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One type of filing. `bound` are the fields every statement must repeat when the filing has them.

    All `versions` are read, the last is written; they differ in what they commit to, and in that a later one
    may name the declaration of one license among several of a contract.
    """

    subject: str
    required: Mapping[str, str]
    optional: Mapping[str, str] = field(default_factory=dict)
    committed: frozenset[str] = frozenset()
    bound: frozenset[str] = frozenset()
    signers: str = "nobody"
    least_statements: int = 0
    versions: tuple[int, ...] = (1,)


def _day(value: Any) -> bool:
    try:
        return isinstance(value, str) and date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and bool(parse_rfc3339(value))
    except ValueError:
        return False


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


FORMS: Mapping[str, Callable[[Any], bool]] = {
    TEXT: _text,
    TEXTS: lambda value: isinstance(value, (list, tuple)) and all(_text(item) for item in value),
    NUMBER: lambda value: isinstance(value, int) and not isinstance(value, bool) and value >= 0,
    DAY: _day,
    INSTANT: _instant,
    DIGEST: lambda value: is_hex(value, 64),
    OBJECT: lambda value: isinstance(value, Mapping),
    OBJECTS: lambda value: (
        isinstance(value, (list, tuple)) and all(isinstance(item, Mapping) for item in value)
    ),
    ANY: lambda value: True,
}

_KEY = {"kid": TEXT, "alg": TEXT, "public": TEXT, "purpose": TEXT, "holder": TEXT, "level": TEXT}
_PERSON = frozenset({"person", "evidence"})
_DECLARANTS = "the declarant and every co-owner"

_ONE_OF_SEVERAL = {"declaration": TEXT}
"""Which license of a contract of several a filing is about: the offer it was taken of."""
_NAMED = (1, 2)  # 2: may name the declaration

_DECLARATION_MOVE = Kind(
    subject="number",
    required={"number": TEXT, "ground": TEXT, "instant": INSTANT},
    optional={"version": NUMBER, "last_day": DAY},
    committed=frozenset({"reason", "evidence"}),
    bound=frozenset({"number", "ground"}),
    signers=f"{_DECLARANTS}; the reviewer; or the clock",
)
_DECLARATION_ANNOUNCEMENT = Kind(
    subject="number",
    required={"number": TEXT, "cnipa_number": TEXT, "cnipa_day": DAY},
    optional={"version": NUMBER},
    committed=frozenset({"evidence"}),
    bound=frozenset({"number", "cnipa_number", "cnipa_day"}),
    signers="the reviewer",
)
_PAYMENT = Kind(
    subject="contract",
    required={"contract": TEXT, "state": TEXT},
    optional={"ground": TEXT, **_ONE_OF_SEVERAL},
    committed=frozenset({"amount", "reference", "due", "bank_day", "bank_serial", "evidence", "reason"}),
    versions=(1, 2, 3),  # 2: which due was paid, the start or a later one; 3: of which license of several
    bound=frozenset({"contract", "state", *_ONE_OF_SEVERAL}),
    signers="the licensee; the holder or the venue",
)
_LICENSE_MOVE = Kind(
    subject="contract",
    required={"contract": TEXT, "instant": INSTANT, "ground": TEXT},
    optional={"last_day": DAY, **_ONE_OF_SEVERAL},
    committed=frozenset({"reason", "evidence"}),
    bound=frozenset({"contract", "ground", *_ONE_OF_SEVERAL}),
    signers="who confirmed",
    versions=_NAMED,
)
_OFFICE_RESULT = Kind(
    subject="contract",
    required={"contract": TEXT, "status": TEXT, "day": DAY},
    optional={"rules": TEXT},
    committed=frozenset({"numbers", "amounts", "office", "evidence", "reason"}),
    bound=frozenset({"contract", "status", "day"}),
    signers="who entered it",
)

_ACT = {"contract": TEXT, "key": TEXT, "edition": NUMBER}

KINDS: Mapping[str, Kind] = {
    "log.started": Kind(
        subject="origin",
        required={"origin": TEXT, "name": TEXT, "keys": OBJECTS},
        optional={"predecessor": OBJECT},
    ),
    "key.enrolled": Kind(
        subject="kid",
        required=_KEY,
        optional={"reason": TEXT},
        committed=_PERSON | {"signed"},
        versions=(1, 2),  # 2: or commits to the signature that a key made for one statement passes on
        bound=frozenset(_KEY),
        signers="the holder, with the key itself; the reviewer",
        least_statements=1,
    ),
    "key.rotated": Kind(
        subject="kid",
        required={**_KEY, "replaces": TEXT},
        optional={"reason": TEXT},
        committed=_PERSON,
        bound=frozenset({*_KEY, "replaces"}),
        signers="the old key",
        least_statements=1,
    ),
    "key.revoked": Kind(
        subject="kid",
        required={"kid": TEXT, "reason": TEXT},
        optional={"holder": TEXT},
        committed=_PERSON,
        bound=frozenset({"kid", "reason"}),
        signers="the holder; the reviewer; or the registry alone after a password reset",
    ),
    "power.granted": Kind(
        subject="number",
        required={"number": TEXT, "matters": TEXTS, "objects": TEXT, "first_day": DAY, "last_day": DAY},
        committed=frozenset({"principal", "agent", "patents", "dealing", "evidence"}),
        bound=frozenset({"number", "matters", "objects", "first_day", "last_day"}),
        signers="the principal",
        least_statements=1,
    ),
    "power.ended": Kind(
        subject="number",
        required={"number": TEXT, "ground": TEXT, "instant": INSTANT},
        committed=frozenset({"reason"}),
        bound=frozenset({"number", "ground"}),
    ),
    "declaration.published": Kind(
        subject="number",
        required={
            "number": TEXT,
            "version": NUMBER,
            "patents": TEXTS,
            "owners": TEXTS,
            "fee": OBJECT,
            "offer_last_day": DAY,
            "standard_terms": TEXT,
            "text_digest": DIGEST,
            "cnipa_status": TEXT,
        },
        optional={
            "duration_months": NUMBER,
            "cnipa_number": TEXT,
            "cnipa_day": DAY,
            "opening": TEXT,
            "supersedes": DIGEST,
        },
        committed=frozenset({"persons", "contacts", "account", "evidence", "nonce"}),
        bound=frozenset(
            {"number", "version", "patents", "fee", "offer_last_day", "standard_terms", "text_digest"}
        ),
        signers=_DECLARANTS,
        least_statements=1,
    ),
    "declaration.announced": _DECLARATION_ANNOUNCEMENT,
    "declaration.withdrawal_announced": _DECLARATION_ANNOUNCEMENT,
    "declaration.withdrawn": _DECLARATION_MOVE,
    "declaration.ended": _DECLARATION_MOVE,
    "declaration.paused": _DECLARATION_MOVE,
    "declaration.resumed": _DECLARATION_MOVE,
    "license.noticed": Kind(
        subject="contract",
        required={
            "contract": TEXT,
            "declaration": TEXT,
            "declaration_version": NUMBER,
            "declaration_envelope": DIGEST,
            "standard_terms": TEXT,
            "track": TEXT,
        },
        committed=frozenset(
            {"licensee", "licensor", "patents", "intended_use", "contacts", "record", "nonce", "wording"}
        ),
        versions=(1, 2),  # 2: licensor and patents too, so that a license is shown without its record's fee
        bound=frozenset(
            {
                "contract",
                "declaration",
                "declaration_version",
                "declaration_envelope",
                "standard_terms",
                "track",
            }
        ),
        signers="the licensee",
        least_statements=1,
    ),
    "payment.claimed": _PAYMENT,
    "payment.confirmed": _PAYMENT,
    "payment.refunded": _PAYMENT,
    "account.changed": Kind(
        subject="number",
        required={"number": TEXT, "asked_on": DAY},
        committed=frozenset({"account", "former", "reason"}),
        bound=frozenset({"number", "asked_on"}),
        signers="two persons: of the holder, or one of the holder and one of the venue",
        least_statements=2,
    ),
    "license.effective": _LICENSE_MOVE,
    "license.ended": _LICENSE_MOVE,
    "contract.split": Kind(
        subject="contract",
        required={"contract": TEXT, "declaration": TEXT, "into": TEXT, "ground": TEXT},
    ),
    "royalty.reported": Kind(
        subject="contract",
        required=_ACT,
        optional={"supersedes": NUMBER, **_ONE_OF_SEVERAL},
        committed=frozenset({"amounts", "reason", "evidence"}),
        bound=frozenset({*_ACT, *_ONE_OF_SEVERAL}),
        signers="the licensee",
        least_statements=1,
        versions=_NAMED,
    ),
    "royalty.answered": Kind(
        subject="contract",
        required={**_ACT, "outcome": TEXT},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reason"}),
        bound=frozenset({*_ACT, "outcome", *_ONE_OF_SEVERAL}),
        signers="the holder",
        least_statements=1,
        versions=_NAMED,
    ),
    "default.noticed": Kind(
        subject="contract",
        required={"contract": TEXT, "key": TEXT, "side": TEXT, "cure_by": DAY},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reason", "evidence"}),
        bound=frozenset({"contract", "key", "side", "cure_by", *_ONE_OF_SEVERAL}),
        signers="the side that gives notice",
        least_statements=1,
        versions=_NAMED,
    ),
    "default.answered": Kind(
        subject="contract",
        required={"contract": TEXT, "about": TEXT, "outcome": TEXT},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reason", "evidence"}),
        bound=frozenset({"contract", "about", "outcome", *_ONE_OF_SEVERAL}),
        signers="the other side",
        least_statements=1,
        versions=_NAMED,
    ),
    "handover.recorded": Kind(
        subject="contract",
        required={"contract": TEXT, "day": DAY},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reason", "evidence"}),
        bound=frozenset({"contract", "day", *_ONE_OF_SEVERAL}),
        signers="the holder",
        least_statements=1,
        versions=_NAMED,
    ),
    "handover.confirmed": Kind(
        subject="contract",
        required={"contract": TEXT, "outcome": TEXT},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reason"}),
        bound=frozenset({"contract", "outcome", *_ONE_OF_SEVERAL}),
        signers="the licensee",
        least_statements=1,
        versions=_NAMED,
    ),
    "objection.decided": Kind(
        subject="contract",
        required={"contract": TEXT, "ground": TEXT, "outcome": TEXT},
        optional=_ONE_OF_SEVERAL,
        committed=frozenset({"reasons", "evidence"}),
        bound=frozenset({"contract", "ground", "outcome", *_ONE_OF_SEVERAL}),
        signers="the venue",
        versions=_NAMED,
    ),
    "papers.issued": Kind(
        subject="number",
        required={"number": TEXT, "papers": OBJECTS},  # each: paper, version, digest
    ),
    "registration.result": _OFFICE_RESULT,
    "recordal.result": _OFFICE_RESULT,
    "codes.changed": Kind(
        subject="table",
        required={"table": TEXT, "digest": DIGEST, "changes": NUMBER},  # digest of the table as it stands now
    ),
    "terms.scheduled": Kind(
        subject="version",
        required={"version": TEXT, "digest": DIGEST, "day": DAY},  # digest of its Chinese text
    ),
    "override.recorded": Kind(
        subject="subject",
        required={"subject": TEXT, "rule": TEXT},
        committed=frozenset({"reason", "evidence"}),
        bound=frozenset({"subject", "rule"}),
        signers="two persons",
        least_statements=2,
    ),
    "correction": Kind(
        subject="subject",
        required={"subject": TEXT, "corrects": NUMBER, "values": OBJECT},
        committed=frozenset({"values", "reason", "evidence"}),
        bound=frozenset({"subject", "corrects", "values"}),
        signers="as the corrected filing",
    ),
}
