"""The log's files beside tiles and envelopes, for export and server alike: head, keys, handovers, timestamps.

What each holds: docs/formats.md, section 4. They are read one by one, by name.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from registry.ledger.checkpoints import checkpoint, own_keys, vkeys_of
from registry.ledger.cosignatures import cosignatures_of
from registry.ledger.keyring import handovers
from registry.ledger.notes import decimal, first_alone
from registry.ledger.timestamps import stamped_sizes, timestamps_of


def names(size: int) -> Iterator[str]:
    """What a log of that size has; the checkpoint comes last: a copy without it was not finished."""
    changes = _handovers(size)
    yield "vkey"
    yield from (["vkeys"] if changes else [])
    yield from (f"handover/{at}" for at in changes)
    for at in stamped_sizes():
        if at <= size:
            yield f"timestamps/{at}.checkpoint"
            yield f"timestamps/{at}.tsr"
    yield "checkpoint"


def log_text(name: str, size: int) -> bytes | None:
    """The file of that name in a log of that size; None where there is none."""
    folder, _, rest = name.rpartition("/")
    if name in _TEXTS:
        return _TEXTS[name](size)
    number, dot, kind = rest.partition(".")
    try:
        at = decimal(number)
    except ValueError:
        return None
    if at > size:
        return None
    if folder == "handover" and not dot:
        return _handover(at, size)
    return _timestamp(at, kind) if folder == "timestamps" else None


def _checkpoint(size: int) -> bytes | None:
    note = checkpoint(size, exact=True)
    if note is None:
        return None
    return (first_alone(note) + "".join(one.line for one in cosignatures_of(size))).encode()


def _vkey(size: int) -> bytes:
    return f"{vkeys_of(own_keys(), size)[0]}\n".encode()


def _vkeys(size: int) -> bytes | None:
    """All keys, oldest first, for whoever pinned an older one."""
    own, changes = own_keys(), _handovers(size)
    if not changes:
        return None
    chain = [vkeys_of(own, changes[0])[-1], *(vkeys_of(own, at)[0] for at in changes)]
    return "".join(f"{key}\n" for key in chain).encode()


def _handover(at: int, size: int) -> bytes | None:
    """The head that both keys signed."""
    note = checkpoint(at, exact=True) if at in _handovers(size) else None
    return None if note is None else note.encode()


def _timestamp(at: int, kind: str) -> bytes | None:
    """A head that was stamped, as it was stamped, or what the authority answered."""
    stamped, note = timestamps_of(at), checkpoint(at, exact=True)
    if not stamped or note is None or kind not in ("checkpoint", "tsr"):
        return None
    return stamped[0].token if kind == "tsr" else first_alone(note).encode()


def _handovers(size: int) -> Sequence[int]:
    return [at for at in handovers(own_keys()) if at <= size]


_TEXTS: Mapping[str, Callable[[int], bytes | None]] = {
    "checkpoint": _checkpoint,
    "vkey": _vkey,
    "vkeys": _vkeys,
}
