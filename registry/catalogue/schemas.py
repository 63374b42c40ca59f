"""What may be asked of the catalogue, and what machines are told of an offer."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any

from flask_babel import lazy_gettext as _l
from marshmallow import fields

from registry.catalogue.rules import (
    LIFE_MONTHS_MAX,
    PAGE_MAX,
    TERM_MONTHS_MAX,
    SearchQuery,
    Sort,
    Standing,
    Tag,
)
from registry.errors import Refused
from registry.fields import Choice, CleanName, Code, Flag, Instant, LegalDate, Money, Schema, Whole
from registry.licenses.estimates import ASSUMED_MAX

EVERY_PAGE = frozenset({"lang"})
"""Query parameters that belong to every page of the site and not to the search."""


class Assumption(Money):
    """A yearly figure a reader assumes, within reason, so that sums stay ones that can be written."""

    def read(self, value: Any) -> Decimal:
        amount = super().read(value)
        if amount > ASSUMED_MAX:
            raise Refused("too_big", max=f"{ASSUMED_MAX:,.2f}")
        return amount


class SearchSchema(Schema):
    """The parameters of a search, the same for the page and the API. All are optional."""

    q = CleanName(max=200, load_default="", attribute="text", metadata={"label": _l("查找")})
    holder = CleanName(max=200, load_default="", metadata={"label": _l("专利权人")})
    ipc = CleanName(max=20, load_default="", metadata={"label": _l("分类号")})
    section = Code("ipc_section", load_default="", metadata={"label": _l("国际专利分类")})
    kind = Code("patent_kind", load_default="", metadata={"label": _l("专利种类")})
    industry = Code("industry", load_default="", metadata={"label": _l("国民经济行业")})
    field = Code(
        "technology_field",
        load_default="",
        attribute="technology_field",
        metadata={"label": _l("技术领域")},
    )
    stage = Code("stage", load_default="", metadata={"label": _l("成熟阶段")})
    region = Code("region", load_default="", metadata={"label": _l("权利人所在地区")})
    method = Code("fee_method", load_default="", metadata={"label": _l("收费方式")})
    tag = Choice(Tag, load_default="", metadata={"label": _l("状态")})
    collection = CleanName(max=24, load_default="", metadata={"label": _l("专利包")})
    amount_to = Money(load_default=None, metadata={"label": _l("金额不超过")})
    term = Whole(
        min=1,
        max=TERM_MONTHS_MAX,
        load_default=None,
        attribute="term_months",
        metadata={"label": _l("许可期限至少")},
    )
    life = Whole(
        min=1,
        max=LIFE_MONTHS_MAX,
        load_default=None,
        attribute="life_months",
        metadata={"label": _l("专利剩余时间至少")},
    )
    state = Choice(Standing, load_default=Standing.OPEN, attribute="standing", metadata={"label": _l("范围")})
    sort = Choice(Sort, load_default=Sort.NEWEST, metadata={"label": _l("排序")})
    page = Whole(min=1, max=PAGE_MAX, load_default=1, metadata={"label": _l("页")})


class CompareSchema(Schema):
    """What the reader assumes of one whole year, so that royalties can be compared."""

    sales = Assumption(load_default=None, metadata={"label": _l("假设每年净销售额")})
    profit = Assumption(load_default=None, metadata={"label": _l("假设每年利润额")})


class CompareManySchema(CompareSchema):
    """The same with the offers themselves, separated by commas."""

    offers = CleanName(required=True, min=1, max=400, metadata={"label": _l("许可")})


def in_order(typed: Mapping[str, str]) -> list[tuple[str, str]]:
    """A search in the one order its permanent address has, without what says nothing."""
    names = [name for name in _names() if name in typed]
    return [(name, typed[name]) for name in names if typed[name] and (name, typed[name]) not in UNSAID]


@cache
def _names() -> tuple[str, ...]:
    """A page of results has twenty such addresses: the schema is not made for each."""
    return tuple(SearchSchema().fields)


UNSAID = frozenset({("state", str(Standing.OPEN)), ("sort", str(Sort.NEWEST)), ("page", "1")})


def query_of(values: dict[str, Any]) -> SearchQuery:
    """The query that loaded values mean."""
    return SearchQuery(**values)


class OfferAnswer(Schema):
    """An offer in a result list."""

    number = fields.String()
    url = fields.String()
    patent_number = fields.String()
    patent_kind = fields.String()
    title = fields.String()
    patentees = fields.String()
    main_class = fields.String()
    industry = fields.String()
    technology_field = fields.String()
    stage = fields.String()
    region = fields.String()
    fee_method = fields.String()
    amount = Money(allow_none=True)
    price = fields.String()
    duration_months = fields.Integer(allow_none=True)
    offer_last_day = LegalDate()
    license_last_day = LegalDate()
    patent_last_day = LegalDate()
    status = fields.String()
    announced_on = LegalDate(allow_none=True)
    published_at = Instant()


class OffersSchema(SearchSchema):
    """A search by a machine, which says whether it wants to know how the offers divide."""

    facets = Flag(load_default=False)


class OffersAnswer(Schema):
    """A page of offers. `count` stops at 10,001: then `count_is_capped`, `facets` (by facet and value) are
    counted over the newest 10,001, and another order than the newest first ends with page 25.
    """

    offers = fields.List(fields.Nested(OfferAnswer))
    count = fields.Integer()
    count_is_capped = fields.Boolean()
    page = fields.Integer()
    pages = fields.Integer()
    facets = fields.Dict(
        keys=fields.String(), values=fields.Dict(keys=fields.String(), values=fields.Integer())
    )


class ComparedAnswer(Schema):
    """One of the offers set side by side; `royalties` by license year, minimum included."""

    number = fields.String()
    title = fields.String()
    patentees = fields.List(fields.String())
    status = fields.String()
    price = fields.String()
    capitals = fields.String()
    fee = fields.Dict()
    total = Money(allow_none=True)
    fixed = Money(allow_none=True)
    royalties = fields.List(Money())
    first_day = LegalDate(allow_none=True)
    last_day = LegalDate(allow_none=True)
    acts = fields.List(fields.String())
    made_by_contractor = fields.Boolean()
    handover = fields.String()
    recordal_by = fields.String()
    registration_by = fields.String()
    industry = fields.String()
    stage = fields.String()
    offer_last_day = LegalDate()
    patent_last_day = LegalDate()
    licenses = fields.Integer()


class CompareAnswer(Schema):
    """`differs` names what is not alike: the rows that the page marks."""

    offers = fields.List(fields.Nested(ComparedAnswer))
    differs = fields.List(fields.String())
