"""Signed notes, checkpoints, proof files and tile paths, exactly as C2SP writes them, nothing added.

Sources: signed-note, tlog-checkpoint, tlog-cosignature, tlog-proof and tlog-tiles in the public repository
C2SP/C2SP.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from registry.ledger import signing
from registry.ledger.canonical import LARGEST, b64, is_hex, unb64
from registry.ledger.chain import HASH, TILE_WIDTH

ED25519 = b"\x01"  # signature type byte of signed-note
COSIGNATURE = b"\x04"  # of tlog-cosignature, Ed25519: an 8-byte time stands before the signature
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
MOST_SIGNATURES = 64
MOST_PARTS = 5  # of a tile's number, three digits each: more than any log of ours will have
COSIGNED = 8 + 64  # bytes of a cosignature: time and signature


class NoteSigner(Protocol):
    @property
    def public(self) -> bytes: ...

    def sign(self, message: bytes) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Vkey:
    """A verifier key: who signs notes under which name, as a log or (kind COSIGNATURE) as a witness."""

    name: str
    public: bytes
    kind: bytes = ED25519

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + self.kind + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{b64(self.kind + self.public)}"

    def holds(self, text: str, signature: bytes) -> bool:
        """Whether the signature of a line is this key's over the note's text."""
        message = text.encode()
        if self.kind == COSIGNATURE:
            if len(signature) != COSIGNED:
                return False
            message, signature = cosigned_message(text, cosigned_at(signature)), signature[8:]
        return signing.verify("ed25519", self.public, message, signature=signature)


@dataclass(frozen=True, slots=True)
class Line:
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """What a checkpoint says: the log, its size, the root at that size."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "".join(
            f"{line}\n" for line in (self.origin, str(self.size), b64(self.root), *self.extensions)
        )


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof file: where the entry stands, its inclusion proof, and the signed checkpoint it leads to."""

    index: int
    hashes: tuple[bytes, ...]
    checkpoint: str

    @property
    def text(self) -> str:
        lines = (PROOF_HEADER, f"index {self.index}", *(b64(step) for step in self.hashes), "")
        return "".join(f"{line}\n" for line in lines) + self.checkpoint


def check_name(name: str) -> str:
    """A key name or origin of ours. Raises ValueError when it is no text, empty or holding spaces or plus."""
    if not isinstance(name, str):  # read out of a file that anybody may have written
        raise ValueError("a key name is text")
    if not name or "+" in name or any(sign.isspace() or sign < " " for sign in name):
        raise ValueError("a key name is non-empty and has neither spaces nor plus")
    return name


def parse_vkey(text: str, *, kind: bytes = ED25519) -> Vkey:
    """The verifier key a text spells. Raises ValueError when malformed or of another kind."""
    name, plus, rest = text.strip().partition("+")
    key_id, second, encoded = rest.partition("+")
    if not plus or not second or not is_hex(key_id, 8):
        raise ValueError("malformed verifier key")
    key = unb64(encoded)
    if key[:1] != kind or len(key) != 1 + 32:
        raise ValueError("a verifier key of another kind")
    vkey = Vkey(check_name(name), key[1:], kind)
    if vkey.key_id.hex() != key_id:
        raise ValueError("the verifier key's id does not fit its key")
    return vkey


def sign_note(text: str, name: str, *signers: NoteSigner) -> str:
    """The note with our signature under it; with several, a line of each in this order."""
    return f"{text}\n" + "".join(_signed(text, check_name(name), signer) for signer in signers)


def first_alone(note: str) -> str:
    """A note of ours under its first line, the newest key's: what receipts carry and authorities stamp."""
    text, lines = split_note(note)
    return f"{text}\n— {lines[0].name} {b64(lines[0].key_id + lines[0].signature)}\n"


def cosigned_message(text: str, time: int) -> bytes:
    """What a witness signs for a checkpoint's text: tlog-cosignature, "Ed25519 signed message"."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def cosigned_at(signature: bytes) -> int:
    """Seconds since the epoch at which a witness says it signed."""
    return int.from_bytes(signature[:8], "big")


def cosign(text: str, name: str, signer: NoteSigner, *, time: int) -> str:
    """A witness's signature line over a checkpoint's text."""
    key = Vkey(check_name(name), signer.public, COSIGNATURE)
    signature = time.to_bytes(8, "big") + signer.sign(cosigned_message(text, time))
    return f"— {name} {b64(key.key_id + signature)}\n"


def split_note(note: str) -> tuple[str, list[Line]]:
    """The note's text and its signature lines, unverified. Raises ValueError when malformed."""
    if any(sign < " " and sign != "\n" for sign in note):
        raise ValueError("control character in a note")
    text, blank, signatures = note.rpartition("\n\n")
    if not blank or not signatures.endswith("\n"):
        raise ValueError("a note ends with a blank line and signature lines")
    lines = signatures[:-1].split("\n")
    if len(lines) > MOST_SIGNATURES:
        raise ValueError("too many signatures")
    return text + "\n", [_line(line) for line in lines]


