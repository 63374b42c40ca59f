"""The ledger agrees with test vectors made by others: RFC 6962 proofs, RFC 8785 bytes, signatures."""

import base64
import json
from typing import Any

import pytest
import rfc8785

from registry.ledger.canonical import jcs, strict
from registry.ledger.chain import consistent, included
from registry.ledger.signing import verify
from tests.ledger.vectors import cases, needed


def _proof(case: dict[str, Any]) -> list[bytes]:
    return [base64.b64decode(step) for step in case["proof"] or []]


def test_every_inclusion_vector_is_judged_rightly() -> None:
    judged = 0
    for case in cases("rfc6962", "inclusion"):
        leaf, root = base64.b64decode(case["leafHash"]), base64.b64decode(case["root"])
        holds = included(leaf, case["leafIdx"], case["treeSize"], proof=_proof(case), root=root)
        assert holds is not case["wantErr"], case["file"]
        judged += 1
    assert judged == 98


def test_every_consistency_vector_is_judged_rightly() -> None:
    judged = 0
    for case in cases("rfc6962", "consistency"):
        roots = {f"{name}_root": base64.b64decode(case[f"root{n}"]) for n, name in ((1, "old"), (2, "new"))}
        holds = consistent(case["size1"], case["size2"], **roots, proof=_proof(case))
        assert holds is not case["wantErr"], case["file"]
        judged += 1
    assert judged == 98


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_canonical_bytes_are_those_of_the_vector_and_what_we_do_not_allow_is_refused(name: str) -> None:
    folder = needed("jcs")
    wanted = (folder / "output" / f"{name}.json").read_bytes()
    value = json.loads((folder / "input" / f"{name}.json").read_text(encoding="utf-8"))
    assert rfc8785.dumps(value) == wanted
    if name in ("structures", "values"):  # floats
        with pytest.raises(ValueError, match="floats"):
            jcs(value)
    elif name in ("unicode", "weird"):  # text outside normal form C
        with pytest.raises(ValueError, match="normal form"):
            jcs(value)
    else:
        assert jcs(value) == wanted
        assert strict(wanted) == value


@pytest.mark.parametrize(
    ("alg", "file", "public", "count"),
    [
        ("ed25519", "ed25519_test.json", "pk", 151),
        ("p256", "ecdsa_secp256r1_sha256_test.json", "uncompressed", 484),
    ],
)
def test_every_signature_vector_is_judged_rightly(alg: str, file: str, public: str, count: int) -> None:
    vectors = json.loads(needed("wycheproof", file).read_text())
    judged = 0
    for group in vectors["testGroups"]:
        key = bytes.fromhex(group["publicKey"][public])
        for test in group["tests"]:
            holds = verify(alg, key, bytes.fromhex(test["msg"]), signature=bytes.fromhex(test["sig"]))
            assert holds is (test["result"] == "valid"), (file, test["tcId"])
            judged += 1
    assert judged == count
