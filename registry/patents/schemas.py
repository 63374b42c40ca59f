"""What may come in about a patent: facts as the register shows them, present state, evaluation report."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates_schema

from registry.errors import Refused
from registry.forms import Checked, Choice, CleanName, CleanText, Count, Flag, LegalDate, Schema, Whole
from registry.patents import numbers
from registry.patents.numbers import Kind

OWNERS_MAX = 20
INVENTORS_MAX = 60
QUESTIONS: Mapping[str, tuple[str, ...]] = {
    "b1": ("exclusive_license", "sole_license", "pending_exclusive_recordal"),
    "b2": ("dispute", "preservation"),
    "b4": ("pledge",),
    "b5": ("termination",),
    "b6": ("invalidation",),
    "b9": ("other_hindrance",),
}
"""The questions about facts and the kinds of fact a yes may mean; B3 is a date, B7 and B8 are the report."""


class PatentNo(Checked[str]):
    """A patent number in any common spelling; out comes the stored one."""

    properties = {"type": "string", "example": "ZL201810323021.5"}

    def read(self, value: Any) -> str:
        return str(numbers.parse(value))


class Lines(fields.List[Any]):
    """A list; a form may send it as one text, an entry a line (or parted by 、 and ；)."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        if isinstance(value, str):
            plain = value.replace("、", "\n").replace("；", "\n").replace(";", "\n")
            value = [line for line in plain.splitlines() if line.strip()]
        found: list[Any] = super()._deserialize(value, attr, data, **kwargs)
        return found


def upload(label: Any, **kwargs: Any) -> fields.UUID:
    """The number of a stored file."""
    return fields.UUID(metadata={"label": label}, **kwargs)


class OwnerSchema(Schema):
    """A patentee in the register's order."""

    name = CleanName(required=True, max=200, metadata={"label": _l("名称或者姓名")})
    uscc = CleanName(max=40, load_default="", metadata={"label": _l("统一社会信用代码")})
    person = Flag(load_default=False, metadata={"label": _l("自然人")})


class NumberSchema(Schema):
    """The question before all others."""

    number = PatentNo(required=True, metadata={"label": _l("专利号")})


class PatentSchema(NumberSchema):
    """A patent as the register shows it."""

    kind = Choice(Kind, required=True, metadata={"label": _l("专利种类")})
    title = CleanName(required=True, max=300, metadata={"label": _l("发明创造名称")})
    filing_date = LegalDate(required=True, metadata={"label": _l("申请日")})
    grant_date = LegalDate(required=True, metadata={"label": _l("授权公告日")})
    main_class = CleanName(required=True, max=20, metadata={"label": _l("主分类号")})
    publication = CleanName(max=20, load_default="", metadata={"label": _l("授权公告号")})
    compensation_days = Whole(min=0, max=3650, load_default=0, metadata={"label": _l("期限补偿天数")})
    owners = fields.List(
        fields.Nested(OwnerSchema),
        required=True,
        validate=Count(min=1, max=OWNERS_MAX),
        metadata={"label": _l("专利权人")},
    )
    inventors = Lines(
        CleanName(max=100),
        load_default=list,
        validate=Count(max=INVENTORS_MAX),
        metadata={"label": _l("发明人")},
    )
    certificate_upload = upload(_l("专利证书或者登记簿副本"), load_default=None, allow_none=True)


class QuestionSchema(Schema):
    """One question about a circumstance that may bar the offer, and what is known of it."""

    answer = Flag(required=True)  # called by its question's name
    kind = Choice(sorted({kind for kinds in QUESTIONS.values() for kind in kinds}), load_default="")
    starts_on = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("自何日起")})
    ends_on = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("至何日止")})
    reference = CleanName(max=60, load_default="", metadata={"label": _l("文号或者编号")})
    consented = Flag(load_default=False, metadata={"label": _l("质权人已书面同意")})
    upload_id = upload(_l("证明文件"), load_default=None, allow_none=True)
    note = CleanText(max=500, load_default="", metadata={"label": _l("说明")})

    @validates_schema(skip_on_field_errors=True)
    def _since(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["answer"] and data["starts_on"] is None:
            raise ValidationError({"starts_on": [Refused("required")]})
        if data["answer"] and data["ends_on"] and data["ends_on"] < data["starts_on"]:
            raise ValidationError({"ends_on": [Refused("end_before_start")]})


class StateSchema(Schema):
    """The patent's present state: annuity and the questions of the nine bars (IR 86; GL 3.1)."""

    annuity_paid_to = LegalDate(required=True, metadata={"label": _l("年费缴至")})
    annuity_upload = upload(_l("年费缴纳凭证"), load_default=None, allow_none=True)
    b1 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("独占或者排他许可")})
    b2 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("纠纷或者保全")})
    b4 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("质押")})
    b5 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("专利权终止")})
    b6 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("宣告无效")})
    b9 = fields.Nested(QuestionSchema, required=True, metadata={"label": _l("其他妨碍")})


class ReportSchema(Schema):
    """A patent evaluation report; a corrected one replaces the former (GL 3.1)."""

    number = CleanName(required=True, max=40, metadata={"label": _l("评价报告编号")})
    day = LegalDate(required=True, metadata={"label": _l("作出日")})
    positive = Flag(required=True, metadata={"label": _l("结论")})
    report_upload = upload(_l("评价报告文件"), required=True, attribute="upload_id")


class FactOut(Schema):
    """A recorded fact that may bar an offer."""

    kind = fields.String()
    starts_on = LegalDate()
    ends_on = LegalDate(allow_none=True)
    reference = fields.String()
    consented = fields.Boolean()


class ReportOut(Schema):
    """An evaluation report as recorded."""

    number = fields.String()
    day = LegalDate()
    positive = fields.Boolean()


class PatentOut(PatentSchema):
    """A patent as the registry knows it."""

    pct = fields.Boolean()
    annuity_paid_to = LegalDate(allow_none=True)
    facts = fields.List(fields.Nested(FactOut))
    report = fields.Nested(ReportOut, allow_none=True)
    last_day = LegalDate()
