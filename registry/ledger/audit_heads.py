"""What we said of the log's heads, held against the entries: checkpoints and earlier audits.

What others said of them is checked in anchor_audit.py.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from registry.ledger.chain import Frontier
from registry.ledger.keyring import Key, Keyring, handovers, head_keys
from registry.ledger.models import AuditRun, Checkpoint
from registry.ledger.notes import Head, Vkey, open_note, open_strictly, parse_head
from registry.ledger.setup import LedgerSetup
from registry.ledger.signing import CHECKPOINT
from registry.ledger.walk import INTEGRITY, Fault

Rows = dict[int, list[Row[Any]]]


class HeadsPass:
    """Goes beside the walk: told which sizes come, then at each size which tree it is, under which keys."""

    def __init__(self, connection: Connection, setup: LedgerSetup) -> None:
        self.connection = connection
        self.setup = setup
        self.checkpoints: Rows = {}
        self.runs: Rows = {}
        self.seen = {Checkpoint: 0, AuditRun: 0}
        self.last = 0  # the size of the largest signed head so far

    def expect(self, first: int, last: int) -> None:
        """Read what was said of the heads of sizes first to last."""
        self.checkpoints = self._read(Checkpoint, first, last)
        self.runs = self._read(AuditRun, first, last)

    def reach(self, frontier: Frontier, keyring: Keyring) -> None:
        """The tree of this size. Raises Fault where something else was said of it."""
        for row in self.checkpoints.get(frontier.size, ()):
            self._check(row, frontier, keyring.keys.values())
            self.last = frontier.size
        for row in self.runs.get(frontier.size, ()):
            if row.root != frontier.root.hex():
                raise Fault(INTEGRITY, "audit_differs", frontier.size - 1)

    def check_end(self, frontier: Frontier, keyring: Keyring) -> None:
        """Raises Fault for a head beyond the log, a handover that was never signed, a newest key not ours."""
        codes = {Checkpoint: "root_differs", AuditRun: "audit_differs"}
        for model, seen in self.seen.items():
            query = self._of_this_log(select(func.count()).select_from(model), model)
            if self.connection.execute(query).scalar_one() != seen:
                raise Fault(INTEGRITY, codes[model])
        own = keyring.keys.values()
        newest = head_keys(own, frontier.size)
        if newest and newest[0].public != self.setup.vkey.public:
            raise Fault(INTEGRITY, "vkey_differs", newest[0].enrolled_seq)
        for size in handovers(own):
            signed = select(Checkpoint.size).where(Checkpoint.size == size)
            if size < self.last and self.connection.execute(signed).one_or_none() is None:
                raise Fault(INTEGRITY, "handover_missing", size - 1)

    def _of_this_log(self, query: Any, model: Any) -> Any:
        """Audits of a log that was closed, and those that found no head, say nothing about this one."""
        if model is not AuditRun:
            return query
        return query.where(AuditRun.origin == self.setup.origin, AuditRun.verdict == "valid")

    def _read(self, model: Any, first: int, last: int) -> Rows:
        found: Rows = {}
        query = select(model.__table__).where(model.size.between(first, last))
        for row in self.connection.execute(self._of_this_log(query, model)):
            found.setdefault(row.size, []).append(row)
            self.seen[model] += 1
        return found

    def _check(self, row: Row[Any], frontier: Frontier, own: Iterable[Key]) -> None:
        """The head is signed by exactly the keys valid there, and is the tree's."""
        valid = [Vkey(self.setup.origin, key.public) for key in head_keys(own, row.size)]
        try:
            head = parse_head(open_strictly(row.note, *valid))
        except ValueError as error:
            code = "checkpoint_key_range" if _by_another(row.note, valid, own) else "checkpoint_signature"
            raise Fault(INTEGRITY, code, row.size - 1) from error
        if head != Head(self.setup.origin, row.size, frontier.root):
            raise Fault(INTEGRITY, "root_differs", row.size - 1)
        if row.frontier != frontier.encode():
            raise Fault(INTEGRITY, "frontier_differs", row.size - 1)


def _by_another(note: str, valid: Sequence[Vkey], own: Iterable[Key]) -> bool:
    """Whether one of the log's checkpoint keys signed where it was not, or no longer, valid."""
    others = {Vkey(key.holder, key.public) for key in own if key.purpose == CHECKPOINT} - set(valid)
    try:
        return bool(open_note(note, others))
    except ValueError:
        return False
