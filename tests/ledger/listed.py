"""Declarations signed in a list: files that hold, and what a place in a list must not be taken for."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from registry.ledger.canonical import b64, jcs
from registry.ledger.filings import Filing, Statement, statement_fields
from registry.ledger.statement_lists import StatementList
from tests.ledger.attacks import filed_raw
from tests.ledger.cases import Case
from tests.ledger.licensed import DECLARATION, declaration
from tests.ledger.memory_log import ORIGIN, MemoryLog, signer

COUNT, MINE = 5, 2
Spoil = Callable[[dict[str, Any], Sequence[Statement]], None]


def listed_cases() -> Iterator[Case]:
    """Every case, in no order that matters."""
    holds = {
        "integrity": ("valid", "filings_listed"),
        "signatures": ("valid", "signatures_in_bundle"),
        "time": ("not_checkable", "registry_clock_only"),
    }
    log, value = bundle(lambda said, others: None)
    yield Case(name="bundle: signed in a list", data=jcs(value), vkey=str(log.log_key), verdicts=holds)
    log, value = bundle(lambda said, others: None, count=1, mine=0)
    yield Case(name="bundle: a list of one", data=jcs(value), vkey=str(log.log_key), verdicts=holds)
    for name, spoil, verdict in SPOILED:
        log, value = bundle(spoil)
        code = {"integrity": "envelope_malformed", "signatures": "signature_invalid"}[verdict]
        said = dict.fromkeys(("integrity", "signatures", "time"), ("not_checkable", "not_reached"))
        said[verdict] = ("invalid", code)
        yield Case(
            name=f"bundle: {name}",
            data=jcs(value),
            vkey=str(log.log_key),
            verdicts=said,
            seq=2,
            ok=False,
        )


def statements(count: int = COUNT, mine: int = MINE) -> tuple[list[Statement], Filing]:
    """Declarations stated in one list by one signature; the filing is the one at place `mine`."""
    made, filings = [], []
    for number in range(count):
        subject = DECLARATION if number == mine else f"MX-D26-AAAA-000{number}"
        plain = declaration()
        salts = dict.fromkeys(plain.secrets, f"{number:064x}")
        filing = replace(plain, subject=subject, fields={**plain.fields, "number": subject}, salts=salts)
        nonce = f"{number + 1:032x}"
        made.append(statement_fields(filing, origin=ORIGIN, role="declarant", nonce=nonce))
        filings.append(filing)
    key, listed = signer("holder"), StatementList(statements=tuple(made))
    signature = key.sign(listed.signed_bytes)
    signed = [
        Statement(fields=one, alg=key.alg, kid=key.kid, signature=signature, level="account", place=place)
        for one, place in zip(made, listed.places(), strict=True)
    ]
    return signed, filings[mine]


def bundle(spoil: Spoil, *, count: int = COUNT, mine: int = MINE) -> tuple[MemoryLog, dict[str, Any]]:
    log = MemoryLog().started()
    log.enrol("holder")
    signed, filing = statements(count, mine)
    said = signed[mine].encode()
    spoil(said, signed)
    seq = filed_raw(log, filing, [said])
    return log, log.bundle(DECLARATION, [0, 1, seq])


def _place(**changes: Any) -> Spoil:
    def spoil(said: dict[str, Any], others: Sequence[Statement]) -> None:
        said["list"] = {**said["list"], **changes}

    return spoil


def _of_another(said: dict[str, Any], others: Sequence[Statement]) -> None:
    said["list"] = others[MINE + 1].encode()["list"]


def _alone(said: dict[str, Any], others: Sequence[Statement]) -> None:
    del said["list"]


def _own_signature(said: dict[str, Any], others: Sequence[Statement]) -> None:
    """Signed by itself, and said to be signed in a list."""
    plain = replace(others[MINE], place=None)
    said["signature"] = b64(signer("holder").sign(plain.signed_bytes))


def _shorter(said: dict[str, Any], others: Sequence[Statement]) -> None:
    said["list"]["path"] = said["list"]["path"][:-1]


def _longer(said: dict[str, Any], others: Sequence[Statement]) -> None:
    said["list"]["path"] = [*said["list"]["path"], "00" * 32]


def _changed(said: dict[str, Any], others: Sequence[Statement]) -> None:
    said["list"]["path"] = ["00" * 32, *said["list"]["path"][1:]]


SPOILED: Sequence[tuple[str, Spoil, str]] = (
    ("at another's place in the list", _of_another, "signatures"),
    ("at another place with its own path", _place(index=3), "signatures"),
    ("in a longer list", _place(size=6), "signatures"),
    ("a list's signature as its own", _alone, "signatures"),
    ("its own signature as a list's", _own_signature, "signatures"),
    ("a step of the path changed", _changed, "signatures"),
    ("a path too short", _shorter, "integrity"),
    ("a path too long", _longer, "integrity"),
    ("behind the list's end", _place(index=5), "integrity"),
    ("a place in an empty list", _place(index=0, size=0, path=[]), "integrity"),
    ("a place that is true", _place(index=True), "integrity"),
    ("a list with more to say", _place(more=1), "integrity"),
)
