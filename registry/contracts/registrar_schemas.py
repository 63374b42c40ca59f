"""What may come in about registrars and a contract's way to one."""

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields, post_load

from registry.contracts.applicants import APPLICANTS, Confidence, DateForm, ZeroFee
from registry.contracts.schemas import ResultSchema
from registry.errors import Refused
from registry.fields import Checked, Choice, CleanName, CleanText, Count, LegalDate, Schema, Whole

_PREFIXES = re.compile(r"[,，、;；\s]+")


def _named(label: Any) -> dict[str, Any]:
    return {"label": label}


class Regions(Checked[list[str]]):
    """First digits of region codes (GB/T 2260), two to six each: `31`, or `3101, 310115`."""

    properties = {"type": "string", "example": "31"}

    def read(self, value: Any) -> list[str]:
        found = [one for one in _PREFIXES.split(value.strip()) if one] if isinstance(value, str) else []
        if not found or len(found) > 50:
            raise Refused("regions_form")
        if any(not re.fullmatch(r"[1-8][0-9]{1,5}", one) for one in found):
            raise Refused("regions_form")
        return list(dict.fromkeys(found))

    def write(self, value: list[str]) -> str:
        return ", ".join(value)


class RegistrarSchema(Schema):
    """A registrar as the venue describes it; everything but its name, regions and source has a default."""

    name = CleanName(required=True, max=200, metadata=_named(_l("登记机构名称")))
    regions = Regions(required=True, metadata=_named(_l("服务区域")))
    applicants = fields.List(
        Choice(APPLICANTS), required=True, validate=Count(min=1, max=3), metadata=_named(_l("受理谁的申请"))
    )
    working_days = Whole(load_default=7, min=1, max=200, metadata=_named(_l("办理期限（工作日）")))
    expert_days = Whole(load_default=20, min=1, max=200, metadata=_named(_l("专家评审的期限（工作日）")))
    date_form = Choice(DateForm, load_default=DateForm.ISO, metadata=_named(_l("日期怎样录入")))
    papers = CleanText(load_default="", max=1000, metadata=_named(_l("材料怎样交")))
    contact = CleanName(load_default="", max=200, metadata=_named(_l("公开的联系方式")))
    notes = CleanText(load_default="", max=2000, metadata=_named(_l("备注")))
    zero_fee = Choice(("", *ZeroFee), load_default="", metadata=_named(_l("是否受理零金额合同")))
    zero_fee_view = CleanText(load_default="", max=1000, metadata=_named(_l("对零金额合同的意见")))
    zero_fee_on = LegalDate(load_default=None, metadata=_named(_l("答复日期")))
    zero_fee_source = CleanName(load_default="", max=500, metadata=_named(_l("由谁、怎样答复")))
    valid_from = LegalDate(load_default=None, metadata=_named(_l("自何日起有效")))
    valid_to = LegalDate(load_default=None, metadata=_named(_l("至何日止有效")))
    source = CleanName(required=True, max=500, metadata=_named(_l("来源")))
    confidence = Choice(Confidence, required=True, metadata=_named(_l("可靠程度")))

    @post_load
    def _plain(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, **{one: str(data[one]) for one in ("date_form", "confidence", "zero_fee")}}


class ApplicantSchema(Schema):
    """Who applies for a contract, where, and whether it is registered at another place."""

    applicant = Choice(APPLICANTS, required=True, metadata=_named(_l("申请人")))
    registrar = fields.UUID(load_default=None, metadata=_named(_l("登记机构")))
    elsewhere = Choice(("no", "yes"), required=True, metadata=_named(_l("这份合同在别处登记过吗？")))


class NumbersSchema(Schema):
    """The venue's own numbers of a contract."""

    voucher = CleanName(load_default="", max=60, metadata=_named(_l("交易凭证编号")))
    deal = CleanName(load_default="", max=60, metadata=_named(_l("成交编号")))


class StepSchema(Schema):
    """A contract was handed to the registrar."""

    day = LegalDate(required=True, metadata=_named(_l("提交日期")))


def registrar_values(row: Any) -> dict[str, Any]:
    """A registrar as its form shows it."""
    names = RegistrarSchema().fields
    found = {name: getattr(row, name) for name in names}
    return {**found, "regions": ", ".join(row.regions)}


class ListSchema(Schema):
    """A list of results as pasted rows; a file comes beside it."""

    rows = fields.String(load_default="", validate=Count(max=4_000_000), metadata=_named(_l("粘贴各行")))


class SaveListSchema(Schema):
    """What was shown when the button was pressed."""

    digest = CleanName(required=True, min=64, max=64, metadata=_named(_l("预览摘要")))


class ResultRowSchema(ResultSchema):
    """One result of a list from a machine."""

    contract = CleanName(required=True, max=24, metadata=_named(_l("平台存证编号")))


class ResultListSchema(Schema):
    """A list of results from a machine."""

    results = fields.List(
        fields.Nested(ResultRowSchema(exclude=("certificate_upload",))),
        required=True,
        validate=Count(min=1, max=10_000),
        metadata=_named(_l("登记结果")),
    )


class ResultRowAnswer(Schema):
    position = fields.Integer()
    contract = fields.String()
    verdict = fields.String(metadata={"description": "matched, unchanged, conflict, unmatched or invalid"})
    reasons = fields.List(fields.Dict())
    proposals = fields.List(fields.String())
    saved = fields.Boolean()


class ResultListAnswer(Schema):
    """A list as it was held against the contracts; `digest` is what saving it names."""

    id = fields.String()
    state = fields.String(metadata={"description": "previewed, saving or saved"})
    digest = fields.String()
    counts = fields.Dict()
    rows = fields.List(fields.Nested(ResultRowAnswer))
