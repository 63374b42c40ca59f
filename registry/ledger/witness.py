"""What a witness decides about a submitted checkpoint: C2SP tlog-witness, `add-checkpoint`, unchanged.

Pure: the latest checkpoint cosigned comes in, the answer goes out. Whoever keeps the state looks it up, asks
here and stores in one transaction, or two answers together could take a witness back.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from registry.ledger.canonical import b64, unb64
from registry.ledger.chain import EMPTY_ROOT, HASH, consistent
from registry.ledger.notes import Head, Vkey, decimal, open_note, parse_head, split_note

MOST_PROOF = 63
LARGEST_REQUEST = 64 * 1024  # bytes: 63 hashes, and a note with all the signatures a note may have
SIZE_TYPE = "text/x.tlog.size"
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A checkpoint submitted, with the proof that it only added to the tree of size `old`."""

    old: int
    proof: tuple[bytes, ...]
    note: str
    head: Head

    @property
    def body(self) -> bytes:
        lines = (f"old {self.old}", *(b64(step) for step in self.proof), "")
        return ("".join(f"{line}\n" for line in lines) + self.note).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP status and what goes with it. `status` 200 means: store the head, cosign, then answer."""

    status: int
    text: str = ""
    type: str = PLAIN


def request_for(note: str, old: int = 0, proof: Sequence[bytes] = ()) -> Request:
    """What a log submits. Raises ValueError when the note is malformed."""
    return Request(old=old, proof=tuple(proof), note=note, head=parse_head(split_note(note)[0]))


def parse_request(body: bytes) -> Request:
    """The request a body spells. Raises ValueError when malformed."""
    if len(body) > LARGEST_REQUEST:
        raise ValueError("too large")
    first, blank, note = body.decode("utf-8").partition("\n\n")
    old, *proof = first.split("\n")
    if not blank or not old.startswith("old "):
        raise ValueError("an old size, a proof, an empty line, a checkpoint")
    if len(proof) > MOST_PROOF:
        raise ValueError("a proof has at most 63 hashes")
    hashes = tuple(unb64(line) for line in proof)
    if any(len(step) != HASH for step in hashes):
        raise ValueError("a hash has 32 bytes")
    return request_for(note, decimal(old.removeprefix("old ")), hashes)


def decide(request: Request, logs: Collection[Vkey], latest: Head | None) -> Answer:
    """The answer to a well-formed request, checks in the order of the specification.

    `logs` are the keys trusted, of every origin; `latest` is the checkpoint of this origin cosigned last.
    """
    head = request.head
    keys = [key for key in logs if key.name == head.origin]
    if not keys:
        return Answer(status=404, text="unknown log\n")
    try:
        open_note(request.note, keys)
    except ValueError:
        return Answer(status=403, text="no signature of a trusted key\n")
    if request.old > head.size:
        return Answer(status=400, text="the old size is beyond the checkpoint\n")
    known = latest or Head(head.origin, 0, EMPTY_ROOT)
    if request.old != known.size:
        return Answer(status=409, text=f"{known.size}\n", type=SIZE_TYPE)
    if head.size == known.size and head.root != known.root:
        return Answer(status=409, text="another root of this size was cosigned\n")
    if not _grown(request, known):
        return Answer(status=422, text="the consistency proof does not hold\n")
    return Answer(status=200)


def _grown(request: Request, known: Head) -> bool:
    """Whether the proof holds; nothing is proved, and nothing may be said, about growing out of nothing."""
    head = request.head
    if request.old == 0:
        return not request.proof
    return consistent(request.old, head.size, old_root=known.root, new_root=head.root, proof=request.proof)
