"""The second verifier, put together: the JavaScript of `registry/verifier/` in one script, and one HTML file
that holds script and style itself and works without a network.

Each module becomes a scope of its own, in the order its imports ask for; nothing is shortened, so that
whoever opens the page can read what it does.
"""

import base64
import hashlib
import re
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "verifier"
ENTRY = "page.js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./(\w+)\.js";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_STRAY = re.compile(r"^(?:import|export)\b.*$", re.MULTILINE)


@lru_cache
def script() -> str:
    """All modules in one script. Raises ValueError for an import or export written another way."""
    modules: dict[str, str] = {}
    _gather(ENTRY.removesuffix(".js"), modules)
    return '"use strict";\n(() => {\n' + "\n".join(modules.values()) + "})();\n"


@lru_cache
def style(*names: str) -> str:
    """The style sheets of these names, or those of the one file, in a row."""
    return "\n".join(_read(name) for name in names or ("page.css", "checker.css"))


@lru_cache
def page() -> bytes:
    """The one file: its policy allows exactly its own script and style, and no connection at all."""
    parts = {"script": script(), "style": style()}
    html = _read("page.html")
    for name, text in parts.items():
        html = html.replace(f"{{{{ {name}-source }}}}", f"'sha256-{_sha256(text)}'")
    for name, text in parts.items():
        html = html.replace(f"{{{{ {name} }}}}", text)
    return html.encode()


def digest() -> str:
    """Lowercase hex SHA-256 of the one file, by which readers know that they have the same one."""
    return hashlib.sha256(page()).hexdigest()


def _gather(name: str, modules: dict[str, str]) -> None:
    """Read a module behind those it imports from."""
    source = _read(f"{name}.js")
    for _, other in _IMPORT.findall(source):
        if other not in modules:
            _gather(other, modules)
    given = _EXPORT.findall(source)
    body = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {found[2]}_js;", source)
    body = _EXPORT.sub("", body)
    if _STRAY.search(body):
        raise ValueError(f"{name}.js: an import or export that is not understood")
    modules[name] = f"const {name}_js = (() => {{\n{body}return {{ {', '.join(given)} }};\n}})();\n"


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
