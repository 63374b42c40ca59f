"""The checking page agrees with test vectors made by others, each of them run in the browser."""

import hashlib
import json
from typing import Any

import pytest

from registry.ledger.signing import Ed25519Signer, check_public, verify
from tests.ledger.vectors import cases, needed
from tests.verifier.checking import Checker

GROUP = 2**252 + 27742317777372353535851937790883648493  # the order of Ed25519's base point

_INCLUDED = """cases => Promise.all(cases.map(one => {
    const {unbase64, included} = window.mingxu.parts;
    return included({leaf: unbase64(one.leafHash), index: BigInt(one.leafIdx), size: BigInt(one.treeSize),
        proof: (one.proof ?? []).map(unbase64), root: unbase64(one.root)});
}))"""
_CONSISTENT = """cases => Promise.all(cases.map(one => {
    const {unbase64, consistent} = window.mingxu.parts;
    return consistent({oldSize: BigInt(one.size1), newSize: BigInt(one.size2),
        oldRoot: unbase64(one.root1), newRoot: unbase64(one.root2), proof: (one.proof ?? []).map(unbase64)});
}))"""
_SIGNED = """tests => Promise.all(tests.map(([alg, key, message, signature]) => {
    const {unhex, signed} = window.mingxu.parts;
    return signed(alg, unhex(key), unhex(message), unhex(signature));
}))"""
_CANONICAL = """text => {
    const {canonical, strict} = window.mingxu.parts;
    const made = canonical(JSON.parse(text));
    try {
        return [made, canonical(strict(new TextEncoder().encode(made))) === made];
    } catch (error) {
        return [made, error.message];
    }
}"""


def _plain(case: dict[str, Any]) -> dict[str, Any]:
    """Numbers as text: JavaScript's own would round the largest."""
    return {name: str(value) if isinstance(value, int) else value for name, value in case.items()}


@pytest.mark.parametrize("kind", ["inclusion", "consistency"])
def test_every_proof_vector_is_judged_rightly(checker: Checker, kind: str) -> None:
    found, script = cases("rfc6962", kind), _INCLUDED if kind == "inclusion" else _CONSISTENT
    assert len(found) == 98
    said = checker.page.evaluate(script, [_plain(case) for case in found])
    wrong = [case["file"] for case, holds in zip(found, said, strict=True) if holds is case["wantErr"]]
    assert wrong == []


@pytest.mark.parametrize(
    ("alg", "file", "public", "count"),
    [
        ("ed25519", "ed25519_test.json", "pk", 151),
        ("p256", "ecdsa_secp256r1_sha256_test.json", "uncompressed", 484),
    ],
)
def test_every_signature_vector_is_judged_rightly(
    checker: Checker, alg: str, file: str, public: str, count: int
) -> None:
    groups = json.loads(needed("wycheproof", file).read_text())["testGroups"]
    tests = [(group["publicKey"][public], test) for group in groups for test in group["tests"]]
    assert len(tests) == count
    said = checker.page.evaluate(_SIGNED, [[alg, key, test["msg"], test["sig"]] for key, test in tests])
    wrong = [
        test["tcId"]
        for (_, test), holds in zip(tests, said, strict=True)
        if holds is not (test["result"] == "valid")
    ]
    assert wrong == []


SMALL_ORDER = (
    "00" * 32,
    "01" + "00" * 31,
    "01" + "00" * 30 + "80",
    "ec" + "ff" * 30 + "7f",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
OTHER_SPELLING = ("ed" + "ff" * 30 + "7f", "ee" + "ff" * 30 + "7f", "ee" + "ff" * 31)


def test_a_point_of_small_order_is_no_key_and_no_part_of_a_signature_in_either(checker: Checker) -> None:
    """What holds under them depends on the program that looks, or holds for any message."""
    neutral, own = SMALL_ORDER[1], Ed25519Signer.from_private_bytes(b"s" * 32)
    answer = int.from_bytes(_hashed(bytes.fromhex(neutral) + own.public + b"m"), "little") % GROUP
    scalar = (int.from_bytes(_hashed(b"s" * 32)[:32], "little") & (2**254 - 8)) | 2**254
    weak = bytes.fromhex(neutral) + (answer * scalar % GROUP).to_bytes(32, "little")
    tried = [(key, neutral + "00" * 32) for key in (*SMALL_ORDER, *OTHER_SPELLING)]
    tried.append((own.public.hex(), weak.hex()))
    messages = [bytes([one]).hex() for one in (*range(16), ord("m"))]
    asked = [("ed25519", key, said, signature) for key, signature in tried for said in messages]
    assert not any(checker.page.evaluate(_SIGNED, asked))
    parts = [tuple(map(bytes.fromhex, one[1:])) for one in asked]
    assert not any(verify("ed25519", key, said, signature=signature) for key, said, signature in parts)
    for key in (*SMALL_ORDER, *OTHER_SPELLING):
        with pytest.raises(ValueError, match="small order"):
            check_public("ed25519", bytes.fromhex(key))
    assert verify("ed25519", own.public, b"m", signature=own.sign(b"m"))


def _hashed(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_text_is_that_of_the_vector_and_what_we_do_not_allow_is_refused(
    checker: Checker, name: str
) -> None:
    folder = needed("jcs")
    given = (folder / "input" / f"{name}.json").read_text(encoding="utf-8")
    made, reread = checker.page.evaluate(_CANONICAL, given)
    assert made.encode() == (folder / "output" / f"{name}.json").read_bytes()
    if name == "values":
        assert reread == "not a whole number"
    elif name in ("unicode", "weird"):
        assert reread == "text is not in normal form C"
    else:
        assert reread is True


def test_a_timestamp_alone_is_never_shown_as_checked(checker: Checker) -> None:
    token = needed("rfc3161", "test_tsa", "response.tsr").read_bytes()
    report = checker.verify({"response.tsr": token})
    assert {verdict["state"] for verdict in report["verdicts"].values()} == {"invalid", "not_checkable"}
