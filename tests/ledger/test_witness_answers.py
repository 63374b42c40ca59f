"""What a witness answers counts only when it holds: strange, foreign and endless answers are not kept."""

import json
import logging

import pytest
from flask import Flask

from registry import jobs
from registry.ledger import cosigning, outside
from registry.ledger import service as ledger
from registry.ledger.checkpoints import note_head
from registry.ledger.notes import COSIGNATURE, Vkey, cosign, sign_note
from registry.ledger.outside import LARGEST_ANSWER, Reply, Unreached
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import Ed25519Signer
from registry.ledger.witness import SIZE_TYPE, parse_request, request_for
from tests.ledger.outsiders import Teller, anchors_with, policy_with, serving
from tests.ledger.test_cosigning import kept, published, waiting

SIGNER = Ed25519Signer.generate()
OTHER = Ed25519Signer.generate()
TELLER = Vkey("witness.example/teller", SIGNER.public, COSIGNATURE)


def line(body: bytes, *, signer: Ed25519Signer = SIGNER, name: str = TELLER.name, text: str = "") -> bytes:
    return cosign(text or parse_request(body).head.text, name, signer, time=1_800_000_000).encode()


def altered(body: bytes) -> bytes:
    return line(body, text=parse_request(body).head.text.replace("test.", "other."))


def later(body: bytes) -> bytes:
    """A line whose time was changed after signing."""
    from registry.ledger.canonical import b64
    from registry.ledger.notes import split_note

    signed = split_note(parse_request(body).head.text + "\n" + line(body).decode())[1][0]
    moved = (1_900_000_000).to_bytes(8, "big") + signed.signature[8:]
    return f"— {signed.name} {b64(signed.key_id + moved)}\n".encode()


FALSE_ANSWERS = {
    "another key": ("200 OK", lambda body: line(body, signer=OTHER), "wrong_signature"),
    "another name": ("200 OK", lambda body: line(body, name="witness.example/x"), "wrong_signature"),
    "another text": ("200 OK", altered, "wrong_signature"),
    "another time": ("200 OK", later, "wrong_signature"),
    "no line": ("200 OK", lambda _: b"", "nonsense"),
    "a page": ("200 OK", lambda _: b"<html>hello</html>\n", "nonsense"),
    "no text": ("200 OK", lambda _: b"\xff\xfe\n", "nonsense"),
    "too much": ("200 OK", lambda _: b"x" * (LARGEST_ANSWER + 1), "answer_too_large"),
    "a redirect": ("302 Found", lambda _: b"", "status_302"),
    "forbidden": ("403 Forbidden", lambda _: b"", "status_403"),
    "unknown log": ("404 Not Found", lambda _: b"", "status_404"),
    "another root": ("409 Conflict", lambda _: b"another root\n", "contradiction"),
    "a wrong proof": ("422 Unprocessable Entity", lambda _: b"", "contradiction"),
}


def test_an_answer_that_does_not_hold_is_never_kept(lite: Flask) -> None:
    setup = ledger_setup()
    for case, (status, say, code) in FALSE_ANSWERS.items():
        teller = Teller(lambda body, status=status, say=say: (status, "text/plain", say(body)))
        with serving(teller) as url:
            setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
            published(case)
            with pytest.raises(Unreached) as refused:
                cosigning.cosign(setup.anchors.witnesses[0])
        assert refused.value.code == code, case
        assert len(teller.asked) == 1, "a redirect was followed, or it was asked again at once"
        assert kept() == 0


def test_a_witness_that_says_what_is_not_so_is_reported(
    lite: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    setup = ledger_setup()
    with serving(Teller(lambda body: ("200 OK", "text/plain", line(body, signer=OTHER)))) as url:
        setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
        published("C-1")
        jobs.run_all()
    (record,) = caplog.records
    assert record.levelno == logging.ERROR
    assert json.loads(record.message)["said"] == waiting()[0]["said"] == "wrong_signature"


def test_the_tellers_right_answer_would_have_been_kept(lite: Flask) -> None:
    setup = ledger_setup()
    stranger = "— somebody AAAAAAAAAAA=\n".encode()
    with serving(Teller(lambda body: ("200 OK", "text/plain", stranger + line(body)))) as url:
        setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
        published("C-1")
        jobs.run_all()
    (one,) = ledger.cosignatures_of(ledger.size())
    assert one.line.encode() == line(request_for(str(ledger.checkpoint())).body)


def test_a_size_that_cannot_be_is_reported(lite: Flask) -> None:
    setup = ledger_setup()
    published("C-1")
    for size, code in (("0", "nonsense"), ("999", "witness_ahead"), ("x", "nonsense"), ("01", "nonsense")):
        said = f"{size}\n".encode()
        with serving(Teller(lambda _, said=said: ("409 Conflict", SIZE_TYPE, said))) as url:
            setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
            with pytest.raises(Unreached) as refused:
                cosigning.cosign(setup.anchors.witnesses[0])
        assert refused.value.code == code


def test_a_witness_that_teaches_another_size_each_time_is_given_up(lite: Flask) -> None:
    sizes = iter(["1", "2", "1", "2"])
    setup = ledger_setup()
    teller = Teller(lambda _: ("409 Conflict", SIZE_TYPE, f"{next(sizes)}\n".encode()))
    with serving(teller) as url:
        setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
        published("C-1")
        with pytest.raises(Unreached, match="nonsense"):
            cosigning.cosign(setup.anchors.witnesses[0])
    assert len(teller.asked) == 3


def test_a_head_elsewhere_that_only_one_signed_is_not_believed(lite: Flask) -> None:
    setup = ledger_setup()
    note = published("C-1")
    head = note_head(note)
    false = sign_note(head.text, setup.origin, OTHER) + cosign(head.text, TELLER.name, SIGNER, time=1)
    for said in (note, false, "nonsense"):
        with serving(Teller(lambda _, said=said: ("200 OK", "text/plain", said.encode()))) as url:
            setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
            assert ledger.heads_elsewhere() == []
    right = note + cosign(head.text, TELLER.name, SIGNER, time=1)
    with serving(Teller(lambda _: ("200 OK", "text/plain", right.encode()))) as url:
        setup.anchors = anchors_with(policy_with(setup.vkey, (TELLER, url)))
        assert [one.note for one in ledger.heads_elsewhere()] == [right]


def test_a_witness_that_drips_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "WHOLE", -1.0)
    with serving(Teller(lambda _: ("200 OK", "text/plain", b"x" * 10))) as url, pytest.raises(Unreached):
        outside.get(url)


def test_a_line_is_read_out_of_an_answer_only_for_its_own_key(lite: Flask) -> None:
    note = published("C-1")
    said = line(request_for(note).body)
    assert (
        cosigning.read_cosignature(note, Reply(status=200, type="", body=said), TELLER).line == said.decode()
    )
    with pytest.raises(Unreached):
        cosigning.read_cosignature(
            note, Reply(status=200, type="", body=said), Vkey(TELLER.name, OTHER.public)
        )
