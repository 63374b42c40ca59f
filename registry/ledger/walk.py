"""One pass over a log: every entry and envelope read strictly, every link and signature checked.

The same pass serves the offline verifier and the audit of the database.
"""

from dataclasses import dataclass, field

from registry.errors import Refused
from registry.ledger.canonical import sha256_hex
from registry.ledger.chain import NOTHING, Entry, Frontier, leaf_hash, parse_entry
from registry.ledger.filings import Filed, parse_envelope, parse_filing
from registry.ledger.keyring import Keyring

INTEGRITY, SIGNATURES, TIME = "integrity", "signatures", "time"


class Fault(Exception):
    """What does not hold, where: the verdict, a code, the sequence number if one is concerned, and of an
    extract the member.
    """

    def __init__(self, verdict: str, code: str, seq: int | None = None, *, file: str = "") -> None:
        super().__init__(verdict, code, seq)
        self.verdict = verdict
        self.code = code
        self.seq = seq
        self.file = file


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """An entry with its envelope, read and found to belong together."""

    entry: Entry
    leaf: bytes
    filed: Filed
    payload: bytes
    kid: str
    signature: bytes


def open_pair(entry: bytes, envelope: bytes, *, seq: int) -> Pair:
    """Read an entry and its envelope strictly. Raises Fault when malformed or not belonging together."""
    try:
        read = parse_entry(entry)
    except ValueError as error:
        raise Fault(INTEGRITY, "entry_malformed", seq) from error
    if read.seq != seq:
        raise Fault(INTEGRITY, "sequence_broken", seq)
    if sha256_hex(envelope) != read.envelope:
        raise Fault(INTEGRITY, "envelope_differs", seq)
    try:
        payload, kid, signature = parse_envelope(envelope)
        filed = parse_filing(payload)
    except ValueError as error:
        raise Fault(INTEGRITY, "envelope_malformed", seq) from error
    if (filed.type, filed.subject) != (read.type, read.subject):
        raise Fault(INTEGRITY, "entry_mislabelled", seq)
    return Pair(entry=read, leaf=leaf_hash(entry), filed=filed, payload=payload, kid=kid, signature=signature)


def check_signatures(pair: Pair, keyring: Keyring, *, origin: str) -> None:
    """Check the registry's and the parties' signatures and take in key filings. Raises Fault."""
    seq = pair.entry.seq
    try:
        if seq == 0:  # the first filing brings the key that countersigns it
            keyring.admit(pair.filed, seq, origin=origin)
        keyring.check_countersignature(pair.payload, pair.kid, signature=pair.signature)
        if seq > 0:
            keyring.admit(pair.filed, seq, origin=origin)
    except Refused as refused:
        raise Fault(SIGNATURES, refused.code, seq) from refused


@dataclass(slots=True)
class Walk:
    """A log being walked from its first entry."""

    origin: str
    leaf: bytes = NOTHING
    time: str = ""
    frontier: Frontier = field(default_factory=Frontier)
    keyring: Keyring = field(default_factory=Keyring)

    def step(self, entry: bytes, envelope: bytes) -> Pair:
        """Check the next entry and move on. Raises Fault, after which the walk is over."""
        seq = self.frontier.size
        pair = open_pair(entry, envelope, seq=seq)
        if pair.entry.prev != self.leaf:
            raise Fault(INTEGRITY, "chain_broken", seq)
        if pair.entry.time < self.time:
            raise Fault(INTEGRITY, "time_runs_back", seq)
        check_start(pair, origin=self.origin)
        check_signatures(pair, self.keyring, origin=self.origin)
        self.leaf, self.time = pair.leaf, pair.entry.time
        self.frontier = self.frontier.extend([pair.leaf])
        return pair


def check_start(pair: Pair, *, origin: str) -> None:
    """Raises Fault unless log.started, of this origin, stands first and only there."""
    if (pair.filed.type == "log.started") != (pair.entry.seq == 0):
        raise Fault(INTEGRITY, "start_misplaced", pair.entry.seq)
    if pair.entry.seq == 0 and pair.filed.subject != origin:
        raise Fault(INTEGRITY, "origin_differs", 0)
