"""From what was found to the four verdicts: one place, so that every check says the same in the same case."""

from collections.abc import Mapping
from typing import Any

from registry.clock import rfc3339
from registry.ledger.heads import Seen
from registry.ledger.report import Report, State, Verdict
from registry.ledger.walk import INTEGRITY, SIGNATURES, TIME, Fault

REGISTRATION, SEAL = "registration", "seal"

# What is said of integrity, signatures and registration when everything holds, by kind of thing.
SAID: Mapping[str, tuple[str, str, str]] = {
    "log": ("whole_log", "all_signatures", "as_filed"),
    "database": ("whole_log", "all_signatures", "as_filed"),
    "receipt": ("one_filing", "signatures_at_filing", "later_filings_unknown"),
    "bundle": ("filings_listed", "signatures_in_bundle", "as_bundled"),
    "certificate": ("certificate_whole", "signatures_in_bundle", "as_bundled"),
    "extract": ("extract_whole", "signatures_in_extract", "as_extracted"),
    "list": ("list_whole", "signature_of_list", "as_listed"),
    "proof": ("one_entry", "envelope_not_here", "later_filings_unknown"),
    "checkpoint": ("head_alone", "envelope_not_here", "later_filings_unknown"),
}
WITHOUT_ENVELOPES = ("proof", "checkpoint")


def passed(kind: str, seen: Seen, *, compared: bool, facts: Mapping[str, Any] | None = None) -> Report:
    """Everything that could be checked here holds; what could not is said, never shown as valid."""
    registration = SAID[kind][2]
    return Report(
        kind=kind,
        pinned=seen.pinned,
        origin=seen.head.origin,
        size=seen.head.size,
        root=seen.head.root.hex(),
        verdicts=(
            _integrity(kind, seen),
            _signatures(kind, seen),
            _time(seen),
            Verdict(name=REGISTRATION, state=State.NOT_CHECKABLE, code=registration),
        ),
        notes=_notes(
            compared=compared,
            witnessed=bool(seen.cosigned or seen.cosigned_size or seen.stamped_size),
            followed=seen.followed,
        ),
        facts={**(facts or {}), **_stamped(seen)},
    )


def failed(kind: str, fault: Fault, *, pinned: bool, origin: str = "") -> Report:
    """Something does not hold: its verdict is invalid, and nothing else may look valid beside it."""
    states = [
        Verdict(name=name, state=State.INVALID, code=fault.code, seq=fault.seq)
        if name == fault.verdict
        else Verdict(name=name, state=State.NOT_CHECKABLE, code="not_reached")
        for name in (INTEGRITY, SIGNATURES, TIME, REGISTRATION, *([SEAL] if kind == "certificate" else []))
    ]
    facts = {"file": fault.file} if fault.file else {}
    return Report(kind=kind, verdicts=tuple(states), pinned=pinned, origin=origin, facts=facts)


def _integrity(kind: str, seen: Seen) -> Verdict:
    if not seen.pinned:  # of a bare checkpoint nothing at all was checked then, not even in part
        state = State.NOT_CHECKABLE if kind == "checkpoint" else State.LOWERED
        return Verdict(name=INTEGRITY, state=state, code="key_not_pinned")
    if seen.unlisted:
        return Verdict(name=INTEGRITY, state=State.LOWERED, code="unlisted_signature")
    return Verdict(name=INTEGRITY, state=State.VALID, code=SAID[kind][0])


def _signatures(kind: str, seen: Seen) -> Verdict:
    code = SAID[kind][1]
    if kind in WITHOUT_ENVELOPES:
        return Verdict(name=SIGNATURES, state=State.NOT_CHECKABLE, code=code)
    if not seen.pinned:
        return Verdict(name=SIGNATURES, state=State.LOWERED, code="key_not_pinned")
    return Verdict(name=SIGNATURES, state=State.VALID, code=code)


def _time(seen: Seen) -> Verdict:
    if seen.stamped_size == seen.head.size and seen.stamped_at is not None:
        return Verdict(name=TIME, state=State.VALID, code="timestamped")
    if seen.cosigned:
        return Verdict(name=TIME, state=State.VALID, code="witnessed")
    if seen.stamped_size:
        return Verdict(name=TIME, state=State.LOWERED, code="timestamped_in_part")
    if seen.cosigned_size:
        return Verdict(name=TIME, state=State.LOWERED, code="witnessed_in_part")
    code = "registry_clock_only"
    if seen.timestamp_unpinned:
        code = "timestamp_unpinned"
    if seen.witness_unpinned:
        code = "witness_unpinned"
    return Verdict(name=TIME, state=State.NOT_CHECKABLE, code=code)


def _stamped(seen: Seen) -> dict[str, Any]:
    if seen.stamped_at is None:
        return {}
    return {"existed_by": rfc3339(seen.stamped_at), "existed_by_size": seen.stamped_size}


def _notes(*, compared: bool, witnessed: bool, followed: bool) -> tuple[str, ...]:
    key = ("key_followed",) if followed else ()
    if compared:
        return *key, "compared_with_earlier", "truth_not_proved"
    return (*key, "truth_not_proved") if witnessed else (*key, "self_consistent_only", "truth_not_proved")
