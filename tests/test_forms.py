"""Forms: what is typed or sent becomes values, or refusals that name their field."""

import contextlib
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from hypothesis import given, settings
from hypothesis import strategies as st
from marshmallow import ValidationError, fields, validates_schema
from werkzeug.datastructures import MultiDict

from registry import forms, text
from registry.errors import Invalid, Refused


class Method(StrEnum):
    FREE = "FREE"
    LUMP = "LUMP"


class Instalment(forms.Schema):
    amount = forms.Money(required=True, metadata={"label": "金额"})
    after_months = forms.Whole(min=0, max=600)


class Fee(forms.Schema):
    method = forms.Choice(Method, required=True)
    rate = forms.Percent()
    instalments = fields.List(fields.Nested(Instalment), validate=forms.Count(max=3))

    @validates_schema
    def first_is_due(self, data, **_):
        if data.get("method") == Method.FREE and data.get("instalments"):
            raise ValidationError([Refused("too_many", "instalments", "PL 50", max=0)])


class Offer(forms.Schema):
    title = forms.CleanName(required=True, max=10, metadata={"label": "名称"})
    note = forms.CleanText(min=3, max=20)
    fee = fields.Nested(Fee, required=True)
    last_day = forms.LegalDate()
    region = forms.Code("region")
    open_now = forms.Flag(load_default=False)
    acts = fields.List(forms.Choice(("make", "use")))
    size = fields.Integer()
    at = forms.Instant()
    key = fields.UUID()


GOOD = {"title": "焊接机器人", "fee": {"method": "LUMP"}}


def refused(data):
    with pytest.raises(Invalid) as caught:
        forms.load(Offer, data)
    return [(one.field, one.code) for one in caught.value.refusals]


def test_good_input_becomes_typed_values():
    loaded = forms.load(
        Offer,
        GOOD
        | {
            "fee": {
                "method": "LUMP",
                "rate": "2.5%",
                "instalments": [{"amount": "40,000", "after_months": "12"}],
            },
            "last_day": "2026年3月1日",
            "open_now": "yes",
            "acts": ["make"],
            "at": "2026-11-22T01:02:03.004Z",
            "region": "310115",
        },
    )
    assert loaded["fee"]["method"] is Method.LUMP
    assert loaded["fee"]["rate"] == Decimal("2.5")
    assert loaded["fee"]["instalments"] == [{"amount": Decimal("40000.00"), "after_months": 12}]
    assert loaded["last_day"] == date(2026, 3, 1)
    assert loaded["open_now"] is True
    assert loaded["at"] == datetime(2026, 11, 22, 1, 2, 3, 4000, tzinfo=UTC)
    assert forms.load(Offer, GOOD)["open_now"] is False


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"title": None}, ("title", "required")),
        ({"title": "  "}, ("title", "required")),
        ({"title": "一二三四五六七八九十一"}, ("title", "too_long")),
        ({"title": "a\u202eb"}, ("title", "name_bidi")),
        ({"title": 7}, ("title", "not_text")),
        ({"note": "短"}, ("note", "too_short")),
        ({"owner": "x"}, ("owner", "unknown_field")),
        ({"fee": {"method": "LUMP", "cap": 1}}, ("fee.cap", "unknown_field")),
        ({"fee": {"method": "lump"}}, ("fee.method", "not_a_choice")),
        ({"fee": "free"}, ("fee", "not_an_object")),
        ({"fee": {"method": "LUMP", "instalments": {}}}, ("fee.instalments", "not_a_list")),
        ({"fee": {"method": "LUMP", "instalments": [{}]}}, ("fee.instalments.0.amount", "required")),
        (
            {"fee": {"method": "LUMP", "instalments": [{"amount": 1.5}]}},
            ("fee.instalments.0.amount", "amount_form"),
        ),
        ({"fee": {"method": "FREE", "instalments": [{"amount": "1"}]}}, ("fee.instalments", "too_many")),
        ({"fee": {"method": "LUMP", "instalments": [{"amount": "1"}] * 4}}, ("fee.instalments", "too_many")),
        ({"last_day": "2026-02-30"}, ("last_day", "not_a_date")),
        ({"last_day": "20260301"}, ("last_day", "not_a_date")),
        ({"last_day": []}, ("last_day", "not_a_date")),
        ({"region": "nowhere"}, ("region", "not_a_choice")),
        ({"region": []}, ("region", "not_a_choice")),
        ({"open_now": "perhaps"}, ("open_now", "not_true_or_false")),
        ({"open_now": {}}, ("open_now", "not_true_or_false")),
        ({"acts": ["make", "sell"]}, ("acts.1", "not_a_choice")),
        ({"size": "x"}, ("size", "not_an_integer")),
        ({"at": "2026-11-22"}, ("at", "not_an_instant")),
        ({"at": 5}, ("at", "not_an_instant")),
        ({"key": "x"}, ("key", "not_valid")),
    ],
)
def test_each_fault_names_its_field_and_its_code(change, expected):
    assert refused(GOOD | change) == [expected]


