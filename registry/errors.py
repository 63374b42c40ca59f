"""Refusals: what the rules say no to, without prose and without HTTP.

A refusal names a code (its sentence stands in the catalogues), the field that caused it, the article
it rests on, and the parameters the sentence needs. `problems.py` turns it into an answer.
"""

from collections.abc import Iterable, Mapping
from typing import Any


class Stopped(Exception):
    """Something was not done, and nothing of it written. What is raised is one of the two kinds below it:
    a rule that said no, which its door says beside the form, or a moment that was wrong.
    """

    def __init__(self, code: str, field: str = "", article: str = "", **params: Any) -> None:
        super().__init__(code, field)
        self.code = code
        self.field = field
        self.article = article
        self.params: Mapping[str, Any] = params

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}({self.code!r}, field={self.field!r}, article={self.article!r}, {self.params!r})"


class Refused(Stopped):
    """A rule said no: the same again meets the same answer."""


class Invalid(Refused):
    """Several refusals of one input, each beside its own field."""

    def __init__(self, refusals: Iterable[Refused]) -> None:
        self.refusals = tuple(refusals)
        super().__init__("invalid")

    def __repr__(self) -> str:
        return f"Invalid({list(self.refusals)!r})"


class NotFound(Refused):
    """The thing asked for is not there, or the actor may not know that it is."""


class NotAllowed(Refused):
    """The actor is known and may not do this."""


class NotProved(NotAllowed):
    """The actor may, and has first to show that it is still the same person."""


class SecondFactorOwed(NotAllowed):
    """The actor may, once a second factor was shown."""


class NotSignedIn(Refused):
    """Nobody is signed in, or the session has ended."""


class Conflict(Refused):
    """The world moved on: stale digest, second acceptance, a state that no longer allows the verb."""


class Gone(Refused):
    """It was here and has been erased: its number stays, its content does not."""


class TooLarge(Refused):
    """An upload or body over its limit."""


class Mistyped(Refused):
    """An upload whose content is not of an accepted type."""


class TooOften(Stopped):
    """More was asked than may be asked in a while: no refusal either. `params["seconds"]`: when again."""


class Unavailable(Stopped):
    """Busy or down for a moment; the same request may succeed later. No refusal: what a door says beside a
    form, or a list keeps of one of its rows, is never said of it.
    """


class Paused(Unavailable):
    """Nothing more is taken until something outside comes back; then it goes on by itself."""


def refuse_all(refusals: Iterable[Refused]) -> None:
    """Raise what was collected: nothing, the one refusal, or all of them as `Invalid`."""
    found = tuple(refusals)
    if len(found) == 1:
        raise found[0]
    if found:
        raise Invalid(found)
