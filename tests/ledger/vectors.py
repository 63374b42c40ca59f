"""Where the test vectors made by others are read in place; absent, their tests are skipped and say so."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

BESIDE = Path(__file__).resolve().parents[3] / "shared" / "vectors"
FOLDER = Path(os.environ.get("REGISTRY_VECTORS", BESIDE))


def needed(*parts: str) -> Path:
    """A file or folder of the vectors."""
    path = FOLDER.joinpath(*parts)
    if not path.exists():
        message = f"no test vectors at {FOLDER}: set REGISTRY_VECTORS to the folder that holds them"
        if os.environ.get("REGISTRY_VECTORS_REQUIRED") == "1":
            pytest.fail(message)
        pytest.skip(message)
    return path


def cases(*parts: str) -> list[dict[str, Any]]:
    """Every JSON file below a folder of the vectors, with its name."""
    found = sorted(needed(*parts).rglob("*.json"))
    return [{"file": str(path.relative_to(FOLDER)), **json.loads(path.read_text())} for path in found]
