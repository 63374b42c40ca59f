"""What stands at the doors for machines and agents: whose key it is, its scope, where a power of attorney
leads; and for all, how often they may ask.
"""

from flask import Response, current_app, g, request

from registry.config import Settings
from registry.database import db, transaction
from registry.errors import NotAllowed, TooOften
from registry.parties import access, agency, quotas
from registry.parties.rules import Actor

EXPORTS = frozenset(
    {
        "batches.csv", "batches.archive", "venue-api.of_batch", "venue-api.techcontract_of",
        "reconciliation.file", "events.file", "declaration_batches.rows", "lists.of_year", "lists.of_venue",
        "made_files.download", "oversight.sample_extract", "oversight.decisions_extract",
        "oversight.exceptions_extract", "oversight.events_extract",
    }
)  # fmt: skip
"""Files that take many rows away at once."""


def actor_of_request() -> Actor | None:
    """Whom the key in `Authorization: Bearer` acts for; None without a live one."""
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    row = access.read_api_key(bearer.strip()) if scheme.lower() == "bearer" else None
    if row is None:
        return None
    found, row_id = access.actor_of_api_key(row), row.id
    g.api_key = row_id
    if access.api_key_needs_touch(row):
        transaction(lambda: access.touch_api_key(row_id))
    return found


def check_scope(actor: Actor) -> None:
    """Deny by default: a machine's door that names no scope opens to no key. Raises NotAllowed."""
    needed = getattr(current_app.view_functions[str(request.endpoint)], "scope", None)
    if needed is None:
        raise NotAllowed("people_alone")
    if needed and actor.scopes is not None and needed not in actor.scopes:
        raise NotAllowed("scope_missing", scope=needed)


def check_power(actor: Actor) -> None:
    """An agent comes in where its power may reach and nowhere else; what it does there, `allow` decides.

    Raises NotAllowed `not_for_agents`.
    """
    if actor.power is None or agency.comes_in(str(request.endpoint), about_one=bool(request.view_args)):
        return
    raise NotAllowed("not_for_agents", article="CC 165")


def count(settings: Settings, *, by_machine: bool) -> None:
    """One request of the minute of a key, of a person, or of the address where nobody is known. Machines'
    requests count all; of people's what they send, and files that take many rows away. Raises TooOften.
    """
    policy, limit = _policy(settings, by_machine=by_machine)
    if not limit:
        return
    known = g.get("api_key") if by_machine else getattr(g.actor, "account_id", None)
    db.session.rollback()  # what was read to know who asks holds no transaction open
    taken = quotas.take(policy, str(known or quotas.subject_of(request.remote_addr or "")), limit)
    if by_machine:
        g.quota = taken
    if taken.spent:
        raise TooOften("quota_used", limit=limit, seconds=taken.seconds, policy=policy)


def _policy(settings: Settings, *, by_machine: bool) -> tuple[str, int]:
    if by_machine:
        return ("key", settings.rate_key) if g.get("api_key") else ("address", settings.rate_address)
    if request.endpoint in EXPORTS:
        return "files", settings.rate_files
    return "forms", settings.rate_forms if request.method == "POST" else 0


def say_standing(response: Response) -> None:
    """draft-ietf-httpapi-ratelimit-headers-10, sections 3 and 4."""
    standing: quotas.Standing | None = g.get("quota")
    if standing is None:
        return
    if response.status_code == 304:
        quotas.give_back(standing)
    name, headers = standing.policy, response.headers
    headers["RateLimit-Policy"] = f'"{name}";q={standing.limit};w={quotas.WINDOW}'
    headers["RateLimit"] = f'"{name}";r={standing.left};t={standing.seconds}'
