"""What comes in about code tables, and what machines get. Shapes only."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.codes.overlay import VERBS
from registry.codes.tables import CONFIDENCE
from registry.forms import Choice, CleanName, CleanText, Count, LegalDate, Schema


class ChangeSchema(Schema):
    """One change of a table."""

    verb = Choice(VERBS, required=True, metadata={"label": _l("做什么改动")})
    code = CleanName(required=True, max=40, metadata={"label": _l("代码")})
    day = LegalDate(required=True, metadata={"label": _l("日期")})
    zh = CleanName(load_default="", max=300, metadata={"label": _l("中文名称")})
    en = CleanName(load_default="", max=300, metadata={"label": _l("英文名称")})
    parent = CleanName(load_default="", max=40, metadata={"label": _l("上级代码")})
    confidence = Choice(("", *CONFIDENCE), load_default="", metadata={"label": _l("可靠程度")})
    registrar = CleanName(load_default="", max=200, metadata={"label": _l("登记机构")})
    registrar_code = CleanName(load_default="", max=40, metadata={"label": _l("登记机构的代码")})
    facts = fields.Dict(
        keys=CleanName(max=40), values=CleanText(max=500), load_default=dict, metadata={"label": _l("其他栏")}
    )
    source = CleanName(required=True, min=2, max=500, metadata={"label": _l("依据")})


class ListSchema(Schema):
    """A list of rows as text, the day its names count from, the digest of the table it was shown with."""

    text = fields.String(required=True, validate=Count(max=2_000_000), metadata={"label": _l("清单")})
    day = LegalDate(required=True, metadata={"label": _l("自哪一天起")})
    source = CleanName(required=True, min=2, max=500, metadata={"label": _l("依据")})
    digest = CleanName(load_default="", max=64, metadata={"label": _l("代码表摘要")})


class DaySchema(Schema):
    """The day a table is asked for."""

    on = LegalDate(load_default=None, metadata={"description": "the day; today when left out"})


class TableAnswer(Schema):
    """A table by name, its source, its size and its digest."""

    name = fields.String()
    title = fields.String()
    source = fields.String()
    version = fields.String()
    date = fields.String()
    confidence = fields.String()
    rows = fields.Integer()
    changes = fields.Integer()
    digest = fields.String(metadata={"description": "SHA-256 as in filings of type codes.changed"})


class TablesAnswer(Schema):
    """All tables."""

    tables = fields.List(fields.Nested(TableAnswer))


class RowsAnswer(TableAnswer):
    """A table with its rows valid on a day."""

    on = fields.String()
    codes = fields.List(fields.Dict())
