"""What may come in about needs and reasons, and what machines are told of needs."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.demand.need_rules import ANSWER_MAX, PROBLEM_MAX, TITLE_MAX
from registry.demand.rules import WORDS_MAX, Why
from registry.fields import Choice, CleanName, CleanText, Code, Flag, Instant, LegalDate, Money, Schema, Whole


class NeedSchema(Schema):
    """What an organisation looks for; no contact belongs in it."""

    title = CleanName(required=True, min=4, max=TITLE_MAX, metadata={"label": _l("一句话说清需求")})
    problem = CleanText(required=True, min=10, max=PROBLEM_MAX, metadata={"label": _l("要解决什么问题")})
    industry = Code("industry", load_default="", metadata={"label": _l("国民经济行业")})
    field = Code(
        "technology_field",
        load_default="",
        attribute="technology_field",
        metadata={"label": _l("技术领域")},
    )
    budget = Money(load_default=None, allow_none=True, metadata={"label": _l("预算")})
    until = LegalDate(required=True, metadata={"label": _l("有效至")})
    named = Flag(load_default=False, metadata={"label": _l("公开单位名称")})


class NeedReplySchema(Schema):
    """What a holder writes to whoever posted a need."""

    words = CleanText(required=True, min=4, max=ANSWER_MAX, metadata={"label": _l("答复")})
    offer = CleanName(max=24, load_default="", metadata={"label": _l("哪一项许可")})


class NeedReturnSchema(Schema):
    words = CleanText(required=True, min=2, max=500, metadata={"label": _l("退回的理由")})


class NeedsSchema(Schema):
    """Which public needs to list."""

    industry = Code("industry", load_default="", metadata={"label": _l("国民经济行业")})
    page = Whole(min=1, max=10_000, load_default=1, metadata={"label": _l("页")})


class WhySchema(Schema):
    """Why an offer was not taken."""

    why = Choice(Why, required=True, metadata={"label": _l("没有选它的原因")})
    words = CleanText(load_default="", max=WORDS_MAX, metadata={"label": _l("补充一句")})


class NeedAnswer(Schema):
    """A need. `organisation` is empty unless it agreed to be named."""

    number = fields.String()
    url = fields.String()
    title = fields.String()
    problem = fields.String()
    industry = fields.String()
    technology_field = fields.String()
    budget = Money(allow_none=True)
    until = LegalDate()
    organisation = fields.String()
    state = fields.String()
    published_at = Instant(allow_none=True)


class NeedsAnswer(Schema):
    needs = fields.List(fields.Nested(NeedAnswer))
    page = fields.Integer()
    pages = fields.Integer()


class AnsweredAnswer(Schema):
    """An answer was sent on by mail."""

    need = fields.String()
    answer = fields.UUID()
