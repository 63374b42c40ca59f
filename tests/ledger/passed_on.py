"""A notice under a key made for it, with the licensee's own signature behind it: shown, kept, spoiled."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from registry.ledger.canonical import b64, jcs
from registry.ledger.filings import RELAYED, Filing, Statement
from registry.ledger.relayed import SIGNED
from registry.ledger.signing import PARTY
from tests.ledger.cases import Case
from tests.ledger.licensed import CONTRACT, declaration, notice
from tests.ledger.memory_log import MemoryLog, signer

Spoil = Callable[[dict[str, Any], Statement], None]
START, HOLDER, LICENSEE, PUBLISHED, MADE, NOTICED = range(6)
ALL = (START, HOLDER, LICENSEE, PUBLISHED, MADE, NOTICED)


def passed_on_cases() -> Iterator[Case]:
    """Every case, in no order that matters."""
    yield _case("a key made for one statement, whose nobody is told", _nothing, shown=False)
    yield _case("a key made for one statement, with the party's own signature", _nothing)
    yield _case("the party's key left out", _nothing, "signatures", "key_unknown", without=LICENSEE)
    yield _case(
        "the party's key, with nothing to show for it", _nothing, "integrity", "file_unexpected", more=True
    )
    yield _case("the party's key ended before", _nothing, "signatures", "key_revoked", lost=True)
    for name, spoil, code in SPOILED:
        yield _case(name, spoil, "signatures", code)


def bundle(
    spoil: Spoil, *, lost: bool = False, shown: bool = True, without: int = -1, more: bool = False
) -> tuple[MemoryLog, dict[str, Any]]:
    """The bundle of a contract whose notice the licensee signed apart."""
    log = MemoryLog().started()
    log.enrol("holder"), log.enrol("licensee")
    published = log.file(declaration(), "holder", role="declarant")
    ended = [log.revoke("licensee")] if lost else []
    said = log._stated(notice(CONTRACT, log.digest(published)), "licensee", role="licensee")
    own = said.statements[0]
    signed = {name: value for name, value in own.encode().items() if name != "statement"}
    spoil(signed, own)
    made = log.file(_enrolment(signed), "made", role="holder")
    passed = replace(
        own, kid=signer("made").kid, signature=signer("made").sign(own.signed_bytes), level=RELAYED
    )
    noticed = log._enter(replace(said, statements=[passed]))
    places = [START, HOLDER, *([LICENSEE] if shown or more else []), published, *ended, made, noticed]
    opened = [(made, SIGNED)] if shown else []
    return log, log.bundle(CONTRACT, [at for at in places if at != without], opened=opened)


def _enrolment(signed: dict[str, Any]) -> Filing:
    key = signer("made")
    fields = {
        "kid": key.kid,
        "alg": key.alg,
        "public": b64(key.public),
        "purpose": PARTY,
        "holder": CONTRACT,
        "level": RELAYED,
    }
    return Filing(type="key.enrolled", subject=key.kid, fields=fields, secrets={SIGNED: signed})


def _case(name: str, spoil: Spoil, verdict: str = "", code: str = "", **how: Any) -> Case:
    log, value = bundle(spoil, **({"shown": False} if how.get("more") else {}), **how)
    verdicts = {
        "integrity": ("valid", "filings_listed"),
        "signatures": ("valid", "signatures_in_bundle"),
        "time": ("not_checkable", "registry_clock_only"),
    }
    if verdict:
        verdicts = dict.fromkeys(verdicts, ("not_checkable", "not_reached")) | {verdict: ("invalid", code)}
    place = {"": None, "file_unexpected": LICENSEE, "key_revoked": NOTICED + 1}.get(code, NOTICED)
    return Case(
        name=f"bundle: {name}",
        data=jcs(value),
        vkey=str(log.log_key),
        verdicts=verdicts,
        seq=place,
        ok=not verdict,
    )


def _nothing(signed: dict[str, Any], own: Statement) -> None:
    pass


def _anothers(signed: dict[str, Any], own: Statement) -> None:
    signed["signature"] = b64(signer("holder").sign(own.signed_bytes))


def _other_text(signed: dict[str, Any], own: Statement) -> None:
    signed["signature"] = b64(signer("licensee").sign(own.signed_bytes + b" "))


def _other_algorithm(signed: dict[str, Any], own: Statement) -> None:
    signed["alg"] = "p256"


def _relayed(signed: dict[str, Any], own: Statement) -> None:
    signed["level"] = RELAYED


def _more(signed: dict[str, Any], own: Statement) -> None:
    signed["more"] = 1


def _statement(signed: dict[str, Any], own: Statement) -> None:
    signed["statement"] = dict(own.fields)


SPOILED: tuple[tuple[str, Spoil, str], ...] = (
    ("another's signature as the party's", _anothers, "signature_invalid"),
    ("the party's signature over something else", _other_text, "signature_invalid"),
    ("the party's signature by another algorithm", _other_algorithm, "signature_invalid"),
    ("another key one was made for behind it", _relayed, "statement_mismatch"),
    ("a signature with more to say", _more, "statement_mismatch"),
    ("a signature that brings its own statement", _statement, "statement_mismatch"),
)
