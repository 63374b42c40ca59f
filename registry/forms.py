"""Forms: what people type or machines send becomes checked values, or comes back beside its errors.

One schema serves the page and the API. Its errors are codes, never prose: `load` raises `Invalid` whose
refusals name their field as a dotted path (`fee.instalments.1.amount`), which is also the name of the input
on the page. An HTML form is read by `nested`: dots make objects, numbers lists (gaps close), a closing `[]` a
list of what is ticked, and what was left empty is absent. `problems` says the codes in words.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import marshmallow
from marshmallow import ValidationError, fields
from marshmallow.exceptions import SCHEMA
from werkzeug.datastructures import MultiDict

from registry.errors import Invalid, Refused
from registry.fields import (
    Checked,
    Choice,
    CleanName,
    CleanText,
    Code,
    Count,
    Flag,
    Instant,
    LegalDate,
    Money,
    Percent,
    Schema,
    Whole,
)

__all__ = (
    "Checked",
    "Choice",
    "CleanName",
    "CleanText",
    "Code",
    "Count",
    "Flag",
    "FormState",
    "Instant",
    "LegalDate",
    "Money",
    "Percent",
    "Schema",
    "Whole",
    "anchor",
    "labels",
    "load",
    "nested",
    "refusal_of",
    "refusals",
    "shown",
    "values",
)

SHELL_FIELDS = frozenset({"csrf_token", "idempotency_key", "lang"})
"""Inputs that belong to the page and not to its subject; so does every name that starts with `_`."""

LOCATIONS = frozenset(
    {"json", "query", "querystring", "form", "json_or_form", "headers", "cookies", "files", "path"}
)
DEEPEST = 8
_WORD = re.compile(r"[a-z][a-z0-9_]*")
AnySchema = marshmallow.Schema | type[marshmallow.Schema]


def load(schema: AnySchema, data: Any) -> dict[str, Any]:
    """The checked values. Raises Invalid with a refusal for each thing wrong, its field as a dotted path."""
    reader = schema() if isinstance(schema, type) else schema
    try:
        loaded: dict[str, Any] = reader.load(data)
    except ValidationError as error:
        raise Invalid(refusals(error.messages)) from None
    return loaded


def refusals(messages: Any, path: str = "") -> Iterator[Refused]:
    """What marshmallow's nested messages say, as refusals in the order of the fields."""
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from refusals(inner, path if key == SCHEMA else _join(path, str(key)))
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from refusals(inner, path)
    elif isinstance(messages, Invalid):
        yield from refusals(messages.refusals, path)
    elif isinstance(messages, Refused):
        yield type(messages)(messages.code, _join(path, messages.field), messages.article, **messages.params)
    else:
        known = isinstance(messages, str) and _WORD.fullmatch(messages)
        yield Refused(messages if known else "not_valid", path)


def refusal_of(error: ValidationError | Any) -> Invalid:
    """What webargs found: marshmallow's messages, below the place they were read from."""
    messages = error.messages if isinstance(error, ValidationError) else error
    if isinstance(messages, Mapping) and len(messages) == 1 and next(iter(messages)) in LOCATIONS:
        messages = next(iter(messages.values()))
    return Invalid(refusals(messages))


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path and name else path or name


def nested(form: MultiDict[str, str]) -> dict[str, Any]:
    """An HTML form as the JSON it means. Refuses unknown_field for names that contradict each other."""
    tree: dict[str, Any] = {}
    for name in form:
        found = [one for one in form.getlist(name) if one.strip()]
        if name in SHELL_FIELDS or name.startswith("_") or not found:
            continue
        several = name.endswith("[]") or len(found) > 1
        _put(tree, name.removesuffix("[]"), found if several else found[0])
    return {key: _listed(value) for key, value in tree.items()}


