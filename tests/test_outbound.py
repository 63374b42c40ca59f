"""Others' words never make us call what is not public: no connection is made, whatever the address looks
like.
"""

import ipaddress
import socket
from typing import Any

import pytest

from registry import outbound
from registry.errors import Refused
from registry.outbound import NotReached, Policy

STRICT = Policy()
_ADDRESSES = """
    127.0.0.1 127.1.2.3 0.0.0.0 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 169.254.0.1
    169.254.169.254 169.254.170.2 172.16.0.1 172.31.255.255 192.0.0.8 192.0.0.170 192.0.2.1 192.88.99.1
    192.168.0.1 192.168.255.255 198.18.0.1 198.19.255.255 198.51.100.7 203.0.113.9 224.0.0.1 239.255.255.250
    240.0.0.1 255.255.255.255 168.63.129.16 100.100.100.200
    ::1 :: ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:8.8.8.8 ::127.0.0.1 64:ff9b::7f00:1 64:ff9b::808:808
    64:ff9b:1::a00:1 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:2::1 2001:10::1 2001:20::1
    2001:db8::1 2002:7f00:1:: 2002:808:808::1 3fff::1 5f00::1 fc00::1 fd00:ec2::254 fe80::1 febf::1 fec0::1
    ff02::1 ff0e::1
"""
_WRITTEN = """
    http://example.com/ ftp://example.com/ https:///x https://localhost/ https://localhost.:443/
    https://2130706433/ https://0x7f000001/ https://0x7f.1/ https://0177.0.0.1/ https://127.1/ https://0/
    https://user@example.com/ https://example.com@127.0.0.1/ https://example.com:99999/
    https://example.com/#x https://exam_ple.com/ https://-a.example.com/
    https://example/ https://metadata/ https://127.0.0.1.:443/ https://example.com\\@10.0.0.1/
    https://例子.cn/ https://[::1%25lo]/ https://[fe80::1%25eth0]/ https://256.1.1.1/ gopher://example.com/
    //example.com/ example.com javascript:alert(1) https://１２７.0.0.1/
"""
NOT_PUBLIC = _ADDRESSES.split()
WRITTEN = [*_WRITTEN.split(), "https://e.com/" + "a" * 500, "https://exa\tmple.com/"]


def test_sixty_addresses_and_more_are_in_the_table() -> None:
    assert len(NOT_PUBLIC) + len(WRITTEN) >= 60


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_refused_written_and_resolved(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", _fail)
    host = f"[{address}]" if ":" in address else address
    with pytest.raises(Refused, match="address_not_public"):
        outbound.parse(f"https://{host}/", STRICT)
    monkeypatch.setattr(outbound, "_resolve", lambda *_: ["93.184.216.34", address])
    with pytest.raises(NotReached, match="not a public address"):
        outbound.call("POST", outbound.parse("https://hooks.example.com/", STRICT), STRICT)


@pytest.mark.parametrize("url", WRITTEN)
def test_what_is_no_plain_https_address_is_refused_before_any_look_up(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "_resolve", _fail)
    with pytest.raises(Refused, match="address_"):
        outbound.parse(url, STRICT)


@pytest.mark.parametrize("address", ["93.184.216.34", "1.1.1.1", "2606:4700::1111", "2400:3200::1"])
def test_what_is_public_may_be_reached(address: str) -> None:
    assert outbound.may_reach(ipaddress.ip_address(address), STRICT)


def test_other_ports_are_refused_until_the_settings_say_so() -> None:
    with pytest.raises(Refused, match="address_port"):
        outbound.parse("https://example.com:8443/", STRICT)
    assert outbound.parse("https://example.com:8443/x?y", Policy(ports=(443, 8443))).path == "/x?y"


def test_a_name_that_answers_otherwise_a_moment_later_changes_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Rebinding: the first answer is public and is the one that is connected to; no second is asked for."""
    answers, reached = [["93.184.216.34"], ["127.0.0.1"]], []

    def connect(address: tuple[str, int], *_: Any, **__: Any) -> socket.socket:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(outbound, "_resolve", lambda *_: answers.pop(0))
    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(NotReached):
        outbound.call("POST", outbound.parse("https://rebind.example.com/", STRICT), STRICT)
    assert reached == [("93.184.216.34", 443)]
    with pytest.raises(NotReached, match="not a public"):
        outbound.call("POST", outbound.parse("https://rebind.example.com/", STRICT), STRICT)
    assert len(reached) == 1


def test_this_machine_is_reached_only_where_the_settings_say_so() -> None:
    near = Policy(loopback=True)
    assert outbound.parse("http://127.0.0.1:9999/x", near).port == 9999
    with pytest.raises(Refused):
        outbound.parse("http://example.com/", near)
    with pytest.raises(Refused):
        outbound.parse("http://10.0.0.1/", near)


def test_a_receiver_that_answers_a_byte_a_second_is_cut_off() -> None:
    import threading
    import time

    server = socket.create_server(("127.0.0.1", 0))

    def drip() -> None:
        line, _ = server.accept()
        with line:
            for _ in range(50):
                try:
                    line.sendall(b"H")
                except OSError:
                    return
                time.sleep(0.05)

    thread = threading.Thread(target=drip, daemon=True)
    thread.start()
    near = Policy(loopback=True, seconds=0.3)
    begun = time.monotonic()
    with pytest.raises(NotReached):
        outbound.call("GET", outbound.parse(f"http://127.0.0.1:{server.getsockname()[1]}/", near), near)
    assert time.monotonic() - begun < 1.5
    server.close()
    thread.join()


def _fail(*_: Any, **__: Any) -> Any:
    raise AssertionError("nothing may be connected to or looked up")
