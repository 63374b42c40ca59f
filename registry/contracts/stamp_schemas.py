"""Shapes of what comes in about stamps: sheets, seals as read, originals, a venue's setting."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.contracts.schemas import _named, _upload
from registry.contracts.stamping import StampPolicy
from registry.fields import Choice, CleanName, CleanText, Count, LegalDate, Schema
from registry.parties.agency import Matter
from registry.parties.rules import AuthorityKind

SEATS_MAX, SHEETS_MAX = 24, 200


class SheetSchema(Schema):
    """A stamped sheet and whose stamps it shows."""

    seats = fields.List(
        CleanName(max=16),
        required=True,
        validate=Count(min=1, max=SEATS_MAX),
        metadata=_named(_l("文件里有谁的印章或者签字")),
    )
    file_upload = _upload(_l("盖章签署的文件"))


class SheetsSchema(Schema):
    """One sheet that lists several contracts of the same organisation."""

    contracts = fields.List(
        CleanName(max=24),
        required=True,
        validate=Count(min=1, max=SHEETS_MAX),
        metadata=_named(_l("签署页列明的合同")),
    )
    file_upload = _upload(_l("盖章签署的文件"))


class SealSchema(Schema):
    """What the clerk saw on one sheet."""

    seat = CleanName(required=True, max=16)
    verdict = Choice(("agrees", "differs"), required=True, metadata=_named(_l("印章与书写的名称")))
    sealed = CleanName(load_default="", max=200, metadata=_named(_l("印章上的名称")))
    reason = CleanText(load_default="", max=500, metadata=_named(_l("不一致的理由")))


class ReadingsSchema(Schema):
    """The seals of a contract as the clerk read them."""

    seals = fields.List(fields.Nested(SealSchema), required=True, validate=Count(min=1, max=SEATS_MAX))
    onward = CleanName(load_default="", max=8)


class OriginalSchema(Schema):
    """The day a paper original came; no day takes the note back."""

    seat = CleanName(required=True, max=16, metadata=_named(_l("签署方")))
    day = LegalDate(load_default=None, allow_none=True, metadata=_named(_l("收到原件的日期")))


class PolicySchema(Schema):
    """What the venue's registrar wants to see, and where originals go."""

    stamp_track = Choice(tuple(StampPolicy), required=True, metadata=_named(_l("登记机构对签署的要求")))
    courier = CleanText(load_default="", max=500, metadata=_named(_l("原件寄送地址")))


class AuthoritySchema(Schema):
    """A written authority that was signed and sealed on paper."""

    kind = Choice(tuple(AuthorityKind), required=True, metadata=_named(_l("授权书种类")))
    venue = CleanName(load_default="", max=20, metadata=_named(_l("受托的交易场所")))
    agent = CleanName(load_default="", max=100, metadata=_named(_l("被授权的部门或者人员")))
    matters = fields.List(Choice(tuple(Matter)), load_default=list, metadata=_named(_l("授权的事项")))
    scope = CleanText(load_default="", max=500, metadata=_named(_l("授权范围")))
    valid_from = LegalDate(required=True, metadata=_named(_l("授权自")))
    valid_to = LegalDate(load_default=None, allow_none=True, metadata=_named(_l("授权至")))
    file_upload = _upload(_l("签署盖章的授权书"))
