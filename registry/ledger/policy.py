"""Whom a checker trusts: logs, witnesses and their quorum, in C2SP's tlog-policy format, unchanged.

A checkpoint counts when one of the policy's logs signed it and its witnesses cosigned by the quorum's rule.
What the policy does not name is ignored, as C2SP demands; callers say that it was there.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from registry.ledger.notes import (
    COSIGNATURE,
    Head,
    Line,
    Vkey,
    cosigned_at,
    parse_head,
    parse_vkey,
    split_note,
)

NONE = "none"
MOST_LINES = 200


@dataclass(frozen=True, slots=True)
class Group:
    """So many of these names, each a witness or a group named before."""

    least: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The keys that count. `urls` are addresses by witness name or by a log's verifier key."""

    logs: tuple[Vkey, ...] = ()
    witnesses: Mapping[str, Vkey] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    quorum: str = NONE
    urls: Mapping[str, str] = field(default_factory=dict)

    def met_by(self, cosigned: Collection[Vkey]) -> bool:
        """Whether these witnesses are enough."""
        return self.quorum == NONE or self._witnessed(self.quorum, cosigned)

    def _witnessed(self, name: str, cosigned: Collection[Vkey]) -> bool:
        if name in self.witnesses:
            return self.witnesses[name] in cosigned
        group = self.groups[name]
        return sum(self._witnessed(member, cosigned) for member in group.members) >= group.least


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A checkpoint that a trusted log signed, and who else did: times in seconds since the epoch.

    `signers` are keys of the log in the order of their lines: two on a handover head.
    """

    head: Head
    signers: tuple[Vkey, ...]
    cosigned: Mapping[Vkey, int]
    unknown: tuple[Line, ...] = ()

    @property
    def signer(self) -> Vkey:
        """The log's key of the first line: on a handover head the newer one."""
        return self.signers[0]


def policy_of(*logs: Vkey) -> Policy:
    """Trust these keys of one log, and ask for no witness."""
    return Policy(logs=logs)


def open_checkpoint(note: str, policy: Policy) -> Opened:
    """Read a checkpoint under a policy; whether the quorum is met is `policy.met_by(opened.cosigned)`.

    Raises ValueError when malformed, signed by no trusted log of its origin, or carrying a wrong signature
    of a key the policy names.
    """
    text, lines = split_note(note)
    head = parse_head(text)
    logs = {(key.name, key.key_id): key for key in policy.logs}
    witnesses = {(key.name, key.key_id): key for key in policy.witnesses.values()}
    signers: list[Vkey] = []
    cosigned: dict[Vkey, int] = {}
    unknown: list[Line] = []
    for line in lines:
        place = (line.name, line.key_id)
        key = logs.get(place) or witnesses.get(place)
        if key is None:
            unknown.append(line)
        elif not key.holds(text, line.signature):
            raise ValueError("wrong signature of a known key")
        elif key.kind == COSIGNATURE:
            cosigned[key] = cosigned_at(line.signature)
        elif key.name == head.origin and key not in signers:
            signers.append(key)
    if not signers:
        raise ValueError("no trusted log has signed")
    return Opened(
        head=head, signers=tuple(signers), cosigned=MappingProxyType(cosigned), unknown=tuple(unknown)
    )


def parse_policy(text: str) -> Policy:
    """The policy a file spells (c2sp.org/tlog-policy). Raises ValueError when malformed."""
    if any(sign < " " and sign not in "\t\n" for sign in text):
        raise ValueError("control character in a policy")
    lines = [line.split() for line in text.split("\n")]
    lines = [words for words in lines if words and not words[0].startswith("#")]
    if len(lines) > MOST_LINES:
        raise ValueError("too many lines")
    return _Reader().read(lines)


class _Reader:
    """Takes a policy's lines in their order: names are defined before they are used, each used once."""

    def __init__(self) -> None:
        self.logs: list[Vkey] = []
        self.witnesses: dict[str, Vkey] = {}
        self.groups: dict[str, Group] = {}
        self.urls: dict[str, str] = {}
        self.quorum = ""
        self.used: set[str] = set()

    def read(self, lines: list[list[str]]) -> Policy:
        takes = {"log": self._log, "witness": self._witness, "group": self._group, "quorum": self._quorum}
        for keyword, *words in lines:
            if keyword not in takes:
                raise ValueError(f"unknown line: {keyword}")
            takes[keyword](words)
        if not self.quorum:
            raise ValueError("a policy has one quorum line")
        return Policy(
            logs=tuple(self.logs),
            witnesses=self.witnesses,
            groups=self.groups,
            quorum=self.quorum,
            urls=self.urls,
        )

    def _log(self, words: list[str]) -> None:
        vkey, *url = _counted(words, 1, 2)
        key = parse_vkey(vkey)
        _once(key, self.logs)
        self.logs.append(key)
        self.urls.update((vkey, address) for address in url)

    def _witness(self, words: list[str]) -> None:
        name, vkey, *url = _counted(words, 2, 3)
        key = parse_vkey(vkey, kind=COSIGNATURE)
        _once(key, self.witnesses.values())
        self._define(name)
        self.witnesses[name] = key
        self.urls.update((name, address) for address in url)

    def _group(self, words: list[str]) -> None:
        name, least, *members = _counted(words, 3, MOST_LINES)
        for member in members:
            if member not in self.witnesses and member not in self.groups:
                raise ValueError(f"not defined before: {member}")
            if member in self.used:
                raise ValueError(f"member twice: {member}")
            self.used.add(member)
        self._define(name)
        self.groups[name] = Group(_threshold(least, len(members)), tuple(members))

    def _quorum(self, words: list[str]) -> None:
        (name,) = _counted(words, 1, 1)
        if self.quorum:
            raise ValueError("a policy has one quorum line")
        if name != NONE and name not in self.witnesses and name not in self.groups:
            raise ValueError(f"not defined before: {name}")
        self.quorum = name

    def _define(self, name: str) -> None:
        if name == NONE or name in self.witnesses or name in self.groups:
            raise ValueError(f"name taken: {name}")


def _counted(words: list[str], least: int, most: int) -> list[str]:
    if not least <= len(words) <= most:
        raise ValueError("a line with too few or too many words")
    return words


def _once(key: Vkey, others: Collection[Vkey]) -> None:
    if any(other.public == key.public for other in others):
        raise ValueError("the same key twice")


def _threshold(text: str, members: int) -> int:
    named = {"any": 1, "all": members}
    if text in named:
        return named[text]
    if not text.isascii() or not text.isdecimal() or str(int(text)) != text or not 1 <= int(text) <= members:
        raise ValueError("a threshold lies between 1 and the number of members")
    return int(text)
