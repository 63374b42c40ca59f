"""Behind TLS and a proxy: cookies of this host alone, addresses believed from our own proxies only, and what
docs/deploy says is there.
"""

import re
import subprocess
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask, request
from gunicorn.config import Config
from gunicorn.http.errors import InvalidHeader, ParseException
from gunicorn.http.parser import RequestParser

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
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


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


def test_the_proxy_leads_people_to_tls_and_machines_nowhere() -> None:
    page = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
    plain, secure = (part for part in page.split("\nserver {")[1:])
    assert "location /api/ { return 403; }" in plain
    assert "return 301 https://$host$request_uri;" in plain
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in secure
    ciphers = re.search(r"ssl_ciphers (\S+);", secure)
    assert ciphers is not None
    for one in ciphers[1].split(":"):
        assert one.startswith("ECDHE-"), one
        assert "GCM" in one or "POLY1305" in one
    named = subprocess.run(["openssl", "ciphers", ciphers[1]], check=True, capture_output=True, text=True)
    assert set(ciphers[1].split(":")) <= set(named.stdout.strip().split(":"))
    form = re.search(r"log_format mingxu '(.+)';", page)
    assert form is not None
    assert not {"$request ", "$request_uri", "$uri", "$args"} & set(re.findall(r"\$\w+ ?", form[1]))


def test_the_image_leaves_out_what_serves_nobody() -> None:
    left_out = (DEPLOY.parent.parent / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", "tests", "instance", ".venv"} <= set(left_out)


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Content-Length: 5\r\nContent-Length: 6",
        "Transfer-Encoding: chunked, identity",
        "Content-Length : 5",
    ],
)
def test_a_request_of_two_lengths_is_refused(headers: str) -> None:
    sent = (
        f"POST /login HTTP/1.1\r\nHost: registry.example\r\n{headers}\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\n\r\n"
    )
    with pytest.raises((InvalidHeader, ParseException)):
        next(RequestParser(Config(), BytesIO(sent.encode()), ("192.0.2.1", 1)))  # type: ignore[no-untyped-call]


def test_trace_is_answered_by_nobody(lite: Flask) -> None:
    client = lite.test_client()
    for path in ("/", "/login", "/api/v1/log/head", "/static/style.css"):
        answer = client.open(path, method="TRACE", headers={"Cookie": "mingxu_session=kept-to-itself"})
        assert answer.status_code in (403, 404, 405), path
        assert "kept-to-itself" not in answer.get_data(as_text=True), path
