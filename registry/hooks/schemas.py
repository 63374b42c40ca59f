"""What may be sent and is answered about endpoints and deliveries: shapes only."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.forms import Choice, CleanName, CleanText, Count, Schema, Whole
from registry.hooks.events import EVENTS


class EndpointSchema(Schema):
    """An address and the events it wants."""

    url = CleanText(required=True, max=500, metadata={"label": _l("接收地址")})
    label = CleanName(load_default="", max=100, metadata={"label": _l("用途")})
    events = fields.List(
        Choice(list(EVENTS)),
        required=True,
        validate=Count(min=1, max=len(EVENTS)),
        metadata={"label": _l("事件")},
    )


class RotationSchema(Schema):
    """How long the secret before signs too."""

    hours = Whole(min=0, max=168, load_default=24, metadata={"label": _l("原密钥继续签名")})


class EndpointAnswer(Schema):
    """An address, without its secret."""

    id = fields.String()
    url = fields.String()
    label = fields.String()
    events = fields.List(fields.String())
    state = fields.String()
    created_at = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    failing_since = fields.AwareDateTime(allow_none=True)
    old_secret_until = fields.AwareDateTime(allow_none=True)


class EndpointsAnswer(Schema):
    """All addresses of the party or venue."""

    webhooks = fields.List(fields.Nested(EndpointAnswer))


class SecretAnswer(EndpointAnswer):
    """An address with its secret: said once, `null` when the same request comes again."""

    secret = fields.String(allow_none=True)


class DeliveryAnswer(Schema):
    """One event on its way: `awaiting`, `delivered` or `given_up`."""

    id = fields.String()
    event = fields.String(metadata={"description": "webhook-id, the same at every try"})
    type = fields.String()
    subject = fields.String(allow_none=True)
    state = fields.String()
    attempts = fields.Integer()
    status = fields.Integer(allow_none=True)
    words = fields.String()
    created_at = fields.AwareDateTime()
    tried_at = fields.AwareDateTime(allow_none=True)
    next_at = fields.AwareDateTime(allow_none=True)
    delivered_at = fields.AwareDateTime(allow_none=True)


class DeliveriesAnswer(Schema):
    """The newest deliveries of an address."""

    deliveries = fields.List(fields.Nested(DeliveryAnswer))
