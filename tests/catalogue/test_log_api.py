"""The log for machines: head, entries, proofs, digests, and a change stream that resumes at any line."""

import json
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from registry.catalogue import log_json
from registry.database import db
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.canonical import sha256_hex, unb64
from registry.ledger.chain import consistent, included, leaf_hash
from registry.ledger.checkpoints import note_head
from registry.ledger.notes import open_strictly, parse_head, parse_proof
from registry.ledger.setup import ledger_setup
from tests.ledger.making import effective, file


@pytest.fixture
def log(lite: Flask) -> Flask:
    """Twelve entries, signed at 1, 6 and 12, and one more that no head covers yet."""
    for count in (5, 6, 1):
        file(*(effective(f"C-{count}-{n}") for n in range(count)))
        if count > 1:
            ledger.publish_checkpoint()
    return lite


def get(app: Flask, path: str, status: int = 200) -> TestResponse:
    answer = app.test_client().get(f"/api/v1/log{path}")
    assert answer.status_code == status, (path, answer.get_data(as_text=True))
    return answer


def lines(app: Flask, query: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in get(app, f"/changes?{query}").get_data(as_text=True).splitlines()]


def test_the_head_is_the_signed_one_with_the_key_to_pin(log: Flask) -> None:
    said = get(log, "").json
    assert (said["size"], said["origin"]) == (12, ledger_setup().origin)
    assert said["vkey"] == str(ledger_setup().vkey)
    assert parse_head(open_strictly(said["checkpoint"], ledger_setup().vkey)).size == 12


def test_an_entry_comes_with_its_exact_bytes_and_its_envelope(log: Flask) -> None:
    said = get(log, "/entries/3").json
    assert leaf_hash(said["entry"].encode()).hex() == said["leaf"]
    assert sha256_hex(said["envelope"]["text"].encode()) == said["envelope"]["digest"]
    assert json.loads(said["entry"])["env"] == said["envelope"]["digest"]
    assert log.test_client().get(said["envelope"]["href"]).data == said["envelope"]["text"].encode()


def test_a_proof_leads_to_the_newest_head_or_to_the_one_asked_for(log: Flask) -> None:
    entry = get(log, "/entries/3").json["entry"].encode()
    for query, size in (("", 12), ("?size=6", 6)):
        answer = get(log, f"/entries/3/proof{query}")
        proof = parse_proof(answer.get_data(as_text=True))
        head = parse_head(open_strictly(proof.checkpoint, ledger_setup().vkey))
        assert head.size == size
        assert included(leaf_hash(entry), 3, size, proof=proof.hashes, root=head.root)
    assert answer.content_type == "text/plain; charset=utf-8"
    assert "3.tlog-proof" in answer.headers["Content-Disposition"]


def test_an_entry_not_signed_yet_is_signed_when_it_is_asked_for(log: Flask) -> None:
    assert published.published_size() == 12
    assert get(log, "/entries/12").json["seq"] == 12
    assert published.published_size() == 13


PROBLEMS = [
    ("/entries/99", 404, "not_found"),
    ("/entries/99999999999999999999", 404, "not_found"),
    ("/entries/-1", 404, "not_found"),
    ("/entries/3/proof?size=7", 404, "not_found"),
    ("/entries/8/proof?size=6", 404, "not_found"),
    ("/entries/3/proof?size=0", 422, "invalid"),
    ("/consistency?from=0&to=3", 422, "invalid"),
    ("/consistency?from=7&to=6", 422, "sizes_disordered"),
    ("/consistency?from=1&to=13", 404, "not_found"),
    ("/consistency?from=1", 422, "invalid"),
    ("/digests/xyz", 404, "not_found"),
    ("/digests/" + "0" * 64, 404, "not_found"),
    ("/changes?from=13", 422, "log_not_that_far"),
    ("/changes?from=-1", 422, "invalid"),
    ("/changes?since=3", 422, "invalid"),
    ("/changes?limit=10001", 422, "invalid"),
]


