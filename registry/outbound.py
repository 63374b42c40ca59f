"""Connections that others' words make us open: to public addresses alone, over TLS, bounded in every way.

A name is looked up once; every address it has must be public, and the connection goes to one of those very
addresses, so that a name server that answers otherwise a moment later changes nothing. No proxy, no
redirect, no cookie. What may be reached besides stands in the settings, for tests and demonstrations.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry.errors import Refused

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LONGEST = 500
SECONDS = 5.0
"""For connecting, and for the whole answer."""
_NAME = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]\Z")
_NOT_OURS = tuple(
    ipaddress.ip_network(one)
    for one in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
        "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/4", "240.0.0.0/4",
        "::/16",  # unspecified, loopback, mapped and compatible IPv4
        "64:ff9b::/96", "64:ff9b:1::/48",  # NAT64 leads to any IPv4 address (RFC 6052, 8215)
        "100::/64", "2001::/23", "2001:db8::/32",  # discard, Teredo and its neighbours, documentation
        "2002::/16",  # 6to4 carries an IPv4 address
        "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
        "168.63.129.16/32", "100.100.100.200/32",  # where clouds answer about a machine
    )
)  # fmt: skip
_INSIDE = tuple(
    ipaddress.ip_network(one) for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
)


class NotReached(Exception):
    """No answer came. `words`: why, in the program's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What may be reached. `authority`: roots besides the system's, for a service of one's own."""

    ports: tuple[int, ...] = (443,)
    loopback: bool = False
    private: bool = False  # for a service of the operator's own choice, never for an address others name
    authority: Path | None = None
    seconds: float = SECONDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A checked address of the web."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def name(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back: never more than was asked for."""

    status: int
    body: bytes

    def words(self, most: int = 200) -> str:
        """The beginning of the answer as one line."""
        text = self.body.decode("utf-8", "replace")
        return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:most]


def parse(url: str, policy: Policy, *, field: str = "url") -> Target:
    """An address that may be called, as far as can be seen without looking it up.

    Raises Refused `address_form`, `address_port`, `address_not_public`.
    """
    if len(url) > LONGEST or not url.isascii() or any(one <= " " or one in '"\\<>' for one in url):
        raise Refused("address_form", field)
    try:
        parts, host = urlsplit(url), (urlsplit(url).hostname or "")
        secure, port = parts.scheme == "https", parts.port
    except ValueError:
        raise Refused("address_form", field)
    literal = _literal(host)
    near = policy.loopback and literal is not None and literal.is_loopback
    if "@" in parts.netloc or parts.fragment or not (secure or (near and parts.scheme == "http")):
        raise Refused("address_form", field)
    if literal is None and not _NAME.match(host):
        raise Refused("address_form", field)  # `localhost`, 2130706433, 0x7f.1, 0177.0.0.1 are no names
    if literal is not None and not may_reach(literal, policy):
        raise Refused("address_not_public", field)
    port = port or (443 if secure else 80)
    if port not in policy.ports and not near:
        raise Refused("address_port", field, ports=list(policy.ports))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(secure=secure, host=host, port=port, path=path)


def may_reach(address: Address, policy: Policy) -> bool:
    """Whether an address is public, or the machine itself where the settings allow it."""
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id:
        return False
    if address.is_loopback:
        return policy.loopback
    if policy.private and any(address in one for one in _INSIDE if one.version == address.version):
        return True
    return address.is_global and not any(
        address in network for network in _NOT_OURS if network.version == address.version
    )


def look_up(target: Target, policy: Policy) -> str:
    """The one address to connect to. Raises NotReached when the name has none, or any that is not public."""
    try:
        found = _resolve(target.host, target.port)
    except (OSError, UnicodeError) as error:
        raise NotReached(f"name not found: {type(error).__name__}") from error
    addresses = [ipaddress.ip_address(one) for one in found]
    if not addresses:
        raise NotReached("name has no address")
    if not all(may_reach(one, policy) for one in addresses):
        raise NotReached("not a public address")
    return str(addresses[0])


def call(
    method: str,
    target: Target,
    policy: Policy,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    most: int = 4096,
) -> Reply:
    """Ask once; at most `most` bytes of the answer are read, within `policy.seconds`. Raises NotReached."""
    end = time.monotonic() + policy.seconds
    connection = _connection(target, look_up(target, policy), policy)
    watch = threading.Timer(policy.seconds, _cut, [connection])  # one that answers a byte a second ends too
    watch.daemon = True
    watch.start()
    try:
        connection.request(method, target.path, body=body or None, headers={**_OURS, **(headers or {})})
        answer = connection.getresponse()
        return Reply(status=answer.status, body=answer.read(most))
    except (OSError, HTTPException, ValueError, AttributeError) as error:
        late = time.monotonic() >= end
        words = "took too long" if late else f"{type(error).__name__}: {error}"[:200]
        raise NotReached(words) from error
    finally:
        watch.cancel()
        connection.close()


_OURS = {"User-Agent": "Mingxu/1", "Accept-Encoding": "identity", "Connection": "close"}


class _Pinned(HTTPSConnection):
    """TLS with the name's certificate, to the address that was checked."""

    def __init__(self, target: Target, address: str, policy: Policy) -> None:
        context = ssl.create_default_context()
        if policy.authority is not None:
            context.load_verify_locations(policy.authority)
        super().__init__(target.host, target.port, timeout=policy.seconds, context=context)
        self._to, self._name, self._tls = (address, target.port), target.host, context

    def connect(self) -> None:
        self.sock = socket.create_connection(self._to, self.timeout)
        self.sock = self._tls.wrap_socket(self.sock, server_hostname=self._name)


def _connection(target: Target, address: str, policy: Policy) -> HTTPConnection:
    if target.secure:
        return _Pinned(target, address, policy)
    return HTTPConnection(address, target.port, timeout=policy.seconds)


def _cut(connection: HTTPConnection) -> None:
    held: Any = connection.sock
    if held is not None:
        try:
            held.shutdown(socket.SHUT_RDWR)
        except OSError:
            return


def _literal(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _resolve(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]
