"""What people type where a code, or a proof that it is still they, is asked for."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.forms import CleanText, Schema
from registry.parties import identifiers
from registry.parties.schemas import Password, Shaped, SignInSchema


class CodeSchema(Schema):
    """A code of an app, of a letter, or for the day the app is gone."""

    code = CleanText(max=40, required=True, metadata={"label": _l("验证码")})
    next = fields.String(load_default="")


class AppCodeSchema(Schema):
    """The code an app shows after it was given its secret."""

    code = CleanText(max=40, required=True, metadata={"label": _l("验证码")})


class ProofSchema(Schema):
    """The password or a code; an empty password is a wrong one."""

    password = Password(load_default="", metadata={"label": _l("密码")})
    code = CleanText(max=40, load_default="", metadata={"label": _l("验证码")})
    next = fields.String(load_default="")


class PhoneSchema(Schema):
    """The number a code is sent to."""

    phone = Shaped(identifiers.mobile, required=True, metadata={"label": _l("手机号码")})


class AskByPhoneSchema(SignInSchema):
    """Whose account is to be confirmed, and the number a code is sent to."""

    phone = Shaped(identifiers.mobile, required=True, metadata={"label": _l("手机号码")})

    class Meta:
        exclude = ("next",)


class ConfirmByPhoneSchema(SignInSchema):
    """The same with the code; the password seals the key."""

    code = CleanText(max=40, required=True, metadata={"label": _l("验证码")})

    class Meta:
        exclude = ("next",)
