"""How an offer stood at an instant: its filings out of the signed log, the rule's answer, the terms of then,
and where the instant lies in the log.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from registry import clock
from registry.errors import Refused
from registry.ledger import published
from registry.ledger import service as ledger
from registry.ledger.bundles import filings_about
from registry.ledger.published import Published
from registry.licenses import moments
from registry.licenses.models import Declaration, DeclarationVersion
from registry.licenses.moments import Answer, Moment
from registry.licenses.rules import Track


@dataclass(frozen=True, slots=True, kw_only=True)
class AtInstant:
    """An answer with what it rests on. `terms` is the version in force then, None before the publication.

    `before` is the log's last entry up to the instant, `after` the first behind it; None while there is none.
    """

    number: str
    title: str
    answer: Answer
    terms: DeclarationVersion | None
    before: Published | None
    after: Published | None

    @property
    def code(self) -> str:
        """The answer in a word: a track, or the refusal's code."""
        return code_of(self.answer.recorded)

    @property
    def settled(self) -> str:
        """The same with what was recorded later of CNIPA's days."""
        return code_of(self.answer.settled)

    @property
    def article(self) -> str:
        """On what the answer rests."""
        found = self.answer.recorded
        return found.article if isinstance(found, Refused) else ARTICLES[found]


ARTICLES = {Track.STATUTORY: "PL 50, 51; GL 3.5", Track.LOCAL: "CC 472"}


def code_of(standing: Track | Refused) -> str:
    return standing.code if isinstance(standing, Refused) else str(standing)


def of(declaration: Declaration, instant: datetime) -> AtInstant:
    """The answer for one declaration. Publishes a head if its filings are not covered yet, so it is asked
    outside a transaction. Raises Refused instant_future.
    """
    found = filings_about(declaration.number)
    version = declaration.current
    assert version is not None
    entries = {seq: published.entry(seq).entry for seq in sorted(found, reverse=True)}
    filings = [
        Moment(seq=seq, time=entries[seq].instant, type=filed.type, fields=filed.fields)
        for seq, filed in found.items()
    ]
    fields = version.public_fields
    answer = moments.open_at(
        filings,
        instant,
        patent_last_day=date.fromisoformat(fields["patent"]["last_day"]),
        license_last_day=date.fromisoformat(fields["license_last_day"]),
        now=clock.now(),
    )
    place = published.count_until(instant)
    size = published.published_size()
    return AtInstant(
        number=declaration.number,
        title=fields["patent"]["title"],
        answer=answer,
        terms=_terms(declaration, answer.published),
        before=published.entry(place - 1) if place else None,
        after=published.entry(place) if place < size else None,
    )


def proof(number: str) -> dict[str, Any]:
    """The bundle of the deciding filings alone, nothing confidential."""
    types = {filed.type for filed in filings_about(number).values()}
    return ledger.bundle(number, without=types - set(moments.DECIDING))


def _terms(declaration: Declaration, publication: Moment | None) -> DeclarationVersion | None:
    """The frozen version whose text the publication names."""
    if publication is None:
        return None
    wanted = publication.fields["text_digest"]
    return next(version for version in declaration.versions if version.digest == wanted)
