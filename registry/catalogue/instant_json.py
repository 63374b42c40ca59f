"""An answer about an instant as machines are told of it."""

from datetime import datetime
from typing import Any

from registry.catalogue import labels
from registry.catalogue.instants import ARTICLES, AtInstant, code_of
from registry.clock import legal_day
from registry.errors import Refused
from registry.ledger.published import Published
from registry.licenses.rules import Track


def document(found: AtInstant, base: str) -> dict[str, Any]:
    """The whole answer."""
    answer, terms = found.answer, found.terms
    return {
        "number": found.number,
        "instant": answer.instant,
        "legal_day": legal_day(answer.instant),
        "recorded": _standing(answer.recorded),
        "settled": _standing(answer.settled),
        "terms": terms
        and {
            "version": terms.version,
            "text_digest": terms.digest,
            "standard_terms": terms.terms_version,
            "fields_": terms.public_fields,
        },
        "rests_on": [_filing(one.seq, one.time, one.type, base) for one in answer.rests_on],
        "later": [_filing(one.seq, one.time, one.type, base) for one in answer.later],
        "position": {"before": _entry(found.before, base), "after": _entry(found.after, base)},
        "bundle": f"{base}/offers/{found.number}/at/bundle.json",
        "not_proved": [str(one) for one in labels.AT_NOT_PROVED],
    }


def _standing(standing: Track | Refused) -> dict[str, Any]:
    code, refused = code_of(standing), isinstance(standing, Refused)
    return {
        "open": not refused,
        "track": None if refused else code,
        "code": code,
        "article": standing.article if isinstance(standing, Refused) else ARTICLES[standing],
        "sentence": str(labels.AT_INSTANT[code]),
    }


def _filing(seq: int, time: datetime, kind: str, base: str) -> dict[str, Any]:
    place = f"{base}/api/v1/log/entries/{seq}"
    return {"seq": seq, "time": time, "type": kind, "entry": place, "proof": f"{place}/proof"}


def _entry(one: Published | None, base: str) -> dict[str, Any] | None:
    return None if one is None else _filing(one.entry.seq, one.entry.instant, one.entry.type, base)
