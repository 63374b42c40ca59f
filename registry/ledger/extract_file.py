"""An extract, checked offline: the list the registry signed, every member on it, a sample drawn again, and
each bundle as far as one checkpoint. Its form and every rule: docs/formats.md, section 13.

It proves what the registry handed out, and that what it filed of each contract drawn is in the log.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from registry.ledger.bundle_file import Bundle, open_bundle
from registry.ledger.canonical import sha256_hex, strict
from registry.ledger.extract_form import (
    ABOUT,
    BUNDLES,
    HEAD,
    KEY,
    NEEDED,
    NOTE,
    POPULATION,
    ROWS,
    About,
    Drawn,
    draw,
    parse_about,
    parse_list,
    population_text,
)
from registry.ledger.heads import Seen, compare, see
from registry.ledger.notes import Head, Vkey, parse_vkey, split_note
from registry.ledger.policy import Policy
from registry.ledger.report import Report
from registry.ledger.stamps import Roots
from registry.ledger.stored_zip import LOCAL_SIGN, is_name, pack, unpack
from registry.ledger.verdicts import passed
from registry.ledger.walk import INTEGRITY, Fault, Pair

MAGIC = LOCAL_SIGN.to_bytes(4, "little")


def is_extract(folder: Path) -> bool:
    """Whether a folder is an extract that somebody unpacked, and no exported log."""
    return (folder / NOTE).is_file()


def check_extract(
    data: bytes, policy: Policy | None, *, earlier: Head | None = None, roots: Roots = ()
) -> Report:
    """Check an extract's archive. Raises Fault at the first thing that does not hold, naming the member."""
    try:
        members = unpack(data)
    except ValueError as error:
        raise Fault(INTEGRITY, "archive_differs") from error
    report = check_members(members, policy, earlier=earlier, roots=roots)
    if pack(members) != data:
        raise Fault(INTEGRITY, "archive_differs")
    return report


def read_folder(folder: Path, most: int) -> dict[str, bytes]:
    """The members of an extract that was unpacked. Raises Fault file_unexpected, too_large."""
    members: dict[str, bytes] = {}
    left = most
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() and not path.is_symlink():
            continue
        if not is_name(name) or path.is_symlink() or not path.is_file():
            raise Fault(INTEGRITY, "file_unexpected", file=name)
        if (left := left - path.stat().st_size) < 0:
            raise Fault(INTEGRITY, "too_large", file=name)
        members[name] = path.read_bytes()
    return members


def check_members(
    members: Mapping[str, bytes],
    policy: Policy | None,
    *,
    earlier: Head | None = None,
    roots: Roots = (),
) -> Report:
    """Check the members, wherever they were unpacked. Raises Fault."""
    key = _signed(members, policy)
    about = _about(members)
    seen = _seen(members, policy, key)
    if (about.origin, about.size) != (seen.head.origin, seen.head.size):
        raise Fault(INTEGRITY, "extract_differs", file=ABOUT)
    _check_rows(members[ROWS], about)
    opened = _bundles(members, about, policy, roots=roots)
    _check_drawing(members, about.drawn, opened)
    if opened:  # the same head, and what outsiders vouched for it
        seen = replace(next(iter(opened.values())).seen, pinned=seen.pinned)
    kind = "extract" if about.drawn is not None else "list"
    return passed(kind, seen, compared=compare(seen.head, earlier), facts=_facts(members, about))


def _signed(members: Mapping[str, bytes], policy: Policy | None) -> Vkey:
    """The key that signed the list, a trusted one; then all on it, and nothing else, is there unchanged."""
    text, origin, listed, key, signature = _note(members, policy)
    if key.name != origin or not key.holds(text, signature):
        raise Fault(INTEGRITY, "extract_signature", file=NOTE)
    for name, digest in listed.items():
        if name not in members:
            raise Fault(INTEGRITY, "file_missing", file=name)
        if sha256_hex(members[name]) != digest:
            raise Fault(INTEGRITY, "file_differs", file=name)
    for name in (*NEEDED, *members):
        if name not in listed and name != NOTE:
            raise Fault(INTEGRITY, "file_unexpected" if name in members else "file_missing", file=name)
    return key


def _note(
    members: Mapping[str, bytes], policy: Policy | None
) -> tuple[str, str, dict[str, str], Vkey, bytes]:
    if NOTE not in members:
        raise Fault(INTEGRITY, "file_missing", file=NOTE)
    try:
        text, lines = split_note(members[NOTE].decode())
        origin, listed = parse_list(text)
        own = [] if policy else [parse_vkey(members.get(KEY, b"").decode())]
    except ValueError as error:
        raise Fault(INTEGRITY, "unreadable", file=NOTE) from error
    keys = {(key.name, key.key_id): key for key in (policy.logs if policy else own)}
    key = keys.get((lines[0].name, lines[0].key_id))
    if len(lines) != 1 or key is None:
        raise Fault(INTEGRITY, "extract_signature", file=NOTE)
    return text, origin, listed, key, lines[0].signature


