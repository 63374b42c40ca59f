"""The checking page in a browser without a network, and how tests hand it files."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright import sync_api as playwright

_VERIFY = """async ([files, trust]) => window.mingxu.verify(
    files.map(([name, text]) => ({name, bytes: window.mingxu.parts.unbase64(text)})), trust)"""
_FLIPPED = """async ([text, trust, flips]) => {
    const whole = window.mingxu.parts.unbase64(text);
    const said = [];
    for (const [at, to] of flips) {
        const bytes = whole.slice();
        bytes[at] ^= to;
        const {ok, verdicts} = await window.mingxu.verify([{name: "flipped", bytes}], trust);
        const seal = verdicts.seal ? [verdicts.seal.state] : [];
        said.push([ok, verdicts.integrity.state, verdicts.signatures.state, ...seal]);
    }
    return said;
}"""
_PADDED = """async ([text, trust, size]) => {
    const bytes = new Uint8Array(size).fill(0x25);
    bytes.set(window.mingxu.parts.unbase64(text));
    const {verdicts} = await window.mingxu.verify([{name: "padded.pdf", bytes}], trust);
    return [verdicts.integrity.code, verdicts.seal.code];
}"""

DROP = """([name, text]) => {
    const bytes = Uint8Array.from(atob(text), sign => sign.charCodeAt(0));
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([bytes], name));
    const form = document.querySelector("[data-checker]");
    return ["dragover", "drop"].map(kind =>
        form.dispatchEvent(new DragEvent(kind, {dataTransfer, bubbles: true, cancelable: true})));
}"""
"""Drop a file on the form; answers whether the browser would have opened it: twice no is right."""


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


@dataclass
class Checker:
    """The page, and what it tried to load: a connection is a failure."""

    page: playwright.Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def verify(self, files: Mapping[str, bytes], trust: Any = None) -> dict[str, Any]:
        """The report of `window.mingxu.verify`."""
        report: dict[str, Any] = self.page.evaluate(
            _VERIFY, [[[name, b64(data)] for name, data in files.items()], trust]
        )
        return report

    def flipped(self, data: bytes, trust: str, flips: Sequence[tuple[int, int]]) -> list[list[Any]]:
        """ok, integrity, signatures (and the seal) for each changed byte: (place, what it is XORed with)."""
        said: list[list[Any]] = self.page.evaluate(_FLIPPED, [b64(data), trust, flips])
        return said

    def padded(self, data: bytes, trust: str, size: int) -> tuple[str, str]:
        """The codes of integrity and seal of a file filled up to so many bytes."""
        integrity, seal = self.page.evaluate(_PADDED, [b64(data), trust, size])
        return integrity, seal


def opened(context: playwright.BrowserContext, file: Path) -> Checker:
    """The page from a file, the network off; any request but for the file itself is noted and stopped."""
    context.set_offline(True)
    checker = Checker(context.new_page())

    def stop(route: playwright.Route) -> None:
        if route.request.url == file.as_uri():
            route.continue_()
        else:
            checker.asked.append(route.request.url)
            route.abort()

    context.route("**/*", stop)
    checker.page.set_default_timeout(10_000)
    checker.page.on("console", lambda message: checker.complaints.append(message.text))
    checker.page.on("pageerror", lambda error: checker.complaints.append(str(error)))
    checker.page.goto(file.as_uri())
    return checker
