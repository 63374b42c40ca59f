"""The line to the mail server: opened once a round, used for all its letters, closed (RFC 5321, 8314, 3207).

It knows no database and no letter, only bytes, addresses and what the server answered. Nothing is ever sent
in the clear to another machine: `smtp://` insists on STARTTLS, `smtps://` is TLS from the first byte, and
`smtp+plain://` is for a relay on the same machine and takes no password.
"""

import contextlib
import smtplib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

from registry.config import Settings
from registry.parties.letters import Answer

PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
WORDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where and how letters are handed over. `seconds`: the longest wait for one answer."""

    scheme: str
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    seconds: int = 20
    authority: Path | None = None


class NotTaken(Exception):
    """The server, or the way to it, did not take the letter."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.stage, answer.code, answer.words)
        self.answer = answer

    @property
    def line_is_down(self) -> bool:
        """No other letter gets through either, so none need try."""
        return self.answer.stage in ("connect", "tls", "login") or self.answer.code in (None, 421)


def server(settings: Settings) -> Server | None:
    """What the settings say; None where letters go to the folder. The password file is read at every round,
    so that a new password needs no restart. Raises NotTaken when it cannot be read.
    """
    if not settings.smtp_url:
        return None
    parts = urlsplit(settings.smtp_url)
    password = unquote(parts.password or "")
    if settings.smtp_password_file is not None:
        try:
            password = settings.smtp_password_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise NotTaken(Answer(stage="login", words=f"password file: {type(error).__name__}")) from error
    return Server(
        scheme=parts.scheme,
        host=parts.hostname or "localhost",
        port=parts.port or PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=password,
        seconds=settings.smtp_seconds,
        authority=settings.smtp_ca,
    )


class Line:
    """One connection. `with Line(server) as line: line.send(...)`; entering raises NotTaken."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._smtp: smtplib.SMTP | None = None
        self._stage = "connect"

    def __enter__(self) -> "Line":
        try:
            self._open()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise NotTaken(_answer(self._stage, error)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def send(self, sender: str, address: str, message: bytes) -> Answer:
        """Hand one letter over; returns the server's word that it has taken it. Raises NotTaken."""
        smtp = self._smtp
        assert smtp is not None
        try:
            self._stage = "sender"
            _expect(smtp.mail(sender), "sender", (250,))
            self._stage = "recipient"
            _expect(smtp.rcpt(address), "recipient", (250, 251))
            self._stage = "data"
            code, words = _expect(smtp.data(message), "data", (250,))
        except NotTaken:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.rset()  # the next letter begins anew
            raise
        except (OSError, smtplib.SMTPException) as error:
            raise NotTaken(_answer(self._stage, error)) from error
        return Answer(stage="data", code=code, words=words, accepted=True)

    def close(self) -> None:
        smtp, self._smtp = self._smtp, None
        if smtp is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                smtp.quit()
            smtp.close()

    def _open(self) -> None:
        to, timeout = self._server, float(self._server.seconds)
        if to.scheme == "smtps":
            self._stage = "tls"
            self._smtp = smtplib.SMTP_SSL(to.host, to.port, timeout=timeout, context=self._context())
        else:
            self._smtp = smtplib.SMTP(to.host, to.port, timeout=timeout)
        self._smtp.ehlo_or_helo_if_needed()
        if to.scheme == "smtp":
            self._stage = "tls"
            self._smtp.starttls(context=self._context())  # raises where the server offers none
            self._smtp.ehlo()
        if to.user:
            self._stage = "login"
            self._smtp.login(to.user, to.password)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self._server.authority)


def _expect(answer: tuple[int, bytes], stage: str, codes: tuple[int, ...]) -> tuple[int, str]:
    code, words = answer[0], _words(answer[1])
    if code in codes:
        return code, words
    # a refused sender is our own fault and mended by us: the letter waits; what is said of the reader or of
    # the words is final
    permanent = 500 <= code < 600 and stage in ("recipient", "data")
    raise NotTaken(Answer(stage=stage, code=code, words=words, permanent=permanent))


def _answer(stage: str, error: Exception) -> Answer:
    if isinstance(error, smtplib.SMTPResponseException):
        permanent = stage == "data" and 500 <= error.smtp_code < 600
        return Answer(stage=stage, code=error.smtp_code, words=_words(error.smtp_error), permanent=permanent)
    return Answer(stage=stage, words=f"{type(error).__name__}: {error}"[:WORDS])


def _words(said: bytes | str) -> str:
    """A server's words as one line of ours."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())[:WORDS]
