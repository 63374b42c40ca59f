"""What is read strictly is read alike in Python and the page: JSON, base64, keys, heads, proofs, policies."""

import random
from collections.abc import Callable

from registry.ledger.canonical import jcs, strict, unb64
from registry.ledger.notes import Vkey, parse_head, parse_proof, parse_vkey, split_note
from registry.ledger.policy import parse_policy
from registry.ledger.signing import Ed25519Signer
from tests.verifier.checking import Checker, b64

_READ = """async ([name, texts]) => {
    const {parts} = window.mingxu;
    const said = [];
    for (const text of texts) {
        try {
            const bytes = parts.unbase64(text);
            await parts[name](name === "strict" ? bytes : new TextDecoder().decode(bytes));
            said.push(true);
        } catch (error) {
            said.push(error instanceof parts.Malformed ? false : String(error));
        }
    }
    return said;
}"""
VALUE = {
    "a": [1, -7, 0, True, None, "文", ""],
    "ab": {"": {}, "é": [[]], "\ue000": "\u2028", "😂": '\b\t\n\f\r\x0b\x7f"\\/'},
    "__proto__": {"constructor": 2**53 - 1, "toString": -(2**53) + 1},
    "time": "2026-11-22T01:02:03.004Z",
}
FLIPS = 1500


def alike(checker: Checker, name: str, texts: list[bytes], reader: Callable[[bytes], object]) -> list[bool]:
    """Whether each is read, the same in both; nothing but a plain refusal may be raised."""
    here = checker.page.evaluate(_READ, [name, [b64(text) for text in texts]])
    there = []
    for text in texts:
        try:
            reader(text)
            there.append(True)
        except ValueError:
            there.append(False)
    assert [(text, one) for text, one, two in zip(texts, here, there, strict=True) if one is not two] == []
    return there


def nested(levels: int, inside: bytes = b"") -> bytes:
    return b"[" * levels + inside + b"]" * levels


def test_json_is_read_alike(checker: Checker) -> None:
    good = [
        jcs(VALUE),
        b"0",
        b'""',
        b"{}",
        b"[]",
        b"null",
        nested(32),
        nested(31, b"1"),
        b"9007199254740991",
        b"-9007199254740991",
        '{"\U0001f602":1,"\ue000":2}'.encode(),
    ]
    bad = [
        b"",
        b" 0",
        b"0\n",
        b"00",
        b"-0",
        b"+1",
        b"1.0",
        b"1e3",
        b"NaN",
        b"Infinity",
        b"9007199254740992",
        b"tru",
        b"truefalse",
        b"nulll",
        b'"',
        b'"\x01"',
        b'"\\u0041"',
        b'"\\/"',
        b'"\\ud800"',
        b'"\\x"',
        b'"\xff"',
        b'"e\xcc\x81"',
        b'{"e\xcc\x81":1}',
        b'\xef\xbb\xbf""',
        b'{"b":1,"a":2}',
        b'{"a":1,"a":1}',
        b'{"a":1,}',
        b"[1,]",
        b"[,1]",
        b"{1:2}",
        b'{"a" :1}',
        nested(33),
        nested(32, b"1"),
        b"[" * 100_000,
        '{"\ue000":2,"\U0001f602":1}'.encode(),
        b'"\xed\xa0\x80"',
        b"[1 2]",
        b"'a'",
        b"[]]",
        b"{}{}",
    ]
    assert alike(checker, "strict", [*good, *bad], strict) == [True] * len(good) + [False] * len(bad)


def test_every_changed_json_text_is_read_alike(checker: Checker) -> None:
    data, chance, texts = jcs(VALUE), random.Random(5), []
    for _ in range(FLIPS):
        at, sign = chance.randrange(len(data)), bytes([chance.choice(b'"\\{}[]:,0123aeu\xc3\xa9 -')])
        texts.append(data[:at] + sign + data[at + chance.randrange(2) :])
    assert 0 < sum(alike(checker, "strict", texts, strict)) < FLIPS


def test_base64_is_read_alike(checker: Checker) -> None:
    texts = [
        b"",
        b"QQ==",
        b"QUI=",
        b"QUJD",
        b"QQ",
        b"QR==",
        b"QQ==\n",
        b"Q Q==",
        b"QQ=",
        b"-_==",
        b"QQ==QQ==",
    ]
    assert sum(alike(checker, "unbase64", texts, lambda text: unb64(text.decode()))) == 4


def key(name: str, kind: bytes = b"\x01") -> str:
    return str(Vkey(name, Ed25519Signer.from_private_bytes(name.encode().ljust(32)[:32]).public, kind))


