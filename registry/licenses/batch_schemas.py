"""What may come in about term sets and batches, and what machines are told of them."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.forms import (
    Choice,
    CleanName,
    CleanText,
    Code,
    Count,
    Flag,
    LegalDate,
    Money,
    Percent,
    Schema,
    Whole,
)
from registry.licenses import schemas, terms
from registry.licenses.batch_rows import INVENTORS_MAX, OWNERS_MAX, ROWS_MAX
from registry.licenses.fees import Method
from registry.licenses.signing_schemas import MachineSignatureSchema, SignedTextSchema
from registry.patents.schemas import PatentNo

METHODS = tuple(str(one) for one in Method if one is not Method.OTHER)


class TermStepsSchema(Schema):
    """The steps a term set can say, each whole or absent."""

    declarant = fields.Nested(schemas.DeclarantSchema)
    fee = fields.Nested(schemas.FeeSchema)
    account = fields.Nested(schemas.AccountSchema)
    fee_note = fields.Nested(schemas.FeeNoteSchema)
    term = fields.Nested(schemas.TermSchema)
    acts = fields.Nested(schemas.ActsSchema)
    materials = fields.Nested(schemas.MaterialsSchema)
    contact = fields.Nested(schemas.ContactSchema)
    filing = fields.Nested(schemas.FilingSchema)
    opening = fields.Nested(schemas.OpeningSchema)


class TermSetNameSchema(Schema):
    """What a set is called; rows of a table name it so."""

    name = CleanName(required=True, max=60, metadata={"label": _l("模板名称")})


class NewTermSetSchema(TermSetNameSchema):
    """A new term set with what is already known of its steps."""

    steps = fields.Nested(TermStepsSchema, load_default=dict)


class BringSchema(Schema):
    """A table brought by a form: a file or pasted rows."""

    venue = CleanName(required=True, max=20, metadata={"label": _l("受理场所")})
    term_set = CleanName(max=60, load_default="", metadata={"label": _l("没有写明模板的行使用")})
    rows = fields.String(load_default="", validate=Count(max=2_000_000), metadata={"label": _l("粘贴的各行")})


class BringAgainSchema(Schema):
    """A corrected table."""

    term_set = CleanName(max=60, load_default="", metadata={"label": _l("没有写明模板的行使用")})
    rows = fields.String(load_default="", validate=Count(max=2_000_000), metadata={"label": _l("粘贴的各行")})


class ShownSchema(Schema):
    """What was read, by its digest."""

    digest = CleanName(required=True, max=64)


class NumbersSchema(Schema):
    """Chosen declarations of a batch."""

    numbers = fields.List(
        CleanName(max=24), required=True, validate=Count(min=1, max=ROWS_MAX), metadata={"label": _l("声明")}
    )


class AddressesSchema(Schema):
    """One address for each co-owner named in the drafts."""

    owners = fields.List(
        fields.Nested(
            Schema.from_dict(
                {
                    "name": CleanName(required=True, max=200),
                    "email": schemas.Email(max=254, load_default="", metadata={"label": _l("电子邮箱")}),
                },
                name="AddressSchema",
            )
        ),
        load_default=list,
        validate=Count(max=ROWS_MAX),
        metadata={"label": _l("共有人")},
    )


class SignBatchSchema(schemas.TicksSchema, SignedTextSchema, NumbersSchema):
    """The declarant's one signature over many: ticks, the list as it was read, password."""


class ReviewBatchSchema(Schema):
    """A reviewer's step over a batch, and the model it goes by."""

    verb = Choice(("take_up", "pass_alike", "publish"), required=True)
    model = CleanName(max=24, load_default="", metadata={"label": _l("样本声明")})


# --- machines ----------------------------------------------------------------------------------------


class RowOwnerSchema(Schema):
    """A patentee in the register's order."""

    name = CleanName(required=True, max=200)
    person = Flag(load_default=False)


class RowReportSchema(Schema):
    """An evaluation report; day and conclusion are needed before its file can be kept."""

    number = CleanName(required=True, max=40)
    day = LegalDate(load_default=None, allow_none=True)
    positive = Flag(load_default=None, allow_none=True)


