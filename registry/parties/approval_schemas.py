"""Shapes of a second person's approval: the rule, what is asked, what machines are answered."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.fields import Flag, Money
from registry.forms import Choice, CleanText, Schema
from registry.parties.rules import Act
from registry.parties.schemas import _named


class ApprovalPolicySchema(Schema):
    """Which acts a second person has to sign; the limit is of the contract's total, in yuan."""

    declare = Flag(load_default=False, metadata=_named(_l("签署声明")))
    withdraw = Flag(load_default=False, metadata=_named(_l("撤回声明")))
    accept = Flag(load_default=False, metadata=_named(_l("签署实施通知")))
    accept_above = Money(load_default=None, metadata=_named(_l("合同总额")))


class ApprovalAskSchema(Schema):
    """Which draft the others are asked to sign."""

    act = Choice([str(one) for one in Act if one != Act.SETTINGS], required=True)
    number = CleanText(min=1, max=60, required=True)


class ApprovalAnswer(Schema):
    """A request that somebody else sign a draft; `digest` is of what is to be signed, `url` its page."""

    id = fields.String()
    act = fields.String()
    number = fields.String()
    digest = fields.String()
    state = fields.String()
    asked_by = fields.String()
    asked_at = fields.AwareDateTime()
    until = fields.AwareDateTime()
    answered_at = fields.AwareDateTime(allow_none=True)
    reason = fields.String()
    own = fields.Boolean()
    url = fields.String()


class ApprovalsAnswer(Schema):
    """The organisation's open requests."""

    approvals = fields.List(fields.Nested(ApprovalAnswer))
