"""What is spoiled: a bundle, one with witnesses, receipts, a certificate, a whole log; each the same bytes
whenever it is made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from registry.ledger.chain import TILE_WIDTH, leaf_hash, tiles_of
from registry.ledger.notes import entry_bundle, parse_vkey, tile_path
from registry.ledger.policy import Policy, parse_policy, policy_of
from tests.ledger.cases import Case, cases
from tests.ledger.licensed import licensed
from tests.ledger.memory_log import MemoryLog

WANTED = {"bundle", "bundle with a quorum of witnesses", "certificate", "receipt"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Files by name (one without a name is a file on its own), and what their reader trusts."""

    name: str
    files: Mapping[str, bytes]
    policy: Policy

    def write(self, folder: Path) -> None:
        for name, data in self.files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(data)


def subjects() -> Iterator[Subject]:
    for case in cases():
        if case.name in WANTED:
            yield Subject(name=case.name, files={"": case.data}, policy=_policy(case))
    log = licensed().log
    yield Subject(name="log", files=exported(log), policy=policy_of(log.log_key))


def exported(log: MemoryLog) -> Mapping[str, bytes]:
    """A log of at most 256 entries as `registry log export` writes it."""
    size, leaves = len(log.entries), [leaf_hash(entry) for entry in log.entries]
    assert size <= TILE_WIDTH
    files = {tile_path(level, at, width): b"".join(leaves) for level, at, width in tiles_of(size)}
    files[tile_path("entries", 0, size)] = entry_bundle(log.entries)
    files |= {f"envelopes/{log.digest(seq)}": envelope for seq, envelope in enumerate(log.envelopes)}
    return files | {"vkey": f"{log.log_key}\n".encode(), "checkpoint": log.note().encode()}


def _policy(case: Case) -> Policy:
    return parse_policy(case.policy) if case.policy else policy_of(parse_vkey(case.vkey))
