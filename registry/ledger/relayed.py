"""Who takes a license stays out of the log: a statement stands there under a key made for it alone.

The party's own signature, with the name of its key, is committed to in that key's enrolment and opened to
whoever may know it. Otherwise one public key would tell all the licenses somebody took, and whose it is where
the same key signs offers (docs/formats.md, section 3).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from registry.ledger.canonical import b64, jcs, loads, new_nonce
from registry.ledger.filings import (
    RELAYED,
    Built,
    Filed,
    Filing,
    Statement,
    build,
    check_signers,
    parse_statement,
    salted,
    signed_statement,
    statement_fields,
)
from registry.ledger.signing import PARTY, Ed25519Signer

APART = frozenset({"licensee", "licensee by agent"})
"""The roles whose keys the log does not name. A declarant stands there by name already."""
SIGNED = "signed"
"""What the enrolment of such a key commits to: the party's own signature over the same statement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A filing in its bytes; `own` is the same one with those statements that do not stand there openly."""

    built: Built
    own: Filed | None = None
    asked: bool = True  # else it is the enrolment of a key that only this list needs


def pieces(filing: Filing, *, origin: str) -> list[Piece]:
    """What is filed for a filing: the keys made for it, then itself. Raises ValueError as `build`."""
    if not any(_apart(said) for said in filing.statements):
        return [Piece(built=build(filing))]
    drawn = salted(filing)
    stated = [_read(said) for said in drawn.statements]
    check_signers(drawn.type, stated)  # as the parties stated it: by so many keys as its kind asks
    made: list[Piece] = []
    shown: list[Statement] = []
    for said in drawn.statements:
        if not _apart(said):
            shown.append(said)
            continue
        signer = Ed25519Signer.generate()
        made.append(Piece(built=build(_enrolment(signer, drawn.subject, said, origin=origin)), asked=False))
        shown.append(signed_statement(said.fields, signer, level=RELAYED))
    built = build(replace(drawn, statements=shown))
    own = replace(built.filed, statements=tuple(said for said in stated if _apart(said)))
    return [*made, Piece(built=built, own=own)]


def _read(said: Statement) -> Statement:
    """A statement as everybody would read it in a payload. Raises ValueError unless canonical and exact."""
    return parse_statement(loads(jcs(said.encode())))


def own_statement(said: Statement, opened: Any) -> Statement:
    """The statement as its party signed it. Raises ValueError when this is no signature of a party's."""
    if not isinstance(opened, Mapping) or "statement" in opened:
        raise ValueError("not a signature")
    own = parse_statement({**opened, "statement": dict(said.fields)})
    if own.level == RELAYED:
        raise ValueError("made for one statement, like the one it should stand behind")
    return own


def _apart(said: Statement) -> bool:
    return said.fields.get("role") in APART


def _enrolment(signer: Ed25519Signer, subject: str, said: Statement, *, origin: str) -> Filing:
    """The key says itself that it stands for the contract, and commits to whose signature it passes on."""
    fields = {
        "kid": signer.kid,
        "alg": signer.alg,
        "public": b64(signer.public),
        "purpose": PARTY,
        "holder": subject,
        "level": RELAYED,
    }
    signature = {name: value for name, value in said.encode().items() if name != "statement"}
    drawn = salted(
        Filing(type="key.enrolled", subject=signer.kid, fields=fields, secrets={SIGNED: signature})
    )
    stated = statement_fields(drawn, origin=origin, role="holder", nonce=new_nonce())
    return replace(drawn, statements=(signed_statement(stated, signer, level=RELAYED),))