def test_verifier_keys_are_read_alike(checker: Checker) -> None:
    one = key("log.example/a")
    name, key_id, rest = one.split("+", 2)
    texts = [
        one,
        one[:-1],
        one + "A",
        one.replace("log", "lug"),
        f"{name}+{key_id.upper()}+{rest}",
        f"{name}+{rest}",
        key("a b"),
        key("a\u00a0b"),
        key("a\u0085b"),
        key("a\ufeffb"),
        f"+{key_id}+{rest}",
        "",
        "++",
        name,
        key("log.example/a", b"\x04"),
    ]
    read = alike(checker, "parseVkey", [text.encode() for text in texts], lambda t: parse_vkey(t.decode()))
    assert read[0]
    assert sum(read) == 2  # a mark of byte order is no white space


def test_heads_notes_and_proofs_are_read_alike(checker: Checker) -> None:
    root, sig = "A" * 43 + "=", "AAAAAAA="
    heads = [
        f"o\n1\n{root}\n",
        f"o\n0\n{root}\nmore\n",
        f"o\n01\n{root}\n",
        f"o\n-1\n{root}\n",
        f"o\n\u0661\n{root}\n",
        "o\n1\nAA==\n",
        f"\n1\n{root}\n",
        f"o\n1\n{root}",
        f"o\n1\n{root}\n\n",
        f"o\n{2**53 - 1}\n{root}\n",
        f"o\n{2**53}\n{root}\n",
        f"o\n{'9' * 5000}\n{root}\n",
        "",
        "o",
    ]
    assert (
        sum(alike(checker, "parseHead", [h.encode() for h in heads], lambda t: parse_head(t.decode()))) == 3
    )
    notes = [
        f"t\n\n— o {sig}\n",
        f"t\n\n— o {sig}\n— p {sig}\n",
        f"t\n\n- o {sig}\n",
        f"t\n\n— o  {sig}\n",
        "t\n\n",
        f"t\n\n— o {sig}",
        f"t\r\n\n— o {sig}\n",
        f"t\n\n— o+ {sig}\n",
        "t\n\n— o AAAAAA==\n",
        f"t\n— o {sig}\n",
        "t\n\n" + f"— o {sig}\n" * 64,
        "t\n\n" + f"— o {sig}\n" * 65,
        f"\n\n— o {sig}\n",
    ]
    assert (
        sum(alike(checker, "splitNote", [n.encode() for n in notes], lambda t: split_note(t.decode()))) == 4
    )
    start = "c2sp.org/tlog-proof@v1\n"
    proofs = [
        f"{start}index 3\n{root}\n\nnote",
        f"{start}index 3\n\nnote",
        f"{start}index 03\n\nnote",
        f"{start}extra AA==\nindex 3\n\nnote",
        f"{start}index 3\nAA==\n\nnote",
        f"{start}\nnote",
        f"{start}index 3\n",
        "c2sp.org/tlog-proof@v2\nindex 3\n\nnote",
        f"{start}index  3\n\nnote",
    ]
    read = alike(checker, "parseProof", [p.encode() for p in proofs], lambda t: parse_proof(t.decode()))
    assert sum(read) == 2


def test_policies_are_read_alike(checker: Checker) -> None:
    named = f"log {key('log.example/l')} https://x\n" + "".join(
        f"witness {name} {key(f'{name}.example/w', bytes([4]))}\n" for name in "abc"
    )
    good = [
        "quorum none\n",
        "quorum a\n",
        "# x\n\n\tquorum  none",
        "quorum\u0085none\n",
        "group g 2 a b c\ngroup h any g\nquorum h\n",
    ]
    bad = [
        "",
        "\ufeffquorum none\n",
        "quorum\ufeffnone\n",
        "quorum d\n",
        "quorum a\nquorum b\n",
        "quorum\n",
        "quorum none\r\n",
        "quorum a b\n",
        "other x\n",
        "group g 4 a b c\nquorum g\n",
        "group g 0 a\nquorum g\n",
        "group g 01 a\nquorum g\n",
        "group g any\nquorum g\n",
        "group g any a a\nquorum g\n",
        "group g any h\ngroup h any a\nquorum g\n",
        "group a any b\nquorum a\n",
        "group g any a\ngroup h any a\nquorum g\n",
        "group none any b\nquorum none\n",
        "__proto__ x\n",
        f"log {key('log.example/l')}\nquorum none\n",
        f"witness e {key('e', bytes([1]))}\nquorum none\n",
    ]
    texts = [(named + lines).encode() for lines in (*good, *bad)]
    read = alike(checker, "parsePolicy", texts, lambda text: parse_policy(text.decode()))
    assert read == [True] * len(good) + [False] * len(bad)
