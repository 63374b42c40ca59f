"""The access matrix of the pages everybody reads, and of those of the office: code tables, erasures."""

from collections.abc import Mapping

from tests.access import (
    ADMINISTRATOR,
    AUDITOR,
    CODE_CHANGE,
    CODE_LIST,
    ERASURE,
    EVERYBODY,
    HOLDER,
    SECURITY,
    SIGNED_IN,
    TODAY,
    Line,
    line,
    those,
)

SEARCHER = those(HOLDER, "owner")
CATALOGUE: Mapping[str, Line] = {
    # code tables
    "GET codebook.index": line(EVERYBODY),
    "GET codebook.show": line(EVERYBODY, name="=plan"),
    "GET codebook.download": line(EVERYBODY, name="=plan"),
    "GET codebook.history": line(AUDITOR | ADMINISTRATOR, name="=plan"),
    "GET codebook.change": line(ADMINISTRATOR, name="=plan"),
    "POST codebook.change": line(ADMINISTRATOR, CODE_CHANGE, name="=plan"),
    "GET codebook.bring": line(ADMINISTRATOR, name="=plan"),
    "POST codebook.bring": line(ADMINISTRATOR, CODE_LIST, name="=plan"),
    "POST codebook.apply": line(ADMINISTRATOR, CODE_LIST, name="=plan"),
    # erasures
    "GET erasures.index": line(AUDITOR | ADMINISTRATOR | SECURITY),
    "POST erasures.check": line(ADMINISTRATOR | SECURITY, ERASURE),
    "POST erasures.ask": line(ADMINISTRATOR | SECURITY, {**ERASURE, "listed": "0" * 64}),
    "GET erasures.show": line(AUDITOR | ADMINISTRATOR | SECURITY, erasure_id="erasure"),
    "POST erasures.approve": line(ADMINISTRATOR | SECURITY, {"listed": "0" * 64}, erasure_id="erasure"),
    "POST erasures.drop": line(ADMINISTRATOR | SECURITY, erasure_id="erasure"),
    # saved searches
    "GET feeds.atom": line(EVERYBODY),
    "GET feeds.json_feed": line(EVERYBODY),
    **{f"GET saved.{name}": line(SIGNED_IN) for name in ("show", "new", "industries")},
    **{f"POST saved.{name}": line(SIGNED_IN) for name in ("save", "follow")},
    **{f"GET saved.{name}": line(SEARCHER, search_id="search") for name in ("look", "edit_form")},
    **{f"POST saved.{name}": line(SEARCHER, search_id="search") for name in ("edit", "drop")},
    # the catalogue
    **{
        f"GET catalogue.{name}": line(EVERYBODY, number="offer")
        for name in ("offer", "offer_bundle", "offer_document", "offer_proof", "offer_qr", "offer_text")
    },
    **{f"GET catalogue.{name}": line(EVERYBODY) for name in ("home", "about", "search")},
    **{
        f"GET verification.{name}": line(EVERYBODY)
        for name in ("verify", "verifier", "script", "style", "upload")
    },
    "POST verification.check": line(EVERYBODY),
    **{f"GET data.{name}": line(EVERYBODY) for name in ("index", "sums", "catalog", "profile")},
    "GET data.policy": line(EVERYBODY, number="offer"),
    "GET data.version": line(EVERYBODY, number="offer", version="=1"),
    "GET data.file": line(frozenset(), name="=offers-2000-01-01.csv"),  # nothing was written on that day
    "GET log.log": line(EVERYBODY),
    "GET log.entry": line(EVERYBODY, seq="=0"),
    "GET log-files.text": line(EVERYBODY, name="key_file"),
    "GET log-files.anchored": line(frozenset(), folder="anchors", name="key_file"),  # this log has none
    "GET catalogue.offer_drawing": line(frozenset(), number="offer"),  # this offer came without one
    "GET instants.at": line(EVERYBODY, {"day": TODAY, "time": "00:00"}, number="offer"),
    "GET instants.bundle": line(EVERYBODY, number="offer"),
    "GET log-files.tile": line(EVERYBODY, rest="tile"),
    "GET log-files.envelope": line(EVERYBODY, digest="envelope"),
}
