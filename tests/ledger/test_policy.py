"""Trust policies as C2SP writes them, and checkpoints read under one."""

import pytest

from registry.ledger.notes import COSIGNATURE, Head, Vkey, cosign, parse_vkey, sign_note, split_note
from registry.ledger.policy import Policy, open_checkpoint, parse_policy, policy_of
from registry.ledger.signing import Ed25519Signer

ORIGIN = "log.example/one"
TEXT = Head(ORIGIN, 3, b"\7" * 32).text


def log_key(name: str = ORIGIN) -> tuple[Ed25519Signer, Vkey]:
    signer = Ed25519Signer.generate()
    return signer, Vkey(name, signer.public)


def witness_key(name: str) -> tuple[Ed25519Signer, Vkey]:
    signer = Ed25519Signer.generate()
    return signer, Vkey(name, signer.public, COSIGNATURE)


@pytest.fixture
def keys() -> dict[str, tuple[Ed25519Signer, Vkey]]:
    return {"log": log_key(), **{name: witness_key(f"{name}.example/w") for name in ("a", "b", "c", "d")}}


def written(keys: dict[str, tuple[Ed25519Signer, Vkey]], quorum: str) -> str:
    names = "".join(f"witness {name} {keys[name][1]}\n" for name in ("a", "b", "c", "d"))
    return f"# two of three, and d\n\nlog {keys['log'][1]} https://log.example/\n{names}{quorum}"


TWO_AND_D = "group three 2 a b c\n\tgroup both all three d \nquorum both\n"


@pytest.mark.parametrize(
    ("cosigned", "enough"),
    [("abd", True), ("acd", True), ("abcd", True), ("ab", False), ("ad", False), ("d", False), ("", False)],
)
def test_a_quorum_of_groups_counts_as_the_file_says(
    keys: dict[str, tuple[Ed25519Signer, Vkey]], cosigned: str, enough: bool
) -> None:
    policy = parse_policy(written(keys, TWO_AND_D))
    assert policy.met_by([keys[name][1] for name in cosigned]) is enough
    assert policy.urls == {str(keys["log"][1]): "https://log.example/"}


def test_without_a_quorum_nobody_is_asked_for(keys: dict[str, tuple[Ed25519Signer, Vkey]]) -> None:
    assert parse_policy(written(keys, "quorum none\n")).met_by([])
    assert policy_of(keys["log"][1]).met_by([])


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "quorum none\nquorum none\n",
        "quorum e\n",
        "group g 3 a b\nquorum g\n",
        "group g 0 a b\nquorum g\n",
        "group g 01 a b\nquorum g\n",
        "group g any\nquorum g\n",
        "group g any a a\nquorum g\n",
        "group g any a\ngroup h any a\nquorum g\n",
        "group g any h\ngroup h any a\nquorum g\n",
        "group g any none\nquorum g\n",
        "group a any b\nquorum a\n",
        "group none any b\nquorum none\n",
        "threshold 1\nquorum none\n",
        "quorum none\r\n",
        "quorum\n",
    ],
)
def test_a_malformed_policy_is_refused(keys: dict[str, tuple[Ed25519Signer, Vkey]], wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_policy(written(keys, wrong))


def test_a_key_stands_once_and_in_its_own_kind(keys: dict[str, tuple[Ed25519Signer, Vkey]]) -> None:
    log, a = keys["log"][1], keys["a"][1]
    same = Vkey("other.example/w", a.public, COSIGNATURE)
    for lines in (f"log {log}\nlog {log}\n", f"witness a {a}\nwitness e {same}\n", f"log {a}\n"):
        with pytest.raises(ValueError, match=r"same key|another kind"):
            parse_policy(f"{lines}quorum none\n")
    assert parse_vkey(str(a), kind=COSIGNATURE) == a
    with pytest.raises(ValueError, match="another kind"):
        parse_vkey(str(a))


def test_a_checkpoint_names_its_signer_and_when_each_witness_saw_it(
    keys: dict[str, tuple[Ed25519Signer, Vkey]],
) -> None:
    log, (a, vkey_a), (b, _) = keys["log"], keys["a"], keys["b"]
    note = sign_note(TEXT, ORIGIN, log[0])
    note += cosign(TEXT, "a.example/w", a, time=1_800_000_000) + cosign(TEXT, "b.example/w", b, time=1)
    policy = Policy(logs=(log[1],), witnesses={"a": vkey_a}, quorum="a")
    opened = open_checkpoint(note, policy)
    assert opened.head.size == 3
    assert opened.signer == log[1]
    assert dict(opened.cosigned) == {vkey_a: 1_800_000_000}
    assert [line.name for line in opened.unknown] == ["b.example/w"]
    assert policy.met_by(opened.cosigned)


def test_a_cosignature_over_another_head_or_time_does_not_hold(
    keys: dict[str, tuple[Ed25519Signer, Vkey]],
) -> None:
    log, (a, vkey_a) = keys["log"], keys["a"]
    other = Head(ORIGIN, 4, b"\7" * 32).text
    policy = Policy(logs=(log[1],), witnesses={"a": vkey_a}, quorum="a")
    note = sign_note(TEXT, ORIGIN, log[0])
    with pytest.raises(ValueError, match="wrong signature"):
        open_checkpoint(note + cosign(other, "a.example/w", a, time=5), policy)
    line = split_note(note + cosign(TEXT, "a.example/w", a, time=5))[1][1]
    assert vkey_a.holds(TEXT, line.signature)
    assert not vkey_a.holds(TEXT, (6).to_bytes(8, "big") + line.signature[8:])
    assert not vkey_a.holds(TEXT, line.signature[8:])


def test_a_witness_alone_does_not_make_a_checkpoint(keys: dict[str, tuple[Ed25519Signer, Vkey]]) -> None:
    (a, vkey_a), policy = keys["a"], Policy(logs=(keys["log"][1],), witnesses={"a": keys["a"][1]})
    with pytest.raises(ValueError, match="no trusted log"):
        open_checkpoint(TEXT + "\n" + cosign(TEXT, vkey_a.name, a, time=5), policy)
