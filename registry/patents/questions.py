"""The questions of the nine bars that facts answer: what was answered, and which facts an answer means.

One answer states one fact a question. Further facts of the same question, and facts nobody is asked about,
stay as they are; an answer "no" ends all facts of its question.
"""

from collections.abc import Mapping
from typing import Any

from registry.patents.models import Patent, PatentFact
from registry.patents.schemas import QUESTIONS

_SHOWN = ("kind", "starts_on", "ends_on", "reference", "consented", "upload_id", "note")


def answers(patent: Patent) -> dict[str, Any]:
    """The state form as it stands; questions never answered are left out."""
    if patent.annuity_paid_to is None and not patent.facts:
        return {}
    values: dict[str, Any] = {
        "annuity_paid_to": patent.annuity_paid_to,
        "annuity_upload": patent.annuity_upload,
    }
    for question, kinds in QUESTIONS.items():
        stated = [fact for fact in patent.facts if fact.kind in kinds]
        values[question] = {"answer": True, **_fields(stated[0])} if stated else {"answer": False}
    return values


def facts(loaded: Mapping[str, Any], patent: Patent) -> list[dict[str, Any]]:
    """The facts a loaded StateSchema leaves a patent with, the answered ones first."""
    stated, others = [], []
    asked = {kind: question for question, kinds in QUESTIONS.items() for kind in kinds}
    for question in yes(loaded):
        said = {name: loaded[question][name] for name in _SHOWN}
        kinds = QUESTIONS[question]
        stated.append({**said, "kind": said["kind"] if said["kind"] in kinds else kinds[0]})
    shown: set[str] = set()
    for fact in patent.facts:
        question = asked.get(fact.kind, "")
        if not question or (loaded[question]["answer"] and question in shown):
            others.append(_fields(fact))
        shown.add(question)
    return stated + others


def yes(loaded: Mapping[str, Any]) -> list[str]:
    """The questions answered yes; the order of `facts`."""
    return [question for question in QUESTIONS if loaded[question]["answer"]]


def _fields(fact: PatentFact) -> dict[str, Any]:
    return {name: getattr(fact, name) for name in _SHOWN}
