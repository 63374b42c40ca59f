"""What may come in with a list of offers: numbers, who takes them for what, one signature for all."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields, validate

from registry.contracts.allocation import MOST_LINES
from registry.contracts.schemas import (
    AcceptanceAnswer,
    DraftSchema,
    FiguresSchema,
    NoticeSchema,
    SignatureSchema,
    TermAnswer,
)
from registry.fields import Choice, CleanName, CleanText, Flag, Instant, Money, Schema
from registry.parties.schemas import Password

VERBS = ("remove", "up", "down", "confirm")


class AddSchema(Schema):
    """Offers to be put on the list, one or several."""

    offer = fields.List(CleanName(max=24), required=True, validate=validate.Length(min=1, max=MOST_LINES))


class ChangeSchema(Schema):
    """One change of the list."""

    offer = CleanName(required=True, max=24)
    verb = Choice(VERBS, required=True)


class TakeSchema(NoticeSchema):
    """Who takes the licenses of a list and for what; `uses` by offer where one differs."""

    uses = fields.Dict(
        keys=CleanName(max=24),
        values=CleanText(max=1000),
        load_default=dict,
        metadata={"label": _l("这一项的用途")},
    )


class ListSigningSchema(FiguresSchema):
    """What a person signs a list with."""

    digest = CleanName(required=True, max=64, metadata={"label": _l("各项声明文本的摘要")})
    consent = Flag(load_default=False, metadata={"label": _l("同意向交易场所和登记机构提供材料")})
    password = Password(required=True, metadata={"label": _l("登录密码")})


# --- machines ----------------------------------------------------------------------------------------


class CheckoutSchema(DraftSchema):
    """A list in one call: the offers in their order, who takes them and for what."""

    offers = fields.List(CleanName(max=24), required=True, validate=validate.Length(min=1, max=MOST_LINES))
    uses = fields.Dict(keys=CleanName(max=24), values=CleanText(max=1000), load_default=dict)


class ListSignatureSchema(SignatureSchema):
    """A machine's one signature over the list that `prepare` returned."""


class SumAnswer(Schema):
    """What is paid under one reference; `id` is what its transfer is claimed under."""

    id = fields.UUID()
    reference = fields.String()
    account = fields.Dict()
    amount = Money()
    acceptances = fields.List(fields.String())


class CheckoutAnswer(Schema):
    """A list as machines see it; before it is sent, with what to sign."""

    number = fields.String()
    sent_at = Instant()
    contracts = fields.List(fields.String())
    payments = fields.List(fields.Nested(SumAnswer))
    acceptances = fields.List(fields.Nested(AcceptanceAnswer))
    head = fields.Dict(metadata={"description": "Size and root of the list of statements"})
    statements = fields.List(fields.Dict())
    pae = fields.String(metadata={"description": "base64 of the bytes to sign, once for the whole list"})


class BasketLineAnswer(Schema):
    """An offer on the list as it stands today."""

    offer = fields.String()
    title = fields.String()
    track = fields.String()
    due_now = Money()
    term = fields.Nested(TermAnswer)
    changed = fields.Boolean()
    stop = fields.String(metadata={"description": "Why it cannot be taken today; empty when it can"})


class BasketAnswer(Schema):
    """The list of the actor's organisation."""

    lines = fields.List(fields.Nested(BasketLineAnswer))
    due_now = Money()


class BasketSchema(Schema):
    """The whole list in one call: what stands here, in this order, and nothing else."""

    offers = fields.List(CleanName(max=24), required=True, validate=validate.Length(max=MOST_LINES))
