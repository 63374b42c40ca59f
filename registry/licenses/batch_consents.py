"""Co-owners of a whole batch, asked in one step: each gets one letter that lists all its patents.

Every consent stays its own, with its own link and to its own text (GL 3.2).
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from registry import history
from registry.errors import Refused
from registry.licenses import assembly, batch_drafts, consents
from registry.licenses import service as licenses
from registry.licenses.batch_models import BatchRow, DeclarationBatch
from registry.licenses.models import Consent, Declaration
from registry.licenses.register import lock
from registry.parties import mail
from registry.parties.permissions import allow
from registry.parties.rules import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class CoOwner:
    """A patentee beside the declarant, by name: its address, where one is known, and how many it is asked
    about.
    """

    name: str
    email: str
    patents: int
    agreed: int
    asked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was sent: letters, consents asked for, and the declarations that could not be asked about."""

    letters: int
    consents: int
    left: tuple[tuple[str, Refused], ...]  # number of the declaration, why


def co_owners(rows: Sequence[BatchRow]) -> list[CoOwner]:
    """Everybody whose consent the drafts of these rows need, by name."""
    found: dict[str, list[consents.Standing]] = {}
    for declaration in drafts_of(rows):
        for standing in consents.status(declaration):
            if standing.state != "declarant":
                found.setdefault(standing.name, []).append(standing)
    return [
        CoOwner(
            name=name,
            email=next((one.email for one in several if one.email), ""),
            patents=len(several),
            agreed=sum(one.state == "agreed" for one in several),
            asked=sum(one.state == "asked" for one in several),
        )
        for name, several in sorted(found.items())
    ]


def drafts_of(rows: Sequence[BatchRow]) -> list[Declaration]:
    """The rows' declarations that can still be changed."""
    found = [row.declaration for row in rows if row.declaration is not None]
    return [one for one in found if one.state in assembly.EDITABLE]


def name_addresses(actor: Actor, rows: Sequence[BatchRow], emails: Mapping[str, str]) -> int:
    """Keep one address for each name in all drafts that lack it or have another; how many drafts changed."""
    changed = 0
    for declaration in drafts_of(rows):
        step = batch_drafts.with_emails(declaration, ())
        items = [{**item, "email": emails.get(str(item["name"])) or item["email"]} for item in step["items"]]
        if items != step["items"]:
            licenses.save_steps(actor, declaration, {"owners": {**step, "items": items}})
            changed += 1
    return changed


def ask_all(
    actor: Actor, batch: DeclarationBatch, rows: Sequence[BatchRow], only: Collection[str] = ()
) -> Asked:
    """Ask every co-owner who has not answered about the present text. `only`: numbers of declarations.

    Whom an open letter asks about the same text already gets a fresh link in the new one.
    """
    allow(actor, "declaration.draft", batch)
    letters: dict[str, list[tuple[Consent, str]]] = {}
    left: list[tuple[str, Refused]] = []
    for declaration in drafts_of(rows):
        if (only and declaration.number not in only) or not consents.owners_to_ask(declaration):
            continue
        try:
            for consent, token in consents.ask_untold(actor, lock(declaration.id)):
                letters.setdefault(consent.email, []).append((consent, token))
        except Refused as refused:
            left.append((declaration.number, refused))
    for address, asked in letters.items():
        about = {"holder": batch.holder, "asked": asked, "name": asked[0][0].name}
        mail.write(address, "consent_asked_many", asked_by=batch.holder_id, numbered=batch, **about)
    count = sum(len(asked) for asked in letters.values())
    history.record(actor, "ask_consent", batch, changes={"size": count})
    return Asked(letters=len(letters), consents=count, left=tuple(left))
