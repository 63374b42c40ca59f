"""What a checker says to a spoiled log: through the exported folder, through a receipt, in one pass."""

from pathlib import Path
from typing import Any

from registry.ledger.policy import policy_of
from registry.ledger.report import Report, State
from registry.ledger.verify import verify_path
from registry.ledger.walk import Fault, Walk
from tests.ledger.evil import Operator


def folder_report(log: Operator, tmp_path: Path, earlier: Path | None = None, **how: Any) -> Report:
    return verify_path(log.folder(tmp_path / "evil", **how), policy_of(log.vkey), earlier=earlier)


def receipt_report(data: bytes, log: Operator, tmp_path: Path, earlier: Path | None = None) -> Report:
    (tmp_path / "evil.receipt").write_bytes(data)
    return verify_path(tmp_path / "evil.receipt", policy_of(log.vkey), earlier=earlier)


def fault_of(log: Operator) -> tuple[str, int | None] | None:
    """What a pass over the log says: code and place, or None when it holds."""
    walk = Walk(log.origin)
    try:
        for line in log.lines:
            walk.step(line.entry, line.envelope)
    except Fault as fault:
        return fault.code, fault.seq
    return None


def refused(log: Operator, tmp_path: Path, code: str, seq: int, *, receipt: str | None = "") -> None:
    """The folder names the place; so does a receipt of it (`receipt`: its own code; None: it cannot know)."""
    report = folder_report(log, tmp_path)
    found = [verdict for verdict in report.verdicts if verdict.state == State.INVALID]
    assert [(verdict.code, verdict.seq) for verdict in found] == [(code, seq)]
    assert report.exit_code == 1
    alone = receipt_report(log.receipt(seq), log, tmp_path)
    if receipt is None:
        assert alone.ok
    else:
        assert [v.code for v in alone.verdicts if v.state == State.INVALID] == [receipt or code]


def only_self_consistent(log: Operator, tmp_path: Path, kept: dict[str, Path]) -> None:
    """Nothing is wrong with the log itself, and the report says what that is worth: others kept something."""
    report = folder_report(log, tmp_path)
    assert report.ok
    assert "self_consistent_only" in report.notes
    for path in kept.values():
        again = verify_path(tmp_path / "evil", policy_of(log.vkey), earlier=path)
        assert again.exit_code == 1
        assert again["integrity"].code == "earlier_differs"
        assert again["signatures"].state == State.NOT_CHECKABLE
