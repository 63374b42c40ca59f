"""A small issuer for tests: discovery, keys, a token endpoint that checks what it is sent, real tokens."""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OctKey

from registry import clock

CLIENT, SECRET = "mingxu", "a secret: with/odd characters"


@dataclass
class Issuer:
    """Who is signed in there, and what its tokens say otherwise than they should."""

    url: str = ""
    subject: str = "u-17"
    changes: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256", {"kid": "k1", "use": "sig"}))
    signs_with: Any = None
    down: bool = False
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    tokens: int = 0

    def authorize(self, address: str) -> dict[str, str]:
        """What a browser brings back after somebody signed in at the address it was sent to."""
        query = dict(parse_qsl(urlsplit(address).query))
        assert address.startswith(f"{self.url}/authorize?")
        assert (query["response_type"], query["code_challenge_method"]) == ("code", "S256")
        code = f"code-{len(self.asked)}"
        self.asked[code] = query
        return {"code": code, "state": query["state"], "iss": self.url}

    def token(self, query: dict[str, str]) -> str:
        now = int(clock.now().timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": self.subject,
            "iat": now,
            "exp": now + 300,
            "nonce": query["nonce"],
            "email": "somebody@example.cn",
            **self.changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "ES256", "kid": "k1", **self.header}
        if header["alg"] == "none":
            said = [json.dumps(one).encode() for one in (header, claims)]
            parts = [base64.urlsafe_b64encode(one).rstrip(b"=") for one in said]
            return b".".join([*parts, b""]).decode()
        key = self.signs_with or self.key
        if header["alg"] == "HS256":
            key = OctKey.import_key(SECRET)
        return str(jwt.encode(header, claims, key, algorithms=["ES256", "HS256"]))

    def answer(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        if self.down:
            return 503, {}
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.url,
                "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token",
                "jwks_uri": f"{self.url}/keys",
            }
        if path == "/keys":
            return 200, KeySet([self.key]).as_dict(private=False)
        return self._exchange(body, headers)

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[int, Any]:
        sent = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        query = self.asked.pop(sent["code"], None)
        shown = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
        challenge = hashlib.sha256(sent["code_verifier"].encode()).digest()
        fits = query and query["code_challenge"] == base64.urlsafe_b64encode(challenge).rstrip(b"=").decode()
        if not fits or shown != "mingxu:a%20secret%3A%20with%2Fodd%20characters" or query is None:
            return 400, {"error": "invalid_grant"}
        assert sent["redirect_uri"] == query["redirect_uri"]
        self.tokens += 1
        return 200, {"id_token": self.token(query), "token_type": "Bearer"}


@contextmanager
def serving() -> Iterator[Issuer]:
    held = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, said = held.answer(urlsplit(self.path).path, body, dict(self.headers.items()))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(said).encode())

        do_POST = do_GET

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
