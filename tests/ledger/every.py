"""Every case there is, made once a process and not before somebody asks: some are printed papers."""

from collections.abc import Callable, Iterable
from functools import cache

from tests.ledger.asserted import asserted_cases
from tests.ledger.attacks import attacks
from tests.ledger.cases import Case, cases
from tests.ledger.extracted import extracted_cases
from tests.ledger.listed import listed_cases
from tests.ledger.passed_on import passed_on_cases
from tests.ledger.sealed import sealed_cases

MAKERS: dict[str, Callable[[], Iterable[Case]]] = {
    "whole and broken": cases,
    "attacked": attacks,
    "sealed": sealed_cases,
    "signed in a list": listed_cases,
    "signed with a device": asserted_cases,
    "passed on": passed_on_cases,
    "extracted": extracted_cases,
}


@cache
def every_case() -> dict[str, Case]:
    """By name; `made` has those of one maker."""
    return {name: case for kind in MAKERS for name, case in made(kind).items()}


@cache
def made(kind: str) -> dict[str, Case]:
    return {case.name: case for case in MAKERS[kind]()}
