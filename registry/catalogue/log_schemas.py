"""What may be asked of the log's machine doors, and what they answer."""

from marshmallow import fields

from registry.fields import Flag, Instant, Schema, Whole

LARGEST = 2**53 - 1
LINES_MAX = 10_000
"""Entries in one answer of the change stream: a reader goes on from there; no worker is held for hours."""


class ChangesSchema(Schema):
    """Where to begin, how much, and whether envelopes stand in the lines."""

    first = Whole(min=0, max=LARGEST, load_default=0, data_key="from")
    limit = Whole(min=1, max=LINES_MAX, load_default=LINES_MAX)
    envelopes = Flag(load_default=False)


class ProofSchema(Schema):
    """The signed size to lead to; the newest without one."""

    size = Whole(min=1, max=LARGEST, load_default=None)


class ConsistencySchema(Schema):
    """Two sizes, the smaller first."""

    old = Whole(min=1, max=LARGEST, required=True, data_key="from")
    new = Whole(min=1, max=LARGEST, required=True, data_key="to")


class LogAnswer(Schema):
    """The newest signed head. `root` is base64, `checkpoint` the C2SP note."""

    origin = fields.String()
    size = fields.Integer()
    root = fields.String()
    checkpoint = fields.String()
    signed_at = Instant()
    vkey = fields.String()
    tiles = fields.String()
    changes = fields.String()


class EnvelopeAnswer(Schema):
    """A DSSE envelope: its SHA-256, its address, its exact text."""

    digest = fields.String()
    href = fields.String()
    text = fields.String()


class EntryAnswer(Schema):
    """An entry. `entry` is its exact text, `leaf` its hash in the tree."""

    seq = fields.Integer()
    time = fields.String()
    type = fields.String()
    subject = fields.String()
    entry = fields.String()
    leaf = fields.String()
    envelope = fields.Nested(EnvelopeAnswer)
    proof = fields.String()


class ConsistencyAnswer(Schema):
    """Hashes in base64, as RFC 6962 orders them."""

    old = fields.Integer(data_key="from")
    new = fields.Integer(data_key="to")
    hashes = fields.List(fields.String())


class DigestAnswer(Schema):
    """Where a digest stands; `kind` is `leaf` or `envelope`."""

    seq = fields.Integer()
    kind = fields.String()
    entry = fields.String()
