"""What may come in about interests, and what machines are told of them."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.demand.rules import NAME_MAX, USE_MAX
from registry.fields import CleanName, CleanText, Flag, Instant, Schema
from registry.parties import identifiers
from registry.parties.schemas import Shaped


class InterestSchema(Schema):
    """Somebody signed in: mail goes to the account's confirmed address."""

    name = CleanName(required=True, min=1, max=NAME_MAX, metadata={"label": _l("怎样称呼您")})
    use = CleanText(required=True, min=2, max=USE_MAX, metadata={"label": _l("打算用来做什么")})
    may_contact = Flag(load_default=False, metadata={"label": _l("权利人可以联系我")})


class VisitorInterestSchema(InterestSchema):
    """A visitor leaves an address, which has to answer."""

    email = Shaped(identifiers.email, required=True, metadata={"label": _l("邮箱")})


class InterestAnswer(Schema):
    """One's own interest."""

    id = fields.UUID()
    offer = fields.String()
    state = fields.String()
    use = fields.String()
    may_contact = fields.Boolean()
    created_at = Instant()


class InterestsAnswer(Schema):
    interests = fields.List(fields.Nested(InterestAnswer))


class InterestCountAnswer(Schema):
    """How many people want to be told; nothing about them is public."""

    offer = fields.String()
    count = fields.Integer()


class SeenAnswer(Schema):
    """An interest as the holder may know it: name and mail only where the person ticked it."""

    use = fields.String()
    name = fields.String()
    email = fields.String()
    state = fields.String()
    at = Instant()


class AttentionAnswer(Schema):
    """What people did about an offer short of taking it."""

    offer = fields.String()
    interests = fields.List(fields.Nested(SeenAnswer))
    opened = fields.Integer(metadata={"description": "how often its page was opened, nobody knows by whom"})
    not_taken = fields.Dict(keys=fields.String(), values=fields.Integer())
