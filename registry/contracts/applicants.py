"""Who applies for a contract's registration, and which registrar that leads to.

A contract is registered once, at the registrar of the applicant's area; the provider (seller) or an
intermediary may apply [second-hand, 2026 Measures]. In Shanghai the buyer applies for an import, or where
both are in its area and the seller does not [second-hand]. What a registrar accepts is data of the venue
(`registration_models.Registrar`), each row with its source and how sure it is.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal, cast

from registry.errors import Refused

Applicant = Literal["seller", "intermediary", "buyer"]
APPLICANTS: tuple[Applicant, ...] = ("seller", "intermediary", "buyer")
SOURCE = "[second-hand]"


class Confidence(StrEnum):
    """How sure what stands in a registrar's row is."""

    LAW = "law"  # read in a rule in force
    PUBLISHED = "published"  # the registrar's own guide or page
    ASKED = "asked"  # said by the registrar on a day
    SECOND_HAND = "second_hand"


class ZeroFee(StrEnum):
    """What a registrar answered about contracts without a price."""

    TAKEN = "taken"
    REFUSED = "refused"


class DateForm(StrEnum):
    """How a registrar's form wants days to be typed."""

    ISO = "iso"  # 2026-03-01
    SLASH = "slash"  # 2026/3/1
    CHINESE = "chinese"  # 2026年3月1日
    COMPACT = "compact"  # 20260301


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """A registrar as the rules see it. `regions`: first digits of the region codes it serves."""

    code: str
    name: str
    regions: tuple[str, ...]
    applicants: frozenset[str]
    working_days: int = 7
    expert_days: int = 20
    zero_view: bool = False  # its view on contracts without a price has been recorded
    zero_fee: str = ""  # ZeroFee, as far as the view can be told in a word
    valid_from: date | None = None
    valid_to: date | None = None

    def serves_on(self, day: date) -> bool:
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """Where those stand who may apply: region codes of six digits, empty where unknown."""

    seller: str
    intermediary: str
    buyer: str
    seller_abroad: bool = False

    def region(self, applicant: str) -> str:
        return str(getattr(self, applicant))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a contract is to be registered. `elsewhere`: registered at another place; None: nobody said.

    `regions`: what the venue's registrars serve on the day; empty where the venue has entered none.
    """

    applicant: Applicant
    region: str
    office: Office | None
    regions: tuple[str, ...]
    elsewhere: bool | None = None
    proposed: bool = False  # by rule, not by the clerk


def office_for(region: str, offices: Iterable[Office], day: date) -> Office | None:
    """The registrar that serves a region on a day: the one with the longest fitting prefix."""
    fitting = [
        (len(prefix), office)
        for office in offices
        if office.serves_on(day)
        for prefix in office.regions
        if region and region.startswith(prefix)
    ]
    return max(fitting, key=lambda pair: pair[0])[1] if fitting else None


def proposed_applicant(sides: Sides) -> Applicant:
    """The seller; the buyer when the seller is abroad, for the contract is then an import [second-hand]."""
    return "buyer" if sides.seller_abroad else "seller"


def standing(
    sides: Sides,
    offices: Sequence[Office],
    day: date,
    *,
    applicant: str = "",
    office: str = "",
    elsewhere: bool | None = None,
) -> Standing:
    """Applicant and registrar as the clerk set them, or as the rule proposes.

    The registrar follows the applicant's region also when the other side is elsewhere: a seller in Shanghai
    registers in Shanghai whoever bought. An office the clerk chose stands while it serves.
    """
    who = cast(Applicant, applicant) if applicant else proposed_applicant(sides)
    region = sides.region(who)
    serving = [one for one in offices if one.serves_on(day)]
    chosen = next((one for one in serving if one.code == office), None) if office else None
    regions = tuple(dict.fromkeys(prefix for one in serving for prefix in one.regions))
    return Standing(
        applicant=who,
        region=region,
        office=chosen or office_for(region, serving, day),
        regions=regions,
        elsewhere=elsewhere,
        proposed=not applicant,
    )


def check_applicant(sides: Sides, offices: Sequence[Office], day: date, *, applicant: str) -> None:
    """Refuse an applicant the rules or the registrar do not take. A venue without registrars refuses nobody.

    Raises Refused: buyer_may_not_apply, no_registrar_for_region, registrar_takes_not.
    """
    if not offices:
        return
    found = office_for(sides.region(applicant), offices, day)
    if applicant == "buyer" and not sides.seller_abroad:
        sellers = office_for(sides.seller, offices, day)
        if sellers is None or found is None or sellers.code != found.code:
            raise Refused("buyer_may_not_apply", "applicant", SOURCE)
    if found is None:
        raise Refused("no_registrar_for_region", "applicant", SOURCE, region=sides.region(applicant) or "/")
    if applicant not in found.applicants:
        raise Refused("registrar_takes_not", "applicant", SOURCE, registrar=found.name)


def check_office(office: Office, region: str) -> None:
    """Refuse a registrar that does not serve the applicant's region. Raises Refused `applicant_elsewhere`."""
    if not region.startswith(office.regions):
        raise Refused("applicant_elsewhere", "registrar", SOURCE, subject=office.name)


def registered_elsewhere(found: Standing) -> bool | None:
    """What readiness asks: whether the contract is registered at another place; None while nobody said."""
    return found.elsewhere
