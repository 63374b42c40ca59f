"""Events in the order in which they happened: the log's times never run back, so neither does the story."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from registry.clock import SHANGHAI

OPENS = time(9, 0)
STEP = timedelta(minutes=3)
Telling = Callable[[int, str, Callable[[], None]], None]
"""How a scene says that something happened: days before D, what it is called, the act."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something somebody did on a day, counted back from the loading day."""

    days: int
    name: str
    act: Callable[[], None]


@dataclass(slots=True)
class Story:
    """Collects events in any order and tells them by day, those of one day as they were written down."""

    day: date
    events: list[Event] = field(default_factory=list)

    def on(self, days: int, name: str, act: Callable[[], None]) -> None:
        """Something happened that many days before D; D itself belongs to whoever is looking."""
        if days < 1:
            raise ValueError(f"{name}: the story ends the day before")
        self.events.append(Event(days, name, act))

    def told(self) -> Iterator[tuple[datetime, Event]]:
        """Every event with its instant: office hours in Shanghai, a few minutes apart."""
        instant, last = datetime.min.replace(tzinfo=SHANGHAI), None
        for event in sorted(self.events, key=lambda one: -one.days):
            if event.days != last:
                last, day = event.days, self.day - timedelta(days=event.days)
                instant = datetime.combine(day, OPENS, SHANGHAI)
            else:
                instant += STEP
            yield instant, event
