"""The application with a clock that can be set back while it serves, for gunicorn to load.

A preloaded libfaketime would do the same to any process, but Python 3.11's `time.sleep` fails under it with
EINVAL; so the wall clock is moved inside each worker, as it is told in a file. The monotonic clock goes on.
"""

import os
import time
from datetime import timedelta
from pathlib import Path
from threading import Thread

import time_machine
from flask import Flask

from registry import clock
from registry.app import create_app

TOLD = "FAULTS_CLOCK"


def shifted_app() -> Flask:
    Thread(target=_watch, args=(Path(os.environ[TOLD]),), daemon=True).start()
    return create_app()


def _watch(told: Path) -> None:
    """Jump once, as soon as the file says by how many seconds."""
    while not told.exists():
        time.sleep(0.05)
    time_machine.travel(clock.now() + timedelta(seconds=float(told.read_text())), tick=True).start()
