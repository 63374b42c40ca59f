"""The checking page agrees with test vectors made by others, each of them run in the browser."""

import json
from typing import Any

import pytest

from tests.ledger.vectors import cases, needed
from tests.verifier.checking import Checker

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
