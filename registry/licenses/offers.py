"""A published declaration seen from outside: is it open, on which track, until when; used by the listing
and by acceptances.
"""

from datetime import date

from registry import clock
from registry.errors import Refused
from registry.licenses import rules
from registry.licenses.models import Declaration
from registry.licenses.rules import CnipaStatus, DeclarationState, Offer, Track
from registry.patents import rules as patent_rules
from registry.patents.numbers import Kind


def offer_of(declaration: Declaration) -> Offer:
    """What the rules need to know of a published declaration."""
    version, patent = declaration.current, declaration.patent
    assert version is not None
    term = version.answers["term"]
    return Offer(
        state=declaration.state,
        cnipa_status=declaration.cnipa_status,
        open_from=declaration.open_from,
        announced_on=declaration.cnipa_announced_on,
        offer_last_day=date.fromisoformat(term["offer_last_day"]),
        patent_last_day=patent_rules.last_day(
            Kind(patent.kind), patent.filing_date, compensation_days=patent.compensation_days
        ),
        license_last_day=date.fromisoformat(term["license_last_day"]),
        paused=declaration.paused_since is not None,
        withdrawal_effective_on=withdrawal_day(declaration),
    )


def withdrawal_day(declaration: Declaration) -> date | None:
    """The day a withdrawal took effect: CNIPA's announcement, or for a local offer the filing here (GL 4)."""
    if declaration.cnipa_withdrawn_on is not None:
        return declaration.cnipa_withdrawn_on
    if declaration.state == DeclarationState.WITHDRAWN and declaration.withdrawn_at is not None:
        return clock.legal_day(declaration.withdrawn_at)
    return None


def standing(declaration: Declaration, on: date | None = None) -> Track | Refused:
    """The track a notice of today would get, or why none is taken."""
    return rules.open_for_acceptance(offer_of(declaration), on or clock.today())


def status_tag(declaration: Declaration) -> str:
    """The listing's tag: announced, local only, withdrawal filed, or how the offer ended (journeys 1.2)."""
    if declaration.state not in rules.OFFERED_STATES:
        return declaration.state
    if declaration.state == DeclarationState.WITHDRAWAL_FILED:
        return "withdrawal_filed"
    return "announced" if declaration.cnipa_status == CnipaStatus.ANNOUNCED else "local"