def open_note(note: str, keys: Iterable[Vkey]) -> tuple[str, list[Vkey]]:
    """The text of a note signed by at least one of the keys, and which. Unknown signers are ignored.

    Raises ValueError when malformed, when no known key signed, or when a known key's signature is wrong.
    """
    text, lines = split_note(note)
    known = {(key.name, key.key_id): key for key in keys}
    signed: list[Vkey] = []
    for line in lines:
        key = known.get((line.name, line.key_id))
        if key is None:
            continue
        if not key.holds(text, line.signature):
            raise ValueError("wrong signature of a known key")
        signed.append(key)
    if not signed:
        raise ValueError("no known key has signed")
    return text, signed


def open_strictly(note: str, *keys: Vkey) -> str:
    """The text of a note that these keys signed, once each, in this order, and nobody else.

    Raises ValueError otherwise.
    """
    text, signed = open_note(note, keys)
    if len(split_note(note)[1]) != len(signed):
        raise ValueError("signature of somebody who is not listed")
    if signed != list(keys):
        raise ValueError("a signature is missing, doubled or out of its order")
    return text


def parse_head(text: str) -> Head:
    """What a checkpoint's text says. Raises ValueError when malformed."""
    lines = text.split("\n")
    if lines.pop() or len(lines) < 3 or not all(lines):
        raise ValueError("a checkpoint has at least three non-empty lines")
    root = unb64(lines[2])
    if len(root) != HASH:
        raise ValueError("a root has 32 bytes")
    return Head(lines[0], decimal(lines[1]), root, tuple(lines[3:]))


def parse_proof(text: str) -> Proof:
    """The proof a file spells. Raises ValueError when malformed or carrying unauthenticated extra data."""
    body, blank, checkpoint = text.partition("\n\n")
    lines = body.split("\n")
    if not blank or lines[0] != PROOF_HEADER or len(lines) < 2 or not lines[1].startswith("index "):
        raise ValueError("malformed proof")
    hashes = tuple(unb64(line) for line in lines[2:])
    if any(len(step) != HASH for step in hashes):
        raise ValueError("a hash has 32 bytes")
    return Proof(decimal(lines[1].removeprefix("index ")), hashes, checkpoint)


def tile_path(level: int | str, index: int, width: int = TILE_WIDTH) -> str:
    """Where a tile stands: `tile/0/x001/234`, partial `tile/0/x001/234.p/17`; level `entries` for bundles."""
    parts = [f"{index % 1000:03d}"]
    while index >= 1000:
        index //= 1000
        parts.append(f"x{index % 1000:03d}")
    partial = "" if width == TILE_WIDTH else f".p/{width}"
    return f"tile/{level}/{'/'.join(reversed(parts))}{partial}"


def parse_tile_path(path: str) -> tuple[int | str, int, int]:
    """Level, index and width of what stands at `tile_path(level, index, width)`; a level is at most 63.

    Raises ValueError for every other spelling.
    """
    level_text, slash, rest = path.removeprefix("tile/").partition("/")
    number, partial, width_text = rest.partition(".p/")
    parts = number.split("/")
    if not slash or len(parts) > MOST_PARTS or any(not part.lstrip("x").isdecimal() for part in parts):
        raise ValueError("not a tile's path")
    level = level_text if level_text == "entries" else decimal(level_text)
    index = int("".join(part.removeprefix("x") for part in parts))
    width = decimal(width_text) if partial else TILE_WIDTH
    whole = width == TILE_WIDTH if not partial else 0 < width < TILE_WIDTH
    if not whole or (isinstance(level, int) and level > 63) or tile_path(level, index, width) != path:
        raise ValueError("not a tile's path")
    return level, index, width


def entry_bundle(entries: Sequence[bytes]) -> bytes:
    """Entries in a row, each behind its length in two bytes. Raises ValueError beyond 65,535 bytes."""
    if any(len(entry) > 0xFFFF for entry in entries):
        raise ValueError("an entry has at most 65,535 bytes")
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def parse_entry_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError when it is cut."""
    entries: list[bytes] = []
    at = 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if at + 2 > len(data) or end > len(data):
            raise ValueError("cut entry bundle")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def _signed(text: str, name: str, signer: NoteSigner) -> str:
    key_id = Vkey(name, signer.public).key_id
    return f"— {name} {b64(key_id + signer.sign(text.encode()))}\n"


def _line(line: str) -> Line:
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—":
        raise ValueError("malformed signature line")
    _, name, encoded = parts
    data = unb64(encoded)
    if len(data) < 5:
        raise ValueError("malformed signature line")
    return Line(check_name(name), data[:4], data[4:])


def decimal(text: str) -> int:
    """A whole number in its one plain spelling, up to what every reader holds exactly. Raises ValueError."""
    if not text.isascii() or not text.isdecimal() or str(int(text)) != text or int(text) > LARGEST:
        raise ValueError("not a plain decimal number")
    return int(text)
