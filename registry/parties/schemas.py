"""What people and machines may send about themselves: accounts, organisations, keys. Shapes and code tables
only.
"""

import unicodedata
from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf

from registry.codes.regions import region
from registry.errors import Refused
from registry.fields import Instant
from registry.forms import Checked, Choice, CleanText, Code, Schema, Whole
from registry.parties import identifiers, names, passwords
from registry.parties.letters import TOPICS
from registry.parties.rules import PARTY_ROLES, Ground, IdentityKind, KeyEnd, check_password


class Shaped(Checked[str]):
    """A text that one function of identifiers or names reads."""

    def __init__(self, reader: Callable[[Any], str], **kwargs: Any) -> None:
        self.reader = reader
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        return self.reader(value)


class Password(Checked[str]):
    """As typed, in one Unicode form, so that two keyboards make the same bytes. `new` ones must be good
    enough.
    """

    properties = {"type": "string", "format": "password"}

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        self.new = new
        super().__init__(**kwargs)

    def read(self, value: Any) -> str:
        if not isinstance(value, str) or len(value) > 1000:
            raise Refused("not_text")
        password = unicodedata.normalize("NFC", value)
        if self.new:
            check_password(password, field="")
        return password


def _named(label: Any) -> dict[str, Any]:
    return {"label": label}


def _name(longest: int) -> Callable[[Any], str]:
    return lambda value: names.clean_name(value, "", longest=longest)


def _optional(reader: Callable[[Any], str], label: Any) -> Shaped:
    return Shaped(reader, load_default="", metadata=_named(label))


def _required(reader: Callable[[Any], str], label: Any) -> Shaped:
    return Shaped(reader, required=True, metadata=_named(label))


def bank_account(value: Any) -> str:
    """Digits, letters and hyphens as banks print them, spaces cut. Refuses: bank_account_form."""
    compact = "".join(unicodedata.normalize("NFKC", value).split()) if isinstance(value, str) else ""
    plain = compact.replace("-", "")
    if not plain.isascii() or not plain.isalnum() or not 6 <= len(plain) <= 34:
        raise Refused("bank_account_form")
    return compact.upper()


def _unit(value: Any) -> str:
    try:
        return str(UUID(value)) if value else ""
    except (TypeError, ValueError):
        raise Refused("not_a_choice")


class _NewPasswordSchema(Schema):
    password = Password(new=True, required=True, metadata=_named(_l("密码")))
    password_again = Password(required=True, metadata=_named(_l("再填一次密码")))

    @validates_schema
    def _same(self, data: dict[str, Any], **_: Any) -> None:
        if data["password"] != data["password_again"]:
            raise ValidationError({"password_again": [Refused("password_differs")]})

    @validates_schema
    def _not_guessed_first(self, data: dict[str, Any], **_: Any) -> None:
        own = [str(data[name]) for name in ("name", "email") if data.get(name)]
        try:
            passwords.check_new(data["password"], own, field="")
        except Refused as refused:
            raise ValidationError({"password": [refused]}) from refused


class _PersonSchema(Schema):
    name = _required(_name(100), _l("姓名"))
    email = _required(identifiers.email, _l("电子邮箱"))
    phone = _optional(identifiers.phone, _l("电话"))


class RegisterSchema(_NewPasswordSchema, _PersonSchema):
    """A new account; the fields of the last parent come first, as on the page."""


class AddressSchema(Schema):
    """Whom to send a code."""

    email = _required(identifiers.email, _l("电子邮箱"))


class ConfirmSchema(AddressSchema):
    """The code of the letter."""

    code = _required(_name(20), _l("确认码"))


class ResetSchema(ConfirmSchema, _NewPasswordSchema):
    """The code of the letter and what the password shall be."""


class SignInSchema(Schema):
    """Nothing about the shape: a wrong one is a wrong one."""

    email = fields.String(required=True, metadata=_named(_l("电子邮箱")))
    password = Password(required=True, metadata=_named(_l("密码")))
    next = fields.String(load_default="")


