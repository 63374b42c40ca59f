"""Who vouches for the log from outside, as the settings name them: witnesses and a timestamp authority."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from cryptography.x509 import Certificate

from registry.config import Misconfigured, Settings
from registry.ledger.notes import Vkey
from registry.ledger.policy import Policy, parse_policy
from registry.ledger.tokens import read_roots

LONGEST_VKEY = 300
HTTP = ("http://", "https://")


@dataclass(frozen=True, slots=True, kw_only=True)
class WitnessAddress:
    """A witness of the policy and where it is asked."""

    name: str
    vkey: Vkey
    url: str

    @property
    def id(self) -> uuid.UUID:
        """What jobs about this witness are found by."""
        return uuid.uuid5(uuid.NAMESPACE_OID, str(self.vkey))


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchors:
    """Everything optional: a registry without any says so on its pages and in every verdict on time.

    `witness_within` and `stamp_within` are how long a filing may wait for its outside anchor before no
    further one is taken; zero means for ever.
    """

    policy: Policy | None = None
    witnesses: tuple[WitnessAddress, ...] = ()
    witness_within: timedelta = timedelta()
    tsa_url: str = ""
    tsa_roots: tuple[Certificate, ...] = ()
    stamp_within: timedelta = timedelta()
    stamp_every: timedelta = timedelta(minutes=1)


def read_anchors(settings: Settings) -> Anchors:
    """Raises Misconfigured with the setting's name when a file cannot be read or an address is missing."""
    policy = None if settings.witness_policy is None else _policy(settings.witness_policy)
    roots: tuple[Certificate, ...] = ()
    if settings.tsa_url:
        if not settings.tsa_url.startswith(HTTP):
            raise Misconfigured("REGISTRY_TSA_URL must be an http or https address")
        roots = _roots(settings.tsa_roots)
    return Anchors(
        policy=policy,
        witnesses=() if policy is None else _addresses(policy.witnesses, policy.urls),
        witness_within=timedelta(hours=settings.witness_hours),
        tsa_url=settings.tsa_url,
        tsa_roots=roots,
        stamp_within=timedelta(hours=settings.tsa_hours if settings.tsa_url else 0),
        stamp_every=timedelta(seconds=settings.tsa_seconds),
    )


def _policy(path: Path) -> Policy:
    try:
        return parse_policy(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Misconfigured(f"REGISTRY_WITNESS_POLICY {path}: {error}") from error


def _addresses(witnesses: Mapping[str, Vkey], urls: Mapping[str, str]) -> tuple[WitnessAddress, ...]:
    for name, vkey in witnesses.items():
        if not urls.get(name, "").startswith(HTTP):
            raise Misconfigured(f"REGISTRY_WITNESS_POLICY: witness {name} has no http or https address")
        if len(str(vkey)) > LONGEST_VKEY:
            raise Misconfigured(f"REGISTRY_WITNESS_POLICY: the key of witness {name} is too long")
    return tuple(
        WitnessAddress(name=name, vkey=vkey, url=urls[name].rstrip("/")) for name, vkey in witnesses.items()
    )


def _roots(path: Path | None) -> tuple[Certificate, ...]:
    if path is None:
        raise Misconfigured("REGISTRY_TSA_URL needs REGISTRY_TSA_ROOTS, or no answer of it could be checked")
    try:
        return read_roots(path.read_bytes())
    except (OSError, ValueError) as error:
        raise Misconfigured(f"REGISTRY_TSA_ROOTS {path}: {error}") from error