class BatchRowSchema(Schema):
    """One patent of a batch: the columns of the table."""

    number = PatentNo(required=True)
    title = CleanName(max=300, load_default="")
    filing_date = LegalDate(load_default=None, allow_none=True)
    grant_date = LegalDate(load_default=None, allow_none=True)
    owners = fields.List(fields.Nested(RowOwnerSchema), load_default=list, validate=Count(max=OWNERS_MAX))
    main_class = CleanName(max=20, load_default="")
    annuity_paid_to = LegalDate(load_default=None, allow_none=True)
    report = fields.Nested(RowReportSchema, load_default=None, allow_none=True)
    term_set = CleanName(max=60, load_default="", metadata={"description": "name of an own term set"})
    method = Choice(METHODS, load_default="")
    amount = Money(load_default=None, allow_none=True)
    rate = Percent(load_default=None, allow_none=True)
    license_last_day = LegalDate(load_default=None, allow_none=True)
    offer_last_day = LegalDate(load_default=None, allow_none=True)
    duration_months = Whole(min=1, max=terms.MONTHS_MAX, load_default=None, allow_none=True)
    application = CleanName(max=1000, load_default="")
    industry = Code("industry", load_default="")
    inventors = fields.List(CleanName(max=100), load_default=list, validate=Count(max=INVENTORS_MAX))
    summary = CleanText(max=2000, load_default="")
    emails = fields.List(schemas.Email(max=254), load_default=list, validate=Count(max=OWNERS_MAX))


class NewBatchSchema(Schema):
    """Many drafts at once, at one venue. Rows that cannot become drafts are told, the others go on."""

    venue = CleanName(required=True, max=20)
    term_set = CleanName(max=60, load_default="", metadata={"description": "for rows that name none"})
    rows = fields.List(fields.Nested(BatchRowSchema), required=True, validate=Count(min=1, max=ROWS_MAX))


class MoreRowsSchema(Schema):
    """Corrected rows: those of the same patents replace the drafts' answers, new patents become drafts."""

    term_set = CleanName(max=60, load_default="")
    rows = fields.List(fields.Nested(BatchRowSchema), required=True, validate=Count(min=1, max=ROWS_MAX))


class PrepareBatchSchema(schemas.TicksSchema, NumbersSchema):
    """Which drafts are to be signed together, with the ticks that belong to the signature."""


class BatchSignatureSchema(schemas.TicksSchema, MachineSignatureSchema, NumbersSchema):
    """The one signature, made elsewhere over the bytes that `prepare` gave; `digest` is the list's."""


class TermSetOut(Schema):
    """A term set as it stands."""

    id = fields.UUID()
    name = fields.String()
    version = fields.Integer()
    retired = fields.Boolean()
    steps = fields.Dict()


class ReasonOut(Schema):
    """Something found about a row."""

    code = fields.String()
    field = fields.String()
    detail = fields.String()


class RowOut(Schema):
    """A row with its verdict, the draft it became, and how that stands."""

    position = fields.Integer()
    number = fields.String()
    verdict = fields.String()
    reasons = fields.List(fields.Nested(ReasonOut))
    term_set = fields.String()
    term_set_version = fields.Integer()
    declaration = fields.String()
    state = fields.String()
    standing = fields.String()
    fault = fields.String()


class BatchLine(Schema):
    """A batch in a list."""

    id = fields.UUID()
    state = fields.String()
    venue = fields.String()
    edition = fields.Integer()
    rows = fields.Integer()


class BatchOut(BatchLine):
    """A batch with its rows."""

    standings = fields.Dict(keys=fields.String(), values=fields.Integer())
    items = fields.List(fields.Nested(RowOut), data_key="rows_found")


class ListPreparedOut(Schema):
    """What is to be signed for a whole list: its head, the exact bytes, and the statements in their order."""

    digest = fields.String(metadata={"description": "of the ordered list of numbers and text digests"})
    head = fields.Dict()
    pae = fields.String(metadata={"description": "base64 of the bytes to sign (DSSE PAE)"})
    statements = fields.List(fields.Dict())


class SigningOut(Schema):
    """An act of signing: how many of its list are handed in."""

    id = fields.UUID()
    root = fields.String()
    size = fields.Integer()
    state = fields.String()
    done = fields.Integer()
    failed = fields.Integer()
    left = fields.Integer()


class BatchApprovalOut(Schema):
    """How a second person's approval stands with the drafts that are ready: their numbers, by who asked."""

    needed = fields.Boolean()
    unasked = fields.List(fields.String())
    own = fields.List(fields.String())
    asked = fields.List(fields.String())
