"""What may be sent and is answered about machines' keys: shapes only."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.forms import Choice, Count, Schema, Whole
from registry.parties import names
from registry.parties.schemas import Shaped
from registry.parties.scopes import Scope

OVERLAPS = ("24", "0", "72", "168")
"""Hours a secret lives on after its successor was made; the first is what a page proposes."""


class MachineKeySchema(Schema):
    """A machine's access."""

    label = Shaped(
        lambda value: names.clean_name(value, "", longest=100), required=True, metadata={"label": _l("用途")}
    )
    scopes = fields.List(
        Choice(Scope),
        required=True,
        validate=Count(min=1, max=len(Scope)),
        metadata={"label": _l("权限范围")},
    )
    kid = Shaped(
        lambda value: names.clean_name(value, "", longest=64),
        load_default="",
        metadata={"label": _l("签名密钥")},
    )
    power = Shaped(
        lambda value: names.clean_name(value, "", longest=24),
        load_default="",
        metadata={"label": _l("委托书")},
    )
    days = Whole(min=1, max=730, load_default=365, metadata={"label": _l("有效天数")})


class RotationSchema(Schema):
    """How long the secret before lives on."""

    hours = Whole(min=0, max=168, load_default=24, metadata={"label": _l("原密文继续有效")})


class MachineKeyAnswer(Schema):
    """One key, without its secret."""

    id = fields.String()
    prefix = fields.String()
    label = fields.String()
    scopes = fields.List(fields.String())
    signing_key = fields.String(allow_none=True)
    power = fields.String(
        allow_none=True, metadata={"description": "The power of attorney it acts under, and ends with"}
    )
    created_at = fields.AwareDateTime()
    rotated_at = fields.AwareDateTime(allow_none=True)
    used_at = fields.AwareDateTime(allow_none=True)
    expires_at = fields.AwareDateTime(allow_none=True)
    old_secret_until = fields.AwareDateTime(allow_none=True)


class MachineKeysAnswer(Schema):
    """The account's live keys."""

    keys = fields.List(fields.Nested(MachineKeyAnswer))


class MachineSecretAnswer(MachineKeyAnswer):
    """A key with its secret: said once, `null` when the same request comes again."""

    secret = fields.String(allow_none=True)
