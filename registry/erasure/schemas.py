"""What an administrator sends about an erasure. Shapes only."""

from flask_babel import lazy_gettext as _l

from registry.erasure.rules import GROUNDS, Kind
from registry.forms import Choice, CleanName, Schema


class SubjectSchema(Schema):
    """Which data, and why."""

    kind = Choice(tuple(str(kind) for kind in Kind), required=True, metadata={"label": _l("删除什么")})
    subject = CleanName(required=True, max=254, metadata={"label": _l("编号")})
    ground = Choice(tuple(GROUNDS), required=True, metadata={"label": _l("依据")})
    reference = CleanName(load_default="", max=200, metadata={"label": _l("文号")})


class AskSchema(SubjectSchema):
    """The same, with the digest of the list that was shown."""

    listed = CleanName(required=True, max=64, metadata={"label": _l("清单摘要")})


class ApproveSchema(Schema):
    """The digest of the list the second person has seen."""

    listed = CleanName(required=True, max=64, metadata={"label": _l("清单摘要")})