def _put(tree: dict[str, Any], name: str, value: Any) -> None:
    *parents, last = name.split(".", DEEPEST)
    for parent in parents:
        tree = tree.setdefault(parent, {})
        if not isinstance(tree, dict):
            raise Refused("unknown_field", name)
    if last in tree or not last or "." in last:
        raise Refused("unknown_field", name)
    tree[last] = value


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    if all(key.isascii() and key.isdigit() for key in tree):
        return [_listed(tree[key]) for key in sorted(tree, key=lambda key: (len(key), key))]
    return {key: _listed(value) for key, value in tree.items()}


def values(data: Mapping[str, Any]) -> dict[str, str]:
    """The inverse of `nested`: input names and the texts in them; for hidden inputs and refilling."""
    return dict(_flat(data, ""))


def _flat(value: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _flat(inner, _join(path, str(key)))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            yield from _flat(inner, f"{path}.{index}")
    elif shown(value):
        yield path, shown(value)


def shown(value: Any) -> str:
    """A value as an input shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else str(value)


def labels(schema: AnySchema) -> dict[str, Any]:
    """What each field is called: `metadata={"label": …}`, by path, with `*` for a list's index."""
    reader = schema() if isinstance(schema, type) else schema
    return dict(_labels(reader, ""))


def _labels(schema: marshmallow.Schema, path: str) -> Iterator[tuple[str, Any]]:
    for name, one in schema.fields.items():
        here = _join(path, one.data_key or name)
        if "label" in one.metadata:
            yield here, one.metadata["label"]
        inner, inside = (one.inner, f"{here}.*") if isinstance(one, fields.List) else (one, here)
        if isinstance(inner, fields.Nested):
            yield from _labels(inner.schema, inside)


@dataclass(frozen=True, slots=True)
class FormState:
    """What a page shows in its inputs: the values typed or prefilled, what is wrong with them, and `cautions`
    that stand beside an input and refuse nothing.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Refused, ...] = ()
    labels: Mapping[str, Any] = field(default_factory=dict)
    cautions: tuple[Refused, ...] = ()

    @classmethod
    def failed(
        cls, form: MultiDict[str, str], refused: Refused, schema: AnySchema | None = None
    ) -> "FormState":
        """The same page again: input kept, errors beside it; a schema names the fields in the summary."""
        found = refused.refusals if isinstance(refused, Invalid) else (refused,)
        return cls(nested(form), found, {} if schema is None else labels(schema))

    def found(self, name: str) -> Any:
        """The value at a path, or None."""
        here: Any = self.values
        for part in name.removesuffix("[]").split("."):
            if isinstance(here, Mapping):
                here = here.get(part)
            elif isinstance(here, list | tuple) and part.isdigit() and int(part) < len(here):
                here = here[int(part)]
            else:
                return None
        return here

    def value(self, name: str, default: Any = "") -> str:
        found = self.found(name)
        return shown(default if found is None else found)

    def chosen(self, name: str, option: Any) -> bool:
        """Whether a radio button, checkbox or option is marked."""
        found = self.found(name)
        several = found if isinstance(found, list | tuple | set | frozenset) else [found]
        return shown(option) in {shown(one) for one in several if one is not None}

    def rows(self, name: str, least: int = 1) -> int:
        """How many rows of a repeated group to show."""
        found = self.found(name)
        return max(least, len(found) if isinstance(found, list | tuple) else 0)

    def error(self, name: str) -> Refused | None:
        """The first refusal of a field, or of one entry of its list."""
        name = name.removesuffix("[]")
        return next((one for one in self.errors if one.field == name or anchor(one.field) == name), None)

    def cautioned(self, name: str) -> tuple[Refused, ...]:
        """What a reader should look at beside one input."""
        return tuple(one for one in self.cautions if one.field == name)

    def summary(self) -> tuple[Refused, ...]:
        return self.errors

    def label(self, name: str) -> Any:
        """What the summary calls a field; one without a name of its own is called by its group's."""
        known = self.labels.get(re.sub(r"\.\d+(?=\.|$)", ".*", name)) or self.labels.get(anchor(name), "")
        return known or (self.label(name.rpartition(".")[0]) if "." in name else "")


def anchor(path: str) -> str:
    """The input an error is shown at: an entry of a list of ticks belongs to its group."""
    return re.sub(r"\.\d+$", "", path)
