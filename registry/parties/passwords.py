"""What a new password must withstand (NIST SP 800-63B-4, 3.1.1.2): long, and not among the first guesses.

No rule asks for capitals, digits or signs, and none ever makes a password run out. What is guessed first is
zxcvbn's word: its lists of passwords that leaked, names, words, keyboard rows and years, and the person's own
names. The signing key hangs on this password, so a guesser who works offline must fail too.
"""

import re
from collections.abc import Iterable
from typing import Any

from registry.errors import Refused
from registry.parties.rules import check_password

ENOUGH = 3
"""Of zxcvbn's scores 0 to 4: more than 10^8 guesses, as many as a slow hash keeps out of reach."""
READ = 64
"""Of a longer password the beginning is judged: reading takes time that grows with the square."""
OURS = ("mingxu", "明许", "registry", "patent", "专利", "许可", "kaifangxuke", "zhuanli")
_PATTERNS = {"sequence", "repeat", "spatial", "date", "regex"}


def check_new(password: str, own: Iterable[str] = (), *, field: str = "password") -> None:
    """Good enough to hang a key on. `own`: the person's name, addresses and organisations.

    Raises Refused `password_short`, `too_long`, `password_simple`, `password_own`, `password_common`,
    `password_pattern`, `password_weak`.
    """
    check_password(password, field=field)
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a while to read: only who sets a password waits

    found = zxcvbn(password[:READ], user_inputs=sorted({*OURS, *_words(own)} - {""}))
    if found["score"] < ENOUGH:
        raise Refused(_why(found["sequence"]), field)


def _words(own: Iterable[str]) -> Iterable[str]:
    """Names whole and in their parts: of wang.ming@example.cn also wang, ming, wangming and example."""
    for one in own:
        yield one.lower()
        for piece in one.lower().split("@"):
            parts = [part for part in re.split(r"[\W_]+", piece) if len(part) > 1]
            yield from ("".join(parts), *parts)


def _why(sequence: list[dict[str, Any]]) -> str:
    """What made it easy: the longest part a guesser knows."""
    known = [one for one in sequence if one["pattern"] != "bruteforce"]
    if not known:
        return "password_weak"
    worst = max(known, key=lambda one: len(one["token"]))
    if worst["pattern"] in _PATTERNS:
        return "password_pattern"
    return "password_own" if worst["dictionary_name"] == "user_inputs" else "password_common"
