"""The key ceremony: the registry's keys made, proved and written down, before people who sign for it.

The sheet stands here in both languages, like the offline verifier's sentences: it is made before there is a
database. What it prints is public; nothing on it helps anybody to sign.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from registry.clock import rfc3339
from registry.ledger import keyfiles
from registry.ledger.notes import Vkey, check_name
from registry.ledger.signing import CHECKPOINT, OWN, KeysUnsafe, kid_fingerprint, verify

PASSPHRASE_MIN = 12
CHALLENGE = b"open-license-ceremony-v1\0"
BLANK = "______________________"


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One key as the sheet tells it."""

    purpose: str
    alg: str
    kid: str
    fingerprint: str
    copy: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ceremony:
    """What was done, when, for which log, before whom."""

    origin: str
    at: datetime
    keys: tuple[Made, ...]
    vkey: str
    witnesses: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()


def hold(
    folder: Path,
    *,
    origin: str,
    at: datetime,
    alg: str = "ed25519",
    witnesses: Sequence[str] = (),
    copies: Sequence[str] = (),
    backup: Path | None = None,
    passphrase: str = "",
) -> Ceremony:
    """Make both keys, prove that each signs and no other key passes for it, and copy them if asked to.

    `copies` says where the copies go, in words. Raises KeysUnsafe over existing keys, for a short passphrase,
    and when a proof fails; ValueError for an origin that cannot name a key.
    """
    check_name(origin)
    if backup is not None:
        _check_backup(backup, passphrase)
    if any(keyfiles.has_keys(folder, purpose) for purpose in OWN):
        raise KeysUnsafe("keys are already there; rotation is a filing, not a new ceremony")
    keyfiles.create_keys(folder, alg=alg)
    keys = [keyfiles.read_keys(folder, purpose)[0] for purpose in OWN]
    prove(keys)
    made = []
    for key in keys:
        copy = "" if backup is None else keyfiles.back_up(key, backup, passphrase.encode()).name
        made.append(_made(key, copy))
    vkey = next(Vkey(origin, key.signer.public) for key in keys if key.purpose == CHECKPOINT)
    return Ceremony(
        origin=origin,
        at=at,
        keys=tuple(made),
        vkey=str(vkey),
        witnesses=tuple(witnesses),
        copies=tuple(copies),
    )


def prove(keys: Sequence[keyfiles.KeyFile]) -> None:
    """Sign something nobody could foresee with each key, and check it with each. Raises KeysUnsafe."""
    message = CHALLENGE + secrets.token_bytes(32)
    for key in keys:
        signature = key.signer.sign(message)
        holds = [
            other.purpose
            for other in keys
            if verify(other.signer.alg, other.signer.public, message, signature=signature)
        ]
        if holds != [key.purpose]:
            raise KeysUnsafe(f"the {key.purpose} key was not proved: its signature holds for {holds}")


def bring_back(folder: Path, copies: Path, passphrase: str) -> list[keyfiles.KeyFile]:
    """Open every encrypted copy in a folder and put the keys in their place, all or none.

    Raises KeysUnsafe for a wrong passphrase, where a key already is, and where there is no copy.
    """
    found = [keyfiles.open_backup(path, passphrase.encode()) for path in sorted(copies.glob("*.backup.pem"))]
    purposes = [copy.purpose for copy in found]
    if not found:
        raise KeysUnsafe("there is no copy of a key in that folder")
    if len(set(purposes)) != len(purposes):
        raise KeysUnsafe("there are several copies of one purpose: leave the one that is to sign")
    if any(keyfiles.has_keys(folder, purpose) for purpose in purposes):
        raise KeysUnsafe("a key is already there; nothing is written over or beside it")
    return [keyfiles.restore(folder, copy) for copy in found]


def sheet(ceremony: Ceremony) -> str:
    """The protocol to print and sign, Chinese first, then English."""
    return "\n\n".join((_sheet(ceremony, CHINESE), _sheet(ceremony, ENGLISH))) + "\n"


def _check_backup(folder: Path, passphrase: str) -> None:
    if len(passphrase) < PASSPHRASE_MIN:
        raise KeysUnsafe(f"the passphrase of a copy has {PASSPHRASE_MIN} signs or more")
    keyfiles.make_folder(folder)
    if any(folder.iterdir()):
        raise KeysUnsafe("the folder for the copies is not empty")


def _made(key: keyfiles.KeyFile, copy: str) -> Made:
    signer = key.signer
    return Made(
        purpose=key.purpose,
        alg=signer.alg,
        kid=signer.kid,
        fingerprint=kid_fingerprint(signer.alg, signer.public),
        copy=copy,
    )


def _sheet(ceremony: Ceremony, words: dict[str, str]) -> str:
    lines = [words["title"], "=" * 60, f"{words['origin']}: {ceremony.origin}"]
    lines += [f"{words['at']}: {rfc3339(ceremony.at)}", ""]
    for key in ceremony.keys:
        lines += [
            f"{words[key.purpose]} ({key.alg})",
            f"  {words['kid']}: {key.kid}",
            f"  {words['fingerprint']}: {_grouped(key.fingerprint)}",
        ]
        lines += [f"  {words['copy']}: {key.copy}"] if key.copy else []
    lines += ["", f"{words['vkey']}:", f"  {ceremony.vkey}", "", f"{words['copies']}:"]
    lines += [f"  {number}. {place}" for number, place in enumerate(ceremony.copies or (BLANK, BLANK), 1)]
    lines += ["", words["proved"], "", words["seal"], "", f"{words['present']}:"]
    lines += [f"  {name}: {BLANK}" for name in ceremony.witnesses or (BLANK, BLANK)]
    return "\n".join(lines)


def _grouped(text: str) -> str:
    """In groups of four: to be read aloud and compared."""
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


CHINESE = {
    "title": "登记方密钥仪式记录",
    "origin": "账本名称",
    "at": "时间（协调世界时）",
    "countersign": "会签密钥：对每一条记录签名",
    "checkpoint": "检查点密钥：对账本头签名",
    "kid": "密钥编号",
    "fingerprint": "指纹（SHA-256）",
    "copy": "加密副本",
    "vkey": "公布并请他人存下的验证公钥",
    "copies": "副本存放处",
    "proved": "两把密钥均当场签名并核验；私钥没有显示，没有离开本机（加密副本除外）。",
    "seal": (
        "证书上的电子印章另有密钥，不在本次仪式之内，也不在上述副本之内：由 registry keys seal 设立，"
        "存放处 keys/seal.*，请另行备份。"
    ),
    "present": "在场人员签名",
}
ENGLISH = {
    "title": "Protocol of the registry's key ceremony",
    "origin": "Log",
    "at": "Time (UTC)",
    "countersign": "Countersigning key: signs each filing",
    "checkpoint": "Checkpoint key: signs the heads of the log",
    "kid": "Key id",
    "fingerprint": "Fingerprint (SHA-256)",
    "copy": "Encrypted copy",
    "vkey": "Verifier key, to be published and pinned",
    "copies": "Where the copies go",
    "proved": (
        "Both keys signed and were checked on the spot; no private key was shown or left the machine, "
        "but for the encrypted copies."
    ),
    "seal": (
        "The seal on certificates has a key of its own, which this ceremony neither makes nor copies: "
        "registry keys seal sets it up in keys/seal.*; back it up apart."
    ),
    "present": "Signed by those present",
}
