"""Settings of those outside: what cannot serve is refused at the start."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from registry import jobs
from registry.config import Misconfigured, from_environment
from registry.ledger import service as ledger
from registry.ledger.anchor_setup import read_anchors
from registry.ledger.checkpoints import note_head
from tests.ledger.authority import shared
from tests.ledger.making import effective, file


def test_settings_that_cannot_serve_are_refused_at_the_start(lite: Flask, tmp_path: Path) -> None:
    env = {"REGISTRY_SECRET_KEY": "x" * 32, "REGISTRY_ORIGIN": "a.example", "REGISTRY_TSA_URL": "http://t"}
    with pytest.raises(Misconfigured, match="REGISTRY_TSA_ROOTS"):
        from_environment(env)
    with pytest.raises(Misconfigured, match="whole number"):
        from_environment({**env, "REGISTRY_TSA_ROOTS": "x", "REGISTRY_TSA_HOURS": "four"})
    with pytest.raises(Misconfigured, match="REGISTRY_WITNESS_POLICY"):
        from_environment(
            {"REGISTRY_SECRET_KEY": "x" * 32, "REGISTRY_WITNESS_HOURS": "1", "REGISTRY_ORIGIN": "a"}
        )
    roots = tmp_path / "roots.pem"
    settings = from_environment({**env, "REGISTRY_TSA_ROOTS": str(roots)})
    with pytest.raises(Misconfigured, match="No such file"):
        read_anchors(settings)
    roots.write_bytes(b"nonsense")
    with pytest.raises(Misconfigured, match="REGISTRY_TSA_ROOTS"):
        read_anchors(settings)
    roots.write_bytes(shared().pem)
    made = read_anchors(settings)
    assert (made.stamp_within, made.stamp_every) == (timedelta(hours=4), timedelta(minutes=1))
    with pytest.raises(Misconfigured, match="http or https"):
        read_anchors(replace(settings, tsa_url="ftp://t"))


def test_nothing_is_asked_where_nobody_is_set(lite: Flask) -> None:
    file(effective("C-1"))
    ledger.publish_checkpoint()
    assert ledger.awaited() == []
    assert jobs.run_all() == 0
    assert ledger.checkpoint_with_cosignatures() == ledger.checkpoint()
    assert note_head(str(ledger.checkpoint_with_cosignatures())).size == ledger.size()
