"""Shapes of what comes in about powers of attorney."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts.schemas import _named
from registry.errors import Refused
from registry.fields import Checked, Choice, CleanName, CleanText, Flag, LegalDate, Schema
from registry.licenses.schemas import optional_upload
from registry.parties.agency import MOST_PATENTS, Matter
from registry.patents import numbers

LONGEST = MOST_PATENTS * 40


class PatentNumbers(Checked[list[str]]):
    """Patent numbers in lines, or with commas between; as they are stored, each once."""

    properties = {"type": "string"}

    def read(self, value: Any) -> list[str]:
        if not isinstance(value, str) or len(value) > LONGEST:
            raise Refused("not_text")
        parts = value.replace("，", ",").replace("；", ",").replace(";", ",").replace("、", ",").splitlines()
        typed = [one.strip() for part in parts for one in part.split(",") if one.strip()]
        return list(dict.fromkeys(str(numbers.parse(one)) for one in typed))


class PowerSchema(Schema):
    """Whom one names, for what, over which patents, until when."""

    agent = CleanName(required=True, max=254, metadata=_named(_l("代理人")))
    matters = fields.List(
        Choice(tuple(Matter)), load_default=list, metadata=_named(_l("委托的事项"))
    )
    patents = PatentNumbers(load_default=list, metadata=_named(_l("限于哪些专利")))
    first_day = LegalDate(required=True, metadata=_named(_l("委托自")))
    last_day = LegalDate(required=True, metadata=_named(_l("委托至")))
    own_side = Flag(load_default=False, metadata=_named(_l("同意代理人与自己交易")))
    both_sides = Flag(load_default=False, metadata=_named(_l("同意代理人同时代理对方")))
    power_upload = optional_upload(_l("签署盖章的委托书"))


class PowerEndSchema(Schema):
    """Why a power ends, where somebody says so."""

    reason = CleanText(load_default="", max=500, metadata=_named(_l("理由")))
