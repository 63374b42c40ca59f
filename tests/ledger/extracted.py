"""Extracts for an auditor, whole and broken, out of the log in memory."""

from collections.abc import Iterator, Mapping

from registry.ledger.canonical import jcs, sha256_hex
from registry.ledger.extract_form import (
    ABOUT,
    HEAD,
    KEY,
    NOTE,
    POPULATION,
    ROWS,
    About,
    Drawn,
    draw,
    list_text,
    population_text,
)
from registry.ledger.notes import Vkey, sign_note
from registry.ledger.signing import CHECKPOINT
from registry.ledger.stored_zip import pack
from tests.ledger.cases import Case, Said
from tests.ledger.licensed import CONTRACT, OTHER, Licensed, licensed
from tests.ledger.memory_log import signer

SEED, BUNDLE = "2026-11-26 第 3 期", f"bundles/{CONTRACT}.json"
CLOCK = ("not_checkable", "registry_clock_only")
Members = dict[str, bytes]


def extracted_cases() -> Iterator[Case]:
    """Every case of an extract."""
    made = licensed()
    key, whole = str(made.log.log_key), members(made)
    data = sealed(made, whole)
    holds = ("valid", "extract_whole"), ("valid", "signatures_in_extract"), CLOCK
    yield Case(name="extract", data=data, vkey=key, verdicts=_three(*holds))
    low = ("lowered", "key_not_pinned")
    yield Case(name="extract without the key", data=data, verdicts=_three(low, low, CLOCK), ok=False)
    listed = {name: whole[name] for name in (HEAD, KEY, ROWS)}
    events = sealed(made, {ABOUT: about(made, kind="events").encode(), **listed})
    told = ("valid", "list_whole"), ("valid", "signature_of_list"), CLOCK
    yield Case(name="extract of a list", data=events, vkey=key, verdicts=_three(*told))
    yield _wrong("extract under another key", data, "extract_signature", str(signer_of("a", made)))
    yield from _tampered(made, whole, key)
    yield from _lying(made, whole, key)


def _tampered(made: Licensed, whole: Members, key: str) -> Iterator[Case]:
    """What somebody did to an extract that was signed."""
    note = {NOTE: _note(made, whole)}
    table = {**note, **whole, ROWS: whole[ROWS].replace(b"Ltd", b"AG.")}
    yield _wrong("extract: a changed table", pack(table), "file_differs", key)
    less = {name: one for name, one in whole.items() if name != BUNDLE}
    yield _wrong("extract: a missing bundle", pack({**note, **less}), "file_missing", key)
    more = {**note, **whole, "bundles/MORE.json": whole[BUNDLE]}
    yield _wrong("extract: a bundle more", pack(more), "file_unexpected", key)
    yield _wrong("extract: no list", pack(whole), "file_missing", key)
    data = pack({**note, **whole})
    yield _wrong("extract: bytes behind it", data + b"\0", "archive_differs", key)
    yield _wrong(
        "extract: another date", data.replace(b"\0\0\x21\0", b"\0\0\x22\0", 1), "archive_differs", key
    )
    yield _wrong("extract: cut", data[:300], "archive_differs", key)
    forged = {NOTE: _note(made, whole, by="a"), **whole}
    yield _wrong("extract: a list signed by somebody", pack(forged), "extract_signature", key)


def _lying(made: Licensed, whole: Members, key: str) -> Iterator[Case]:
    """What a registry could sign although it is not so."""
    own = {ABOUT: about(made, numbers=[OTHER]).encode()}
    yield _wrong("extract: another draw", sealed(made, {**whole, **own}), "sample_differs", key)
    fewer = population_text([CONTRACT])
    other = {ABOUT: about(made, population=[CONTRACT]).encode()}
    lied = sealed(made, {**whole, **other})
    yield _wrong("extract: another population", lied, "sample_differs", key)
    early = {ABOUT: about(made, as_of=made.at["noticed"]).encode()}
    yield _wrong("extract: noticed too late", sealed(made, {**whole, **early}), "sample_differs", key)
    left = {ABOUT: about(made, population=[CONTRACT]).encode(), POPULATION: fewer}
    short = {name: one for name, one in {**whole, **left}.items() if name != BUNDLE}
    yield _wrong("extract: no bundle", sealed(made, short), "file_missing", key)
    elsewhere = {ABOUT: about(made, elsewhere=[CONTRACT]).encode()}
    extra = sealed(made, {**whole, **elsewhere})
    yield _wrong("extract: a bundle of none", extra, "file_unexpected", key)
    size = {ABOUT: about(made, size=3).encode()}
    yield _wrong("extract: another size", sealed(made, {**whole, **size}), "extract_differs", key)
    lines = {ROWS: whole[ROWS] + b"{}\n"}
    yield _wrong("extract: a row more", sealed(made, {**whole, **lines}), "extract_differs", key)
    value = made.bundle()
    value["filings"].pop(2)
    broken = sealed(made, {**whole, BUNDLE: jcs(value)})
    yield _wrong("extract: a broken bundle", broken, "key_unknown", key, verdict="signatures", seq=6)


def members(made: Licensed) -> Members:
    """All that stands in the archive but the list."""
    return {
        ABOUT: about(made).encode(),
        HEAD: made.log.note().encode(),
        KEY: f"{made.log.log_key}\n".encode(),
        ROWS: jcs({"number": CONTRACT, "licensee": "Example Ltd"}) + b"\n",
        POPULATION: population_text([CONTRACT, OTHER]),
        BUNDLE: jcs(made.bundle()),
    }


def about(
    made: Licensed,
    *,
    kind: str = "sample",
    numbers: list[str] | None = None,
    population: list[str] | None = None,
    as_of: int = 12,
    elsewhere: list[str] | None = None,
    size: int = 0,
) -> About:
    """What an extract says of itself, the truth unless told otherwise."""
    everybody = population or [CONTRACT, OTHER]
    drawn = Drawn(
        seed=SEED,
        count=1,
        as_of=as_of,
        of=len(everybody),
        population=sha256_hex(population_text(everybody)),
        numbers=draw(everybody, seed=SEED, size=1) if numbers is None else numbers,
        elsewhere=elsewhere or [],
    )
    return About(
        origin=made.log.origin,
        kind=kind,
        made_at="2026-11-26T01:02:03.004Z",
        size=size or len(made.log.entries),
        asked={"seed": SEED},
        rows=1,
        drawn=drawn if kind == "sample" else None,
    )


def sealed(made: Licensed, whole: Mapping[str, bytes]) -> bytes:
    return pack({NOTE: _note(made, whole), **whole})


def _note(made: Licensed, whole: Mapping[str, bytes], by: str = CHECKPOINT) -> bytes:
    return sign_note(list_text(made.log.origin, whole), made.log.origin, signer(by)).encode()


def signer_of(name: str, made: Licensed) -> Vkey:
    return Vkey(made.log.origin, signer(name).public)


def _three(integrity: Said, signatures: Said, time: Said) -> dict[str, Said]:
    return {"integrity": integrity, "signatures": signatures, "time": time}


def _wrong(
    name: str, data: bytes, code: str, vkey: str, *, verdict: str = "integrity", seq: int | None = None
) -> Case:
    said = dict.fromkeys(("integrity", "signatures", "time"), ("not_checkable", "not_reached"))
    return Case(
        name=name, data=data, vkey=vkey, verdicts={**said, verdict: ("invalid", code)}, seq=seq, ok=False
    )
