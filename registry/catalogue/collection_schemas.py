"""What may come in about collections, and what machines are told of them."""

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.catalogue.collecting import MEMBERS_MAX, TITLE_MAX, WORDS_MAX
from registry.catalogue.schemas import OfferAnswer
from registry.fields import CleanName, CleanText, Count, Instant, Schema, Whole


class CollectionSchema(Schema):
    """Title, words, and the offers in their order."""

    title = CleanName(required=True, min=2, max=TITLE_MAX, metadata={"label": _l("专利包的名称")})
    words = CleanText(load_default="", max=WORDS_MAX, metadata={"label": _l("说明")})
    offers = fields.List(
        CleanName(max=24),
        load_default=list,
        validate=Count(max=MEMBERS_MAX),
        metadata={"label": _l("许可和次序")},
    )


class PageSchema(Schema):
    page = Whole(min=1, max=10_000, load_default=1, metadata={"label": _l("页")})


class CollectionRowAnswer(Schema):
    """A collection in a list; it has no price of its own."""

    number = fields.String()
    url = fields.String()
    title = fields.String()
    words = fields.String()
    owner = fields.String()
    state = fields.String()
    changed_at = Instant()


class CollectionAnswer(CollectionRowAnswer):
    """A collection with its offers in order."""

    offers = fields.List(fields.Nested(OfferAnswer))


class CollectionsAnswer(Schema):
    """A page of public collections, newest first, without their offers."""

    collections = fields.List(fields.Nested(CollectionRowAnswer))
    page = fields.Integer()
    pages = fields.Integer()
