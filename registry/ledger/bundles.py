"""License bundles: all that was filed about one contract or declaration, as far as a checkpoint reaches.

Whose they are, and what the asker may see, the caller decides; the form is docs/formats.md, section 6.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from registry.database import db
from registry.errors import NotFound
from registry.ledger import anchors, tiles
from registry.ledger.bundle_file import FORMAT
from registry.ledger.canonical import b64
from registry.ledger.checkpoints import checkpoint, checkpoint_covering, note_head, own_keys, vkeys_of
from registry.ledger.cosignatures import cosignatures_of
from registry.ledger.filings import RELAYED, Filed, parse_envelope
from registry.ledger.models import LedgerEntry, LedgerKey
from registry.ledger.notes import first_alone
from registry.ledger.receipts import disclosures, envelope_at, filed_at, line
from registry.ledger.relayed import SIGNED
from registry.ledger.setup import ledger_setup
from registry.ledger.signing import kid_of
from registry.ledger.timestamps import timestamps_of

Shown = Callable[[Filed, str], bool]  # whether the asker may see what a filing committed to under a path


def nothing(filed: Filed, path: str) -> bool:
    """For everybody: envelopes are public, what they commit to is not."""
    return False


def bundle(
    subject: str, *, shown: Shown = nothing, without: Collection[str] = (), under: str | None = None
) -> dict[str, Any]:
    """The bundle of a contract or declaration; `canonical.jcs` of it is the file.

    `without` names types of filing that stay out. Publishes a checkpoint unless one covers all that was filed
    about it so far, and prefers one that witnesses and authorities vouch for: asked for after the commit,
    outside a transaction. `under`: under that very head of ours, so that many have one. Raises NotFound.
    """
    known = _about(subject)
    if not known:
        raise NotFound("not_found")
    signed = under or signed_over(max(known))
    size = note_head(signed).size
    kept = {seq: filed for seq, filed in _about(subject).items() if seq < size and filed.type not in without}
    witnesses = cosignatures_of(size)
    note, nodes = signed + "".join(one.line for one in witnesses), tiles.nodes()
    signer = vkeys_of(own_keys(), size)[0]
    passed_on = list(_passed_on(kept, shown))
    kids = {kid_of("ed25519", signer.public), *(row["value"]["kid"] for row in passed_on)}
    places = sorted({0, *kept, *_keys(kept, kids, size=size)})
    opened = [
        {"seq": seq, **row}
        for seq, filed in kept.items()
        for row in disclosures(seq)
        if shown(filed, row["path"])
    ]
    return {
        "format": FORMAT,
        "origin": ledger_setup().origin,
        "subject": subject,
        "signers": [str(signer), *(str(one.witness) for one in witnesses)],
        "filings": [line(seq, note, size=size, nodes=nodes) for seq in places],
        "disclosures": sorted([*opened, *passed_on], key=lambda row: (row["seq"], row["path"])),
        "timestamps": [{"authority": one.authority, "token": b64(one.token)} for one in timestamps_of(size)],
    }


def signed_over(seq: int) -> str:
    """A head over that filing, one that others vouch for before a newer one that nobody has seen yet."""
    size = anchors.vouched_covering(seq)
    vouched = None if size is None else checkpoint(size, exact=True)
    return checkpoint_covering(seq) if vouched is None else first_alone(vouched)


def filings_about(subject: str) -> Mapping[int, Filed]:
    """Every filing whose subject this is, by its place."""
    query = select(LedgerEntry.seq).where(LedgerEntry.subject == subject).order_by(LedgerEntry.seq)
    return {seq: filed_at(seq)[1] for seq in db.session.execute(query).scalars()}


def _about(subject: str) -> dict[int, Filed]:
    """The subject's filings, and those of the declarations that its notices name."""
    own = dict(filings_about(subject))
    named = {filed.fields["declaration"] for filed in own.values() if filed.type == "license.noticed"}
    for number in named:
        own |= filings_about(number)
    return own


def _passed_on(kept: Mapping[int, Filed], shown: Shown) -> Iterator[dict[str, Any]]:
    """The parties' own signatures behind keys made for one statement, where the asker may know whose."""
    for filed in kept.values():
        for said in filed.statements:
            if said.level != RELAYED or not shown(filed, SIGNED):
                continue
            key = db.session.get_one(LedgerKey, said.kid)
            yield from (
                {"seq": key.enrolled_seq, **row}
                for row in disclosures(key.enrolled_seq)
                if row["path"] == SIGNED
            )


def _keys(kept: Mapping[int, Filed], kids: Collection[str], *, size: int) -> set[int]:
    """Where the keys that signed came in and ended, these too, and the same for the keys of those filings."""
    found: set[int] = set()
    waiting, seen = _signers(kept.items()).union(kids), set[str]()
    while waiting:
        seen |= waiting
        query = select(LedgerKey.enrolled_seq, LedgerKey.revoked_seq).where(
            LedgerKey.kid.in_(sorted(waiting))
        )
        places = {seq for row in db.session.execute(query) for seq in row if seq is not None and seq < size}
        more = sorted(places - found - {0})
        found |= places
        waiting = _signers((seq, filed_at(seq)[1]) for seq in more) - seen
    return found


def _signers(filings: Iterable[tuple[int, Filed]]) -> set[str]:
    kids: set[str] = set()
    for seq, filed in filings:
        kids |= {parse_envelope(envelope_at(seq))[1], *(said.kid for said in filed.statements)}
    return kids
