"""An acceptance by machine, signed outside, against a bare Flask POST with commit on the same engine.

What is measured is the call that files: session, schema, rules, two filings with their signatures,
idempotency, jobs, history, commit. Preparing and signing happen before. A free license, so that notice and
effect are entered together.
"""

from collections.abc import Iterator

from flask import Flask

from tests.bench.bare import bare_app
from tests.bench.measuring import Row, compare
from tests.contracts.test_api import drafted, signed
from tests.factories import announce, make_organisation, make_venue, published
from tests.licenses.test_api import Machine

ROUNDS, EACH, LICENSEES = 5, 12, 5


def run(app: Flask, database: str, aim: str) -> list[Row]:
    calls = _prepared(app)
    bare = bare_app("/row", app).test_client()

    def send(_number: int) -> None:
        machine, path, body = next(calls)
        assert machine.call("POST", path, body).status_code == 201

    def post(_number: int) -> None:
        assert bare.post("/row").status_code == 201

    return [
        compare(
            f"acceptance by API, signed outside · {database}", send, post, rounds=ROUNDS, each=EACH, aim=aim
        )
    ]


def _prepared(app: Flask) -> Iterator[tuple[Machine, str, dict[str, str]]]:
    """Every call ready to be sent: one offer and licensee each, since a licensee takes an offer once."""
    holder, venue = make_organisation(app, "r1"), make_venue(app, "v2")
    machines = [Machine(app, make_organisation(app, f"c{number}")) for number in range(1, LICENSEES + 1)]
    ready = []
    for _ in range(-(-ROUNDS * EACH // LICENSEES)):
        offer = published(app, holder, venue)
        announce(offer)
        for machine in machines:
            draft = drafted(machine, offer)
            ready.append((machine, f"/acceptances/{draft['number']}/notice", signed(machine, draft)))
    return iter(ready)
