"""Files by those who hold every key of the registry, or write the whole file themselves: one reader must not
take what the other refuses, and neither may stumble.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from registry.ledger.attach import attach
from registry.ledger.canonical import FILING_TYPE, b64, jcs, pae, sha256_hex
from registry.ledger.chain import NOTHING, Entry, leaf_hash
from registry.ledger.filings import Filing, envelope_bytes, signed_statement, statement_fields
from registry.ledger.notes import sign_note
from registry.ledger.signing import CHECKPOINT, COUNTERSIGN, kid_of
from tests.ledger.cases import Case, policy_text, printed
from tests.ledger.licensed import CONTRACT, OTHER, claim, issued, licensed, notice
from tests.ledger.memory_log import MemoryLog, signer

ANYBODY = "01" + "00" * 31  # the neutral point: under it one signature holds for every message
CLOCK = ("not_checkable", "registry_clock_only")
UNREACHED = ("not_checkable", "not_reached")


class Anybody:
    """Signs under the neutral point, without any secret."""

    alg, public = "ed25519", bytes.fromhex(ANYBODY)
    kid = kid_of(alg, public)

    def sign(self, message: bytes) -> bytes:
        return self.public + bytes(32)


def attacks() -> Iterator[Case]:
    """Every case, in no order that matters."""
    yield from _statements()
    yield from _keys()
    yield from _heads()
    yield from _papers()
    yield from _other_white_space()
    yield from _forms()


def _statements() -> Iterator[Case]:
    made = licensed()
    seq = _enter(made.log, [_claimed(made.log, nonce="ab" * 16)], secrets={})
    again = _enter(made.log, [_claimed(made.log, nonce="ab" * 16)], secrets={"reference": "x"})
    value = made.log.bundle(CONTRACT, [*made.places(), seq, again])
    yield _invalid("bundle: one statement in two filings", value, "signatures", "statement_repeated", again)
    made = licensed()
    fields = {"subject": CONTRACT, "rule": "own_matter"}
    filing = Filing(type="override.recorded", subject=CONTRACT, fields=fields)
    seq = _alone(made.log, filing, ("holder", "holder"))
    value = made.log.bundle(CONTRACT, [*made.places(), seq])
    yield _invalid("bundle: one person for two", value, "integrity", "envelope_malformed", seq)


def _keys() -> Iterator[Case]:
    for kid in ([], {}, None):
        log = MemoryLog()
        log.file(Filing(type="log.started", subject=log.origin, fields=_started(log, kid)))
        name = f"receipt: a key named {kid!r}"
        yield _invalid(name, log.receipt(0, []), "signatures", "key_malformed", 0)
    log, key = MemoryLog().started(), Anybody()
    described = {"kid": key.kid, "alg": key.alg, "public": b64(key.public), "purpose": "party"}
    fields = {**described, "holder": "nobody", "level": "external"}
    filing = Filing(type="key.enrolled", subject=key.kid, fields=fields)
    said = statement_fields(filing, origin=log.origin, role="holder", nonce="cd" * 16)
    seq = log._enter(replace(filing, statements=[signed_statement(said, key, level="external")]))
    value = log.receipt(seq, [0])
    yield _invalid("receipt: a key that everybody signs with", value, "signatures", "key_malformed", seq)


def _heads() -> Iterator[Case]:
    log = licensed().log
    key, note, text = str(log.log_key), log.note("a"), log.head().text
    absent = ("not_checkable", "envelope_not_here")
    lowered = {"integrity": ("lowered", "unlisted_signature"), "signatures": absent}
    twice = log.note() + log.note().rpartition("\n\n")[2]
    verdicts = {**lowered, "time": CLOCK}
    yield Case(name="checkpoint: its line twice", data=twice.encode(), vkey=key, verdicts=verdicts)
    cosigned, trusted = note + note.splitlines(True)[-1], policy_text(log, "a", quorum="a")
    verdicts = {**lowered, "time": ("valid", "witnessed")}
    name = "checkpoint: a witness's line twice"
    yield Case(name=name, data=cosigned.encode(), policy=trusted, verdicts=verdicts)
    size = text.replace(f"\n{len(log.entries)}\n", f"\n{2**53}\n")
    large = sign_note(size, log.origin, signer(CHECKPOINT)).encode()
    name = "checkpoint: a size that no program holds exactly"
    yield _refused(name, large, "integrity", "checkpoint_malformed", vkey=key)
    entry = _entry(log, subject="C\n\u0303")  # normal, though its escape's n and the tilde are not
    log.entries.append(entry)
    log.envelopes.append(b"")  # a proof is about the entry alone
    line = log.line(len(log.entries) - 1, log.note())
    verdicts = {"integrity": ("valid", "one_entry"), "signatures": absent, "time": CLOCK}
    name, proof = "proof of an entry with a mark behind an escape", line["proof"].encode()
    yield Case(name=name, data=proof, entry=entry, vkey=str(log.log_key), verdicts=verdicts)


def _papers() -> Iterator[Case]:
    key = str(licensed().log.log_key)
    numbers = b"/Size %d /Root %d 0 R /Info 1 0 R /ID [<aa><bb>]" % (10**20, 10**19)
    start = b"%PDF-1.4\n" + b"xref\n0 %d\ntrailer\n<< %s >>\nstartxref\n9\n%%%%EOF\n" % (10**20, numbers)
    rows = b"xref\n0 1\n0000000000 65535 f \n1 1\n0000000000 00000 n \n2 2\n%010d 00000 n \n" % len(start)
    stream = b"1 0 obj\n<< /Type /X /Length 2 >>\nstream\n{}\nendstream\nendobj\n"
    data = start + stream + rows + b"0000000000 00000 n \ntrailer\n"
    name = "certificate: numbers far beyond the file"
    yield _refused(name, data, "integrity", "attachment_differs", vkey=key)
    paper, made = printed("certificate"), licensed()
    fields = {"number": OTHER, "papers": issued({"certificate": paper}).fields["papers"]}
    foreign = made.log.file(Filing(type="papers.issued", subject=OTHER, fields=fields))
    named = {"declaration": OTHER}
    filing = replace(notice(CONTRACT, "ab" * 32), fields={**notice(CONTRACT, "ab" * 32).fields, **named})
    seq = made.log.file(filing, "holder")
    places = [*made.places(), made.at["stranger"], made.at["foreign"], made.at["lost_stranger"], foreign, seq]
    whole = attach(paper, jcs(made.log.bundle(CONTRACT, sorted(places))))
    name = "certificate: another contract's, which the notice calls its declaration"
    yield _refused(name, whole, "integrity", "paper_unknown", vkey=key)


def _other_white_space() -> Iterator[Case]:
    """A certificate issued with signs in its trailer that are white space to some programs only."""
    paper = printed("certificate")
    for name, sound, odd in (
        ("trailer", b"trailer\n<<", b"trailer\xa0<<"),
        ("root", b"/Root ", b"/Root\xa0"),
        ("info", b"/Info ", b"/Info\xa0"),
    ):
        assert paper.count(sound) == 1
        spoiled = paper.replace(sound, odd)
        made = licensed({"certificate": spoiled})
        whole = attach(paper, jcs(made.bundle())).replace(paper, spoiled, 1)
        key = str(made.log.log_key)
        yield _refused(
            f"certificate: odd space at its {name}", whole, "integrity", "attachment_differs", vkey=key
        )


def _forms() -> Iterator[Case]:
    """Members of another form than they must have: refused in the same words, and nobody stumbles."""
    made = licensed()
    receipt = made.log.receipt(made.at["noticed"], [0, made.at["licensee"]])
    bundle = made.bundle()
    for odd in ({"a": 1}, ["a"], None, 1):
        yield _unreadable(f"receipt: an origin {odd!r}", {**receipt, "origin": odd})
        yield _unreadable(f"bundle: an origin {odd!r}", {**bundle, "origin": odd})
        yield _unreadable(f"receipt: a proof {odd!r}", {**receipt, "proof": odd})
        yield _unreadable(f"bundle: a signer {odd!r}", {**bundle, "signers": [odd]})
    yield _unreadable("receipt: a place before the first", {**receipt, "seq": -1})
    startless = {**receipt, "keys": receipt["keys"][1:]}
    seq = made.at["licensee"]
    yield _invalid("receipt: no start of the log", startless, "integrity", "start_misplaced", seq)
    odd_paper = {"number": CONTRACT, "papers": [{"paper": [], "version": {}, "digest": {"a": 1}}]}
    seq = made.log.file(Filing(type="papers.issued", subject=CONTRACT, fields=odd_paper))
    data = jcs(made.log.bundle(CONTRACT, [*made.places(), seq]))
    verdicts = {"integrity": ("valid", "filings_listed"), "signatures": ("valid", "signatures_in_bundle")}
    key, said = str(made.log.log_key), {**verdicts, "time": CLOCK}
    yield Case(name="bundle: a paper without a name", data=data, vkey=key, verdicts=said)


def _claimed(log: MemoryLog, *, nonce: str) -> Any:
    said = statement_fields(replace(claim(), secrets={}), origin=log.origin, role="holder", nonce=nonce)
    return signed_statement(said, signer("holder"), level="account")


def _enter(log: MemoryLog, statements: Sequence[Any], *, secrets: Mapping[str, Any]) -> int:
    """File what was stated; other secrets make another envelope of it."""
    return log._enter(replace(claim(), secrets=secrets, salts={}, statements=statements))


def _alone(log: MemoryLog, filing: Filing, names: Sequence[str]) -> int:
    """Enter a filing that `build` refuses, stated under these keys."""
    said = [statement_fields(filing, origin=log.origin, role="r", nonce=log.hex(32)) for _ in names]
    pairs = zip(said, names, strict=True)
    statements = [signed_statement(one, signer(name), level="account") for one, name in pairs]
    return filed_raw(log, filing, [one.encode() for one in statements])


def filed_raw(log: MemoryLog, filing: Filing, statements: Sequence[Mapping[str, Any]]) -> int:
    """Enter a filing as it is, whatever `build` would say to it."""
    value = {"type": filing.type, "version": 1, "fields": dict(filing.fields)}
    value["_sd"] = sorted(filing.commitments.values())
    payload, key = jcs({**value, "statements": list(statements)}), signer(COUNTERSIGN)
    envelope = envelope_bytes(payload, kid=key.kid, signature=key.sign(pae(FILING_TYPE, payload)))
    log.entries.append(_entry(log, subject=filing.subject, type=filing.type, envelope=sha256_hex(envelope)))
    log.envelopes.append(envelope)
    return len(log.entries) - 1


def _entry(log: MemoryLog, **changes: Any) -> bytes:
    said = {"type": "license.ended", "envelope": "ab" * 32, **changes}
    prev = leaf_hash(log.entries[-1]) if log.entries else NOTHING
    return Entry(seq=len(log.entries), prev=prev, time="2026-11-22T01:03:00.000Z", **said).encode()


def _started(log: MemoryLog, kid: Any) -> dict[str, Any]:
    key = signer(CHECKPOINT)
    own = {"kid": key.kid, "alg": key.alg, "public": b64(key.public), "purpose": CHECKPOINT}
    odd = {"kid": kid, "alg": "ed25519", "public": b64(signer(COUNTERSIGN).public), "purpose": COUNTERSIGN}
    return {"origin": log.origin, "name": "x", "keys": [own, odd]}


def _unreadable(name: str, value: dict[str, Any]) -> Case:
    return _invalid(name, value, "integrity", "unreadable", None)


def _invalid(name: str, value: dict[str, Any], verdict: str, code: str, seq: int | None) -> Case:
    return _refused(name, jcs(value), verdict, code, seq, vkey=str(MemoryLog().log_key))


def _refused(name: str, data: bytes, verdict: str, code: str, seq: int | None = None, *, vkey: str) -> Case:
    said = {**dict.fromkeys(("integrity", "signatures", "time"), UNREACHED), verdict: ("invalid", code)}
    return Case(name=name, data=data, vkey=vkey, verdicts=said, seq=seq, ok=False)
