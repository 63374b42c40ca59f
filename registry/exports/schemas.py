"""What may come in for a batch, from the venue's pages and from machines."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import EXCLUDE, ValidationError, fields, post_load, validates_schema

from registry.contracts.readiness import StampState
from registry.errors import Refused
from registry.exports.rules import APPLICANTS, SHOWN, Choice, Chosen, Filter, Matching
from registry.fields import Choice as OneOf
from registry.fields import CleanName, CleanText, Count, Flag, LegalDate, Schema, Whole
from registry.licenses.fees import Method

LARGEST = 500  # contracts named one by one; more are chosen by a filter


class PackSchema(Schema):
    """Nothing is asked for the recordal pack: whoever sends something meant another thing."""


class ChosenSchema(Schema):
    """One contract and who applies for it."""

    number = CleanName(required=True, max=24, metadata={"label": _l("平台存证编号")})
    applicant = OneOf(APPLICANTS, load_default="seller", metadata={"label": _l("申请人")})
    not_elsewhere = Flag(load_default=False, metadata={"label": _l("没有在别处登记")})

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Chosen:
        return Chosen(**data)


class FilterSchema(Schema):
    """Which contracts of the venue are meant; what is left out asks nothing."""

    class Meta:
        unknown = EXCLUDE

    show = OneOf(SHOWN, load_default="", metadata={"label": _l("显示")})
    stamp = OneOf(("", *StampState), load_default="", metadata={"label": _l("盖章状态")})
    region = CleanName(load_default="", max=6, metadata={"label": _l("卖方行政区划代码")})
    seller = CleanName(load_default="", max=60, metadata={"label": _l("卖方名称")})
    method = OneOf(("", *Method), load_default="", metadata={"label": _l("收费方式")})
    registrar = CleanName(load_default="", max=200, metadata={"label": _l("登记机构")})
    applicant = OneOf(("", *APPLICANTS), load_default="", metadata={"label": _l("申请人")})
    first_day = LegalDate(load_default=None, metadata={"label": _l("生效日期自")})
    last_day = LegalDate(load_default=None, metadata={"label": _l("生效日期至")})

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Filter:
        return Filter(**data | {"stamp": str(data["stamp"]), "method": str(data["method"])})


class MatchingSchema(Schema):
    """Everything ready that matches a filter, as it was seen."""

    filter = fields.Nested(FilterSchema, load_default=Filter)
    count = Whole(required=True, min=1, metadata={"label": _l("份数")})
    digest = CleanName(required=True, min=64, max=64, metadata={"label": _l("清单摘要")})

    @post_load
    def _value(self, data: dict[str, Any], **_: Any) -> Matching:
        return Matching(**data)


class BatchSchema(Schema):
    """A batch to be made: of contracts named one by one, or of everything that matched a filter."""

    contracts = fields.List(
        fields.Nested(ChosenSchema),
        load_default=list,
        validate=Count(max=LARGEST),
        metadata={"label": _l("合同")},
    )
    matching = fields.Nested(MatchingSchema, load_default=None)
    applicant = OneOf(APPLICANTS, load_default="seller", metadata={"label": _l("申请人")})
    not_elsewhere = Flag(load_default=False, metadata={"label": _l("没有在别处登记")})
    registrar = CleanName(load_default="", max=200, metadata={"label": _l("登记机构")})
    agent = CleanName(load_default="", max=100, metadata={"label": _l("经办人")})
    agent_phone = CleanName(load_default="", max=40, metadata={"label": _l("经办人电话")})
    include_zero = Flag(load_default=False, metadata={"label": _l("包括零金额合同")})
    zero_as_recorded = Flag(load_default=False, metadata={"label": _l("包括登记机构已答复受理的零金额合同")})

    @validates_schema
    def _one_way(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("contracts")) == bool(data.get("matching")):
            raise ValidationError({"contracts": [Refused("required")]})


class CursorSchema(Schema):
    """From where to read on, and how much at once."""

    after = Whole(load_default=0, min=0, metadata={"label": _l("从此之后")})
    limit = Whole(load_default=100, min=1, max=500, metadata={"label": _l("份数")})


class TakeBackSchema(Schema):
    """Why a contract is taken back from a batch."""

    reason = CleanText(required=True, min=2, max=500, metadata={"label": _l("取回的原因")})


class PackageAnswer(Schema):
    position = fields.Integer()
    contract = fields.String()
    total_amount = fields.String(
        allow_none=True, metadata={"description": "null where the applicant has still to estimate it"}
    )
    missing = fields.List(fields.String())
    registration = fields.String()


class RefusedAnswer(Schema):
    """A contract that was chosen and could not be taken in, with every reason."""

    position = fields.Integer()
    contract = fields.String()
    reasons = fields.List(fields.Dict())


class BatchAnswer(Schema):
    """A batch; `archive` is its address once the worker has packed it."""

    number = fields.String()
    state = fields.String(metadata={"description": "freezing, packing, packed or empty"})
    asked = fields.Integer(metadata={"description": "contracts chosen"})
    count = fields.Integer(metadata={"description": "contracts taken in"})
    refused = fields.Integer(metadata={"description": "contracts that could not be taken in"})
    packed = fields.Integer(metadata={"description": "packages in the archive so far"})
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
    refusals = fields.List(fields.Nested(RefusedAnswer))
    sums = fields.Dict(metadata={"description": "as in the manifest"})
    next = fields.String(allow_none=True, metadata={"description": "address of the next contracts"})


class VenueContractAnswer(Schema):
    """A license of the venue by its place in the log."""

    seq = fields.Integer()
    contract = fields.String()
    license = fields.String()
    registration = fields.String()
    techcontract = fields.String(metadata={"description": "address of the contract as techcontract-export/1"})
    receipt = fields.String(metadata={"description": "address of the receipt of its effect"})


class VenueContractsAnswer(Schema):
    """Licenses in the order of the log; `after` is where to go on from."""

    contracts = fields.List(fields.Nested(VenueContractAnswer))
    after = fields.Integer()
    next = fields.String(allow_none=True)


def choice_of(data: dict[str, Any]) -> Choice:
    """The loaded input as a value."""
    return Choice(**{**data, "contracts": tuple(data["contracts"])})
