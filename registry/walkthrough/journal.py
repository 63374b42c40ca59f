"""What was done, by whom, with which numbers: said while it happens, kept for SUMMARY.md."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done, and the second it was done at."""

    second: float
    who: str
    what: str


@dataclass(slots=True)
class License:
    """One license of the walk: what SUMMARY.md says about it."""

    offer: str
    method: str
    licensee: str
    door: str
    acceptance: str = ""
    contract: str = ""
    track: str = ""
    amount: str = ""
    noticed_seq: int = -1
    effective_seq: int = -1
    record_digest: str = ""
    state: str = ""
    registration: str = ""
    remark: str = ""


@dataclass(slots=True)
class Journal:
    """The walk's memory."""

    say: Say
    steps: list[Step] = field(default_factory=list)
    declarations: dict[str, str] = field(default_factory=dict)
    licenses: list[License] = field(default_factory=list)
    refusals: list[tuple[str, str]] = field(default_factory=list)
    checks: list[tuple[str, str]] = field(default_factory=list)
    batch: dict[str, str] = field(default_factory=dict)
    started: float = field(default_factory=time.monotonic)

    def note(self, who: str, what: str) -> None:
        """Write down one step and say it."""
        second = time.monotonic() - self.started
        self.steps.append(Step(second, who, what))
        self.say(f"{second:6.1f} s  {who}: {what}")

    def refused(self, what: str, how: str) -> None:
        """Write down something that was refused, as it should be."""
        self.refusals.append((what, how))
        self.note("registry", f"refused, as it must: {what} ({how})")
