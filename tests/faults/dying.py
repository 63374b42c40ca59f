"""The job worker, killed by its own hand at one point: `python -m tests.faults.dying POINT`.

The points are met from outside, through SQLAlchemy's events and Python's audit hooks; nothing of ours is
patched. It ends by SIGKILL or, should the point not come within a minute, with exit code 3.
"""

import os
import signal
import sys
import time
from collections.abc import Callable
from threading import Event
from typing import Any, NoReturn

from sqlalchemy import Engine, event

from registry import config, jobs
from registry.app import create_app
from registry.database import db

PATIENCE = 60.0


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("unreachable")


def before_statement(start: str) -> Callable[[Engine], None]:
    def arm(engine: Engine) -> None:
        @event.listens_for(engine, "before_cursor_execute")
        def _(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if statement.startswith(start):
                die()

    return arm


def before_file(name: str, part: str) -> Callable[[Engine], None]:
    """At the opening, by `open` or `tempfile.mkstemp`, of a file whose path holds `part`."""

    def arm(_engine: Engine) -> None:
        def hook(what: str, arguments: tuple[Any, ...]) -> None:
            if what == name and part in str(arguments[0]):
                die()

        sys.addaudithook(hook)

    return arm


POINTS = {
    "printed, not stored": before_file("tempfile.mkstemp", "/files/"),
    "stored, no row": before_statement("INSERT INTO stored_file"),
    "rows of files, paper not entered": before_statement("INSERT INTO paper"),
    "committed, head not signed": before_statement("INSERT INTO checkpoint"),
    "signed, not anchored": before_file("open", "/anchor/checkpoint.new"),
}


def main(point: str) -> int:
    app, stop, end = create_app(config.from_environment()), Event(), time.monotonic() + PATIENCE

    def beat() -> None:
        if time.monotonic() > end:
            stop.set()

    with app.app_context():
        POINTS[point](db.engine)
        jobs.work_forever(stop, beat=beat)
    return 3


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
