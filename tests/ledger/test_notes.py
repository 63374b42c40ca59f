import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.ledger.notes import (
    Head,
    Proof,
    Vkey,
    entry_bundle,
    open_note,
    open_strictly,
    parse_entry_bundle,
    parse_head,
    parse_proof,
    parse_vkey,
    sign_note,
    tile_path,
)
from registry.ledger.signing import Ed25519Signer

# The note, its key and its signature come from the package documentation of Go's sumdb/note.
TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SIGNED = (
    TEXT + "\n— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNI"
    "uGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)


def test_a_note_signed_by_another_implementation_is_opened() -> None:
    key = parse_vkey(PETER)
    assert str(key) == PETER
    assert open_note(SIGNED, [key]) == (TEXT, [key])


def test_our_notes_carry_unknown_signers_and_refuse_wrong_ones() -> None:
    signer, other = Ed25519Signer.generate(), Ed25519Signer.generate()
    key = Vkey("test.example/log", signer.public)
    note = sign_note("one\n\ntwo\n", key.name, signer)
    assert open_strictly(note, key) == "one\n\ntwo\n"
    stranger = sign_note("one\n\ntwo\n", "stranger.example", other).rpartition("\n\n")[2]
    assert open_note(note + stranger, [key])[0] == "one\n\ntwo\n"
    with pytest.raises(ValueError, match="not listed"):
        open_strictly(note + stranger, key)
    with pytest.raises(ValueError, match="no known key"):
        open_note(note, [Vkey(key.name, other.public)])
    with pytest.raises(ValueError, match="wrong signature"):
        open_note(note.replace("two", "six"), [key])


@pytest.mark.parametrize(
    "text",
    [
        PETER.replace("c74f20a3", "c74f20a4"),
        PETER.replace("Peter", "peter"),
        PETER.replace("+ARpc", "+AhpC"),
        PETER[:-1],
        "name+c74f20a3",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "",
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_vkey(text)


@given(st.integers(0, 2**53 - 1), st.binary(min_size=32, max_size=32))
def test_a_head_is_read_back(size: int, root: bytes) -> None:
    head = Head("example.com/log", size, root)
    assert parse_head(head.text) == head


@pytest.mark.parametrize("text", ["o\n01\nAA==\n", "o\n1\nAA==\n", "o\n1\n", "", "o\n-1\n\n", "o\n١\nAA==\n"])
def test_a_malformed_head_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_head(text)


@given(st.integers(0, 2**40), st.lists(st.binary(min_size=32, max_size=32), max_size=4))
def test_a_proof_file_is_read_back(index: int, hashes: list[bytes]) -> None:
    proof = Proof(index, tuple(hashes), "o\n1\nroot\n\n— o sig\n")
    assert parse_proof(proof.text) == proof


def test_a_proof_with_unauthenticated_extra_data_is_refused() -> None:
    text = Proof(3, (), "note").text
    with pytest.raises(ValueError, match="malformed"):
        parse_proof(text.replace("index 3", "extra QQ==\nindex 3"))


def test_tile_paths_are_those_of_the_specification() -> None:
    assert tile_path(0, 1234067) == "tile/0/x001/x234/067"
    assert tile_path(2, 5, 17) == "tile/2/005.p/17"
    assert tile_path("entries", 1000) == "tile/entries/x001/000"


@given(st.lists(st.binary(max_size=50), max_size=6))
def test_entry_bundles_are_read_back_and_cut_ones_refused(entries: list[bytes]) -> None:
    data = entry_bundle(entries)
    assert parse_entry_bundle(data) == entries
    if data:
        with pytest.raises(ValueError, match="cut"):
            parse_entry_bundle(data[:-1] if entries[-1] else data + b"\x00")
