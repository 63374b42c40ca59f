"""What every command needs: the application in its context, and a refusal said in one line."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import click
from flask import Flask

from registry import config, problems
from registry.app import create_app
from registry.database import db, transaction
from registry.errors import Stopped
from registry.ledger.report import Report

Answer = TypeVar("Answer")
AS_JSON = click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
LANG = click.option("--lang", type=click.Choice(["zh", "en"]), default="en", show_default=True)


@contextmanager
def application() -> Iterator[Flask]:
    """The application, in its context, its connections closed at the end."""
    app = create_app(config.from_environment())
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def done(work: Callable[[], Answer]) -> Answer:
    """Do the work in a transaction of its own; a refusal ends the command."""
    return or_refusal(lambda: transaction(work))


def or_refusal(work: Callable[[], Answer]) -> Answer:
    """A refusal is said in English with its code, and ends the command."""
    try:
        return work()
    except Stopped as refused:
        raise click.ClickException(f"{problems.sentence(refused, 'en')} [{refused.code}]") from refused


def tell(report: Report, *, as_json: bool, lang: str) -> None:
    """Print a report and end with its exit code."""
    click.echo(report.to_json() if as_json else report.to_text(lang))
    sys.exit(report.exit_code)
