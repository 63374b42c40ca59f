"""Sign-in elsewhere: OpenID Connect Core 1.0, authorization code with PKCE (RFC 7636), state and nonce.

Off unless the operator names an issuer. Of what the issuer says only who it is (`iss`) and who came (`sub`)
is believed; names and addresses are neither asked for nor read, so nobody comes in by an address alone.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from registry import clock, outbound
from registry.config import Settings
from registry.errors import NotFound, Refused, Unavailable
from registry.outbound import NotReached

ALGORITHMS = ["RS256", "PS256", "ES256"]
"""Asymmetric ones alone: `none` and those under a shared secret say nothing about who signed."""
LIFE = 600
"""Seconds somebody may take at the issuer's pages."""
LEEWAY = 60
KEPT = 3600.0
MOST = 256 * 1024
_known: dict[str, tuple[float, dict[str, Any]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What the browser carries to the issuer, and what we keep in its memo until it is back."""

    address: str
    memo: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outside:
    """Who came, as the issuer knows them."""

    issuer: str
    subject: str


def begin(settings: Settings, *, back: str) -> Begun:
    """Where to send somebody. Raises NotFound when no issuer is set, Unavailable `outside_down`."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": settings.oidc_client,
        "redirect_uri": return_address(settings),
        "scope": "openid",
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    to = str(discovered(settings)["authorization_endpoint"])
    memo = {"state": state, "nonce": nonce, "verifier": verifier, "back": back, "at": int(_now())}
    return Begun(address=f"{to}{'&' if urlsplit(to).query else '?'}{urlencode(asked)}", memo=memo)


def finish(settings: Settings, memo: Mapping[str, Any], said: Mapping[str, str]) -> Outside:
    """Who came back with a code. `memo` is what `begin` gave the same browser; it is good once.

    Raises Refused `outside_state`, `outside_denied`, `outside_token`, Unavailable `outside_down`.
    """
    state = str(memo.get("state", ""))
    late = _now() > float(memo.get("at", 0)) + LIFE
    if not state or late or not hmac.compare_digest(state.encode(), said.get("state", "").encode()):
        raise Refused("outside_state")
    if said.get("iss", settings.oidc_issuer) != settings.oidc_issuer:  # RFC 9207: another issuer's answer
        raise Refused("outside_state")
    if said.get("error") or not said.get("code"):
        raise Refused("outside_denied")
    token = _token(settings, code=said["code"], verifier=str(memo["verifier"]))
    return verified(settings, token, nonce=str(memo["nonce"]))


def verified(settings: Settings, token: str, *, nonce: str) -> Outside:
    """The subject of an ID token (OpenID Connect Core 3.1.3.7). Raises Refused `outside_token`."""
    claims, instant = _claims(settings, token), _now()
    audience = claims.get("aud")
    whom = audience if isinstance(audience, list) else [audience]
    subject, ends, made = claims.get("sub"), claims.get("exp"), claims.get("iat")
    good = (
        claims.get("iss") == settings.oidc_issuer
        and settings.oidc_client in whom
        and (len(whom) == 1 or "azp" in claims)
        and claims.get("azp", settings.oidc_client) == settings.oidc_client
        and isinstance(ends, int | float)
        and instant < ends + LEEWAY
        and isinstance(made, int | float)
        and made - LEEWAY <= instant <= made + LIFE + LEEWAY
        and isinstance(subject, str)
        and 0 < len(subject) <= 255
        and hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode())
    )
    if not good:
        raise Refused("outside_token")
    return Outside(issuer=settings.oidc_issuer, subject=str(subject))


def return_address(settings: Settings) -> str:
    """What the issuer has to know as our redirect URI."""
    return f"{settings.base_url}/login/elsewhere/return"


def discovered(settings: Settings) -> dict[str, Any]:
    """What the issuer says of itself, kept an hour (OpenID Connect Discovery 4)."""
    if not settings.oidc_issuer:
        raise NotFound("not_found")
    found = _document(f"{settings.oidc_issuer}/.well-known/openid-configuration", settings)
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    whole = all(isinstance(found.get(one), str) for one in needed)
    if found.get("issuer") != settings.oidc_issuer or not whole:
        raise Unavailable("outside_down")
    return found


def forget() -> None:
    """Ask the issuer anew from now on."""
    _known.clear()


def _claims(settings: Settings, token: str) -> dict[str, Any]:
    """The claims under a signature of the issuer's; its keys are asked for once more if none fits."""
    where = str(discovered(settings)["jwks_uri"])
    for fresh in (False, True):
        try:
            return dict(jwt.decode(token, _keys(where, settings, fresh=fresh), algorithms=ALGORITHMS).claims)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise Refused("outside_token")


def _keys(where: str, settings: Settings, *, fresh: bool) -> KeySet:
    if fresh and _known.get(where, (0.0, {}))[0] < time.monotonic() - LEEWAY:
        _known.pop(where, None)  # at most once a minute: a forged token makes nobody ask without end
    listed = _document(where, settings).get("keys")
    good = [one for one in listed or [] if isinstance(one, dict) and one.get("kty") in ("RSA", "EC")]
    signing = [one for one in good if one.get("use", "sig") == "sig"]
    return KeySet.import_key_set({"keys": signing})


def _token(settings: Settings, *, code: str, verifier: str) -> str:
    about = discovered(settings)
    sent = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": return_address(settings),
        "code_verifier": verifier,
    }
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    secret = secret_of(settings)
    if "client_secret_basic" in about.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
        shown = f"{quote(settings.oidc_client, safe='')}:{quote(secret, safe='')}"
        headers["Authorization"] = "Basic " + base64.b64encode(shown.encode()).decode()
    else:
        sent |= {"client_id": settings.oidc_client, "client_secret": secret}
    body = urlencode(sent).encode()
    reply = _ask("POST", str(about["token_endpoint"]), settings, body=body, headers=headers)
    answer = _object(reply.body) if reply.status == 200 else {}
    token = answer.get("id_token")
    if not isinstance(token, str) or len(token) > 16_000:
        raise Refused("outside_token")
    return token


def secret_of(settings: Settings) -> str:
    """Read at every use, so that a new secret in the file needs no restart. Raises Unavailable."""
    if settings.oidc_secret_file is None:
        return settings.oidc_secret
    try:
        return settings.oidc_secret_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Unavailable("outside_down") from error


def _document(where: str, settings: Settings) -> dict[str, Any]:
    kept = _known.get(where)
    if kept is not None and kept[0] > time.monotonic() - KEPT:
        return kept[1]
    reply = _ask("GET", where, settings, headers={"Accept": "application/json"})
    found = _object(reply.body) if reply.status == 200 else {}
    if not found:
        raise Unavailable("outside_down")
    _known[where] = time.monotonic(), found
    return found


def _ask(method: str, where: str, settings: Settings, **more: Any) -> outbound.Reply:
    try:
        target = outbound.parse(where, _policy(settings))
        return outbound.call(method, target, _policy(settings), most=MOST, **more)
    except (NotReached, Refused) as error:
        raise Unavailable("outside_down") from error


def _policy(settings: Settings) -> outbound.Policy:
    """The issuer is the operator's choice: it may have a port of its own, and stand inside where they say."""
    port = urlsplit(settings.oidc_issuer).port or 443
    return outbound.Policy(
        ports=tuple({*settings.outbound_ports, port}),
        loopback=settings.outbound_loopback,
        private=settings.oidc_inside,
        authority=settings.outbound_ca,
    )


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _now() -> float:
    return clock.now().timestamp()
