"""A real server of its own: a throw-away folder with database, keys and outbox; web server and worker as
processes of their own. Nothing here waits a fixed time: states are asked for until they come or time is up.
"""

import email
import email.policy
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import IO, TypeVar

from registry.documents.fonts import build_fonts
from registry.walkthrough.browser import Browser, WentWrong

ORIGIN = "walkthrough.mingxu.invalid"
CODE = re.compile(r"\b(\d{6})\b")
PATIENCE = 60.0
FIRST_PAUSE, LONGEST_PAUSE = 0.1, 1.0
"""Growing from one to the other: who asks all the time keeps the worker from what is waited for."""
Found = TypeVar("Found")
Say = Callable[[str], None]


class Server:
    """The running registry, seen from outside: its address, its command line, its outbox."""

    def __init__(self, instance: Path, log: IO[bytes]) -> None:
        self.instance, self._log = instance, log
        self.port = _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.environment = _environment(instance, self.base_url)
        self._process: subprocess.Popen[bytes] | None = None
        self._read: set[Path] = set()

    def start(self) -> None:
        """Keys, then `registry serve`, which migrates and starts both processes. Raises WentWrong."""
        self.command("keys", "create")
        serve = [sys.executable, "-m", "registry", "serve", "--port", str(self.port)]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            serve, env=self.environment, stdout=self._log, stderr=subprocess.STDOUT
        )
        wait("the server answers", self._answers, patience=120)

    def stop(self) -> None:
        """As an operator would, and for good if that takes too long."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def command(self, *words: str) -> str:
        """Run `registry …` beside the server; what it said. Raises WentWrong."""
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "registry", *words],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise WentWrong(
                f"registry {' '.join(words)} ended with {done.returncode}: {done.stdout}{done.stderr}"
            )
        return done.stdout

    def code_for(self, address: str) -> str:
        """The code in the newest unread letter to an address, once the worker has sent it."""
        found: str = CODE.findall(self.letter(address, "确认您的邮箱"))[0]
        return found

    def letter(self, address: str, subject: str) -> str:
        """The newest unread letter to an address whose subject holds these words."""
        return wait(f"a letter to {address} about {subject}", lambda: self._letter(address, subject))

    def _letter(self, address: str, subject: str) -> str | None:
        folder = self.instance / "outbox"
        letters = sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
        for path in letters:
            if path in self._read:
                continue
            letter: EmailMessage = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            if letter["To"] == address and subject in str(letter["Subject"]):
                self._read.add(path)
                return _words(letter)
        return None

    def _answers(self) -> bool:
        if self._process is not None and self._process.poll() is not None:
            raise WentWrong(f"the server ended with {self._process.returncode} before it answered")
        try:
            Browser(self.base_url).get("/")
        except WentWrong as trouble:
            if "no answer" not in str(trouble):
                raise
            return False
        return True


@contextmanager
def running(out: Path, *, say: Say) -> Iterator[Server]:
    """A server for as long as the block runs. Its folder goes away; its log stays in `out`."""
    instance = Path(tempfile.mkdtemp(prefix="mingxu-walkthrough-"))
    log_path = out / "server.log"
    try:
        with log_path.open("wb") as log:
            _fonts(instance, say)
            server = Server(instance, log)
            try:
                server.start()
                say(f"the server is at {server.base_url}")
                yield server
            finally:
                server.stop()
    finally:
        shutil.rmtree(instance, ignore_errors=True)


def wait(what: str, look: Callable[[], Found | None], *, patience: float = PATIENCE) -> Found:
    """Ask until there is something (not None, not False). Raises WentWrong when time is up."""
    ends, pause = time.monotonic() + patience, FIRST_PAUSE
    while True:
        found = look()
        if found is not None and found is not False:
            return found
        if time.monotonic() > ends:
            raise WentWrong(f"waited {patience:.0f} seconds in vain: {what}")
        time.sleep(pause)
        pause = min(pause * 1.5, LONGEST_PAUSE)


def _words(letter: EmailMessage) -> str:
    return str(letter.get_content())


def _environment(instance: Path, base_url: str) -> dict[str, str]:
    """Nothing of the surrounding installation's settings reaches the throw-away one."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY_")}
    if kept.pop(
        "PYTHONDONTWRITEBYTECODE", ""
    ):  # no litter in the checkout, but no compiling nine times either
        kept["PYTHONPYCACHEPREFIX"] = str(instance / "bytecode")
    return kept | {
        "REGISTRY_INSTANCE": str(instance),
        "REGISTRY_SECRET_KEY": secrets.token_hex(32),
        "REGISTRY_ORIGIN": ORIGIN,
        "REGISTRY_BASE_URL": base_url,
        "REGISTRY_STAFF_SECOND_FACTOR": "0",  # the clerk of an hour has no phone
        "REGISTRY_OPERATOR_NAME": "明许走查运营方（演示）",
        "REGISTRY_MAIL_FROM": "no-reply@walkthrough.mingxu.invalid",
        "PYTHONUNBUFFERED": "1",
    }


def _fonts(instance: Path, say: Say) -> None:
    """The installation's own finished fonts, made there if they are missing."""
    folder = Path(os.environ.get("REGISTRY_INSTANCE", "instance")).resolve() / "fonts"
    build_fonts(folder, progress=say)
    (instance / "fonts").symlink_to(folder, target_is_directory=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
