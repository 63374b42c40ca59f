"""How far those outside have followed the log, what is asked of them next, and when it is too long ago.

A head outside is awaited until its rows are there; nothing says "done" before. What a witness or an
authority cannot see for longer than the operator allows, no further filing may be heaped upon.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, islice
from typing import Any, cast

from sqlalchemy import Table, bindparam, func, select

from registry import clock
from registry.database import db
from registry.errors import Paused
from registry.jobs import Job, enqueue
from registry.ledger.anchor_setup import Anchors, WitnessAddress
from registry.ledger.models import Checkpoint, Cosignature, LedgerEntry, TimestampToken
from registry.ledger.notes import Vkey
from registry.ledger.policy import Policy
from registry.ledger.setup import ledger_setup

COSIGN, STAMP = "ledger.cosign", "ledger.stamp"
LONGEST_PAUSE = timedelta(minutes=5)
PAGE = 20
FALSE = frozenset({"wrong_signature", "wrong_token", "contradiction", "witness_ahead", "nonsense"})
"""Reasons that are not silence: somebody said what is not so, and a person must look."""
LATE = timedelta(hours=1)
MOST_SKEW = timedelta(seconds=2)
"""Beyond this the operators are told that a clock is wrong, ours or the authority's."""
UNSTOPPED = frozenset({"log.started", "key.rotated", "key.revoked"})
"""Filings that are taken even then: a log cannot be anchored before it starts, and a stolen key must end."""


