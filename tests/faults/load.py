"""Load: several client programs against one service, stopped together, their acknowledgements gathered."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.judging import Result, judge
from tests.faults.stage import Place

CLIENTS, ENDS = 4, 120.0


@dataclass(slots=True)
class Load:
    """`CLIENTS` client programs; `acknowledged` grows while they run."""

    place: Place
    port: int
    clients: int = CLIENTS
    _running: list[subprocess.Popen[str]] = field(default_factory=list)
    _said: tuple[Counter[str], float, list[str]] | None = None

    @property
    def folder(self) -> Path:
        """Outside the service's own folder: a full disk there must not stop its witnesses."""
        return self.place.folder.parent / f"{self.place.folder.name}-acknowledged"

    def start(self) -> None:
        self.folder.mkdir()
        work = self.folder / "work.json"
        work.write_bytes(self.place.work.read_bytes())
        for n in range(self.clients):
            words = [str(self.port), str(work), str(self.folder / f"{n}.jsonl"), str(self.folder / "stop")]
            self._running.append(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.faults.client", *words, str(n), str(self.clients)],
                    stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE,
                    text=True,
                )
            )

    def acknowledged(self) -> list[dict[str, Any]]:
        files = sorted(self.folder.glob("*.jsonl"))
        return [json.loads(line) for path in files for line in path.read_text().splitlines()]

    def until(self, count: int, *, patience: float = 120) -> None:
        """Wait until so many more are acknowledged. Raises TimeoutError."""
        goal = len(self.acknowledged()) + count
        self.wait(lambda: len(self.acknowledged()) >= goal, patience)

    def wait(self, reached: Callable[[], bool], patience: float) -> None:
        end = time.monotonic() + patience
        while not reached():
            if time.monotonic() > end or any(one.poll() for one in self._running):
                raise TimeoutError(f"the load came to a stop: {self.finish()}")
            time.sleep(0.05)

    def finish(self) -> tuple[Counter[str], float, list[str]]:
        """Stop the clients after what each is doing; counts, the longest wait, and complaints."""
        if self._said is not None:
            return self._said
        (self.folder / "stop").touch()
        counts: Counter[str] = Counter()
        longest, complaints = 0.0, []
        for one in self._running:
            try:
                out, err = one.communicate(timeout=ENDS)
            except subprocess.TimeoutExpired:
                one.kill()
                out, err = one.communicate()
            if one.returncode:
                complaints.append(f"client: {err.strip().splitlines()[-1:]}")
                continue
            said = json.loads(out)
            counts.update(said["counts"])
            longest = max(longest, said["longest"])
        self._said = counts, longest, complaints
        return self._said

    def result(self, fault: str, faults: str, *, least: int, complaints: tuple[str, ...] = ()) -> Result:
        """Stop, then judge. Call when the service has ended or may be read beside it."""
        counts, longest, said = self.finish()
        judged = judge(self.place, self.acknowledged(), least=least)
        judged["broken"] += (*said, *complaints)
        if counts["500"]:
            judged["broken"] += (f"{counts['500']} answers 500", *self._unforeseen())
        return Result(
            fault=fault,
            database=self.place.database,
            faults=faults,
            counts=dict(counts),
            longest=longest,
            **judged,
        )

    def _unforeseen(self) -> list[str]:
        """What the service wrote of its answers 500: how each ended."""
        log = (self.place.folder / "web.log").read_text(errors="replace").splitlines()
        told = [one[one.index("{") :] for one in log if '"event": "unforeseen"' in one]
        return [json.loads(one)["traceback"][-700:] for one in told]
