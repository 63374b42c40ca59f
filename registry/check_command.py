"""`registry check`: is this registry fit to serve?"""

import json
import sys
from dataclasses import asdict

import click

from registry import self_check, self_check_words
from registry.command_line import AS_JSON, LANG, application
from registry.documents import store

SIGNS = {self_check.State.OK: "ok  ", self_check.State.WARN: "warn", self_check.State.FAIL: "FAIL"}


@click.command()
@AS_JSON
@LANG
@click.option("--files", is_flag=True, help="Hold every stored file against its digest too (reads them all).")
def check(as_json: bool, lang: str, files: bool) -> None:
    """Database, guards, keys, ledger, audit, clock, jobs, mail, disk, fonts, address.

    Changes nothing. Exit code 0 when all is well, 2 with warnings, 1 when something fails.
    """
    with application():
        answers = self_check.run()
        damaged = list(store.damaged()) if files else []
        lines = [
            f"{SIGNS[one.state]}  {self_check_words.name(one, lang)}: {self_check_words.sentence(one, lang)}"
            for one in answers
        ]
    if as_json:
        told = [asdict(one) for one in answers]
        click.echo(json.dumps({"checks": told, "damaged_files": damaged}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(lines))
        for digest in damaged:
            click.echo(f"FAIL  {digest}: missing or changed on the disk")
    worst = self_check.State.FAIL if damaged else self_check.worst(answers)
    sys.exit({"ok": 0, "warn": 2, "fail": 1}[worst])
