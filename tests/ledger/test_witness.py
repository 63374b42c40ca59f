"""A witness cosigns what only grew, says no with the protocol's own codes, and is never taken back."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Barrier, Thread

import pytest
import urllib3
from click.testing import CliRunner

from registry.commands import cli
from registry.ledger.canonical import b64
from registry.ledger.notes import (
    COSIGNATURE,
    Vkey,
    cosigned_at,
    open_note,
    parse_head,
    parse_vkey,
    split_note,
)
from registry.ledger.signing import Ed25519Signer, KeysUnsafe
from registry.ledger.witness import (
    LARGEST_REQUEST,
    MOST_PROOF,
    SIZE_TYPE,
    Answer,
    decide,
    parse_request,
    request_for,
)
from registry.ledger.witness_folder import Witness, create_witness, open_witness
from registry.ledger.witness_server import wsgi
from tests.ledger.growing import ORIGIN, Tree

NAME = "witness.example/w1"
TREE = Tree()
NOW = 1_800_000_000


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    create_witness(tmp_path / "w", NAME)
    opened = open_witness(tmp_path / "w")
    opened.trust(str(TREE.vkey))
    return opened


def ask(witness: Witness, tree: Tree, old: int, new: int, proof: list[bytes] | None = None) -> Answer:
    steps = tree.proof(old, new) if proof is None else proof
    return witness.submit(request_for(tree.note(new), old, steps).body, now=NOW)


# --- the decision ------------------------------------------------------------------------------------


def status(tree: Tree, old: int, new: int, latest: int | None, proof: list[bytes] | None = None) -> int:
    steps = tree.proof(old, new) if proof is None else proof
    known = None if latest is None else TREE.head(latest)
    return decide(request_for(tree.note(new), old, steps), [TREE.vkey], known).status


@pytest.mark.parametrize(("old", "new"), [(1, 2), (3, 7), (4, 8), (5, 300), (256, 300), (7, 7)])
def test_a_head_that_only_grew_is_cosigned(old: int, new: int) -> None:
    assert status(TREE, old, new, old) == 200


def test_the_first_head_is_cosigned_without_a_proof_and_with_none() -> None:
    assert status(TREE, 0, 5, None) == 200
    assert status(TREE, 0, 5, None, [bytes(32)]) == 422
    assert status(TREE, 0, 0, None) == 200


def test_an_old_size_that_is_not_the_last_cosigned_is_answered_with_that_size() -> None:
    answer = decide(request_for(TREE.note(9), 4, TREE.proof(4, 9)), [TREE.vkey], TREE.head(6))
    assert (answer.status, answer.text, answer.type) == (409, "6\n", SIZE_TYPE)
    never = decide(request_for(TREE.note(9), 4, TREE.proof(4, 9)), [TREE.vkey], None)
    assert (never.status, never.text, never.type) == (409, "0\n", SIZE_TYPE)


def test_an_old_size_beyond_the_checkpoint_is_a_bad_request() -> None:
    assert status(TREE, 9, 4, 9, []) == 400


def test_another_root_of_the_size_cosigned_is_a_conflict_that_teaches_no_size() -> None:
    fork = TREE.forked("b", 3)
    answer = decide(request_for(fork.note(7), 7), [TREE.vkey], TREE.head(7))
    assert answer.status == 409
    assert answer.type != SIZE_TYPE


def test_a_proof_that_does_not_hold_is_unprocessable() -> None:
    right = TREE.proof(5, 9)
    wrong = [[bytes(32), *right[1:]], right[:-1], [*right, bytes(32)], right[::-1], []]
    assert [status(TREE, 5, 9, 5, proof) for proof in wrong] == [422] * 5
    assert status(TREE.forked("b", 3), 5, 9, 5) == 422
    assert status(TREE, 7, 7, 7, [bytes(32)]) == 422


def test_who_signed_decides_between_unknown_and_forbidden() -> None:
    stranger = Tree("other.example/log")
    assert decide(request_for(stranger.note(3)), [TREE.vkey], None).status == 404
    assert decide(request_for(Tree().note(3)), [TREE.vkey], None).status == 403
    tampered = TREE.note(3).replace(b64(TREE.head(3).root), b64(TREE.head(4).root))
    assert decide(request_for(tampered), [TREE.vkey], None).status == 403


def test_several_keys_of_one_origin_are_trusted_and_strangers_lines_ignored() -> None:
    second = Tree()
    lines = Tree().note(3).rpartition("\n\n")[2]
    for tree in (TREE, second):
        answer = decide(request_for(tree.note(3) + lines), [TREE.vkey, second.vkey], None)
        assert answer.status == 200


def test_a_request_reads_back_as_it_was_written() -> None:
    made = request_for(TREE.note(300), 100, TREE.proof(100, 300))
    assert parse_request(made.body) == made


NOTE = TREE.note(3)
HASH = b64(bytes(32))


@pytest.mark.parametrize(
    "body",
    [
        "",
        "old 0\n" + NOTE,
        f"old 0\n\n{NOTE}"[:-1],
        f"old 00\n\n{NOTE}",
        f"old -1\n\n{NOTE}",
        f"old  1\n\n{NOTE}",
        f"new 0\n\n{NOTE}",
        f"old 0\r\n\n{NOTE}",
        f"old 1\n{HASH[:-1]}\n\n{NOTE}",
        f"old 1\n{b64(bytes(31))}\n\n{NOTE}",
        f"old 1\n{HASH[:-2]}1=\n\n{NOTE}",
        f"old 1\n{HASH}\n" + f"{HASH}\n" * MOST_PROOF + f"\n{NOTE}",
        f"old 0\n\n{NOTE.replace('3', 'x', 1)}",
        f"old 0\n\n{ORIGIN}\n{1 << 53}\n{HASH}\n\n— a AAAAAAAA\n",
        f"old 0\n\n{NOTE}" + "— a AAAAAAAA\n" * 64,
        f"old 0\n\n{'x' * LARGEST_REQUEST}",
    ],
)
def test_a_malformed_request_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_request(body.encode())


def test_a_request_may_carry_sixty_three_hashes_and_no_more() -> None:
    body = "old 1\n" + f"{HASH}\n" * MOST_PROOF + f"\n{NOTE}"
    assert len(parse_request(body.encode()).proof) == MOST_PROOF


def test_a_request_that_is_not_text_is_a_bad_request(witness: Witness) -> None:
    assert witness.submit(b"old 0\n\n\xff\xfe", now=NOW).status == 400


# --- its folder --------------------------------------------------------------------------------------


def test_a_cosignature_holds_for_the_key_printed_and_says_when(witness: Witness) -> None:
    answer = ask(witness, TREE, 0, 5)
    assert answer.status == 200
    text, signed = open_note(TREE.note(5) + answer.text, [witness.vkey])
    assert (text, signed) == (TREE.head(5).text, [witness.vkey])
    assert cosigned_at(split_note(TREE.note(5) + answer.text)[1][-1].signature) == NOW
    assert witness.cosigned(ORIGIN) == TREE.note(5) + answer.text


def test_a_witness_opened_again_remembers(witness: Witness) -> None:
    ask(witness, TREE, 0, 5)
    again = open_witness(witness.folder)
    assert ask(again, TREE, 0, 9) == Answer(status=409, text="5\n", type=SIZE_TYPE)
    assert ask(again, TREE, 5, 9).status == 200
    assert ask(again, TREE.forked("b", 5), 9, 9).status == 409


def test_what_was_refused_changes_nothing(witness: Witness) -> None:
    ask(witness, TREE, 0, 5)
    before = witness.cosigned(ORIGIN)
    assert ask(witness, TREE.forked("b", 2), 5, 9).status == 422
    assert ask(witness, Tree(), 5, 9).status == 403
    assert ask(witness, TREE, 5, 4, []).status == 400
    assert witness.cosigned(ORIGIN) == before


def test_a_contradiction_is_logged_with_the_note_that_proves_it(
    witness: Witness, caplog: pytest.LogCaptureFixture
) -> None:
    ask(witness, TREE, 0, 5)
    fork = TREE.forked("b", 2)
    ask(witness, fork, 5, 5)
    (record,) = caplog.records
    assert json.loads(record.message)["note"] == fork.note(5)


def test_two_logs_are_kept_apart(witness: Witness) -> None:
    other = Tree("other.example/log")
    witness.trust(str(other.vkey))
    assert ask(witness, TREE, 0, 5).status == 200
    assert ask(witness, other, 0, 3).status == 200
    assert ask(witness, TREE, 5, 6).status == 200
    assert witness.cosigned(ORIGIN) != witness.cosigned("other.example/log")
    assert witness.cosigned("nobody.example") is None


def test_a_strangers_line_is_not_handed_on(witness: Witness) -> None:
    stranger = Tree().note(5).rpartition("\n\n")[2]
    witness.submit(request_for(TREE.note(5) + stranger).body, now=NOW)
    assert stranger not in str(witness.cosigned(ORIGIN))


def test_parallel_forks_get_one_root_a_size_and_never_take_the_witness_back(witness: Witness) -> None:
    """32 clients, each with a fork of its own, learn sizes as the protocol teaches them."""
    count, answers = 32, list[tuple[int, bytes]]()
    ask(witness, TREE, 0, 2)
    barrier = Barrier(count)

    def client(number: int) -> None:
        tree, old = TREE.forked(str(number % 4), 2), 2
        barrier.wait()
        for _ in range(4):
            new = old + 1 + number % 3
            answer = ask(witness, tree, old, new)
            if answer.status == 200:
                answers.append((new, tree.head(new).root))
                old = new
            elif answer.type == SIZE_TYPE:
                old = int(answer.text)

    threads = [Thread(target=client, args=[number]) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) > 1
    roots = dict(answers)
    assert all(roots[size] == root for size, root in answers), "two roots of one size"
    winner = next(salt for salt in "0123" if TREE.forked(salt, 2).head(answers[0][0]).root == answers[0][1])
    fork = TREE.forked(winner, 2)
    assert all(fork.head(size).root == root for size, root in answers), "cosigned heads of two forks"
    latest = parse_head(split_note(str(witness.cosigned(ORIGIN)))[0])
    assert latest.size == max(roots)


def test_the_key_is_its_owners_alone_and_never_made_twice(tmp_path: Path) -> None:
    vkey = create_witness(tmp_path, NAME)
    path = tmp_path / "witness.key"
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        create_witness(tmp_path, NAME)
    assert open_witness(tmp_path).vkey == vkey
    path.chmod(0o640)
    with pytest.raises(KeysUnsafe, match="read by others"):
        open_witness(tmp_path)
    path.chmod(0o600)
    path.write_text(b64(Ed25519Signer.generate().private_bytes()))
    with pytest.raises(KeysUnsafe, match="belong together"):
        open_witness(tmp_path)
    path.write_text("nonsense")
    with pytest.raises(KeysUnsafe, match="malformed"):
        open_witness(tmp_path)
    path.unlink()
    with pytest.raises(KeysUnsafe, match="no witness"):
        open_witness(tmp_path)


# --- its addresses -----------------------------------------------------------------------------------


def call(witness: Witness, method: str, path: str, body: bytes = b"", query: str = "") -> tuple[str, str]:
    from io import BytesIO

    said: list[str] = []
    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": BytesIO(body),
    }
    text = b"".join(wsgi(witness)(environ, lambda status, _: said.append(status)))
    return said[0], text.decode()


def test_other_addresses_and_methods_are_refused(witness: Witness) -> None:
    assert call(witness, "GET", "/")[0] == "404 Not Found"
    assert call(witness, "GET", "/add-checkpoint")[0] == "405 Method Not Allowed"
    assert call(witness, "POST", "/checkpoint")[0] == "405 Method Not Allowed"
    assert call(witness, "GET", "/checkpoint", query=f"origin={ORIGIN}")[0] == "404 Not Found"
    assert call(witness, "POST", "/add-checkpoint", b"x" * (LARGEST_REQUEST + 1))[0] == "400 Bad Request"


def test_a_witness_that_cannot_store_does_not_cosign(witness: Witness) -> None:
    ask(witness, TREE, 0, 5)
    (witness.folder / "witness.sqlite").unlink()
    for leftover in witness.folder.glob("witness.sqlite-*"):
        leftover.unlink()
    (witness.folder / "witness.sqlite").mkdir()
    said, text = call(witness, "POST", "/add-checkpoint", request_for(TREE.note(6), 5, TREE.proof(5, 6)).body)
    assert said.startswith("503")
    assert "—" not in text


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Vkey]]:
    """A witness made, told whom to trust and served by the command, as a venue would."""
    folder, run = str(tmp_path / "w"), CliRunner().invoke
    made = run(cli, ["witness", "create", NAME, folder])
    assert run(cli, ["witness", "create", NAME, folder]).exit_code == 1
    assert run(cli, ["witness", "trust", folder, "nonsense"]).exit_code == 1
    assert run(cli, ["witness", "trust", folder, str(TREE.vkey)]).exit_code == 0
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "registry", "witness", "serve", folder, "--port", str(port)]
    server = subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.DEVNULL)
    try:
        yield f"http://127.0.0.1:{port}", parse_vkey(made.output, kind=COSIGNATURE)
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=20)


def test_the_command_serves_a_witness_over_http(served: tuple[str, Vkey]) -> None:
    url, vkey = served
    with urllib3.PoolManager(retries=False, timeout=5) as pool:
        for _ in range(100):
            try:
                pool.request("GET", f"{url}/")
                break
            except urllib3.exceptions.HTTPError:
                time.sleep(0.2)
        first = pool.request("POST", f"{url}/add-checkpoint", body=request_for(TREE.note(3)).body)
        assert open_note(TREE.note(3) + first.data.decode(), [vkey])[1] == [vkey]
        second = pool.request("POST", f"{url}/add-checkpoint", body=request_for(TREE.note(4)).body)
        assert (second.status, second.data, second.headers["Content-Type"]) == (409, b"3\n", SIZE_TYPE)
        latest = pool.request("GET", f"{url}/checkpoint", fields={"origin": ORIGIN})
        assert latest.data.decode() == TREE.note(3) + first.data.decode()
        large = pool.request("POST", f"{url}/add-checkpoint", body=b"x" * (LARGEST_REQUEST + 1))
        assert large.status == 400
