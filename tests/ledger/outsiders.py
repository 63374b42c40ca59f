"""Those outside, on the loopback: real witnesses, and others that answer whatever a test wants to hear."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from registry.ledger.anchor_setup import Anchors, WitnessAddress
from registry.ledger.notes import Vkey
from registry.ledger.policy import Policy, parse_policy
from registry.ledger.witness_folder import Witness, create_witness, open_witness
from registry.ledger.witness_server import Wsgi, wsgi

Said = tuple[str, str, bytes]  # status, content type, body


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        return


@contextmanager
def serving(application: Wsgi) -> Iterator[str]:
    """The application at an address of its own until the end of the block."""
    server = _Server(("127.0.0.1", 0), _Quiet)
    server.set_app(application)  # type: ignore[arg-type]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class Teller:
    """Answers what `say` makes of a request's body, and remembers what it was asked."""

    say: Callable[[bytes], Said]
    asked: list[bytes] = field(default_factory=list)

    def __call__(self, environ: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        self.asked.append(body)
        status, kind, said = self.say(body)
        start(
            status, [("Content-Type", kind), ("Location", "/elsewhere"), ("Content-Length", str(len(said)))]
        )
        return [said]


@contextmanager
def witness_at(folder: Path, name: str, log: Vkey) -> Iterator[tuple[Witness, str]]:
    """A real witness that trusts this log, and its address."""
    create_witness(folder, name)
    witness = open_witness(folder)
    witness.trust(str(log))
    with serving(wsgi(witness)) as url:
        yield witness, url


def policy_with(log: Vkey, *witnesses: tuple[Vkey, str], least: int | str = "all") -> Policy:
    """The policy that asks for so many of these witnesses."""
    names = [f"w{place}" for place, _ in enumerate(witnesses)]
    lines = [f"log {log}"]
    lines += [f"witness {name} {vkey} {url}" for name, (vkey, url) in zip(names, witnesses, strict=True)]
    lines += [f"group enough {least} {' '.join(names)}", "quorum enough"]
    return parse_policy("\n".join(lines) + "\n")


def anchors_with(policy: Policy, **changes: Any) -> Anchors:
    """The anchors of that policy, as the settings would make them."""
    addresses = tuple(
        WitnessAddress(name=name, vkey=vkey, url=policy.urls[name]) for name, vkey in policy.witnesses.items()
    )
    return Anchors(policy=policy, witnesses=addresses, **changes)
