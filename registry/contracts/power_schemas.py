"""Shapes of what comes in and goes out about powers of attorney and internal units."""

from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts.schemas import _named, _upload
from registry.errors import Refused
from registry.fields import Checked, Choice, CleanName, CleanText, Count, Flag, Instant, LegalDate, Schema
from registry.licenses.schemas import optional_upload
from registry.parties.agency import MOST_PATENTS, Matter
from registry.patents import numbers
from registry.patents.schemas import PatentNo

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


class TermsSchema(Schema):
    """Whom one names, until when, and what the agent may do with itself and the other side."""

    agent = CleanName(required=True, max=254, metadata=_named(_l("代理人")))
    first_day = LegalDate(required=True, metadata=_named(_l("委托自")))
    last_day = LegalDate(required=True, metadata=_named(_l("委托至")))
    own_side = Flag(load_default=False, metadata=_named(_l("同意代理人与自己交易")))
    both_sides = Flag(load_default=False, metadata=_named(_l("同意代理人同时代理对方")))
    power_upload = optional_upload(_l("签署盖章的委托书"))


class PowerSchema(TermsSchema):
    """The same, for what and over which patents: as a form sends them."""

    matters = fields.List(
        Choice(tuple(Matter)), load_default=list, metadata=_named(_l("委托的事项"))
    )
    patents = PatentNumbers(load_default=list, metadata=_named(_l("限于哪些专利")))


class PowerEndSchema(Schema):
    """Why a power ends, where somebody says so."""

    reason = CleanText(load_default="", max=500, metadata=_named(_l("理由")))


# --- machines ----------------------------------------------------------------------------------------


class PowerDraftSchema(TermsSchema):
    """The same in one call. `agent`: a credit code, or the address of a person's account; no patents: all."""

    matters = fields.List(Choice(tuple(Matter)), required=True, validate=Count(min=1, max=len(Matter)))
    patents = fields.List(PatentNo(), load_default=list, validate=Count(max=MOST_PATENTS))


class PowerAnswer(Schema):
    """A power of attorney: who names whom, for what, until when, and what became of it."""

    number = fields.String()
    state = fields.String()
    principal = fields.String()
    agent = fields.String()
    matters = fields.List(fields.String())
    patents = fields.List(fields.String(), metadata={"description": "Empty: all of the principal's"})
    first_day = LegalDate()
    last_day = LegalDate()
    own_side = fields.Boolean()
    both_sides = fields.Boolean()
    stands = fields.Boolean(metadata={"description": "Whether the agent may act under it today"})
    granted_at = Instant(allow_none=True)
    granted_seq = fields.Integer(allow_none=True)
    digest = fields.String(metadata={"description": "Its filing's envelope, as signatures under it name it"})
    answered_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    ended_seq = fields.Integer(allow_none=True)
    reason = fields.String()


class PowersAnswer(Schema):
    """What the organisation gave, and what it was given."""

    given = fields.List(fields.Nested(PowerAnswer))
    held = fields.List(fields.Nested(PowerAnswer))


class UnitSchema(Schema):
    """An internal unit with its written authority, signed and sealed on paper."""

    name = CleanName(required=True, min=1, max=100)
    matters = fields.List(Choice(tuple(Matter)), required=True, validate=Count(min=1, max=len(Matter)))
    scope = CleanText(load_default="", max=500)
    valid_from = LegalDate(required=True)
    valid_to = LegalDate(load_default=None, allow_none=True)
    file_upload = _upload(_l("签署盖章的授权书"))


class UnitAuthorityAnswer(Schema):
    """One written authority of a unit."""

    id = fields.UUID()
    matters = fields.List(fields.String())
    scope = fields.String()
    valid_from = LegalDate()
    valid_to = LegalDate(allow_none=True)
    ended_at = Instant(allow_none=True)


class UnitAnswer(Schema):
    """A unit; `matters` is what its people may do today."""

    id = fields.UUID()
    name = fields.String()
    matters = fields.List(fields.String())
    members = fields.Integer()
    authorities = fields.List(fields.Nested(UnitAuthorityAnswer))


class UnitsAnswer(Schema):
    """The organisation's internal units, by name."""

    units = fields.List(fields.Nested(UnitAnswer))
