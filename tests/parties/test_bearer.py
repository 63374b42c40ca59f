"""Machines' keys as text, and their scopes against the permission table and the doors."""

import re

import pytest
from flask import Flask

from registry.parties import bearer, scopes
from registry.parties.permissions import TABLE
from registry.parties.rules import Role
from registry.parties.scopes import Scope


def test_a_minted_key_is_known_by_its_pattern_and_comes_apart_again() -> None:
    made = bearer.mint()
    assert re.fullmatch(bearer.PATTERN, made)
    parts = bearer.parse(made)
    assert parts is not None
    assert made.startswith(parts.prefix + "_" + parts.secret)
    assert bearer.mint(parts.prefix).startswith(parts.prefix + "_")


def test_a_key_with_one_character_changed_is_none_before_any_row_is_read() -> None:
    made = bearer.mint()
    for place in range(len(made)):
        other = "1" if made[place] != "1" else "2"
        assert bearer.parse(made[:place] + other + made[place + 1 :]) is None, place


@pytest.mark.parametrize("text", ["", "mx_", "mx_abc", "bearer", "mx_" + "a" * 59, "ü" * 59])
def test_what_is_no_key_is_none(text: str) -> None:
    assert bearer.parse(text) is None


def test_a_key_of_before_still_comes_apart() -> None:
    parts = bearer.parse("mx0123456789.secret")
    assert parts is not None
    assert (parts.prefix, parts.secret) == ("mx0123456789", "secret")


def test_every_scope_is_made_of_verbs_of_the_table_that_somebody_but_an_administrator_may_do() -> None:
    assert set(scopes.OF_VERB) <= set(TABLE)
    assert set(scopes.OF_VERB.values()) == set(Scope)
    for verb in scopes.OF_VERB:
        roles = {role for grant in TABLE[verb] for role in grant.roles}
        assert roles - {Role.ADMINISTRATOR, Role.CLOCK}, f"{verb} is for people alone"


def test_every_machine_door_names_its_scope(lite: Flask) -> None:
    silent = []
    for rule in lite.url_map.iter_rules():
        view = lite.view_functions[rule.endpoint]
        public = getattr(view, "access", "") == "public"
        if rule.rule.startswith("/api/v1/") and not public and not hasattr(view, "scope"):
            silent.append(rule.endpoint)
    assert not silent, f"mark these with doors.machine(verb): {silent}"


def test_scopes_are_kept_in_order_and_unknown_ones_are_nothing() -> None:
    assert scopes.written(["pay", "read"]) == "read pay"
    assert scopes.read("pay read gone") == {Scope.PAY, Scope.READ}
