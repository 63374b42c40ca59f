"""From what was found to the four verdicts: one place, so that every check says the same in the same case."""

from collections.abc import Mapping
from typing import Any

from registry.ledger.notes import Head
from registry.ledger.report import Report, State, Verdict
from registry.ledger.walk import INTEGRITY, SIGNATURES, Fault


def passed(
    kind: str,
    head: Head,
    *,
    pinned: bool,
    whole: bool,
    compared: bool,
    unlisted: bool = False,
    facts: Mapping[str, Any] | None = None,
) -> Report:
    """Everything that could be checked here holds; what could not is said, never shown as valid."""
    said = State.VALID if pinned else State.LOWERED
    if pinned:
        integrity = "whole_log" if whole else "one_filing"
        signatures = "all_signatures" if whole else "signatures_at_filing"
    else:
        integrity = signatures = "key_not_pinned"
    sound = said
    if pinned and unlisted:  # C2SP has a reader ignore unknown signers; we say that they are there
        sound, integrity = State.LOWERED, "unlisted_signature"
    later = "as_filed" if whole else "later_filings_unknown"
    return Report(
        kind=kind,
        pinned=pinned,
        origin=head.origin,
        size=head.size,
        root=head.root.hex(),
        verdicts=(
            Verdict(name=INTEGRITY, state=sound, code=integrity),
            Verdict(name=SIGNATURES, state=said, code=signatures),
            Verdict(name="time", state=State.NOT_CHECKABLE, code="registry_clock_only"),
            Verdict(name="registration", state=State.NOT_CHECKABLE, code=later),
        ),
        notes=("compared_with_earlier" if compared else "self_consistent_only", "truth_not_proved"),
        facts=facts or {},
    )


def failed(kind: str, fault: Fault, *, pinned: bool, origin: str = "") -> Report:
    """Something does not hold: its verdict is invalid, and nothing else may look valid beside it."""
    states = [
        Verdict(name=name, state=State.INVALID, code=fault.code, seq=fault.seq)
        if name == fault.verdict
        else Verdict(name=name, state=State.NOT_CHECKABLE, code="not_reached")
        for name in (INTEGRITY, SIGNATURES, "time", "registration")
    ]
    return Report(kind=kind, verdicts=tuple(states), pinned=pinned, origin=origin)
