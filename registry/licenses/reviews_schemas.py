"""What may come in from a venue: findings, decisions, rules set aside, CNIPA's acts, pauses and endings."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates_schema

from registry.errors import Refused
from registry.forms import Choice, CleanName, CleanText, LegalDate, Schema
from registry.licenses.bars import BARS
from registry.licenses.schemas import optional_upload
from registry.licenses.signing_schemas import ProblemOut
from registry.parties.schemas import Password

VERDICTS = ("pass", "problem", "not_applicable")


class LineSchema(Schema):
    """A finding on one line."""

    verdict = Choice(VERDICTS, load_default="", metadata={"label": _l("结论")})
    note = CleanText(max=1000, load_default="", metadata={"label": _l("说明")})

    @validates_schema(skip_on_field_errors=True)
    def _words(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["note"] and not data["verdict"]:
            raise ValidationError({"verdict": [Refused("required")]})
        if data["verdict"] == "problem" and not data["note"]:
            raise ValidationError({"note": [Refused("required")]})


class LinesSchema(Schema):
    """The lines of the check list, whose words stand in check_list."""

    number = fields.Nested(LineSchema)
    register = fields.Nested(LineSchema)
    annuity = fields.Nested(LineSchema)
    bars = fields.Nested(LineSchema)
    report = fields.Nested(LineSchema)
    consents = fields.Nested(LineSchema)
    fee = fields.Nested(LineSchema)
    dates = fields.Nested(LineSchema)
    words = fields.Nested(LineSchema)
    contact = fields.Nested(LineSchema)
    attachments = fields.Nested(LineSchema)


class ReviewSchema(Schema):
    """The findings of a review, those lines that are answered."""

    lines = fields.Nested(LinesSchema, load_default=dict)


class ReturnSchema(Schema):
    """What the holder is told besides the lines with a problem."""

    note = CleanText(max=2000, load_default="", metadata={"label": _l("给专利权人的话")})


class ConditionSchema(Schema):
    """When a license of a fee of another kind is obtained, in the reviewer's words (journeys 1.4)."""

    condition = CleanText(required=True, min=4, max=2000, metadata={"label": _l("取得许可的条件")})


class RefusalSchema(Schema):
    """Which of the nine bars holds, in words the holder reads (IR 86; GL 3.1)."""

    ground = Choice(BARS, required=True, metadata={"label": _l("不予通过的理由")})
    words = CleanText(required=True, max=2000, metadata={"label": _l("说明")})


class DecisionSchema(Schema):
    """A reviewer's decision, for machines: findings and what follows from them."""

    lines = fields.Nested(LinesSchema, load_default=dict)
    decision = Choice(("none", "approve", "return", "refuse"), load_default="none")
    note = CleanText(max=2000, load_default="")
    ground = Choice(BARS, load_default="")
    words = CleanText(max=2000, load_default="")


class OverrideSchema(Schema):
    """The first person's reason for setting a rule aside, and the password for the signature."""

    reason = CleanText(required=True, min=10, max=2000, metadata={"label": _l("理由")})
    password = Password(required=True, metadata={"label": _l("账户密码")})


class SecondPersonSchema(Schema):
    """The second person's signature."""

    password = Password(required=True, metadata={"label": _l("账户密码")})


class CnipaSchema(Schema):
    """What CNIPA has done (journeys 1.2)."""

    fact = Choice(
        ("filed", "declined", "announced", "withdrawal_announced", "withdrawal_rejected"),
        required=True,
        metadata={"label": _l("发生了什么？")},
    )
    day = LegalDate(load_default=None, allow_none=True, metadata={"label": _l("日期")})
    cnipa_number = CleanName(max=40, load_default="", metadata={"label": _l("开放许可声明编号")})
    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})
    gazette_upload = optional_upload(_l("公告页"))

    @validates_schema(skip_on_field_errors=True)
    def _needed(self, data: Mapping[str, Any], **_: Any) -> None:
        needed = {
            "announced": ("day", "cnipa_number"),
            "withdrawal_announced": ("day",),
            "declined": ("words",),
            "withdrawal_rejected": ("words",),
        }.get(data["fact"], ())
        missing = [name for name in needed if not data[name]]
        if missing:
            raise ValidationError({name: [Refused("required")] for name in missing})


class PauseSchema(Schema):
    """Which bar arose, since when (GL 2)."""

    ground = Choice(BARS, required=True, metadata={"label": _l("出现了什么情形？")})
    since = LegalDate(required=True, metadata={"label": _l("自何日起")})
    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})
    evidence_upload = optional_upload(_l("证明文件"))


class ResumeSchema(Schema):
    """Why notices are taken again."""

    words = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})


class EndSchema(Schema):
    """The office's ending of an offer (GL 4; IR 88, 100)."""

    how = Choice(("terminate", "revoke"), required=True, metadata={"label": _l("终止还是撤销")})
    words = CleanText(required=True, max=2000, metadata={"label": _l("说明")})
    evidence_upload = optional_upload(_l("证明文件"))


class ReviewOut(Schema):
    """A declaration in a venue's queue."""

    number = fields.String()
    state = fields.String()
    age = fields.Integer(metadata={"description": "working days since it was handed in"})
    flags = fields.List(fields.String())
    lines = fields.Dict()
    obstacles = fields.List(fields.Nested(ProblemOut))
