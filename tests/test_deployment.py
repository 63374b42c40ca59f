"""Behind TLS and a proxy: cookies of this host alone, addresses believed from our own proxies only, and what
docs/deploy says is there.
"""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, request

from registry.app import create_app
from registry.commands import cli
from registry.config import from_environment

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "deploy"
ASKED = {"X-Forwarded-For": "198.51.100.9, 203.0.113.5", "X-Forwarded-Proto": "https"}


def test_behind_https_every_cookie_is_of_this_host_alone(lite: Flask) -> None:
    settings = replace(lite.extensions["settings"], base_url="https://registry.example")
    client = create_app(settings).test_client()
    answer = client.get("/login", base_url="https://registry.example")
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert cookie.startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")


@pytest.mark.parametrize(("proxies", "seen"), [(0, "127.0.0.1"), (1, "203.0.113.5")])
def test_an_address_is_believed_from_our_own_proxies_alone(lite: Flask, proxies: int, seen: str) -> None:
    app = create_app(replace(lite.extensions["settings"], proxies=proxies))
    found: list[str | None] = []
    app.before_request(lambda: found.append(request.remote_addr))
    app.test_client().get("/health", headers=ASKED)
    assert found == [seen], "what a visitor writes into the header must never become its address"


def test_the_units_start_what_there_is() -> None:
    for name in ("mingxu-web.service", "mingxu-worker.service"):
        unit = (DEPLOY / name).read_text(encoding="utf-8")
        command = re.search(r"^ExecStart=(.+)$", unit, re.M)
        assert command is not None
        words = command[1].split()
        assert words[0] in ("/opt/mingxu/.venv/bin/gunicorn", "/opt/mingxu/.venv/bin/registry")
        assert words[1] == "wsgi:application" or words[1] in cli.commands
        assert "NoNewPrivileges=true" in unit


def test_the_settings_of_the_proxy_page_are_known(tmp_path: Path) -> None:
    page = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    named = dict(re.findall(r"(REGISTRY_[A-Z_]+)=(\S+?)[ .]*(?:and|$)", page, re.M))
    assert set(named) == {"REGISTRY_BASE_URL", "REGISTRY_PROXIES"}
    environment = {**named, "REGISTRY_SECRET_KEY": "s" * 40, "REGISTRY_ORIGIN": "log.example.cn/x"}
    made = from_environment({**environment, "REGISTRY_INSTANCE": str(tmp_path)})
    assert (made.base_url, made.proxies) == ("https://registry.example.cn", 1)
