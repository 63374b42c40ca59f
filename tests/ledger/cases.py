"""Files to be checked, whole and broken, each with the verdicts every reader must give.

Both readers are tried on these: ours here, the page in the browser. A case stands for the rule it breaks.
"""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from registry.ledger.attach import attach
from registry.ledger.canonical import b64, jcs
from registry.ledger.filings import Filing
from registry.ledger.notes import ED25519, Vkey
from registry.ledger.tokens import open_token, plain, request_over
from tests.ledger.authority import shared
from tests.ledger.licensed import (
    CONTRACT,
    DECLARATION,
    OTHER,
    Licensed,
    claim,
    declaration,
    effective,
    licensed,
    notice,
)
from tests.ledger.memory_log import MemoryLog, vkey

Said = tuple[str, str]  # state and code
Value = dict[str, Any]
SHOWN = (("noticed", "contacts"), ("noticed", "licensee"), ("claimed", "amount"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file, what its reader trusts (a vkey, a policy's text, or neither), and what must be said of it."""

    name: str
    data: bytes
    vkey: str = ""
    policy: str = ""
    entry: bytes | None = None  # what a proof is about
    seals: bytes = b""  # certificates whose seals count (PEM)
    verdicts: Mapping[str, Said] = field(default_factory=dict)  # integrity, signatures, time
    seq: int | None = None  # the place that is named as wrong
    ok: bool = True


def cases() -> Iterator[Case]:
    """Every case, in no order that matters."""
    made = licensed()
    yield from _bundles(made)
    for name, spoil, verdict, code, seq in _spoiled(made):
        value = _full(made)
        spoil(value)
        yield _invalid(f"bundle: {name}", value, made, verdict, code, seq)
    yield from _hostile()
    yield from _receipts(made)
    yield from _small(made)
    yield from _certificates()


def policy_text(log: MemoryLog, *witnesses: str, quorum: str = "none") -> str:
    lines = "".join(f"witness {name} {vkey(name)}\n" for name in witnesses)
    return f"log {log.log_key}\n{lines}quorum {quorum}\n"


def _full(made: Licensed, **more: Any) -> Value:
    opened = [(made.at[name], path) for name, path in SHOWN]
    return made.bundle(opened=opened, **more)


def _bundles(made: Licensed) -> Iterator[Case]:
    """Bundles that hold, under each kind of trust."""
    key, plain = str(made.log.log_key), jcs(_full(made))
    seen = jcs(_full(made, witnesses=("a", "b")))
    holds = ("valid", "filings_listed"), ("valid", "signatures_in_bundle")
    clock, unpinned = ("not_checkable", "registry_clock_only"), ("lowered", "key_not_pinned")
    yield Case(name="bundle", data=plain, vkey=key, verdicts=_three(*holds, clock))
    yield Case(
        name="bundle without the key", data=plain, verdicts=_three(unpinned, unpinned, clock), ok=False
    )
    some = jcs(made.bundle("claimed", "published", "holder"))
    yield Case(name="bundle without the fee", data=some, vkey=key, verdicts=_three(*holds, clock))
    own = [made.at[name] for name in ("start", "holder", "published")]
    public = jcs(made.log.bundle(DECLARATION, own))
    yield Case(name="bundle of a declaration", data=public, vkey=key, verdicts=_three(*holds, clock))
    older = jcs(_full(licensed(version=1)))
    yield Case(
        name="bundle with a notice of the first version", data=older, vkey=key, verdicts=_three(*holds, clock)
    )
    strange = _three(*holds, ("not_checkable", "witness_unpinned"))
    yield Case(name="bundle with witnesses nobody pinned", data=seen, vkey=key, verdicts=strange)
    trusted = policy_text(made.log, "a", "b", quorum="a")
    told = _three(*holds, ("valid", "witnessed"))
    yield Case(name="bundle with a quorum of witnesses", data=seen, policy=trusted, verdicts=told)
    late = policy_text(made.log, "a", "c", quorum="c")
    yield _refused("bundle without the quorum", seen, "integrity", "quorum_missing", policy=late)
    other = str(Vkey(made.log.origin, vkey("a").public, ED25519))
    yield _refused("bundle under another key", plain, "integrity", "checkpoint_signature", vkey=other)
    stamped = jcs({**_full(made), "timestamps": [timestamp(made.log.note())]})
    unknown = _three(*holds, ("not_checkable", "timestamp_unpinned"))
    yield Case(name="bundle with a timestamp nobody pinned", data=stamped, vkey=key, verdicts=unknown)


def timestamp(note: str) -> dict[str, str]:
    """What a bundle holds of a real timestamp, by an authority nobody knows."""
    authority = shared()
    response = plain(authority.reply(request_over(note.encode()).as_bytes()), authority.roots)
    return {"authority": open_token(response, note.encode()).authority, "token": b64(response)}


Spoiled = tuple[str, Callable[[Value], object], str, str, int | None]


def _spoiled(made: Licensed) -> Iterator[Spoiled]:
    """One change to a bundle that held: name, change, verdict, code, place."""
    at, log, note = made.at, made.log, made.log.note()
    places = made.places()

    def insert(name: str) -> Callable[[Value], object]:
        seq = at[name]
        where = sum(place < seq for place in places)
        return lambda v: v["filings"].insert(where, log.line(seq, note))

    def drop(name: str) -> Callable[[Value], object]:
        return lambda v: v["filings"].pop(places.index(at[name]))

    def line(name: str, **changes: Any) -> Callable[[Value], object]:
        return lambda v: v["filings"][places.index(at[name])].update(changes)

    def shown(place: int, **changes: Any) -> Callable[[Value], object]:
        return lambda v: v["disclosures"][place].update(changes)

    whole, signed, noticed = "integrity", "signatures", at["noticed"]
    yield "another contract's filing", insert("foreign"), whole, "file_unexpected", at["foreign"]
    yield "a key nobody here used", insert("stranger"), whole, "file_unexpected", at["stranger"]
    yield "the end of a foreign key", insert("lost_stranger"), whole, "file_unexpected", at["lost_stranger"]
    yield "no enrolment of its signer", drop("licensee"), signed, "key_unknown", noticed
    yield "no start of the log", drop("start"), whole, "start_misplaced", at["holder"]
    yield "a filing twice", insert("noticed"), whole, "sequence_broken", noticed
    yield "filings in another order", lambda v: v["filings"].reverse(), whole, "sequence_broken", at["papers"]
    yield "nothing about its subject", _only(3), whole, "subject_missing", None
    yield "another subject", lambda v: v.update(subject=OTHER), whole, "subject_missing", None
    yield "another origin", lambda v: v.update(origin="log.example/other"), whole, "origin_differs", 0
    swapped = log.line(at["effective"], note)
    yield "another's proof", line("noticed", proof=swapped["proof"]), whole, "proof_wrong", noticed
    yield (
        "another's envelope",
        line("noticed", envelope=swapped["envelope"]),
        whole,
        "envelope_differs",
        noticed,
    )
    yield "another's entry", line("noticed", entry=swapped["entry"]), whole, "sequence_broken", noticed
    other = log.line(noticed, log.note("a"))["proof"]
    yield "one proof to another checkpoint", line("noticed", proof=other), whole, "proof_wrong", noticed
    broken = log.line(noticed, note)["proof"].replace("\n\n", "\n", 1)
    yield "a proof that is none", line("noticed", proof=broken), whole, "proof_malformed", noticed
    yield "a place that is none", line("noticed", seq="5"), whole, "unreadable", None
    yield "a member nobody knows", lambda v: v.update(note=""), whole, "unreadable", None
    yield "no timestamps member", lambda v: v.pop("timestamps"), whole, "unreadable", None
    yield "no filings", lambda v: v.update(filings=[]), whole, "unreadable", None
    yield "no signers", lambda v: v.update(signers=[]), whole, "unreadable", None
    yield "a signer who did not sign", lambda v: v["signers"].append(str(vkey("a"))), *_unsigned()
    yield (
        "a witness before the log",
        lambda v: v["signers"].insert(0, str(vkey("a"))),
        whole,
        "unreadable",
        None,
    )
    yield "a signer twice", lambda v: v["signers"].append(v["signers"][0]), whole, "unreadable", None
    yield "a signature nobody listed", _recosigned(log, places), *_unsigned()
    yield (
        "a timestamp of nobody",
        lambda v: v["timestamps"].append({"authority": "", "token": "MA=="}),
        *_bad(),
    )
    yield (
        "a timestamp that is empty",
        lambda v: v["timestamps"].append({"authority": "a", "token": ""}),
        *_bad(),
    )
    differs = "disclosure_differs"
    yield "a changed value", shown(1, value={"name": "别人"}), whole, differs, noticed
    yield "a changed salt", shown(1, salt="00" * 32), whole, differs, noticed
    yield "a renamed value", shown(1, path="record"), whole, differs, noticed
    yield "a value of another filing", shown(1, seq=at["effective"]), whole, differs, at["effective"]
    yield "a value of no filing here", shown(1, seq=at["foreign"]), whole, differs, None
    yield "a value opened twice", lambda v: v["disclosures"].insert(1, v["disclosures"][1]), *_reused(noticed)
    yield "values in another order", lambda v: v["disclosures"].reverse(), whole, differs, None
    yield "two values swapped", _swap_values, whole, differs, noticed


def _hostile() -> Iterator[Case]:
    """What a log that countersigns anything could hand out."""
    for name, verdict, code, make in (
        ("a broken chain", "integrity", "chain_broken", _unchained),
        ("time running back", "integrity", "time_runs_back", _earlier),
        ("an entry under another label", "integrity", "entry_mislabelled", _mislabelled),
        ("a statement under a lost key", "signatures", "key_revoked", _late),
        ("a statement on other terms", "signatures", "statement_mismatch", _other_terms),
        ("a second start", "integrity", "file_unexpected", _second_start),
    ):
        made = licensed()
        before, seq = len(made.log.entries), make(made.log)
        value = made.log.bundle(CONTRACT, [*made.places(), *range(before, seq + 1)])
        yield _invalid(f"bundle: {name}", value, made, verdict, code, seq)
    made = licensed(version=3)
    value, at = made.bundle(), made.at["noticed"]
    yield _invalid("bundle: a version nobody knows", value, made, "integrity", "envelope_malformed", at)
    made = licensed()
    salt = {"amount": "11" * 32, "reference": "11" * 32}
    filing = replace(claim(), secrets={"amount": "1.00", "reference": "ABCD"}, salts=salt)
    seq = made.log.file(filing, "holder", role="holder")
    value = made.log.bundle(CONTRACT, [*made.places(), seq], opened=[(seq, path) for path in sorted(salt)])
    yield _invalid("bundle: two values under one salt", value, made, "integrity", "salt_reused", seq)


def _receipts(made: Licensed) -> Iterator[Case]:
    log, at = made.log, made.at
    keys = [at["start"], at["licensee"]]
    value = log.receipt(at["noticed"], keys)
    clock = ("not_checkable", "registry_clock_only")
    holds = _three(("valid", "one_filing"), ("valid", "signatures_at_filing"), clock)
    yield Case(name="receipt", data=jcs(value), vkey=str(log.log_key), verdicts=holds)
    unpinned = ("lowered", "key_not_pinned")
    low = _three(unpinned, unpinned, clock)
    yield Case(name="receipt without the key", data=jcs(value), verdicts=low, ok=False)
    poor = {**value, "keys": value["keys"][:1]}
    yield _invalid("receipt: no enrolment", poor, made, "signatures", "key_unknown", at["noticed"])
    rich = log.receipt(at["noticed"], [at["start"], at["stranger"], at["licensee"]])
    yield _invalid("receipt: a needless key", rich, made, "integrity", "file_unexpected", at["stranger"])
    opened = {name: item for name, item in log.opened[at["noticed"], "licensee"].items() if name != "seq"}
    lying = {**value, "disclosures": [{**opened, "value": {"name": "别人"}}]}
    yield _invalid("receipt: a changed value", lying, made, "integrity", "disclosure_differs", at["noticed"])


def _small(made: Licensed) -> Iterator[Case]:
    log, key, noticed = made.log, str(made.log.log_key), made.at["noticed"]
    absent, clock = ("not_checkable", "envelope_not_here"), ("not_checkable", "registry_clock_only")
    alone = _three(("valid", "head_alone"), absent, clock)
    yield Case(name="checkpoint", data=log.note().encode(), vkey=key, verdicts=alone)
    bare = _three(("not_checkable", "key_not_pinned"), absent, clock)
    yield Case(name="checkpoint without the key", data=log.note().encode(), verdicts=bare, ok=False)
    strange = _three(("lowered", "unlisted_signature"), absent, ("not_checkable", "witness_unpinned"))
    yield Case(name="checkpoint with a stranger", data=log.note("a").encode(), vkey=key, verdicts=strange)
    line = log.line(noticed, log.note())
    proof, entry = line["proof"].encode(), line["entry"].encode()
    one = _three(("valid", "one_entry"), absent, clock)
    yield Case(name="proof", data=proof, entry=entry, vkey=key, verdicts=one)
    wrong = _refused("proof of another entry", proof, "integrity", "proof_wrong", noticed, vkey=key)
    yield replace(wrong, entry=log.entries[1])
    changed = log.note().replace(f"\n{len(log.entries)}\n", f"\n{len(log.entries) + 1}\n").encode()
    yield _refused("checkpoint: another size", changed, "integrity", "checkpoint_signature", vkey=key)


def printed(words: str) -> bytes:
    """A page as papers here are printed: by the same library, with a fixed date."""
    output = BytesIO()
    canvas = Canvas(output, invariant=1, lang="zh-CN")
    canvas.drawString(72, 720, words)
    canvas.save()
    return output.getvalue()


def _certificates() -> Iterator[Case]:
    paper, clock = printed("certificate"), ("not_checkable", "registry_clock_only")
    made = licensed({"certificate": paper, "contract": printed("contract")})
    key, bundle = str(made.log.log_key), jcs(_full(made))
    holds = _three(("valid", "certificate_whole"), ("valid", "signatures_in_bundle"), clock)
    whole = attach(paper, bundle)
    yield Case(name="certificate", data=whole, vkey=key, verdicts=holds)
    unpinned = ("lowered", "key_not_pinned")
    low = _three(unpinned, unpinned, clock)
    yield Case(name="certificate without the key", data=whole, verdicts=low, ok=False)
    other = attach(printed("another"), bundle)
    yield _refused("certificate: another page", other, "integrity", "paper_unknown", vkey=key)
    contract = attach(printed("contract"), bundle)
    yield _refused("certificate: another paper", contract, "integrity", "paper_unknown", vkey=key)
    foreign = attach(paper, jcs(_full(licensed())))
    yield _refused("certificate: another bundle", foreign, "integrity", "paper_unknown", vkey=key)
    yield _refused("certificate: no bundle", paper, "integrity", "attachment_differs", vkey=key)
    more = whole + b"% more\n"
    yield _refused("certificate: something behind it", more, "integrity", "attachment_differs", vkey=key)
    renamed = whole.replace(b"/Prev", b"/Next")
    yield _refused("certificate: another trailer", renamed, "integrity", "attachment_differs", vkey=key)
    value = _full(made)
    value["disclosures"][1]["value"] = {"name": "别人"}
    lying = attach(paper, jcs(value))
    at = made.at["noticed"]
    yield _refused("certificate: a changed value", lying, "integrity", "disclosure_differs", at, vkey=key)


def _three(integrity: Said, signatures: Said, time: Said) -> Mapping[str, Said]:
    return {"integrity": integrity, "signatures": signatures, "time": time}


def _invalid(
    name: str, value: Value, made: Licensed, verdict: str, code: str, seq: int | None = None
) -> Case:
    return _refused(name, jcs(value), verdict, code, seq, vkey=str(made.log.log_key))


def _refused(
    name: str,
    data: bytes,
    verdict: str,
    code: str,
    seq: int | None = None,
    *,
    vkey: str = "",
    policy: str = "",
) -> Case:
    said = dict.fromkeys(("integrity", "signatures", "time"), ("not_checkable", "not_reached"))
    said[verdict] = ("invalid", code)
    return Case(name=name, data=data, vkey=vkey, policy=policy, verdicts=said, seq=seq, ok=False)


def _unsigned() -> tuple[str, str, None]:
    return "integrity", "checkpoint_signature", None


def _bad() -> tuple[str, str, None]:
    return "integrity", "unreadable", None


def _reused(seq: int) -> tuple[str, str, int]:
    return "integrity", "salt_reused", seq


def _only(count: int) -> Callable[[Value], object]:
    return lambda v: v.update(filings=v["filings"][: count - 1], disclosures=[])


def _recosigned(log: MemoryLog, places: list[int]) -> Callable[[Value], object]:
    note = log.note("a")
    return lambda v: v.update(filings=[log.line(seq, note) for seq in places])


def _swap_values(value: Value) -> None:
    first, second = value["disclosures"][0], value["disclosures"][1]
    first["value"], second["value"] = deepcopy(second["value"]), deepcopy(first["value"])


def _unchained(log: MemoryLog) -> int:
    log.file(effective())
    return log.file(effective(), prev=b"\7" * 32)


def _earlier(log: MemoryLog) -> int:
    return log.file(effective(), time="2026-11-22T01:02:00.000Z")


def _mislabelled(log: MemoryLog) -> int:
    return log.file(effective(), type="license.ended")


def _late(log: MemoryLog) -> int:
    return log.file(claim(), "licensee")


def _other_terms(log: MemoryLog) -> int:
    """The licensee signed the statutory track, the log filed the local one."""
    fields = {**notice(CONTRACT, "ab" * 32).fields, "track": "statutory"}
    return log.file_as(
        Filing(type="license.noticed", subject=CONTRACT, fields=fields), "holder", track="local"
    )


def _second_start(log: MemoryLog) -> int:
    seq = len(log.entries)
    log.started()
    return seq


__all__ = ["CONTRACT", "DECLARATION", "Case", "cases", "declaration", "policy_text"]
