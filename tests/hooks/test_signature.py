"""Standard Webhooks: what we sign is what others' libraries check; forged, replayed and old ones are refused
by the check we publish.
"""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from registry.hooks import signature
from registry.hooks.events import EVENTS, OF_LETTER, PING
from registry.hooks.signature import ID, SIGNATURE, TIME
from registry.parties.letters import LETTERS

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
SECRET = signature.secret_of("root", "endpoint", 1)
BODY = b'{"type":"license.effective"}'
SENT = signature.headers([SECRET], "evt_1", NOW, BODY)
DOC = Path("docs/webhooks.md").read_text(encoding="utf-8")


def test_the_vector_of_the_specification_holds() -> None:
    secret, instant = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", datetime.fromtimestamp(1614265330, UTC)
    made = signature.sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", instant, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_we_sent_is_accepted_within_five_minutes() -> None:
    for seconds in (-299, 0, 299):
        assert signature.check(SECRET, SENT, BODY, now=NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("headers", "body", "late"),
    [
        (SENT, BODY + b" ", 0),
        (SENT | {ID: "evt_2"}, BODY, 0),
        (SENT | {TIME: str(int(NOW.timestamp()) + 1)}, BODY, 0),
        (SENT | {TIME: "now"}, BODY, 0),
        (SENT | {TIME: "1" * 40}, BODY, 0),
        (SENT | {SIGNATURE: ""}, BODY, 0),
        (SENT | {SIGNATURE: "v1,AAAA"}, BODY, 0),
        (SENT | {SIGNATURE: "v1,not base64!"}, BODY, 0),
        (SENT | {SIGNATURE: SENT[SIGNATURE].replace("v1,", "v1a,")}, BODY, 0),
        (SENT, BODY, 301),
        (SENT, BODY, -301),
        ({}, BODY, 0),
    ],
)
def test_forged_and_old_ones_are_refused(headers: dict[str, str], body: bytes, late: int) -> None:
    assert not signature.check(SECRET, headers, body, now=NOW + timedelta(seconds=late))


def test_a_replayed_one_is_refused_by_its_id() -> None:
    assert not signature.check(SECRET, SENT, BODY, now=NOW, seen=["evt_1"])


def test_during_a_rotation_old_and_new_secret_both_check() -> None:
    newer = signature.secret_of("root", "endpoint", 2)
    sent = signature.headers([newer, SECRET], "evt_1", NOW, BODY)
    assert signature.check(SECRET, sent, BODY, now=NOW)
    assert signature.check(newer, sent, BODY, now=NOW)
    assert not signature.check(signature.secret_of("root", "endpoint", 3), sent, BODY, now=NOW)


def test_no_two_endpoints_and_generations_share_a_secret() -> None:
    made = {signature.secret_of("root", one, n) for one in ("a", "b") for n in (1, 2)}
    assert len(made) == 4


def test_the_receiver_we_publish_accepts_ours_and_refuses_others() -> None:
    snippet = re.search(r"```python\n(.*?)```", DOC, re.DOTALL)
    assert snippet
    names: dict[str, object] = {}
    exec(snippet[1], names)
    check = names["is_from_mingxu"]
    assert callable(check)
    assert check(SECRET, SENT, BODY, NOW.timestamp())
    assert not check(SECRET, SENT, BODY + b" ", NOW.timestamp())
    assert not check(SECRET, SENT, BODY, NOW.timestamp() + 301)
    assert not check(SECRET, SENT | {SIGNATURE: "v1,AAAA"}, BODY, NOW.timestamp())


def test_the_table_of_events_is_ours_and_each_has_its_letter() -> None:
    listed = re.findall(r"^\| `([a-z.]+[a-z_]+)` \| `(\w+)` \|", DOC, re.MULTILINE)
    assert listed == [(one.kind, one.letter) for one in EVENTS.values()]
    assert PING in DOC
    assert set(OF_LETTER) <= set(LETTERS)
    assert len({one.letter for one in EVENTS.values()}) == len(EVENTS)
