"""What may come in to sign, consent or withdraw, and what machines are told of it."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import ValidationError, fields, validates_schema

from registry.errors import Refused
from registry.forms import Choice, CleanName, CleanText, Flag, LegalDate, Schema
from registry.licenses.rules import WITHDRAWAL_GROUNDS
from registry.licenses.schemas import TicksSchema, optional_upload
from registry.parties.schemas import Password


class ConsentSchema(Schema):
    """What a co-owner answers."""

    answer = Choice(("agreed", "sent_back", "not_owner"), required=True, metadata={"label": _l("您的答复")})
    reason = CleanText(max=1000, load_default="", metadata={"label": _l("理由")})

    @validates_schema(skip_on_field_errors=True)
    def _why(self, data: Mapping[str, Any], **_: Any) -> None:
        if data["answer"] != "agreed" and not data["reason"]:
            raise ValidationError({"reason": [Refused("required")]})


class AgreementSchema(Schema):
    """A co-owner's agreement to one text: signed with the account's key, or on a stamped sheet."""

    digest = CleanName(required=True, max=64)
    password = Password(load_default="", metadata={"label": _l("账户密码")})
    consent_upload = optional_upload(_l("盖章的同意书"))

    @validates_schema(skip_on_field_errors=True)
    def _one_of_both(self, data: Mapping[str, Any], **_: Any) -> None:
        if not data["password"] and not data["consent_upload"]:
            raise ValidationError({"password": [Refused("required", article="GL 3.2")]})


class WithdrawalSchema(Schema):
    """Why an offer is withdrawn; never under a condition (IR 86; GL 4)."""

    ground = Choice(WITHDRAWAL_GROUNDS, required=True, metadata={"label": _l("撤回的理由")})
    reason = CleanText(max=2000, load_default="", metadata={"label": _l("说明")})


class SignedTextSchema(Schema):
    """The text that was read, by its digest, and the password that opens the signer's key."""

    digest = CleanName(required=True, max=64)
    password = Password(required=True, metadata={"label": _l("账户密码")})


class SigningSchema(TicksSchema, SignedTextSchema):
    """The declarant's signature: ticks, text, password."""


# --- machines ----------------------------------------------------------------------------------------


class MachineSignatureSchema(Schema):
    """A signature made elsewhere over the bytes that `prepare` gave, and the digest of its text."""

    kid = CleanName(required=True, max=64, metadata={"description": "an enrolled key of the organisation"})
    signature = fields.String(required=True, metadata={"description": "base64"})
    digest = CleanName(required=True, max=64, metadata={"description": "SHA-256 of the text, as prepared"})


class SubmissionSchema(MachineSignatureSchema):
    """The declarant's signature, with the ticks that belong to it."""

    undertaking = Flag(required=True)
    standing_authorisation = Flag(required=True)
    receives_here = Flag(required=True)
    internal_check = Flag(load_default=False)
    ask_reviewer = Flag(load_default=False)


class ConsentAnswerSchema(ConsentSchema):
    """A co-owner's answer; agreeing takes a signature over what `GET` gave."""

    kid = CleanName(max=64, load_default="")
    signature = fields.String(load_default="")
    digest = CleanName(max=64, load_default="")


class PreparedOut(Schema):
    """What is to be signed: the statement, its exact bytes, and the text it binds."""

    digest = fields.String(metadata={"description": "SHA-256 of `text`"})
    text = fields.String(metadata={"description": "the exact Chinese text"})
    statement = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign (DSSE PAE)"})


class ProblemOut(Schema):
    """Something that stands against an act."""

    code = fields.String()
    field = fields.String()
    article = fields.String()
    detail = fields.String()
    step = fields.String()


class DeclarationLine(Schema):
    """A declaration in a list."""

    number = fields.String()
    state = fields.String()
    patent = fields.String()
    venue = fields.String()
    open_from = fields.String()
    version = fields.Integer()
    digest = fields.String()
    cnipa_status = fields.String()
    cnipa_number = fields.String()
    cnipa_announced_on = LegalDate(allow_none=True)
    published_seq = fields.Integer(allow_none=True)


class DeclarationOut(DeclarationLine):
    """A declaration as its holder sees it: its steps, and what still stands against signing it."""

    steps = fields.Dict()
    problems = fields.List(fields.Nested(ProblemOut))


class WithdrawalOut(PreparedOut):
    """A withdrawal in the making or filed."""

    number = fields.String()
    ground = fields.String()
    reason = fields.String()
    missing = fields.List(fields.Nested(ProblemOut))
    filed = fields.Boolean()
    declaration_state = fields.String()


class ConsentOut(PreparedOut):
    """What a co-owner is asked."""

    declaration = fields.String()
    purpose = fields.String()
    name = fields.String()
    answer = fields.String()
