"""The command `registry`, and `python -m registry`."""

import gc


def main() -> None:
    """What is loaded stays: the collector, which looks for what may go, would take a fifth of the start."""
    gc.disable()
    from registry.commands import cli  # noqa: PLC0415 - only now the collector rests

    gc.freeze()
    gc.enable()
    cli()


if __name__ == "__main__":
    main()