# Built once: composing a statement costs more than running it, and these run at every filing.
_ENTRY, _TOKEN, _COSIGNATURE = (
    cast(Table, model.__table__) for model in (LedgerEntry, TimestampToken, Cosignature)
)
_ENTRY_AT = select(_ENTRY.c.entry).where(_ENTRY.c.seq == bindparam("seq"))
_STAMPED = select(func.max(_TOKEN.c.size))
_COSIGNED = (
    select(_COSIGNATURE.c.size, _COSIGNATURE.c.witness)
    .where(_COSIGNATURE.c.size < bindparam("below"))
    .order_by(_COSIGNATURE.c.size.desc())
    .limit(bindparam("page"))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """Somebody outside: how far it followed, since when something waits for it, and what went wrong last.

    `size` 0 means nothing yet; `at` is when it said so, by its own clock.
    """

    name: str
    size: int = 0
    at: datetime | None = None
    since: datetime | None = None
    failed: int = 0
    said: str = ""

    @property
    def troubles(self) -> bool:
        """Whether a person should look: an hour behind, or something that is not so was said."""
        late = self.since is not None and clock.now() - self.since > LATE
        return late or self.said in FALSE


def check_followed() -> None:
    """Refuse a filing while outside anchors have been missing for longer than the settings allow.

    Reading goes on, and so does filing as soon as the anchor is there. Raises Paused timestamps_missing,
    witnesses_missing.
    """
    anchors = ledger_setup().anchors
    if anchors.stamp_within:
        _check(stamped(), anchors.stamp_within, "timestamps_missing")
    if anchors.witness_within and anchors.policy is not None:
        _check(witnessed(anchors.policy), anchors.witness_within, "witnesses_missing")


def paused() -> Paused | None:
    """Why no filing is taken at present, for those who can do something about it; None when they are."""
    try:
        check_followed()
    except Paused as reason:
        return reason
    return None


def stamped() -> int:
    """The size of the newest head with a timestamp; 0 if there is none."""
    return db.session.connection().execute(_STAMPED).scalar() or 0


def witnessed(policy: Policy) -> int:
    """The size of the newest head that enough of the policy's witnesses cosigned; 0 if there is none."""
    return next(_with_quorum(policy), 0)


def vouched_covering(seq: int) -> int | None:
    """The size of the head over that filing that most outside vouch for, the newest of such; None if none.

    A head of this moment has been seen by nobody yet: who asks for a quorum would refuse what rests on it,
    though an older head that covers the same filings has it.
    """
    policy = ledger_setup().anchors.policy
    query = select(TimestampToken.size).where(TimestampToken.size > seq).distinct()
    newest = query.order_by(TimestampToken.size.desc()).limit(PAGE)
    stamped_heads = set(db.session.execute(newest).scalars())
    cosigned_heads = set() if policy is None else set(islice(_with_quorum(policy, beyond=seq), PAGE))
    best = stamped_heads & cosigned_heads or cosigned_heads or stamped_heads
    return max(best, default=None)


def waiting_since(size: int) -> datetime | None:
    """When the first filing beyond that size was made; None while there is none.

    Counted by filings and not by heads: in a quiet night nothing waits, and where nobody publishes heads
    any more it is noticed too.
    """
    entry = db.session.connection().execute(_ENTRY_AT, {"seq": size}).scalar()
    return None if entry is None else clock.parse_rfc3339(json.loads(entry)["time"])


def ask() -> None:
    """Queue what the newest head lacks, in the present transaction; what is queued already stays as it is."""
    anchors = ledger_setup().anchors
    if not anchors.witnesses and not anchors.tsa_url:
        return
    size = db.session.execute(select(Checkpoint.size).order_by(Checkpoint.size.desc()).limit(1)).scalar()
    if size is None:
        return
    for witness in anchors.witnesses:
        if _last_of(witness.vkey)[0] < size:
            queue(COSIGN, {"witness": str(witness.vkey)}, subject_id=witness.id)
    if anchors.tsa_url and stamped() < size:
        queue(STAMP, {}, subject_id=authority_id(anchors), after=_until_next_stamp(anchors))


def queue(
    name: str, payload: Mapping[str, Any], *, subject_id: uuid.UUID, after: timedelta | None = None
) -> None:
    """Queue a job unless one of that name about that subject waits already."""
    if _queued(name, subject_id) is None:
        enqueue(name, payload, subject_id=subject_id, after=after)


def queue_again(name: str, payload: Mapping[str, Any], *, subject_id: uuid.UUID) -> None:
    """Queue the successor of a job that failed `payload["failed"]` times in a row, after a pause.

    One that a new head queued meanwhile takes the pause over: where heads are many and a witness hangs, the
    worker would do nothing but wait for it.
    """
    after = pause(payload["failed"])
    waiting = _queued(name, subject_id)
    if waiting is None:
        enqueue(name, payload, subject_id=subject_id, after=after)
    else:
        waiting.payload, waiting.run_after = dict(payload), clock.now() + after


def pause(failed: int) -> timedelta:
    """How long to wait after so many failures in a row. It never ends: a log unseen must go on asking."""
    return min(timedelta(seconds=2 ** min(failed, 16)), LONGEST_PAUSE)


def authority_id(anchors: Anchors) -> uuid.UUID:
    """What the job about the timestamp authority is found by."""
    return uuid.uuid5(uuid.NAMESPACE_OID, anchors.tsa_url)


def awaited() -> list[Awaited]:
    """Every witness and the authority, for the operators' page; empty where none is set."""
    anchors = ledger_setup().anchors
    found = [_of_witness(witness) for witness in anchors.witnesses]
    if anchors.tsa_url:
        query = select(TimestampToken.size, TimestampToken.stamped_at)
        row = db.session.execute(query.order_by(TimestampToken.size.desc()).limit(1)).one_or_none()
        size, at = (0, None) if row is None else (row.size, row.stamped_at)
        found.append(_awaited(anchors.tsa_url, size, at, job=_queued(STAMP, authority_id(anchors))))
    return found


def clock_skew() -> timedelta:
    """How far our clock was from the authority's at the last timestamp, positive when ours is behind."""
    query = select(TimestampToken.skew_ms).order_by(TimestampToken.size.desc()).limit(1)
    return timedelta(milliseconds=db.session.execute(query).scalar() or 0)


def _check(size: int, within: timedelta, code: str) -> None:
    since = waiting_since(size)
    if since is not None and clock.now() - since > within:
        raise Paused(code, hours=round(within.total_seconds() / 3600), size=size)


def _with_quorum(policy: Policy, *, beyond: int = 0) -> Iterator[int]:
    """The sizes of heads enough witnesses cosigned, falling, as far as they lie beyond a size."""
    known = {str(vkey): vkey for vkey in policy.witnesses.values()}
    size: int
    for size, rows in groupby(_cosigned(), key=lambda row: row[0]):
        if size <= beyond:
            return
        if policy.met_by([known[witness] for _, witness in rows if witness in known]):
            yield size


def _cosigned() -> Iterator[tuple[int, str]]:
    """Size and witness of every cosignature, the newest head first, read as far as somebody looks."""
    below = 1 << 62
    while True:
        found = db.session.connection().execute(_COSIGNED, {"below": below, "page": PAGE})
        rows = [(row.size, row.witness) for row in found]
        whole = [row for row in rows if len(rows) < PAGE or row[0] != rows[-1][0]]  # a head never in halves
        yield from whole
        if len(rows) < PAGE or not whole:
            return
        below = whole[-1][0]


def _last_of(vkey: Vkey) -> tuple[int, datetime | None]:
    query = (
        select(Cosignature.size, Cosignature.signed_at)
        .where(Cosignature.witness == str(vkey))
        .order_by(Cosignature.size.desc())
    )
    row = db.session.execute(query.limit(1)).one_or_none()
    return (0, None) if row is None else (row.size, row.signed_at)


def last_cosigned(vkey: Vkey) -> int:
    """The size of the newest head this witness cosigned, as far as we know; 0 if none."""
    return _last_of(vkey)[0]


def _of_witness(witness: WitnessAddress) -> Awaited:
    size, at = _last_of(witness.vkey)
    return _awaited(witness.vkey.name, size, at, job=_queued(COSIGN, witness.id))


def _awaited(name: str, size: int, at: datetime | None, *, job: Job | None) -> Awaited:
    payload = {} if job is None else job.payload
    return Awaited(
        name=name,
        size=size,
        at=at,
        since=waiting_since(size),
        failed=int(payload.get("failed", 0)),
        said=str(payload.get("said", "")),
    )


def _queued(name: str, subject_id: uuid.UUID) -> Job | None:
    query = select(Job).where(Job.subject_id == subject_id, Job.name == name, Job.state == "waiting")
    return db.session.scalar(query.limit(1))


def _until_next_stamp(anchors: Anchors) -> timedelta:
    """At most one timestamp in so many seconds, by the time we asked for the last."""
    query = select(TimestampToken.stamped_at).order_by(TimestampToken.size.desc()).limit(1)
    last = db.session.execute(query).scalar()
    if last is None:
        return timedelta()
    left = last + anchors.stamp_every - clock.now()
    return min(max(left, timedelta()), anchors.stamp_every)  # whatever their clock says
