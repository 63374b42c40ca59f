"""What stands at the doors for machines alone: whose key it is, its scope, how often it may ask."""

from flask import Response, current_app, g, request

from registry.config import Settings
from registry.database import db, transaction
from registry.errors import NotAllowed, TooOften
from registry.parties import access, quotas
from registry.parties.rules import Actor


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


def count(settings: Settings) -> None:
    """One request of the key's minute, or of the address's where there is no key. Raises TooOften."""
    key = g.get("api_key")
    limit = settings.rate_key if key else settings.rate_address
    if not limit:
        return
    db.session.rollback()  # what was read to know the key holds no transaction open
    who = str(key) if key else quotas.subject_of(request.remote_addr or "")
    g.quota = quotas.take("key" if key else "address", who, limit)
    if g.quota.spent:
        raise TooOften("quota_used", limit=limit, seconds=g.quota.seconds, policy=g.quota.policy)


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