class ChangePasswordSchema(_NewPasswordSchema):
    """The present password, and the next."""

    present_password = Password(required=True, metadata=_named(_l("现在的密码")))


class ParticularsSchema(Schema):
    """What may change about a party; what is left out becomes empty. Printed on registration forms (journeys
    4.2).
    """

    name = _required(_name(200), _l("名称"))
    country = Code("country", load_default="CN", metadata=_named(_l("国家或地区")))
    region = _optional(lambda value: region(str(value).strip()).code, _l("行政区划代码"))
    address = _required(_name(300), _l("地址"))
    contact_name = _required(_name(100), _l("联系人"))
    contact_phone = _required(identifiers.phone, _l("联系电话"))
    contact_email = _required(identifiers.email, _l("联系邮箱"))
    bank_name = _optional(_name(200), _l("开户银行"))
    bank_account = _optional(bank_account, _l("银行账号"))


class OrganisationParticularsSchema(ParticularsSchema):
    """An organisation's, whose nature and legal representative registrars ask for."""

    nature = Code("party_nature", required=True, metadata=_named(_l("单位性质")))
    legal_representative = _required(_name(100), _l("法定代表人"))


class PersonParticularsSchema(ParticularsSchema):
    """A natural person's."""


class OrganisationSchema(OrganisationParticularsSchema):
    """A new organisation. On the mainland its unified social credit code says who it is (GB 32100-2015)."""

    uscc = _optional(lambda value: identifiers.uscc(value).code, _l("统一社会信用代码"))

    @validates_schema
    def _has_code(self, data: dict[str, Any], **_: Any) -> None:
        if data["country"] == "CN" and not data["uscc"]:
            raise ValidationError({"uscc": [Refused("required")]})


class PersonSchema(PersonParticularsSchema):
    """A natural person and the document that says who it is."""

    identity_kind = Choice(IdentityKind, required=True, metadata=_named(_l("证件种类")))
    identity_number = _required(_name(40), _l("证件号码"))

    @validates_schema
    def _fits(self, data: dict[str, Any], **_: Any) -> None:
        if data["identity_kind"] == IdentityKind.RESIDENT_ID:
            try:
                data["identity_number"] = identifiers.resident_id(data["identity_number"])
            except Refused as refused:
                raise ValidationError({"identity_number": [refused]}) from refused


class PublicKeySchema(Schema):
    """The public half of a key the organisation keeps: PEM, or 64 hex digits of Ed25519."""

    public_key = CleanText(max=2000, required=True, metadata=_named(_l("公钥")))


class SignatureSchema(Schema):
    """A signature in base64; a rotation also takes the old key's, over the same bytes."""

    signature = CleanText(max=2000, required=True, metadata=_named(_l("签名")))
    old_signature = CleanText(max=2000, load_default="", metadata=_named(_l("原密钥的签名")))


class KeyEndSchema(Schema):
    """Why a key is ended."""

    reason = Choice(KeyEnd, required=True, metadata=_named(_l("作废的原因")))


class KeyRevocationSchema(KeyEndSchema):
    """The same with the password, which signs it."""

    password = Password(required=True, metadata=_named(_l("密码")))


class StepUpSchema(Schema):
    """The password again, before something that cannot be undone."""

    password = Password(required=True, metadata=_named(_l("密码")))


class NewPasskeySchema(StepUpSchema):
    """What the person calls a device."""

    name = CleanText(max=60, required=True, metadata=_named(_l("设备的名称")))


class PasskeyEndSchema(StepUpSchema):
    """Why a device signs no more."""

    reason = Choice(KeyEnd, required=True, metadata=_named(_l("作废的原因")))


class PasskeyAnswerSchema(Schema):
    """What a device answered to a challenge, as the browser writes it in JSON; read further on."""

    ceremony = fields.String(load_default="")
    answer = fields.String(load_default="")
    next = fields.String(load_default="")


class RevocationSignatureSchema(Schema):
    """The signature over a prepared revocation, and the key in force it was made with."""

    kid = CleanText(max=64, required=True, metadata=_named(_l("签名密钥")))
    signature = CleanText(max=2000, required=True, metadata=_named(_l("签名")))