def test_every_fault_of_one_input_is_told_at_once_and_in_the_order_of_the_fields():
    assert refused({"note": "短", "last_day": "morgen"}) == [
        ("title", "required"),
        ("note", "too_short"),
        ("fee", "required"),
        ("last_day", "not_a_date"),
    ]


@pytest.mark.parametrize("body", [None, [], "x", 3])
def test_what_is_no_object_is_refused_as_a_whole(body):
    assert refused(body) == [("", "not_an_object")]


def test_a_refusal_raised_by_a_rule_keeps_its_article_and_parameters():
    with pytest.raises(Invalid) as caught:
        forms.load(Offer, GOOD | {"fee": {"method": "FREE", "instalments": [{"amount": "1"}]}})
    (one,) = caught.value.refusals
    assert (one.article, dict(one.params)) == ("PL 50", {"max": 0})


def test_what_webargs_found_loses_the_place_it_was_read_from():
    error = ValidationError({"json": {"fee": {"cap": ["unknown_field"]}}})
    assert [(one.field, one.code) for one in forms.refusal_of(error).refusals] == [
        ("fee.cap", "unknown_field")
    ]
    assert [one.code for one in forms.refusal_of({"json": ["Invalid JSON body."]}).refusals] == ["not_valid"]


@pytest.mark.parametrize(
    "typed",
    ["2026-03-01", "2026-3-1", "2026/3/1", "2026.3.1", "2026年3月1日", "２０２６－３－１", " 2026-03-01 "],
)
def test_a_day_is_understood_however_it_is_written(typed):
    assert forms.LegalDate().deserialize(typed) == date(2026, 3, 1)


def test_values_are_written_in_one_spelling():
    written = Instalment().dump({"amount": Decimal("68000"), "after_months": 3})
    assert written == {"amount": "68000.00", "after_months": 3}
    assert Fee().dump({"method": Method.LUMP, "rate": Decimal("2.5")}) == {"method": "LUMP", "rate": "2.5"}
    instant = datetime(2026, 11, 22, 1, 2, 3, 4000, tzinfo=UTC)
    assert Offer().dump({"last_day": date(2026, 3, 1), "open_now": True, "at": instant}) == {
        "last_day": "2026-03-01",
        "open_now": True,
        "at": "2026-11-22T01:02:03.004Z",
    }


def test_openapi_is_told_that_money_is_text_with_a_pattern():
    spec = APISpec("t", "1", "3.1.0", plugins=[MarshmallowPlugin()])
    spec.components.schema("Offer", schema=Offer)
    schemas = spec.to_dict()["components"]["schemas"]
    assert schemas["Instalment"]["properties"]["amount"]["type"] == "string"
    assert schemas["Instalment"]["properties"]["amount"]["pattern"].startswith("^")
    assert schemas["Instalment"]["properties"]["after_months"] == {
        "type": "integer",
        "minimum": 0,
        "maximum": 600,
    }
    assert schemas["Fee"]["properties"]["method"] == {"type": "string", "enum": ["FREE", "LUMP"]}
    assert schemas["Fee"]["properties"]["instalments"]["maxItems"] == 3
    assert schemas["Offer"]["properties"]["open_now"]["type"] == "boolean"


def test_a_form_means_the_json_its_names_spell():
    form = MultiDict(
        [
            ("csrf_token", "t"),
            ("idempotency_key", "k"),
            ("_save", "later"),
            ("title", " 焊接 "),
            ("note", "  "),
            ("fee.method", "LUMP"),
            ("fee.instalments.5.amount", "2"),
            ("fee.instalments.10.amount", "3"),
            ("fee.instalments.0.amount", "1"),
            ("fee.instalments.7.amount", ""),
            ("acts[]", "make"),
        ]
    )
    assert forms.nested(form) == {
        "title": " 焊接 ",
        "fee": {"method": "LUMP", "instalments": [{"amount": "1"}, {"amount": "2"}, {"amount": "3"}]},
        "acts": ["make"],
    }


@pytest.mark.parametrize(
    "names", [("a", "a.b"), ("a.b", "a"), ("a.",), (".",), ("a[]", "a.b"), (".".join("abcdefghijk"),)]
)
def test_names_that_contradict_each_other_are_refused(names):
    with pytest.raises(Refused) as caught:
        forms.nested(MultiDict([(name, "x") for name in names]))
    assert caught.value.code == "unknown_field"


