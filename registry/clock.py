"""What time it is: the only place that asks. Instants are UTC, legal days Shanghai's (identifiers.md)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
_offset: ContextVar[timedelta] = ContextVar("offset", default=timedelta())


def now() -> datetime:
    """The present instant, UTC, cut to milliseconds (RFC 3339 with three decimals is what gets signed)."""
    instant = datetime.now(UTC) + _offset.get()
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


@contextmanager
def pretend(instant: datetime) -> Iterator[None]:
    """Let `now` begin at another instant and go on from there: for the demonstration and tests only."""
    token = _offset.set(instant - datetime.now(UTC))
    try:
        yield
    finally:
        _offset.reset(token)


def legal_day(instant: datetime) -> date:
    """The day on which an instant falls in Shanghai."""
    return instant.astimezone(SHANGHAI).date()


def day_start(day: date) -> datetime:
    """The instant at which a Shanghai day begins, UTC."""
    return datetime.combine(day, time(), SHANGHAI).astimezone(UTC)


def today() -> date:
    """The present legal day."""
    return legal_day(now())


def rfc3339(instant: datetime) -> str:
    """RFC 3339, UTC, three decimals: `2026-11-22T01:02:03.004Z`. Raises ValueError for naive instants."""
    if instant.tzinfo is None:
        raise ValueError("naive instant")
    text = instant.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def parse_rfc3339(text: str) -> datetime:
    """The instant a canonical RFC 3339 text names. Raises ValueError for any other spelling."""
    instant = datetime.fromisoformat(text)
    if rfc3339(instant) != text:
        raise ValueError(f"not a canonical instant: {text!r}")
    return instant


def chinese_day(day: date) -> str:
    """`2026年11月2日`, as Chinese papers print days."""
    return f"{day.year}年{day.month}月{day.day}日"