class ReasonSchema(Schema):
    """Why something is sent back, in words its owner will read."""

    reason = CleanText(min=2, max=1000, required=True, metadata=_named(_l("理由")))


class UnitSchema(Schema):
    """For which internal unit a member acts; none for the whole organisation."""

    unit = _optional(_unit, _l("内部机构"))


class InviteSchema(Schema):
    """Who is asked to act, and as what."""

    email = _required(identifiers.email, _l("电子邮箱"))
    role = Choice([str(one) for one in PARTY_ROLES], required=True, metadata=_named(_l("角色")))


class InviteStaffSchema(Schema):
    """Who is asked to work for a venue or the registry; operators name their venue."""

    email = _required(identifiers.email, _l("电子邮箱"))
    role = Choice(
        ["operator", "auditor", "administrator", "security"], required=True, metadata=_named(_l("角色"))
    )
    venue = fields.String(load_default="", metadata=_named(_l("交易场所")))


class SuspendSchema(Schema):
    """Why an organisation is suspended."""

    ground = Choice(Ground, required=True, metadata=_named(_l("事由")))
    reason = CleanText(min=2, max=1000, required=True, metadata=_named(_l("理由")))


class UploadSchema(Schema):
    """What a file is brought for."""

    purpose = fields.String(required=True, metadata=_named(_l("用途")))


class KeyAnswer(Schema):
    """A key on its way in: what its private half signs, as the exact bytes (base64)."""

    kid = fields.String()
    alg = fields.String()
    level = fields.String()
    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign (DSSE PAE)"})
    enrolled_seq = fields.Integer(allow_none=True, metadata={"description": "place of the filing in the log"})
    revoked_seq = fields.Integer(
        allow_none=True, metadata={"description": "place of the filing that ended it"}
    )
    replaces = fields.String(metadata={"description": "the key a prepared one is to replace"})


class KeyRevocationAnswer(Schema):
    """A revocation to be signed."""

    prepared = fields.String()
    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign (DSSE PAE)"})


class UploadAnswer(Schema):
    """A file that was kept."""

    id = fields.String()
    digest = fields.String(metadata={"description": "SHA-256, hex"})
    media_type = fields.String()
    size = fields.Integer()
    purpose = fields.String()


class MeAnswer(Schema):
    """Who the key acts as."""

    account = fields.String()
    name = fields.String()
    email = fields.String()
    confirmed = fields.Boolean()
    role = fields.String()
    organisation = fields.Dict(allow_none=True)
    venue = fields.Dict(allow_none=True)
    power = fields.Dict(
        allow_none=True,
        metadata={"description": "An agent's: number of its power, and who acts for `organisation`"},
    )
    signing_key = fields.String(allow_none=True)
    scopes = fields.List(fields.String())


class InboxSchema(Schema):
    """Which letters are asked for; all are optional."""

    topic = fields.String(load_default="", validate=OneOf(["", *TOPICS]), metadata={"label": _l("类别")})
    matter = fields.String(load_default="", validate=Length(max=40), metadata={"label": _l("编号")})
    unread = fields.Boolean(load_default=False, metadata={"label": _l("只看未读")})
    page = Whole(min=1, max=10_000, load_default=1, metadata={"label": _l("页")})


class LetterAnswer(Schema):
    """A letter of the inbox; `body` only where one was asked for."""

    id = fields.String()
    letter = fields.String(metadata={"description": "its kind, as docs/letters.md lists them"})
    topic = fields.String()
    matter = fields.String(metadata={"description": "the number of what it is about, or empty"})
    subject = fields.String()
    body = fields.String()
    link = fields.String(metadata={"description": "path of the page it points to, or empty"})
    written_at = Instant()
    read_at = Instant(allow_none=True)


class InboxAnswer(Schema):
    """A page of the inbox."""

    letters = fields.List(fields.Nested(LetterAnswer))
    count = fields.Integer()
    unread = fields.Integer(metadata={"description": "stops at 100"})
    page = fields.Integer()
    pages = fields.Integer()
