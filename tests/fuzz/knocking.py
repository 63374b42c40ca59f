"""Knock at every machine's door with what its document allows and with what it forbids, as different
visitors, and hold each answer against the document (schemathesis).
"""

import warnings
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from flask import Flask
from schemathesis import GenerationMode
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi import checks

from tests.access_api import API
from tests.access_demand import DEMAND
from tests.access_lists import LISTS_API
from tests.world import Visitor, World

LINES = {**API, **DEMAND, **LISTS_API}
CHECKS = (
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.unsupported_method,
    checks.ignored_auth,
    checks.missing_required_header,
)
"""`negative_data_rejection` is looked at with negative data alone. Left out, and why:

- `positive_data_acceptance`: what is well formed may still be against the law or not the sender's; that such
  a refusal is none of shape is looked at here instead (`shape`).
- `use_after_free`, `ensure_resource_availability`: nothing is freed here, what was filed stays.
- `object_level_authorization`: the access matrix knocks at every door as everybody.
"""
SHAPE = frozenset({"unknown_field", "not_json", "not_an_object"})
"""Refusals that what the document allows must never get."""
HOLDER, LICENSEE, OPERATOR, NOBODY = "holder.owner", "licensee.owner", "venue", "anonymous"
VISITORS = (NOBODY, HOLDER, LICENSEE, OPERATOR)


@dataclass
class Tally:
    """What was sent, what came back, what was wrong: each kind of fault once, with one case that shows it."""

    sent: int = 0
    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    faults: dict[tuple[str, str], str] = field(default_factory=dict)

    def note(self, operation: str, fault: str, case: str) -> None:
        self.faults.setdefault((operation, fault), case)


def schema_of(app: Flask) -> Any:
    return schemathesis.openapi.from_dict(app.test_client().get("/api/openapi.json").json)


def knock(world: World, examples: int, tally: Tally, *, only: str = "", everybody: bool = True) -> None:
    """Every door with both kinds of data: at random addresses, and at those of things there are. As every
    visitor, or a third of the doors and each as another.
    """
    schema = schema_of(world.app)
    schema.app = world.app
    endpoints = dict(_endpoints(world.app))
    for n, found in enumerate(schema.get_all_operations()):
        operation = found.ok()
        if only not in operation.label or not (everybody or n % 3 == 0):
            continue
        method = operation.method.upper()
        known = _things(world, f"{method} {endpoints[operation.path, method]}")
        visitors = VISITORS if everybody else (VISITORS[n % len(VISITORS)],)
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            _try(operation, [world.visitors[one] for one in visitors], mode, known, examples, tally)


def _try(
    operation: Any,
    visitors: Sequence[Visitor],
    mode: GenerationMode,
    known: Mapping[str, str],
    examples: int,
    tally: Tally,
) -> None:
    turn = iter(range(1_000_000))

    @hypothesis.settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[hypothesis.Phase.generate],
        suppress_health_check=list(hypothesis.HealthCheck),
    )
    @hypothesis.given(operation.as_strategy(generation_mode=mode))
    def one(case: Any) -> None:
        wrong_path = case.meta is not None and case.meta.is_negative_at(ParameterLocation.PATH)
        if known and not wrong_path and next(turn) % 4 != 3:  # of four, one at an address drawn by lot
            case.path_parameters = dict(known)
        for visitor in visitors:
            _judge(case, visitor, mode, tally)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the generators, about schemas they cannot negate
        try:
            one()
        except hypothesis.errors.Unsatisfiable:
            return  # nothing of this kind exists: a door without a body has no wrong one


def _judge(case: Any, visitor: Visitor, mode: GenerationMode, tally: Tally) -> None:
    label = case.operation.label
    headers = {"Authorization": f"Bearer {visitor.bearer}"} if visitor.bearer else {}
    others = {name: one for name, one in (case.headers or {}).items() if name.lower() != "authorization"}
    case.headers = {**others, **headers}  # keys are the visitors' own, never made up
    response = Context().run(lambda: case.call(headers=dict(headers)))
    tally.sent += 1
    if response.status_code == 401 and visitor.bearer:
        tally.note(label, "a key that holds is refused", response.text)
    tally.statuses[visitor.person.email if visitor.person else "nobody", response.status_code] += 1
    asked = [*CHECKS, *([checks.negative_data_rejection] if mode.is_negative else [])]
    try:
        Context().run(lambda: case.validate_response(response, checks=asked, headers=dict(headers)))
    except* Failure as group:
        for one in _flat(group):
            if "parameters `Authorization` in header" in str(one):
                continue  # the wrong key it made up is not what was sent: the visitor's own was
            tally.note(label, f"{one.title}: {one.message.splitlines()[0] if one.message else ''}", str(one))
    if mode.is_positive and response.status_code == 422:
        said = response.json()
        for code in {said["code"], *(one["code"] for one in said.get("errors", ()))} & SHAPE:
            tally.note(label, f"well formed and refused as {code}", response.text)


def _flat(group: Any) -> Iterator[Failure]:
    for one in group.exceptions:
        if isinstance(one, FailureGroup | BaseExceptionGroup):
            yield from _flat(one)
        else:
            yield one


def _endpoints(app: Flask) -> Iterator[tuple[tuple[str, str], str]]:
    for rule in app.url_map.iter_rules():
        path = rule.rule
        for name in rule.arguments:
            start = path.index(f"{name}>")
            path = path[: path.rindex("<", 0, start)] + "{" + name + "}" + path[start + len(name) + 1 :]
        for method in rule.methods or ():
            yield (path, method), rule.endpoint


def _things(world: World, name: str) -> dict[str, str]:
    """The path's values that lead to something, as the access matrix has them; not to the very key that
    knocks, or one door would close all others.
    """
    if "machine-keys" in name or "machine" in name.partition(" ")[2]:
        return {}
    wanted = LINES[name].things if name in LINES else {}
    return {key: value[1:] if value[0] == "=" else world.things[value] for key, value in wanted.items()}