def test_what_cannot_be_answered_is_a_problem_document(log: Flask) -> None:
    for path, status, code in PROBLEMS:
        answer = get(log, path, status)
        assert answer.mimetype == "application/problem+json", path
        assert answer.json["code"] == code, path


def test_two_sizes_are_proved_consistent(log: Flask) -> None:
    heads = [note_head(ledger.checkpoint(size, exact=True) or "") for size in (6, 12)]
    said = get(log, "/consistency?from=6&to=12").json
    proof = [unb64(step) for step in said["hashes"]]
    assert consistent(6, 12, old_root=heads[0].root, new_root=heads[1].root, proof=proof)
    assert (said["from"], said["to"]) == (6, 12)


def test_a_digest_leads_to_its_entry(log: Flask) -> None:
    entry = get(log, "/entries/4").json
    assert get(log, f"/digests/{entry['leaf']}").json == {
        "seq": 4,
        "kind": "leaf",
        "entry": "http://localhost/api/v1/log/entries/4",
    }
    assert get(log, f"/digests/{entry['envelope']['digest']}").json["kind"] == "envelope"
    unsigned = leaf_hash(ledger.filed_at(12)[0]).hex()
    get(log, f"/digests/{unsigned}", 404)


def test_the_stream_holds_every_signed_entry_in_order_and_ends_with_the_head(log: Flask) -> None:
    *entries, last = lines(log, "from=0")
    assert [one["seq"] for one in entries] == list(range(12))  # not the thirteenth: no head covers it
    assert all("text" not in one["envelope"] for one in entries)
    assert (last["end"]["next"], last["end"]["size"], last["end"]["complete"]) == (12, 12, True)
    answer = get(log, "/changes?from=0")
    assert answer.mimetype == "application/x-ndjson"
    assert answer.headers["Link"] == '<http://localhost/api/v1/log/changes?from=12>; rel="next"'


def test_envelopes_stand_in_the_lines_when_asked_for(log: Flask) -> None:
    *entries, _ = lines(log, "from=2&envelopes=1")
    assert entries
    for one in entries:
        assert sha256_hex(one["envelope"]["text"].encode()) == one["envelope"]["digest"]


def test_resuming_at_any_line_gives_the_same_lines(log: Flask) -> None:
    whole = lines(log, "from=0")
    for cut in range(13):
        assert lines(log, f"from={cut}") == whole[cut:], cut


def test_small_answers_one_after_another_are_the_whole(log: Flask) -> None:
    whole, read, place = lines(log, "from=0"), [], 0
    while True:
        *entries, last = lines(log, f"from={place}&limit=5")
        read += entries
        place = last["end"]["next"]
        if last["end"]["complete"]:
            break
    assert read == whole[:-1]


def test_entries_filed_while_a_stream_is_read_neither_repeat_nor_vanish(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "BATCH", 3)
    file(*(effective(f"C-{n}") for n in range(9)))
    ledger.publish_checkpoint()
    signed = published.newest()
    assert signed is not None
    reading, seen = log_json.changes(0, signed.size, signed=signed, base="", envelopes=False), []
    for number, line in enumerate(reading):
        seen.append(json.loads(line))
        file(effective(f"D-{number}"))
        ledger.publish_checkpoint()
    assert [one.get("seq") for one in seen] == [*range(10), None]
    *rest, last = lines(app, f"from={seen[-1]['end']['next']}")
    assert [one["seq"] for one in rest] == list(range(10, ledger.size()))
    assert last["end"]["complete"]


def test_a_stream_reads_in_batches_and_holds_no_connection_between_them(
    lite: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "BATCH", 4)
    file(*(effective(f"C-{n}") for n in range(9)))
    ledger.publish_checkpoint()
    asked: list[tuple[int, int]] = []
    whole = published.entries

    def counted(first: int, end: int, **options: Any) -> Any:
        asked.append((first, end))
        return whole(first, end, **options)

    monkeypatch.setattr(published, "entries", counted)
    reading = published.stream(0, 10)
    db.session.remove()
    for _ in range(5):
        next(reading)
    assert asked == [(0, 4), (4, 8)]
    assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