def _about(members: Mapping[str, bytes]) -> About:
    try:
        return parse_about(members[ABOUT])
    except (ValueError, TypeError) as error:
        raise Fault(INTEGRITY, "unreadable", file=ABOUT) from error


def _seen(members: Mapping[str, bytes], policy: Policy | None, key: Vkey) -> Seen:
    """The head, signed by the key that signed the list."""
    try:
        seen = see(members[HEAD].decode(), policy, own=key)
    except Fault as fault:
        raise Fault(fault.verdict, fault.code, file=HEAD) from fault
    except ValueError as error:
        raise Fault(INTEGRITY, "checkpoint_malformed", file=HEAD) from error
    if seen.signer != key:
        raise Fault(INTEGRITY, "extract_signature", file=NOTE)
    return replace(seen, unlisted=False)  # the list names these very bytes


def _check_rows(data: bytes, about: About) -> None:
    lines = data.split(b"\n")
    try:
        whole = lines.pop() == b"" and all(isinstance(strict(line), dict) for line in lines)
    except ValueError as error:
        raise Fault(INTEGRITY, "unreadable", file=ROWS) from error
    if not whole or len(lines) != about.rows:
        raise Fault(INTEGRITY, "extract_differs", file=ROWS)


def _bundles(
    members: Mapping[str, bytes], about: About, policy: Policy | None, *, roots: Roots
) -> dict[str, Bundle]:
    """Each bundle by the number it is about, all of one head."""
    opened: dict[str, Bundle] = {}
    for name in (name for name in members if name.startswith(BUNDLES)):
        try:
            bundle = open_bundle(members[name], policy, roots=roots)
        except Fault as fault:
            raise Fault(fault.verdict, fault.code, fault.seq, file=name) from fault
        head = bundle.seen.head
        if (head.origin, head.size) != (about.origin, about.size) or name != bundle_name(bundle.subject):
            raise Fault(INTEGRITY, "extract_differs", file=name)
        opened[bundle.subject] = bundle
    return opened


def bundle_name(number: str) -> str:
    return f"{BUNDLES}{number}.json"


def _check_drawing(members: Mapping[str, bytes], drawn: Drawn | None, opened: Mapping[str, Bundle]) -> None:
    """Raises Fault unless the seed draws these numbers, each noticed in time, with a bundle of each."""
    if drawn is None:
        if opened:
            raise Fault(INTEGRITY, "file_unexpected", file=bundle_name(next(iter(opened))))
        return
    population = _population(members, drawn)
    if draw(population, seed=drawn.seed, size=drawn.count) != list(drawn.numbers):
        raise Fault(INTEGRITY, "sample_differs", file=ABOUT)
    wanted = [number for number in drawn.numbers if number not in set(drawn.elsewhere)]
    for number in wanted:
        if number not in opened:
            raise Fault(INTEGRITY, "file_missing", file=bundle_name(number))
        if not any(_noticed(pair, number, drawn.as_of) for pair in opened[number].pairs):
            raise Fault(INTEGRITY, "sample_differs", file=bundle_name(number))
    for number in opened.keys() - set(wanted):
        raise Fault(INTEGRITY, "file_unexpected", file=bundle_name(number))


def _population(members: Mapping[str, bytes], drawn: Drawn) -> list[str]:
    data = members.get(POPULATION)
    if data is None:
        raise Fault(INTEGRITY, "file_missing", file=POPULATION)
    numbers = data.decode("utf-8", errors="replace").split("\n")[:-1]
    whole = population_text(numbers) == data and len(set(numbers)) == len(numbers) == drawn.of
    if not whole or sha256_hex(data) != drawn.population:
        raise Fault(INTEGRITY, "sample_differs", file=POPULATION)
    return numbers


def _noticed(pair: Pair, number: str, as_of: int) -> bool:
    filed = pair.filed
    return filed.type == "license.noticed" and filed.subject == number and pair.entry.seq < as_of


def _facts(members: Mapping[str, bytes], about: About) -> dict[str, Any]:
    facts: dict[str, Any] = {"extract": about.kind, "made_at": about.made_at, "rows": about.rows}
    facts["asked"] = dict(about.asked)
    facts["members"] = len(members)
    if about.drawn is not None:
        named = ("seed", "count", "as_of", "of", "population", "numbers", "elsewhere")
        facts |= {name: about.drawn.value()[name] for name in named}
    return facts
