"""What may come in for a batch, from the venue's pages and from machines."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, post_load

from registry.exports.rules import APPLICANTS, Choice, Chosen
from registry.fields import Choice as OneOf
from registry.fields import CleanName, CleanText, Count, Flag, Schema

LARGEST = 500  # contracts in a batch


class ChosenSchema(Schema):
    """One contract and who applies for it."""

    number = CleanName(required=True, max=24, metadata={"label": _l("平台存证编号")})
    applicant = OneOf(APPLICANTS, load_default="seller", metadata={"label": _l("申请人")})
    not_elsewhere = Flag(load_default=False, metadata={"label": _l("没有在别处登记")})

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Chosen:
        return Chosen(**data)


class BatchSchema(Schema):
    """A batch to be made."""

    contracts = fields.List(
        fields.Nested(ChosenSchema),
        required=True,
        validate=Count(min=1, max=LARGEST),
        metadata={"label": _l("合同")},
    )
    registrar = CleanName(load_default="", max=200, metadata={"label": _l("登记机构")})
    agent = CleanName(load_default="", max=100, metadata={"label": _l("经办人")})
    agent_phone = CleanName(load_default="", max=40, metadata={"label": _l("经办人电话")})
    include_zero = Flag(load_default=False, metadata={"label": _l("包括零金额合同")})


class TakeBackSchema(Schema):
    """Why a contract is taken back from a batch."""

    reason = CleanText(required=True, min=2, max=500, metadata={"label": _l("取回的原因")})


class PackageAnswer(Schema):
    position = fields.Integer()
    contract = fields.String()
    total_amount = fields.String()
    missing = fields.List(fields.String())
    registration = fields.String()


class BatchAnswer(Schema):
    """A batch; `archive` is its address once the worker has packed it."""

    number = fields.String()
    state = fields.String(metadata={"description": "packing or packed"})
    count = fields.Integer()
    total_amount = fields.String()
    technology_amount = fields.String()
    registrar = fields.String()
    created_at = fields.String()
    packed_at = fields.String(allow_none=True)
    sha256 = fields.String(allow_none=True)
    size = fields.Integer(allow_none=True)
    manifest_sha256 = fields.String(allow_none=True)
    archive = fields.String()
    contracts = fields.List(fields.Nested(PackageAnswer))


def choice_of(data: dict[str, Any]) -> Choice:
    """The loaded input as a value."""
    return Choice(**{**data, "contracts": tuple(data["contracts"])})
