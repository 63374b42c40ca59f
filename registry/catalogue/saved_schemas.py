"""What comes in and goes out about saved searches."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.catalogue.watching import Every
from registry.fields import Choice, CleanName, Instant, Schema


class SaveSchema(Schema):
    """A name and how often."""

    name = CleanName(max=100, required=True, metadata={"label": _l("名称")})
    every = Choice(Every, load_default=Every.DAILY, metadata={"label": _l("多久通知一次")})


class SavedQuerySchema(SaveSchema):
    """The same for machines, with the parameters of `GET /api/v1/offers`."""

    query = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        required=True,
        metadata={"description": "parameters of GET /api/v1/offers as text, without page and sort"},
    )


class SavedChangeSchema(Schema):
    """What may be changed of a saved search."""

    name = CleanName(max=100, metadata={"label": _l("名称")})
    every = Choice(Every, metadata={"label": _l("多久通知一次")})


class SavedAnswer(Schema):
    """A saved search."""

    id = fields.String()
    kind = fields.String()
    name = fields.String()
    query = fields.Dict(keys=fields.String(), values=fields.String())
    every = fields.String()
    url = fields.String()
    feed = fields.String(metadata={"description": "JSON Feed of the same search"})
    created_at = Instant()
    seen_at = Instant()
    new = fields.Integer(metadata={"description": "offers published since seen_at; stops at 100"})


class SavedListAnswer(Schema):
    """The account's saved searches, newest first."""

    searches = fields.List(fields.Nested(SavedAnswer))
