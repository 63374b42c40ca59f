"""After a run: every acknowledged filing is there, each once, and the log holds for two checkers."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from registry.contracts.models import Acceptance
from registry.database import db
from registry.ledger.chain import leaf_hash, parse_entry
from registry.ledger.notes import parse_entry_bundle
from tests.faults.stage import Place, command


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """One line of the table. `faults` says what was done how often; `broken` what did not hold."""

    fault: str
    database: str
    faults: str
    acknowledged: int = 0
    lost: int = 0
    doubled: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    longest: float = 0.0
    broken: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return not (self.lost or self.doubled or self.broken)


def entries_of(folder: Path) -> list[bytes]:
    """The entries of an exported log, in order."""
    files = [path for path in (folder / "tile" / "entries").rglob("*") if path.is_file()]
    return [entry for path in sorted(files) for entry in parse_entry_bundle(path.read_bytes())]


def judge(place: Place, acknowledged: list[dict[str, Any]], *, least: int) -> dict[str, Any]:
    """What of a Result can be told from the registry and from what its clients wrote down."""
    broken: list[str] = []
    folder = place.folder / "export"
    for name, words in (
        ("audit", ("audit", "--json")),
        ("export", ("log", "export", str(folder))),
        ("verify", ("verify", str(folder), "--vkey", place.vkey, "--json")),
    ):
        done = command(place, *words)
        if done.returncode:
            broken.append(f"{name}: {(done.stdout + done.stderr)[-600:]}")
    entries = entries_of(folder)
    lines = [parse_entry(entry) for entry in entries]
    if [line.seq for line in lines] != list(range(len(lines))):
        broken.append("sequence")
    if len(acknowledged) < least:
        broken.append(f"only {len(acknowledged)} acknowledged: too little load to tell")
    lost = [one for one in acknowledged if not stands(one, entries)]
    noticed = Counter(line.subject for line in lines if line.type == "license.noticed")
    doubled = sum(n - 1 for n in noticed.values()) + _twice(place)
    return {"acknowledged": len(acknowledged), "lost": len(lost), "doubled": doubled, "broken": tuple(broken)}


def stands(one: dict[str, Any], entries: list[bytes]) -> bool:
    """Whether an acknowledged notice stands at its place with its leaf."""
    if one["noticed_seq"] >= len(entries):
        return False
    entry = entries[one["noticed_seq"]]
    line = parse_entry(entry)
    return leaf_hash(entry).hex() == one["leaf"] and line.type == "license.noticed"


def _twice(place: Place) -> int:
    """Acceptances beyond the first of one licensee of one offer, drafts included."""
    app = place.app()
    with app.app_context():
        count = func.count()
        pair = (Acceptance.declaration_id, Acceptance.licensee_id)
        pairs = select(count).select_from(Acceptance).group_by(*pair).having(count > 1)
        extra = sum(n - 1 for n in db.session.scalars(pairs))
        db.session.remove()
        db.engine.dispose()
    return extra
