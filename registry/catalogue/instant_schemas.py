"""What may be asked of an instant, and what machines are told of it."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts.schemas import ClockTime
from registry.fields import Instant, LegalDate, Schema


class MomentSchema(Schema):
    """The page's two fields."""

    day = LegalDate(required=True, metadata={"label": _l("日期")})
    time = ClockTime(required=True, metadata={"label": _l("北京时间")})


class AtSchema(Schema):
    """The interface's one."""

    instant = Instant(required=True)


class StandingAnswer(Schema):
    """Whether notices were taken, and on which track or why not."""

    open = fields.Boolean()
    track = fields.String(allow_none=True)
    code = fields.String()
    article = fields.String()
    sentence = fields.String()


class FilingAnswer(Schema):
    """A filing on which the answer rests."""

    seq = fields.Integer()
    time = Instant()
    type = fields.String()
    entry = fields.String()
    proof = fields.String()


class TermsAnswer(Schema):
    """The version in force then."""

    version = fields.Integer()
    text_digest = fields.String()
    standard_terms = fields.String()
    fields_ = fields.Dict(data_key="fields")


class PositionAnswer(Schema):
    """Where the instant lies in the log: the last entry up to it, the first behind it."""

    before = fields.Nested(FilingAnswer, allow_none=True)
    after = fields.Nested(FilingAnswer, allow_none=True)


class AtAnswer(Schema):
    """How an offer stood. `settled` differs from `recorded` when CNIPA's day was recorded later."""

    number = fields.String()
    instant = Instant()
    legal_day = LegalDate()
    recorded = fields.Nested(StandingAnswer)
    settled = fields.Nested(StandingAnswer)
    terms = fields.Nested(TermsAnswer, allow_none=True)
    rests_on = fields.List(fields.Nested(FilingAnswer))
    later = fields.List(fields.Nested(FilingAnswer))
    position = fields.Nested(PositionAnswer)
    bundle = fields.String()
    not_proved = fields.List(fields.String())
