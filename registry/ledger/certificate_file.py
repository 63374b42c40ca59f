"""A certificate that carries its bundle, sealed or not, checked offline: docs/formats.md, sections 7 and 7a.

The seal has a verdict of its own beside the proof: without one, or under one nobody named, the proof holds
all the same; but a seal that is there and does not hold makes the whole file one that nobody handed out.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography.x509 import Certificate

from registry.ledger import seals
from registry.ledger.attach import Attached, detach
from registry.ledger.bundle_file import judged, open_bundle
from registry.ledger.canonical import sha256_hex
from registry.ledger.heads import compare
from registry.ledger.notes import Head
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.seals import Seal
from registry.ledger.stamps import Roots
from registry.ledger.walk import INTEGRITY, Fault


def check_certificate(
    data: bytes,
    policy: Policy | None,
    *,
    now: datetime,
    earlier: Head | None = None,
    roots: Roots = (),
    given: Sequence[Certificate] = (),
) -> Report:
    """Check the seal if there is one, the added part, the bundle in it, and that the printed part was issued.

    `given` are the certificates whose seals count. Raises Fault.
    """
    sealed = seals.opened(data)
    seal = seals.check_seal(sealed, given=given, roots=roots, now=now) if sealed is not None else None
    parts = sealed.parts if sealed is not None else _detached(data)
    bundle = open_bundle(parts.bundle, policy, roots=roots)
    printed = sha256_hex(parts.printed)
    if printed not in bundle.digests("certificate"):
        raise Fault(INTEGRITY, "paper_unknown")
    compared = compare(bundle.seen.head, earlier)
    return _with_seal(judged("certificate", bundle, compared=compared, printed=printed), seal)


def _detached(data: bytes) -> Attached:
    try:
        return detach(data)
    except ValueError as error:
        raise Fault(INTEGRITY, "attachment_differs") from error


def _with_seal(report: Report, seal: Seal | None) -> Report:
    if seal is None:
        return replace(report, verdicts=(*report.verdicts, seals.MISSING))
    facts = {**report.facts, "seal": seal.facts}
    return replace(report, verdicts=(*report.verdicts, seal.verdict), facts=facts)
