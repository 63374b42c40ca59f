"""The registry's own keys over time: listed, rotated, ended.

A rotation makes the new key beside the old, files `key.rotated` stated by both, signs the handover head where
it is the checkpoint key's, and puts the old file aside. The log alone says which key signs, so that a crash
anywhere in between leaves a registry that works:
- file there but not filed: the new key signs nothing; the next rotation takes it instead of making another;
- filed but file not put aside: the new key signs already; the next start puts the old one aside.
"""

from dataclasses import dataclass

from registry.database import transaction
from registry.errors import Conflict, Refused
from registry.ledger import keyfiles
from registry.ledger.append import append
from registry.ledger.canonical import b64, new_nonce
from registry.ledger.checkpoints import checkpoint, own_keys, publish_checkpoint
from registry.ledger.filings import Filing, signed_statement, statement_fields
from registry.ledger.keyring import Key, handovers
from registry.ledger.setup import LedgerSetup, ledger_setup
from registry.ledger.signers import FILE, open_signer
from registry.ledger.signing import OWN, Signer, kid_fingerprint

LEVEL = "external"  # the registry keeps its keys itself, as an organisation keeps its own
ROUTINE = "routine"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A key of the registry's as an operator sees it. No seq: not filed. No mode: its file is not here."""

    kid: str
    purpose: str
    alg: str
    fingerprint: str
    enrolled_seq: int | None
    revoked_seq: int | None
    place: str
    mode: str


def rotate(purpose: str, *, alg: str = "", signer: str = "", reason: str = ROUTINE) -> Key:
    """Replace a key of the registry's by a new one: a file, or what the setting `signer` names.

    Own transaction. Done again after an interruption it goes on where it stopped. Raises KeysUnsafe, Conflict
    ledger_closed, ledger_key_differs, Refused signer_unnamed.
    """
    setup, current = ledger_setup(), _in_force(purpose)
    new = _successor(setup, purpose, alg=alg or current.alg, signer=signer)
    if new.kid != current.kid:  # else it was filed by a call that got no further
        rotation = _rotation(setup, purpose, old=_signer_of(setup, current), new=new, reason=reason)
        transaction(lambda: append([rotation]))
        # From here on the new key signs. A crash before the end of this function is mended by `tidy`.
    setup.borrowed = new  # the handover is signed while both are at hand: a program's old key may not stay so
    try:
        publish_checkpoint()
    finally:
        setup.borrowed = None
    tidy()
    return _in_force(purpose)


def revoke(purpose: str, *, reason: str) -> int:
    """End a key of the registry's without a successor: the log is closed for ever, and its last head signed.

    Own transaction. Answers the size of that head. Raises Conflict ledger_closed, ledger_key_differs.
    """
    key = _in_force(purpose)
    filing = Filing(
        type="key.revoked",
        subject=key.kid,
        fields={"kid": key.kid, "reason": reason, "holder": key.holder},
    )
    seq = transaction(lambda: append([filing]))[0].seq
    publish_checkpoint()
    return seq + 1


def tidy() -> list[str]:
    """Bring an interrupted rotation to its end; answers the kids whose files were put aside.

    Called at every start. Raises Conflict handover_key_missing, KeysUnsafe.
    """
    setup, own = ledger_setup(), own_keys()
    if any(checkpoint(size, exact=True) is None for size in handovers(own)):
        publish_checkpoint()  # signs the handover head first, for which the old key is still needed
    replaced = {key.kid for key in own if _is_replaced(key, own)}
    old = [file for file in _present_files(setup) if file.signer.kid in replaced] if replaced else []
    for file in old:
        keyfiles.retire(setup.folder, file)
    if old:
        setup.forget()
    return [file.signer.kid for file in old]


def listed() -> list[Listed]:
    """Every key of the registry's, filed or not, oldest first. Raises KeysUnsafe."""
    setup = ledger_setup()
    files = {file.signer.kid: file for file in [*_present_files(setup), *keyfiles.retired_keys(setup.folder)]}
    own = own_keys()
    filed = [_listed(key, key.purpose, key=key, file=files.pop(key.kid, None)) for key in own]
    return filed + [_listed(file.signer, file.purpose, key=None, file=file) for file in files.values()]


def _in_force(purpose: str) -> Key:
    for key in own_keys():
        if key.purpose == purpose and key.revoked_seq is None:
            return key
    raise Conflict("ledger_closed")


def _signer_of(setup: LedgerSetup, key: Key) -> Signer:
    setup.forget()  # another process may have rotated it since we read it
    signer = setup.signer_of(key.kid)
    if signer is None:
        raise Conflict("ledger_key_differs", kid=key.kid)
    return signer


def _successor(setup: LedgerSetup, purpose: str, *, alg: str, signer: str) -> Signer:
    """The key to come: one that lies ready since an interrupted rotation, or a new one."""
    source = signer or setup.signers[purpose]
    if source != FILE:
        if not signer:
            raise Refused("signer_unnamed", purpose=purpose)
        return open_signer(source, purpose, folder=setup.folder)
    known = {key.kid for key in own_keys()}
    for file in _present_files(setup):
        if file.purpose == purpose and file.signer.alg == alg and file.signer.kid not in known:
            return file.signer
    return keyfiles.add_key(setup.folder, purpose, alg=alg).signer


def _rotation(setup: LedgerSetup, purpose: str, *, old: Signer, new: Signer, reason: str) -> Filing:
    """Stated by the old key, which gives its place away, and by the new one, which so shows itself."""
    fields = {
        "kid": new.kid,
        "alg": new.alg,
        "public": b64(new.public),
        "purpose": purpose,
        "holder": setup.origin,
        "level": LEVEL,
        "replaces": old.kid,
        "reason": reason,
    }
    filing = Filing(type="key.rotated", subject=new.kid, fields=fields)
    said = statement_fields(filing, origin=setup.origin, role="registry", nonce=new_nonce())
    statements = [signed_statement(said, signer, level=LEVEL) for signer in (old, new)]
    return Filing(type=filing.type, subject=filing.subject, fields=fields, statements=statements)


def _is_replaced(key: Key, own: list[Key]) -> bool:
    return key.revoked_seq is not None and any(
        other.purpose == key.purpose and other.enrolled_seq == key.revoked_seq for other in own
    )


def _present_files(setup: LedgerSetup) -> list[keyfiles.KeyFile]:
    """Files that are not put aside; of a purpose that signs by a program there may be none."""
    return [
        file
        for purpose in OWN
        if setup.signers[purpose] == FILE or keyfiles.has_keys(setup.folder, purpose)
        for file in keyfiles.read_keys(setup.folder, purpose)
    ]


def _listed(public: Key | Signer, purpose: str, *, key: Key | None, file: keyfiles.KeyFile | None) -> Listed:
    return Listed(
        kid=public.kid,
        purpose=purpose,
        alg=public.alg,
        fingerprint=kid_fingerprint(public.alg, public.public),
        enrolled_seq=key.enrolled_seq if key else None,
        revoked_seq=key.revoked_seq if key else None,
        place=file.path.name if file else "",
        mode=file.mode if file else "",
    )
