"""A mail server in this process: it speaks SMTP, keeps what it takes, refuses where a test wants it to."""

import contextlib
import datetime
import socketserver
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class Taken:
    sender: str
    recipient: str
    data: bytes


@dataclass
class MailServer:
    """`replies` answers a command with something else than yes ("MAIL", "RCPT", "DATA", "AUTH", "CONNECT",
    "." after the words); `deaf` names one it never answers, `drops` one at which it hangs up.
    """

    port: int = 0
    replies: dict[str, str] = field(default_factory=dict)
    deaf: str = ""
    drops: str = ""
    tls: bool = True
    taken: list[Taken] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)
    connections: int = 0
    context: ssl.SSLContext | None = None
    implicit: bool = False
    over: threading.Event = field(default_factory=threading.Event)


class _Session(socketserver.StreamRequestHandler):
    state: MailServer

    def handle(self) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            self._talk()
        for one in (self.rfile, self.wfile, self.request):
            with contextlib.suppress(OSError, ssl.SSLError):
                one.close()

    def finish(self) -> None:
        """Closed already, as far as the other side still listened."""

    def _talk(self) -> None:
        state = self.state
        state.connections += 1
        if state.implicit:
            self._encrypt()
        if not self._say("CONNECT", "220 test ESMTP"):
            return
        sender = recipient = ""
        while line := self.rfile.readline().decode("utf-8", "replace").strip():
            verb = line.split()[0].upper().partition(":")[0]
            state.seen.append(line if verb != "AUTH" else "AUTH")
            if verb in ("EHLO", "HELO"):
                self._write("250-test\r\n250-AUTH PLAIN\r\n" + ("250 STARTTLS" if state.tls else "250 HELP"))
            elif verb == "STARTTLS":
                if not self._say(verb, "220 go on"):
                    return
                if verb not in state.replies:
                    self._encrypt()
            elif verb == "MAIL":
                sender = line.partition("<")[2].partition(">")[0]
                if not self._say(verb, "250 ok"):
                    return
            elif verb == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                if not self._say(verb, "250 ok"):
                    return
            elif verb == "DATA":
                if not self._say(verb, "354 go on"):
                    return
                if verb in state.replies:
                    continue
                lines = []
                while (row := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(row[1:] if row.startswith(b"..") else row)
                if "." not in state.replies and state.drops != "." and state.deaf != ".":
                    state.taken.append(Taken(sender, recipient, b"".join(lines)))
                if not self._say(".", "250 2.0.0 taken as 17"):
                    return
            elif verb == "AUTH":
                if not self._say(verb, "235 welcome"):
                    return
            elif verb == "QUIT":
                self._write("221 bye")
                return
            else:
                self._write("250 ok")

    def _say(self, what: str, usual: str) -> bool:
        if self.state.drops == what:
            return False
        if self.state.deaf == what:
            self.state.over.wait(3)
            return False
        self._write(self.state.replies.get(what, usual))
        return True

    def _write(self, words: str) -> None:
        self.wfile.write(f"{words}\r\n".encode())
        self.wfile.flush()

    def _encrypt(self) -> None:
        assert self.state.context is not None
        self.rfile.close()
        self.request = self.state.context.wrap_socket(self.request, server_side=True)
        self.rfile = self.request.makefile("rb")
        self.wfile = self.request.makefile("wb")


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of the tests."""


@contextlib.contextmanager
def mail_server(folder: Path | None = None, **how: object) -> Iterator[MailServer]:
    """A running server; `folder` holds the certificate that TLS needs, as `certificate` made it."""
    state = MailServer(**how)  # type: ignore[arg-type]
    if folder is not None:
        state.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        state.context.load_cert_chain(folder / "mail.crt", folder / "mail.key")
    handler = type("Session", (_Session,), {"state": state})
    with _Listener(("127.0.0.1", 0), handler) as listener:
        state.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield state
        finally:
            state.over.set()
            listener.shutdown()
            thread.join()


def certificate(folder: Path) -> Path:
    """A certificate of 127.0.0.1 that vouches for itself; returns its file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail test")])
    day = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(day - datetime.timedelta(days=1))
        .not_valid_after(day + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
    )
    (folder / "mail.crt").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "mail.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return folder / "mail.crt"
