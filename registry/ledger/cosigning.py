"""Asking witnesses (tlog-witness): each new head goes to each, with the proof that the log only grew."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from registry.database import db, transaction
from registry.ledger import anchors, outside
from registry.ledger.anchor_setup import WitnessAddress
from registry.ledger.canonical import b64
from registry.ledger.checkpoints import checkpoint, note_head, own_keys, signers_of
from registry.ledger.cosignatures import Cosigned, keep
from registry.ledger.notes import Line, Vkey, cosigned_at, decimal, open_note, split_note
from registry.ledger.outside import Reply, Unreached
from registry.ledger.proofs import consistency
from registry.ledger.setup import ledger_setup
from registry.ledger.witness import SIZE_TYPE, Request, request_for

log = logging.getLogger(__name__)
TRIES = 3  # the size we believe, the one we are taught, and once more should it move meanwhile


@dataclass(frozen=True, slots=True, kw_only=True)
class Elsewhere:
    """A checkpoint of ours, checked with our key, as somebody outside keeps it."""

    source: str
    note: str


def cosign(address: WitnessAddress) -> None:
    """Ask a witness for its cosignature of the newest head and keep it; nothing to do where it is kept.

    Never inside a transaction: it waits for the network. A crash behind the witness's answer loses that
    cosignature only; the next run learns the size it signed and asks for the same head again.
    Raises Unreached when it gave none, with the reason as its code.
    """
    old: int | None = None
    for _ in range(TRIES):
        asked = _question(address, old)
        if asked is None:
            return
        reply = outside.post(f"{address.url}/add-checkpoint", asked.body, kind="text/plain; charset=utf-8")
        if reply.status == 200:
            cosigned = read_cosignature(asked.note, reply, address.vkey)
            transaction(lambda size=asked.head.size, it=cosigned: keep(size, it))  # type: ignore[misc]
            return
        old = _taught(reply, asked)
    raise Unreached("nonsense", "another size with every answer")


def heads_elsewhere() -> Sequence[Elsewhere]:
    """The newest head each witness holds of our log, for the comparison at start.

    Who cannot be reached, or answers with something neither we nor it signed, is left out with a line in
    the log: silence proves nothing.
    """
    setup = ledger_setup()
    found: list[Elsewhere] = []
    for address in setup.anchors.witnesses:
        try:
            reply = outside.get(f"{address.url}/checkpoint?origin={quote(setup.origin, safe='')}")
        except Unreached as error:
            log.warning("witness %s could not be asked for our last head: %s", address.name, error)
            continue
        if reply.status == 404:  # it never saw us, or does not offer this address, which is ours alone
            continue
        try:
            note = reply.text
            signed = open_note(note, [*signers_of(note, own_keys()), address.vkey])[1]
            if reply.status != 200 or address.vkey not in signed or set(signed) == {address.vkey}:
                raise ValueError("not signed by both")
        except ValueError as error:
            log.error("witness %s answered for our last head with what cannot be: %s", address.name, error)
            continue
        found.append(Elsewhere(source=address.vkey.name, note=note))
    return found


def read_cosignature(note: str, reply: Reply, vkey: Vkey) -> Cosigned:
    """The witness's line out of its answer, checked with the policy's key; other lines are ignored.

    Raises Unreached nonsense, wrong_signature.
    """
    try:
        _, lines = split_note(note.rpartition("\n\n")[0] + "\n\n" + reply.text)
    except ValueError as error:
        raise Unreached("nonsense", str(error)) from error
    for line in lines:
        if (line.name, line.key_id) == (vkey.name, vkey.key_id):
            return _checked(note, line, vkey)
    raise Unreached("wrong_signature", "no line of the witness's key")


def _checked(note: str, line: Line, vkey: Vkey) -> Cosigned:
    text = split_note(note)[0]
    if not vkey.holds(text, line.signature):
        raise Unreached("wrong_signature", "the line does not hold")
    try:
        at = datetime.fromtimestamp(cosigned_at(line.signature), UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise Unreached("nonsense", "no time of this world") from error
    spelled = f"— {line.name} {b64(line.key_id + line.signature)}\n"
    return Cosigned(witness=vkey, line=spelled, at=at)


def _question(address: WitnessAddress, old: int | None) -> Request | None:
    """The newest head and its proof from `old`, or from what it cosigned last; None where it has this one."""
    try:
        known = anchors.last_cosigned(address.vkey)
        note = checkpoint()
        if note is None or known >= (size := note_head(note).size):
            return None
        start = known if old is None else old
        if start > size:
            raise Unreached("witness_ahead", f"it cosigned size {start}, our newest head has {size}")
        return request_for(note, start, consistency(start, size) if start else [])
    finally:
        db.session.rollback()  # nothing is held while we wait for the network


def _taught(reply: Reply, asked: Request) -> int:
    """The size a 409 teaches. Raises Unreached for every other answer."""
    if reply.status == 409 and reply.type == SIZE_TYPE:
        try:
            size = decimal(reply.text.removesuffix("\n"))
        except ValueError as error:
            raise Unreached("nonsense", "no size") from error
        if size == asked.old:
            raise Unreached("nonsense", "a conflict with the very size it names")
        return size
    if reply.status in (409, 422):
        raise Unreached("contradiction", reply.body[:200].decode("utf-8", "replace"))
    raise Unreached(f"status_{reply.status}", reply.body[:200].decode("utf-8", "replace"))
