"""The log's entries as machines are told of them, one shape for single answers and for the change stream."""

import json
from collections.abc import Iterator
from itertools import chain
from typing import Any

from registry.ledger import published
from registry.ledger.canonical import b64
from registry.ledger.checkpoints import note_head
from registry.ledger.published import Published, SignedHead


def entry(one: Published, base: str) -> dict[str, Any]:
    """An entry: its facts, its exact text, its leaf, where its envelope and its proof are."""
    read, place = one.entry, f"{base}/api/v1/log/entries/{one.entry.seq}"
    envelope = {"digest": read.envelope, "href": f"{base}/log/envelopes/{read.envelope}"}
    if one.envelope is not None:
        envelope["text"] = one.envelope.decode()
    return {
        "seq": read.seq,
        "time": read.time,
        "type": read.type,
        "subject": read.subject,
        "entry": one.data.decode(),
        "leaf": one.leaf.hex(),
        "envelope": envelope,
        "proof": f"{place}/proof",
    }


def head(signed: SignedHead) -> dict[str, Any]:
    """A signed head: what it says, and the note itself."""
    said = note_head(signed.note)
    return {"origin": said.origin, "size": said.size, "root": b64(said.root), "checkpoint": signed.note}


def changes(first: int, end: int, *, signed: SignedHead, base: str, envelopes: bool) -> Iterator[str]:
    """Lines of JSON: the entries first..end-1, then one line with the signed head and where to go on.

    A reader that misses the last line knows that the answer was cut, and resumes after the last whole line.
    """
    last = {"end": {"next": end, "complete": end == signed.size, **head(signed)}}
    read = published.stream(first, end, envelopes=envelopes)
    return chain((_line(entry(one, base)) for one in read), (_line(last),))


def _line(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"
