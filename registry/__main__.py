"""`python -m registry` is the `registry` command."""

from registry.commands import cli

cli()
