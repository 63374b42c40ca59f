"""The line to the mail server: TLS or nothing, and every refusal named by the stage it came at."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from registry.config import Misconfigured, from_environment
from registry.parties.letters import Answer
from registry.parties.smtp import Line, NotTaken, Server, server
from tests.conftest import settings_for
from tests.mailserver import MailServer, certificate, mail_server

LETTER = b"Subject: x\r\n\r\nline\r\n.dot\r\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    certificate(made)
    return made


@pytest.fixture
def there(folder: Path) -> Iterator[MailServer]:
    with mail_server(folder) as running:
        yield running


def to(state: MailServer, folder: Path, scheme: str = "smtp", **more: object) -> Server:
    facts = {"scheme": scheme, "host": "127.0.0.1", "port": state.port, "seconds": 1, **more}
    return Server(authority=folder / "mail.crt", **facts)  # type: ignore[arg-type]


def send(where: Server, address: str = "b@example.cn") -> Answer:
    with Line(where) as line:
        return line.send("a@example.cn", address, LETTER)


def refusal(where: Server) -> Answer:
    with pytest.raises(NotTaken) as found:
        send(where)
    return found.value.answer


def test_a_taken_letter_comes_with_the_servers_own_words(there: MailServer, folder: Path) -> None:
    answer = send(to(there, folder))
    assert answer.accepted
    assert (answer.code, answer.words) == (250, "2.0.0 taken as 17")
    (taken,) = there.taken
    assert (taken.sender, taken.recipient, taken.data) == ("a@example.cn", "b@example.cn", LETTER)


def test_nothing_is_said_in_the_clear_before_tls(there: MailServer, folder: Path) -> None:
    send(to(there, folder, user="post", password="secret"))
    verbs = [line.split()[0].upper() for line in there.seen]
    assert verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


def test_a_server_without_starttls_gets_no_letter(folder: Path) -> None:
    with mail_server(folder, tls=False) as there:
        answer = refusal(to(there, folder, user="post", password="secret"))
        assert answer.stage == "tls"
        assert not answer.permanent
        assert "AUTH" not in there.seen
        assert not there.taken


def test_a_certificate_nobody_vouches_for_gets_no_letter(there: MailServer, folder: Path) -> None:
    answer = refusal(replace(to(there, folder), authority=None))
    assert answer.stage == "tls"
    assert not there.taken


def test_tls_from_the_first_byte(folder: Path) -> None:
    with mail_server(folder, implicit=True) as there:
        assert send(to(there, folder, scheme="smtps")).accepted
        assert "STARTTLS" not in there.seen


def test_a_relay_on_the_same_machine_needs_no_tls() -> None:
    with mail_server(tls=False) as there:
        assert send(to(there, Path("nowhere"), scheme="smtp+plain")).accepted


@pytest.mark.parametrize(
    ("command", "reply", "stage", "permanent"),
    [
        ("CONNECT", "554 go away", "connect", False),
        ("AUTH", "535 wrong password", "login", False),
        ("MAIL", "550 not you", "sender", False),
        ("RCPT", "550 5.1.1 no such person", "recipient", True),
        ("RCPT", "450 4.2.0 greylisted", "recipient", False),
        ("DATA", "451 later", "data", False),
        (".", "554 5.7.1 looks like advertising", "data", True),
        (".", "452 4.3.1 disk full", "data", False),
    ],
)
def test_a_refusal_at_each_stage_is_final_only_about_the_reader_or_the_words(
    there: MailServer, folder: Path, command: str, reply: str, stage: str, permanent: bool
) -> None:
    there.replies[command] = reply
    answer = refusal(to(there, folder, user="post", password="wrong"))
    assert (answer.stage, answer.permanent, answer.accepted) == (stage, permanent, False)
    assert answer.code == int(reply[:3])
    assert answer.words == reply[4:]
    assert not there.taken


@pytest.mark.parametrize("command", ["CONNECT", "RCPT", "."])
def test_a_server_that_falls_silent_has_not_taken_the_letter(folder: Path, command: str) -> None:
    with mail_server(folder, deaf=command) as there:
        answer = refusal(to(there, folder))
        assert not answer.permanent
        assert answer.code is None
        assert not there.taken


@pytest.mark.parametrize("command", ["MAIL", "."])
def test_a_server_that_hangs_up_has_not_taken_the_letter(folder: Path, command: str) -> None:
    with mail_server(folder, drops=command) as there:
        answer = refusal(to(there, folder))
        assert not answer.permanent
        assert not there.taken


def test_one_connection_serves_several_letters_and_a_refused_one_among_them(
    there: MailServer, folder: Path
) -> None:
    with Line(to(there, folder)) as line:
        line.send("a@example.cn", "one@example.cn", LETTER)
        there.replies["RCPT"] = "550 no"
        with pytest.raises(NotTaken) as refused:
            line.send("a@example.cn", "two@example.cn", LETTER)
        assert not refused.value.line_is_down
        del there.replies["RCPT"]
        line.send("a@example.cn", "three@example.cn", LETTER)
    assert there.connections == 1
    assert [one.recipient for one in there.taken] == ["one@example.cn", "three@example.cn"]


def test_nobody_listening_is_a_line_that_is_down(folder: Path) -> None:
    with mail_server(folder) as gone:
        pass
    with pytest.raises(NotTaken) as found:
        send(to(gone, folder))
    assert found.value.line_is_down
    assert found.value.answer.stage == "connect"


def test_the_password_is_read_from_its_file_at_every_round(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    settings = replace(
        settings_for(tmp_path, "sqlite://"), smtp_url="smtp://post%40x@mail", smtp_password_file=secret
    )
    with pytest.raises(NotTaken, match="login"):
        server(settings)
    secret.write_text("first\n")
    found = server(settings)
    assert found is not None
    assert (found.user, found.password, found.port) == ("post@x", "first", 587)
    assert "first" not in repr(found)


@pytest.mark.parametrize(
    "url", ["http://mail", "smtp:", "smtp+plain://me:secret@mail", "mail.example.cn:587"]
)
def test_a_way_that_cannot_be_meant_is_refused_at_start(url: str) -> None:
    env = {"REGISTRY_DEMO": "1", "REGISTRY_SMTP_URL": url}
    with pytest.raises(Misconfigured, match="REGISTRY_SMTP_URL"):
        from_environment(env)
