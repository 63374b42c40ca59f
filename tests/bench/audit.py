"""The full audit against its signature checks alone: filings with three signatures each, memory told apart.

`python -m tests.bench.audit [FILINGS]` makes a log of that length (100,000 unless said) on SQLite through the
ordinary append, audits a tenth of it and all of it in processes of their own, and prints time and memory.
"""

import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from sqlalchemy import select

from registry import schema
from registry.app import create_app
from registry.config import Settings
from registry.database import db, transaction
from registry.ledger import service as ledger
from registry.ledger import signing
from registry.ledger.canonical import FILING_TYPE, STATEMENT_TYPE, jcs, new_nonce, pae
from registry.ledger.export import export
from registry.ledger.filings import (
    Filing,
    parse_envelope,
    parse_filing,
    salted,
    signed_statement,
    statement_fields,
)
from registry.ledger.keyfiles import create_keys
from registry.ledger.log_folder import check_folder
from registry.ledger.models import Envelope, LedgerKey
from registry.ledger.policy import policy_of
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from tests.bench.measuring import Row
from tests.conftest import settings_for
from tests.ledger.making import ORIGIN, enrolment

LIST = 250
SHARE = 10  # the smaller log, for telling whether memory grows


def run(count: int = 100_000) -> list[Row]:
    """Audits a second against signature checks alone a second; memory is printed beside."""
    with tempfile.TemporaryDirectory(prefix="mxaudit") as folder:
        small = _measured(Path(folder) / "small", max(count // SHARE, LIST))
        large = _measured(Path(folder) / "large", count)
    print(
        f"peak memory: {small.memory:.0f} MB at {small.count:,} filings, {large.memory:.0f} MB at {count:,}"
    )
    print(
        f"folder check: {small.folder_memory:.0f} MB, {large.folder_memory:.0f} MB at {large.folder:,.0f}/s"
    )
    return [
        Row(
            f"full audit, 3 signatures a filing, of {count:,} · SQLite",
            large.audited,
            large.checked,
            (large.audited / large.checked,) * 2,
            "≥ 0.77 (1 / 1.3)",
        )
    ]


class _Measured:
    """Filings a second of audit, signature checks alone and folder check; memory in MB."""

    def __init__(self, count: int, told: str) -> None:
        self.count = count
        figures = (float(figure) for figure in told.split())
        self.audited, self.checked, self.memory, self.folder, self.folder_memory = figures


def _measured(place: Path, count: int) -> _Measured:
    """Fill a log, then measure in children: what a process once held does not count against the next."""
    place.mkdir()
    create_keys(place / "keys")
    settings = _settings(place)
    schema.upgrade(settings)
    app = create_app(settings)
    with app.app_context():
        schema.seed()
        _fill(count)
        export(place / "log")
        db.session.remove()
        db.engine.dispose()
    told = [_child(place, what) for what in ("audit", "signatures", "folder")]
    audited, checked, folder = (line.split() for line in told)
    rates = [count / float(part[0]) for part in (audited, checked, folder)]
    return _Measured(count, f"{rates[0]} {rates[1]} {audited[1]} {rates[2]} {folder[1]}")


def _settings(place: Path) -> Settings:
    return settings_for(place, f"sqlite:///{place / 'registry.sqlite'}")


def _fill(count: int) -> None:
    signers = [Ed25519Signer.generate(), Ed25519Signer.generate()]
    transaction(lambda: ledger.append([enrolment(one, f"organisation-{n}") for n, one in enumerate(signers)]))
    for first in range(0, count, LIST):
        filings = [_filing(n, signers) for n in range(first, min(first + LIST, count))]
        transaction(lambda them=filings: ledger.append(them))  # type: ignore[misc]


def _filing(number: int, signers: list[Ed25519Signer]) -> Filing:
    """A decision of two persons: two statements, and the registry's signature over both."""
    subject = f"MX-C26-{number:07d}"
    fields = {"subject": subject, "rule": "fee_cap"}
    filing = salted(
        Filing(type="override.recorded", subject=subject, fields=fields, secrets={"reason": "理由"})
    )
    said = [
        signed_statement(
            statement_fields(filing, origin=ORIGIN, role="reviewer", nonce=new_nonce()), one, level="account"
        )
        for one in signers
    ]
    return replace(filing, statements=said)


def _child(place: Path, what: str) -> str:
    command = [sys.executable, "-m", "tests.bench.audit", "--child", str(place), what]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=dict(os.environ))
    return done.stdout.strip().splitlines()[-1]


def _measure(place: Path, what: str) -> None:
    """In a child: seconds of processor time and peak memory in MB."""
    app = create_app(_settings(place))
    with app.app_context():
        if what == "signatures":
            seconds = _signatures_alone()
        else:
            start = time.process_time()
            if what == "audit":
                assert ledger.audit().ok
            else:
                assert check_folder(place / "log", policy_of(ledger_setup().vkey)).ok
            seconds = time.process_time() - start
    print(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


def _signatures_alone() -> float:
    """The same checks on messages that lie ready: nothing is read, hashed or compared meanwhile."""
    keys = {row.kid: (row.alg, row.public) for row in db.session.scalars(select(LedgerKey))}
    seconds = 0.0
    for checks in _messages():
        start = time.process_time()
        for kid, message, signature in checks:
            assert signing.verify(*keys[kid], message, signature=signature)
        seconds += time.process_time() - start
    return seconds


def _messages() -> Iterator[list[tuple[str, bytes, bytes]]]:
    rows = db.session.execute(select(Envelope.bytes).execution_options(yield_per=LIST))
    for part in rows.partitions():
        found = []
        for (data,) in part:
            payload, kid, signature = parse_envelope(data)
            found.append((kid, pae(FILING_TYPE, payload), signature))
            for said in parse_filing(payload).statements:
                found.append((said.kid, pae(STATEMENT_TYPE, jcs(dict(said.fields))), said.signature))
        yield found


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        _measure(Path(sys.argv[2]), sys.argv[3])
    else:
        for row in run(int(sys.argv[1]) if sys.argv[1:] else 100_000):
            print(f"{row.name}: {row.ours:,.0f}/s, signatures alone {row.bare:,.0f}/s, {1 / row.ratio:.2f} ×")