NAMES = st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True).filter(lambda name: name not in forms.SHELL_FIELDS)
TEXTS = st.text(min_size=1, max_size=8).filter(lambda text: text.strip())
TREES = st.recursive(
    TEXTS,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=12) | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=14,
)


def depth(tree):
    inner = tree.values() if isinstance(tree, dict) else tree if isinstance(tree, list) else ()
    return 1 + max((depth(one) for one in inner), default=0)


@settings(max_examples=60)
@given(st.dictionaries(NAMES, TREES, max_size=4).filter(lambda tree: depth(tree) <= forms.DEEPEST))
def test_values_and_nested_are_each_others_inverse(tree):
    assert forms.nested(MultiDict(forms.values(tree))) == tree


@given(st.lists(st.tuples(st.text("ab.0[]_", max_size=7), st.text(max_size=3)), max_size=8))
def test_no_form_makes_the_reader_fail_otherwise_than_by_refusing(pairs):
    with contextlib.suppress(Refused):
        forms.FormState(forms.nested(MultiDict(pairs))).value("a.0")


KEYS = st.sampled_from([*Offer().fields, *Fee().fields, "x"])
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
BODIES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(BODIES)
def test_no_json_makes_the_loader_fail_otherwise_than_by_refusing(body):
    with contextlib.suppress(Invalid):
        forms.load(Offer, body)


def test_a_page_shows_again_what_was_typed_beside_what_is_wrong():
    form = MultiDict({"title": "甲", "fee.instalments.0.amount": "1.005", "acts[]": "sell"})
    with pytest.raises(Invalid) as caught:
        forms.load(Offer, forms.nested(form))
    state = forms.FormState.failed(form, caught.value, Offer)
    assert state.value("fee.instalments.0.amount") == "1.005"
    assert state.error("fee.instalments.0.amount").code == "amount_decimals"
    assert state.label("fee.instalments.0.amount") == "金额"
    assert state.error("acts").code == "not_a_choice"
    assert state.error("title") is None
    assert state.chosen("acts", "sell")
    assert not state.chosen("acts", "make")
    assert state.rows("fee.instalments", 2) == 2
    assert state.value("fee.nothing.3") == ""
    assert len(state.summary()) == len(caught.value.refusals)


def test_prefilled_values_are_shown_as_inputs_hold_them():
    state = forms.FormState(
        {"day": date(2026, 3, 1), "sum": Decimal("1E+3"), "yes": True, "none": None, "m": Method.LUMP}
    )
    assert [state.value(name) for name in state.values] == ["2026-03-01", "1000", "yes", "", "LUMP"]
    assert state.chosen("m", Method.LUMP)
    assert state.chosen("yes", "yes")


@pytest.mark.parametrize("name", ["张𬱟", "㛃䶮𫖯龑喆堃", "\U000323b0", "葛󠄀", "O’Neill", "买买提·艾山"])
def test_names_with_rare_characters_pass(name):
    assert text.clean_name(f" {name} ") == name


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ("a\x00", "name_control"),
        ("a\nb", "name_control"),
        ("a\u200bb", "name_control"),
        ("a\u2066b", "name_bidi"),
        ("a\ue000", "name_private_use"),
        ("a\U000f0000", "name_private_use"),
        ("a\ud800", "name_unassigned"),
        ("a\ufffe", "name_unassigned"),
        ("a\u0378", "name_unassigned"),
        ("a\U0002fffe", "name_unassigned"),
    ],
)
def test_deceiving_characters_are_refused_with_their_code_point(raw, code):
    for clean in (text.clean_name, text.clean_text):
        if raw == "a\nb" and clean is text.clean_text:
            continue
        with pytest.raises(Refused) as caught:
            clean(raw, field="name")
        assert (caught.value.code, caught.value.field) == (code, "name")
        assert caught.value.params["character"].startswith("U+")


@given(st.text(max_size=30))
def test_cleaning_twice_changes_nothing(raw):
    for clean in (text.clean_name, text.clean_text):
        try:
            cleaned = clean(raw)
        except Refused:
            continue
        assert clean(cleaned) == cleaned


@pytest.mark.parametrize("path", ["/offers?q=%E7%84%8A&page=2", "/", "/a/b"])
def test_a_path_of_this_site_is_followed(path):
    assert text.local_path(path) == path


@pytest.mark.parametrize(
    "path",
    ["//evil.example", "/\\evil.example", "https://evil.example", "", "/a\\b", "/a\nb", "javascript:x"],
)
def test_a_path_that_leads_elsewhere_is_not(path):
    assert text.local_path(path) == "/"
