"""A checkpoint as its reader may take it: under the policy he brought, or with the key found beside it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from registry.ledger.keyring import Key, head_keys
from registry.ledger.notes import Head, Vkey, split_note
from registry.ledger.policy import Policy, open_checkpoint, policy_of
from registry.ledger.walk import INTEGRITY, Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A head, and what its reader knows of those who signed it.

    `cosigned` holds the policy's witnesses by name, in seconds since the epoch. `followed`: the reader's key
    handed over to the log's present one. `unlisted`: somebody nobody named signed too. `unpinned`: a witness
    or a timestamp stands there whose key the reader did not bring. `stamped_at` is when, at the latest, a
    pinned authority saw the head of `stamped_size`; `cosigned_size` is the newest earlier head that enough
    witnesses saw.
    """

    head: Head
    pinned: bool
    signer: Vkey | None = None
    followed: bool = False
    cosigned: Mapping[str, int] = field(default_factory=dict)
    cosigned_size: int = 0
    unlisted: bool = False
    witness_unpinned: bool = False
    timestamp_unpinned: bool = False
    stamped_at: datetime | None = None
    stamped_size: int = 0


def see(note: str, policy: Policy | None, *, own: Vkey | None) -> Seen:
    """Open a checkpoint under the policy, or without one under the log's own key.

    Raises Fault checkpoint_signature, quorum_missing.
    """
    trusted = policy or (policy_of(own) if own else Policy())
    try:
        opened = open_checkpoint(note, trusted)
    except ValueError as error:
        raise Fault(INTEGRITY, "checkpoint_signature") from error
    if not trusted.met_by(opened.cosigned):
        raise Fault(INTEGRITY, "quorum_missing")
    # A line twice, too, is more than we hand out: C2SP has a reader ignore it, we say that it is there.
    unlisted = len(split_note(note)[1]) > len(opened.signers) + len(opened.cosigned)
    return Seen(
        head=opened.head,
        pinned=policy is not None,
        signer=opened.signer,
        cosigned={key.name: time for key, time in opened.cosigned.items()},
        unlisted=unlisted,
        witness_unpinned=bool(opened.unknown),
    )


def check_signer(seen: Seen, keys: Iterable[Key]) -> None:
    """Raises Fault unless, as far as these keys of the log tell, the key of that place signed the head."""
    valid = head_keys(keys, seen.head.size)
    if not valid or seen.signer is None or valid[0].public != seen.signer.public:
        raise Fault(INTEGRITY, "checkpoint_key_range", seen.head.size - 1)


def compare(head: Head, earlier: Head | None) -> bool:
    """Whether the earlier head was compared: of another size only a whole log can be.

    Raises Fault origin_differs, earlier_differs.
    """
    if earlier is None:
        return False
    if head.origin != earlier.origin:
        raise Fault(INTEGRITY, "origin_differs")
    if head.size == earlier.size and head.root != earlier.root:
        raise Fault(INTEGRITY, "earlier_differs", head.size - 1)
    return head.size == earlier.size
