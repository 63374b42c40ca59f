"""What may come in about a condition in words."""

from flask_babel import lazy_gettext as _l

from registry.forms import CleanText, LegalDate, Schema
from registry.parties.schemas import Password


class MetSchema(Schema):
    """On which day the condition was met, and by what one sees it."""

    met_on = LegalDate(required=True, metadata={"label": _l("条件满足的日期")})
    reason = CleanText(required=True, min=2, max=2000, metadata={"label": _l("怎样满足的")})
    password = Password(required=True, metadata={"label": _l("登录密码")})


class AskSchema(Schema):
    """Why the licensee holds that the condition is met."""

    reason = CleanText(required=True, min=2, max=2000, metadata={"label": _l("为什么认为条件已经满足")})
