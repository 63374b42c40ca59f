"""How long the checking page takes for one license bundle, in a headless browser without a network."""

import statistics
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright import sync_api as playwright

from registry import verifier_page
from registry.ledger.canonical import jcs
from tests.chromium import program
from tests.ledger.licensed import licensed
from tests.verifier.checking import b64, opened

TIMES = 15
_TIMED = """async ([text, trust, times]) => {
    const bytes = window.mingxu.parts.unbase64(text);
    const took = [];
    for (let turn = 0; turn < times; turn += 1) {
        const begun = performance.now();
        const {ok} = await window.mingxu.verify([{name: "bundle.json", bytes}], trust);
        if (!ok) throw new Error("the bundle does not hold");
        took.push(performance.now() - begun);
    }
    return took;
}"""


def bundle_milliseconds() -> tuple[float, float] | None:
    """The first check and the median of the later ones, in milliseconds; None where there is no browser."""
    made = licensed()
    with playwright.sync_playwright() as runner, TemporaryDirectory(prefix="mxverifier") as folder:
        found = program(runner)
        if found is None:
            return None
        browser = runner.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        file = Path(folder) / "verifier.html"
        file.write_bytes(verifier_page.page())
        page = opened(browser.new_context(), file).page
        took = page.evaluate(_TIMED, [b64(jcs(made.bundle())), str(made.log.log_key), TIMES])
        browser.close()
    return took[0], statistics.median(took[1:])
